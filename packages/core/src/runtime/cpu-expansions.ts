/** Operators rewritten before all else because the CPU's kernels for them are missing, or not safe to use as they are. */
import { apply, type Node, type RewriteRule, type Tensor } from '../graph/index.js';
import { add, BatchNormalization, mul } from '../ops/index.js';

/** Run by their formulas: the gradient then shares its first half with the forward pass. */
const byFormula: ReadonlySet<string> = new Set([
  'GroupNormalization',
  'InstanceNormalization',
  'RMSNormalization',
  'CastLike',
]);

/** What the kernel of an operator refuses though its definition allows it. */
function isRefused({ operator, inputs, attributes }: Node): boolean {
  switch (operator.name) {
    case 'Softplus':
      // Of float64 above 709 it gives infinity.
      return inputs[0]?.dtype === 'float64';
    case 'LRN':
      return Number(attributes.size) % 2 === 0;
    case 'Resize':
      return (
        inputs[0]?.dtype === 'float64' ||
        (attributes.mode === 'cubic' && !isImage(inputs[0], attributes.axes))
      );
    case 'DepthToSpace':
    case 'SpaceToDepth':
      return inputs[0]?.dtype !== 'float32' && inputs[0]?.dtype !== 'float64';
    case 'AveragePool':
    case 'LpPool':
    case 'GlobalAveragePool':
    case 'GlobalMaxPool':
      return inputs[0]?.dtype === 'float64';
    case 'LSTM':
    case 'GRU':
    case 'RNN':
      return attributes.layout === 1;
    case 'Attention':
      return (
        inputs[4] !== undefined ||
        Number(attributes.qk_matmul_output_mode) !== 0 ||
        (inputs[3] !== undefined && inputs[3].shape.at(-2) !== inputs[0]?.shape.at(-2))
      );
    case 'Einsum':
      return String(attributes.equation).includes('...');
    case 'RotaryEmbedding':
      return Number(attributes.rotary_embedding_dim) !== 0;
    default:
      return false;
  }
}

/** [N, C, H, W] resized along H and W: all that cubic interpolation has a kernel for. */
function isImage(x: Tensor | undefined, axes: unknown): boolean {
  return x?.rank === 4 && (!Array.isArray(axes) || axes.every((axis) => axis === 2 || axis === 3));
}

const expandFormulas: RewriteRule = (node) =>
  byFormula.has(node.operator.name) || isRefused(node)
    ? node.operator.formula?.(node.inputs, node.attributes as never)
    : undefined;

/**
 * A factor that nobody writes: a product with it is no other node's, which equal nodes would be merged with, and the
 * kernel may overwrite it. What it leaves of the statistics has the weight zero.
 */
const throwAway = 2 ** -101;

/**
 * The kernel of batch normalisation in training mode writes new running statistics over the old ones, wherever those
 * are: it is given throw-away ones, and the blend is done outside.
 */
const separateRunningStatistics: RewriteRule = ({ operator, inputs, attributes }) => {
  if (operator.name !== 'BatchNormalization' || attributes.training_mode !== 1) return undefined;
  const [x, scale, bias, oldMean, oldVariance] = inputs as readonly Tensor[];
  if (!x || !scale || !bias || !oldMean || !oldVariance) return undefined;
  const momentum = Number(attributes.momentum);
  const [output, mean, variance] = apply(
    BatchNormalization,
    [x, scale, bias, mul(oldMean, throwAway), mul(oldVariance, throwAway)],
    { epsilon: Number(attributes.epsilon), momentum: 0, training_mode: 1 },
  ) as [Tensor, Tensor, Tensor];
  if (momentum === 0) return [output, mean, variance];
  const blend = (old: Tensor, batch: Tensor) => add(mul(old, momentum), mul(batch, 1 - momentum));
  return [output, blend(oldMean, mean), blend(oldVariance, variance)];
};

export const cpuExpansions: readonly RewriteRule[] = [expandFormulas, separateRunningStatistics];
