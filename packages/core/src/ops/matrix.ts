/** Matrix products. */
import { DTypeError, knownOptions, ShapeError } from '@noosphere/base';
import { apply1, defineOperator, type Tensor } from '../graph/index.js';
import {
  broadcastShapes,
  bytesPerElement,
  type Dim,
  type DType,
  elementCount,
  formatShape,
  isFloat,
  isInteger,
  isStatic,
  type Shape,
  staticDim,
} from '../shape/index.js';
import { add, mul } from './arithmetic.js';
import { reshape, reshapeLike, transpose, unsqueeze } from './layout.js';
import { countOf, required, requireSameDType, requireTensors } from './like.js';
import { sumTo } from './reduce.js';

export const MatMul = defineOperator({
  name: 'MatMul',
  opset: 13,
  attributes: {},
  infer: ({ inputs }) => {
    const a = required('MatMul', inputs, 0);
    const b = required('MatMul', inputs, 1);
    requireSameDType('matmul', a, b);
    return [{ dtype: a.dtype, shape: productShape(a.shape, b.shape) }];
  },
  gradient: ({ inputs, outputGradients }) =>
    matmulGradients(
      required('MatMul', inputs, 0),
      required('MatMul', inputs, 1),
      required('MatMul', outputGradients, 0),
    ),
  flops: ({ inputs, outputs }) => 2 * countOf(outputs[0]) * staticDim('cost', inputs[0]?.shape.at(-1)),
  doc: 'A B over the last two axes, the others broadcast. Gradients: g Bᵀ and Aᵀ g.',
});

/** Shape of A B: vectors stand in as a row on the left and a column on the right. */
function productShape(a: Shape, b: Shape): Dim[] {
  if (a.length === 0 || b.length === 0) {
    throw new ShapeError(
      'matmul',
      `expects at least one axis each, got ${formatShape(a)} and ${formatShape(b)}; use mul for scalars`,
    );
  }
  const left = a.length === 1 ? [1, ...a] : a;
  const right = b.length === 1 ? [...b, 1] : b;
  const inner = left.at(-1);
  const other = right.at(-2);
  if (typeof inner === 'number' && typeof other === 'number' && inner !== other) {
    throw new ShapeError(
      'matmul',
      `inner sizes differ, got ${formatShape(a)} and ${formatShape(b)}; transpose the second?`,
    );
  }
  const batch = broadcastShapes('matmul', left.slice(0, -2), right.slice(0, -2));
  return [
    ...batch,
    ...(a.length === 1 ? [] : [left.at(-2) as Dim]),
    ...(b.length === 1 ? [] : [right.at(-1) as Dim]),
  ];
}

/** A B ᵀ's gradients; a product against one matrix is flattened to a single large product for the weight. */
function matmulGradients(a: Tensor, b: Tensor, g: Tensor): [Tensor, Tensor] {
  if (a.rank === 1 || b.rank === 1) return vectorGradients(a, b, g);
  const da = matmul(g, transposeLast(b));
  if (b.rank === 2 && a.rank > 2) {
    const rows = reshape(a, [-1, a.shape.at(-1) as Dim]);
    const gradientRows = reshape(g, [-1, g.shape.at(-1) as Dim]);
    return [da, matmul(transpose(rows, [1, 0]), gradientRows)];
  }
  return [sumTo(da, a), sumTo(matmul(transposeLast(a), g), b)];
}

/** Vectors are given their missing axis first. */
function vectorGradients(a: Tensor, b: Tensor, g: Tensor): [Tensor, Tensor] {
  const left = a.rank === 1 ? unsqueeze(a, 0) : a;
  const right = b.rank === 1 ? unsqueeze(b, 1) : b;
  let lifted = g;
  if (b.rank === 1) lifted = unsqueeze(lifted, lifted.rank);
  if (a.rank === 1) lifted = unsqueeze(lifted, lifted.rank - 1);
  const [da, db] = matmulGradients(left, right, lifted);
  return [a.rank === 1 ? reshapeLike(da, a) : da, b.rank === 1 ? reshapeLike(db, b) : db];
}

/** The last two axes swapped. */
export function transposeLast<D extends DType>(x: Tensor<D>): Tensor<D> {
  const axes = x.shape.map((_, axis) => axis);
  return transpose(x, [...axes.slice(0, -2), x.rank - 1, x.rank - 2]);
}

export const Gemm = defineOperator({
  name: 'Gemm',
  opset: 13,
  attributes: { alpha: 'float', beta: 'float', transA: 'int', transB: 'int' },
  defaults: { alpha: 1, beta: 1, transA: 0, transB: 0 },
  infer: ({ inputs, attributes }) => {
    const a = required('Gemm', inputs, 0);
    const b = required('Gemm', inputs, 1);
    requireSameDType('gemm', a, b);
    if (a.rank !== 2 || b.rank !== 2) {
      throw new ShapeError(
        'gemm',
        `expects two matrices, got ${formatShape(a.shape)} and ${formatShape(b.shape)}; use matmul`,
      );
    }
    const left = attributes.transA ? [...a.shape].reverse() : a.shape;
    const right = attributes.transB ? [...b.shape].reverse() : b.shape;
    return [{ dtype: a.dtype, shape: productShape(left, right) }];
  },
  gradient: ({ inputs, outputGradients, attributes }) => {
    const [a, b, c] = [required('Gemm', inputs, 0), required('Gemm', inputs, 1), inputs[2]];
    const g = required('Gemm', outputGradients, 0);
    const scaled = attributes.alpha === 1 ? g : mul(g, attributes.alpha);
    const { transA, transB } = attributes;
    // Each product is written so that the transposes fold into it.
    const da = transA
      ? gemm(b, scaled, { transposeA: !!transB, transposeB: true })
      : gemm(scaled, b, { transposeB: !transB });
    const db = transB
      ? gemm(scaled, a, { transposeA: true, transposeB: !!transA })
      : gemm(a, scaled, { transposeA: !transA });
    return [da, db, c && sumTo(attributes.beta === 1 ? g : mul(g, attributes.beta), c)];
  },
  flops: ({ inputs, outputs, attributes }) =>
    2 * countOf(outputs[0]) * staticDim('cost', inputs[0]?.shape[attributes.transA ? 0 : 1]),
  doc: 'α A B + β C, with A or B transposed where asked. Gradients: α g Bᵀ, α Aᵀ g, β g.',
});

/** `A B` whose operands may be read transposed, where the CPU executor's kernel does it for free. */
export const FusedMatMul = defineOperator({
  name: 'FusedMatMul',
  domain: 'com.microsoft',
  opset: 1,
  attributes: { alpha: 'float', transA: 'int', transB: 'int' },
  defaults: { alpha: 1, transA: 0, transB: 0 },
  infer: ({ inputs, attributes }) => {
    const a = required('FusedMatMul', inputs, 0);
    const b = required('FusedMatMul', inputs, 1);
    const swap = (shape: Shape) => [...shape.slice(0, -2), shape.at(-1) as Dim, shape.at(-2) as Dim];
    const left = attributes.transA ? swap(a.shape) : a.shape;
    return [{ dtype: a.dtype, shape: productShape(left, attributes.transB ? swap(b.shape) : b.shape) }];
  },
  gradient: { reason: 'the CPU executor puts it in after differentiation' },
  flops: ({ inputs, outputs, attributes }) =>
    2 * countOf(outputs[0]) * staticDim('cost', inputs[0]?.shape.at(attributes.transA ? -2 : -1)),
  doc: 'α A B with operands read transposed; only inside CPU programs.',
});

/**
 * Matrix product over the last two axes, the others broadcast as in NumPy.
 * Shapes: [..., N, K] and [..., K, M] give [..., N, M].
 * @example
 * console.log(await matmul(tensor([[1, 2]]), tensor([[3], [4]])).array()); // → [ [ 11 ] ]
 */
export function matmul<D extends DType>(a: Tensor<D>, b: Tensor<D>): Tensor<D> {
  requireTensors('matmul', a, b);
  if (isInteger(a.dtype) && bytesPerElement(a.dtype) < 4) {
    throw new DTypeError(
      'matmul',
      `sums of ${a.dtype} would overflow; cast(x, 'int32') first, or matmulInteger`,
    );
  }
  return apply1(MatMul, [a, b], {}) as Tensor<D>;
}

/**
 * PyTorch's linear layer: x Wᵀ + b.
 * Shapes: x [..., I], weight [O, I], bias [O] give [..., O].
 * @example
 * console.log(await linear(tensor([[1, 2]]), tensor([[3, 4]]), tensor([1])).array()); // → [ [ 12 ] ]
 */
export function linear<D extends DType>(x: Tensor<D>, weight: Tensor<D>, bias?: Tensor<D>): Tensor<D> {
  requireTensors('linear', x, weight);
  if (x.rank === 2) return gemm(x, weight, { c: bias, transposeB: true });
  // Rows of all leading axes in one product, the bias added by it.
  const lead = x.shape.slice(0, -1);
  if (x.rank > 2 && isStatic(lead)) {
    const rows = gemm(reshape(x, [elementCount(lead), x.shape.at(-1) as Dim]), weight, {
      c: bias,
      transposeB: true,
    });
    return reshape(rows, [...lead, weight.shape[0] as Dim]);
  }
  const product = matmul(x, transpose(weight, [1, 0]));
  return bias ? add(product, bias) : product;
}

export interface GemmOptions<D extends DType> {
  /** Added after scaling by beta; broadcasts to the result. */
  readonly c?: Tensor<D> | undefined;
  /** @default 1 */
  readonly alpha?: number;
  /** @default 1 */
  readonly beta?: number;
  /** @default false */
  readonly transposeA?: boolean;
  /** @default false */
  readonly transposeB?: boolean;
}

/**
 * α A B + β C of matrices, with A or B read transposed where asked.
 * @example
 * console.log(await gemm(tensor([[1, 2]]), tensor([[3, 4]]), { transposeB: true }).array()); // → [ [ 11 ] ]
 */
export function gemm<D extends DType>(a: Tensor<D>, b: Tensor<D>, options: GemmOptions<D> = {}): Tensor<D> {
  requireTensors('gemm', a, b);
  const {
    c,
    alpha = 1,
    beta = 1,
    transposeA = false,
    transposeB = false,
  } = knownOptions('gemm', options, 'c alpha beta transposeA transposeB');
  // The runtime has no Gemm over integers.
  if (!isFloat(a.dtype)) {
    const scale = (x: Tensor<D>, by: number) => (by === 1 ? x : mul(x, by));
    const product = scale(matmul(transposeA ? transpose(a) : a, transposeB ? transpose(b) : b), alpha);
    return c ? add(product, scale(c, beta)) : product;
  }
  const attributes = { alpha, beta, transA: transposeA ? 1 : 0, transB: transposeB ? 1 : 0 };
  return apply1(Gemm, c ? [a, b, c] : [a, b], attributes) as Tensor<D>;
}

/** x times a matrix along one axis: that axis of size K becomes M. */
export function productAlong(x: Tensor, axis: number, matrix: Tensor): Tensor {
  const last = x.rank - 1;
  if (axis === last) return matmul(x, matrix);
  const order = x.shape.map((_, k) => k);
  order.splice(axis, 1);
  order.push(axis);
  const product = matmul(transpose(x, order), matrix);
  return transpose(
    product,
    order.map((_, position) => order.indexOf(position)),
  );
}
