/** Replacements that make a graph faster on the CPU. Each is held equal to what it replaces by a test. */
import { apply1, fill, type Node, type RewriteRule, type Tensor } from '../graph/index.js';
import { Conv, FusedMatMul, matmul, reshape, windowOf } from '../ops/index.js';
import { isStatic } from '../shape/index.js';

/** Whether a tensor is a transpose of its last two axes, and of what. */
function transposedSource(tensor: Tensor | undefined): Tensor | undefined {
  if (tensor?.origin.kind !== 'node') return undefined;
  const { operator, inputs, attributes } = tensor.origin.node;
  const permutation = attributes.perm as readonly number[] | undefined;
  if (operator.name !== 'Transpose' || !permutation || permutation.length < 2) return undefined;
  const rank = permutation.length;
  const swapsLast = permutation.every(
    (axis, k) => axis === (k === rank - 1 ? rank - 2 : k === rank - 2 ? rank - 1 : k),
  );
  return swapsLast ? inputs[0] : undefined;
}

/** Of products of nothing the runtime's kernel refuses some. */
const emptyProducts: RewriteRule = ({ operator, outputs }: Node) => {
  const [y] = outputs;
  if (operator.name !== 'MatMul' || !y?.shape.includes(0) || !isStatic(y.shape)) return undefined;
  return [fill(y.dtype, y.shape, 0)];
};

/** A product reads its operands transposed for free. */
const foldTransposes: RewriteRule = ({ operator, inputs }: Node) => {
  const [a, b] = inputs;
  if (operator.name !== 'MatMul' || !a || !b || a.rank < 2 || b.rank < 2 || a.dtype !== 'float32')
    return undefined;
  const left = transposedSource(a);
  const right = transposedSource(b);
  if (!left && !right) return undefined;
  return [
    apply1(FusedMatMul, [left ?? a, right ?? b], { alpha: 1, transA: left ? 1 : 0, transB: right ? 1 : 0 }),
  ];
};

/** A sum over leading axes is ones times a matrix: three times as fast as the runtime's ReduceSum over rows. */
const sumRowsByProduct: RewriteRule = ({ operator, inputs, outputs }: Node) => {
  const [x] = inputs;
  const [y] = outputs;
  if (operator.name !== 'ReduceSum' || !x || !y || x.dtype !== 'float32') return undefined;
  const shape = x.shape;
  if (!shape.every((dim) => typeof dim === 'number')) return undefined;
  const kept = y.shape.length;
  const columns = shape.slice(shape.length - kept);
  const isTail =
    kept > 0 &&
    kept < shape.length &&
    columns.every((dim, axis) => dim === y.shape[axis]) &&
    leadingAxes(inputs[1], shape.length - kept);
  if (!isTail) return undefined;
  const width = columns.reduce((product, dim) => product * dim, 1);
  const rows = x.size / Math.max(1, width);
  if (rows < 2 || width < 2) return undefined;
  const product = matmul(fill('float32', [1, rows], 1), reshape(x, [rows, width]));
  return [reshape(product, y.shape)];
};

function leadingAxes(axes: Tensor | undefined, count: number): boolean {
  if (axes?.origin.kind !== 'data') return false;
  const list = Array.from(axes.origin.data as ArrayLike<number | bigint>, Number).sort((a, b) => a - b);
  return list.length === count && list.every((axis, index) => axis === index);
}

/** Averages of many neighbours along a line are a convolution with one weight: the runtime's pool adds them one by one. */
const averageLineByConvolution: RewriteRule = ({ operator, inputs, outputs, attributes }: Node) => {
  const [x] = inputs;
  const [y] = outputs;
  if (operator.name !== 'AveragePool' || x?.dtype !== 'float32' || x.rank !== 3 || !y) return undefined;
  if (!isStatic(x.shape) || !isStatic(y.shape) || x.shape.includes(0)) return undefined;
  const kernel = attributes.kernel_shape as readonly number[];
  const [taps = 1] = kernel;
  const window = windowOf(x.shape.slice(2), kernel, { ...attributes, group: 1 } as never);
  const isPadded = window.pads.some((amount) => amount !== 0);
  if (taps < 8 || attributes.ceil_mode || (isPadded && !attributes.count_include_pad)) return undefined;
  const [samples, channels, length] = x.shape as [number, number, number];
  const average = fill('float32', [1, 1, taps], 1 / taps);
  const lines = reshape(x, [samples * channels, 1, length]);
  const pooled = apply1(Conv, [lines, average], { ...window, auto_pad: 'NOTSET', kernel_shape: kernel });
  return [reshape(pooled, y.shape)];
};

export const cpuRules: readonly RewriteRule[] = [
  emptyProducts,
  foldTransposes,
  sumRowsByProduct,
  averageLineByConvolution,
];
