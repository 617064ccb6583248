/** Scaled dot-product attention: a function over plain operators, and ONNX's Attention with its gradient through them. */
import { knownOptions, ShapeError } from '@noosphere/base';
import {
  defineOperator,
  fromData,
  type Inputs,
  type OutputInfo,
  pullback,
  scalar,
  type Tensor,
} from '../graph/index.js';
import { type Dim, type DType, formatShape, isStatic, staticDim } from '../shape/index.js';
import { add, div, mul } from './arithmetic.js';
import { less, where } from './comparison.js';
import { cumsum } from './cumulative.js';
import { concat } from './joining.js';
import { expandLike, reshape, transpose, unsqueeze } from './layout.js';
import { countOf, required, requireTensors } from './like.js';
import { matmul, transposeLast } from './matrix.js';
import { softmax } from './softmax.js';
import { tanh } from './unary.js';

interface AttentionAttributes {
  readonly is_causal: number;
  readonly kv_num_heads: number | undefined;
  readonly q_num_heads: number | undefined;
  readonly qk_matmul_output_mode: number;
  readonly scale: number | undefined;
  readonly softcap: number;
}

export const Attention = defineOperator({
  name: 'Attention',
  opset: 23,
  attributes: {
    is_causal: 'int',
    kv_num_heads: 'int?',
    q_num_heads: 'int?',
    qk_matmul_output_mode: 'int',
    scale: 'float?',
    softcap: 'float',
    softmax_precision: 'int?',
  },
  defaults: { is_causal: 0, qk_matmul_output_mode: 0, softcap: 0 },
  infer: ({ inputs, attributes }) => inferAttention(inputs, attributes),
  gradient: ({ inputs, outputGradients, attributes }) => {
    const wrt = inputs.filter((input) => input !== undefined);
    const gradients = pullback(attentionParts(inputs, attributes), outputGradients, wrt, add).values();
    return inputs.map((input) => input && gradients.next().value);
  },
  formula: (inputs, attributes) => attentionParts(inputs, attributes),
  flops: ({ inputs, outputs }) =>
    2 * (countOf(inputs[0]) + countOf(outputs[0])) * staticDim('cost', outputs[1]?.shape[2]),
  doc: 'softmax(Q Kᵀ scale + mask) V, heads side by side, with a cache of earlier keys and values. Gradient: that of its parts.',
});

function headsOf(tensor: Tensor, count: number | undefined): { heads: number; length: Dim; size: number } {
  if (tensor.rank === 4) {
    const [, heads, length, size] = tensor.shape;
    return {
      heads: staticDim('attention', heads),
      length: length as Dim,
      size: staticDim('attention', size),
    };
  }
  const width = staticDim('attention', tensor.shape[2]);
  if (tensor.rank !== 3 || !count || width % count !== 0) {
    throw new ShapeError(
      'attention',
      `expects [batch, heads, length, size], or [batch, length, heads size] with a count of heads that divides it; ` +
        `got ${formatShape(tensor.shape)} and ${count ?? 'no'} heads`,
    );
  }
  return { heads: count, length: tensor.shape[1] as Dim, size: width / count };
}

function inferAttention(inputs: Inputs, attributes: AttentionAttributes): OutputInfo[] {
  const q = required('Attention', inputs, 0);
  const k = required('Attention', inputs, 1);
  const v = required('Attention', inputs, 2);
  const query = headsOf(q, attributes.q_num_heads);
  const key = headsOf(k, attributes.kv_num_heads);
  const value = headsOf(v, attributes.kv_num_heads);
  const batch = q.shape[0] as Dim;
  const past = inputs[4]?.shape[2];
  const total =
    past === undefined
      ? key.length
      : typeof past === 'number' && typeof key.length === 'number'
        ? past + key.length
        : `${past}+${key.length}`;
  const merged = q.rank === 3 ? [batch, query.length, query.heads * value.size] : undefined;
  return [
    { dtype: q.dtype, shape: merged ?? [batch, query.heads, query.length, value.size] },
    { dtype: k.dtype, shape: [batch, key.heads, total, key.size] },
    { dtype: v.dtype, shape: [batch, value.heads, total, value.size] },
    { dtype: q.dtype, shape: [batch, query.heads, query.length, total] },
  ];
}

/** [batch, length, heads size] as [batch, heads, length, size]. */
function splitHeads(tensor: Tensor, count: number | undefined): Tensor {
  if (tensor.rank === 4) return tensor;
  const { heads, length, size } = headsOf(tensor, count);
  return transpose(reshape(tensor, [tensor.shape[0] as Dim, length, heads, size]), [0, 2, 1, 3]);
}

/** The operator's four outputs from plain operators. */
export function attentionParts(inputs: Inputs, attributes: AttentionAttributes): Tensor[] {
  const { q_num_heads, kv_num_heads, softcap } = attributes;
  const q = splitHeads(required('Attention', inputs, 0), q_num_heads);
  const newKeys = splitHeads(required('Attention', inputs, 1), kv_num_heads);
  const newValues = splitHeads(required('Attention', inputs, 2), kv_num_heads);
  const keys = inputs[4] ? concat([inputs[4], newKeys], { axis: 2 }) : newKeys;
  const values = inputs[5] ? concat([inputs[5], newValues], { axis: 2 }) : newValues;
  const scores = scoresOf(q, repeatHeads(keys, q), attributes.scale);
  const capped = softcap ? mul(tanh(div(scores, softcap)), softcap) : scores;
  const causal = attributes.is_causal === 1;
  const weights = softmax(masked(capped, inputs[3], causal));
  const output = matmul(weights, repeatHeads(values, q));
  const merged = transpose(output, [0, 2, 1, 3]);
  const isFlat = inputs[0]?.rank === 3;
  const flat = isFlat && reshape(merged, [...merged.shape.slice(0, 2), -1]);
  // What the fourth output shows: scores, scores with the mask, scores behind the cap, or weights.
  const shown = [() => scores, () => masked(scores, inputs[3], causal), () => capped, () => weights];
  return [flat || output, keys, values, (shown[attributes.qk_matmul_output_mode] ?? (() => scores))()];
}

/** Q Kᵀ scaled; the queries carry the scale, being the smaller side. */
function scoresOf(q: Tensor, k: Tensor, scale: number | undefined): Tensor {
  const factor = scale ?? 1 / Math.sqrt(staticDim('attention', q.shape.at(-1)));
  return matmul(mul(q, factor), transposeLast(k));
}

/** Keys or values repeated for the groups of query heads that share them. */
function repeatHeads(x: Tensor, q: Tensor): Tensor {
  const heads = staticDim('attention', q.shape[q.rank - 3]);
  const own = staticDim('attention', x.shape[x.rank - 3]);
  if (heads === own || own === 1) return x;
  if (heads % own !== 0) {
    throw new ShapeError(
      'attention',
      `the heads of the queries must be a multiple of those of keys and values, got ${heads} and ${own}`,
    );
  }
  const [before, after] = [x.shape.slice(0, -3), x.shape.slice(-2)];
  const repeated = expandLike(unsqueeze(x, x.rank - 2), [...before, own, heads / own, ...after], [x]);
  return reshape(repeated, [...before, heads, ...after]);
}

/** Scores with -∞ where a bool mask is false or, for causal attention, where the key lies behind the query. */
function masked(scores: Tensor, mask: Tensor | undefined, causal: boolean): Tensor {
  let result = scores;
  if (mask) result = add(result, mask.dtype === 'bool' ? penalty(mask as Tensor<'bool'>, scores) : mask);
  if (causal) result = add(result, causalPenalty(scores));
  return result;
}

function penalty(mask: Tensor<'bool'>, scores: Tensor): Tensor {
  return where(mask, scalar(scores.dtype, 0), scalar(scores.dtype, Number.NEGATIVE_INFINITY));
}

/** -∞ above the diagonal of [queries, keys]. */
function causalPenalty(scores: Tensor): Tensor {
  const shape = scores.shape.slice(-2);
  if (isStatic(shape) && scores.dtype === 'float32') {
    const [rows, columns] = shape as [number, number];
    const data = new Float32Array(rows * columns);
    for (let row = 0; row < rows; row++)
      data.fill(
        Number.NEGATIVE_INFINITY,
        Math.min(row * columns + row + 1, (row + 1) * columns),
        (row + 1) * columns,
      );
    return fromData('float32', shape, data);
  }
  const count = (dim: Dim) => cumsum(expandLike(scalar('float32', 1), [dim], [scores]), { axis: 0 });
  const [rows, columns] = shape as [Dim, Dim];
  return penalty(notLess(unsqueeze(count(rows), 1), unsqueeze(count(columns), 0)), scores);
}

function notLess(a: Tensor, b: Tensor): Tensor<'bool'> {
  return where(less(a, b), false, true);
}

export interface AttentionOptions {
  /** Broadcasts to [.., queries, keys]. Bool: true attends. Float: added to the scores. */
  readonly mask?: Tensor | undefined;
  /** Query i sees keys up to i. @default false */
  readonly causal?: boolean;
  /** @default 1 / √D */
  readonly scale?: number | undefined;
}

/**
 * Scaled dot-product attention: softmax(Q Kᵀ scale + mask) V.
 * Shapes: q [B, H, L, D], k [B, H, S, D], v [B, H, S, E] give [B, H, L, E]; with fewer heads in k and v, groups of query
 * heads share them.
 * @example
 * const q = ones([1, 2, 3, 4]);
 * console.log(attention(q, q, q, { causal: true }).shape); // → [ 1, 2, 3, 4 ]
 */
export function attention<D extends DType>(
  q: Tensor<D>,
  k: Tensor<D>,
  v: Tensor<D>,
  options: AttentionOptions = {},
): Tensor<D> {
  requireTensors('attention', q, k, v);
  const { mask, causal = false, scale } = knownOptions('attention', options, 'mask causal scale');
  if (q.rank < 2 || k.rank !== q.rank || v.rank !== q.rank) {
    throw new ShapeError(
      'attention',
      `expects q, k and v of one rank, [batch, heads, length, size], got ${[q, k, v].map((each) => formatShape(each.shape)).join(', ')}`,
    );
  }
  const shared = (x: Tensor) => (q.rank > 2 ? repeatHeads(x, q) : x);
  const weights = softmax(masked(scoresOf(q, shared(k), scale), mask, causal));
  return matmul(weights, shared(v)) as Tensor<D>;
}
