/**
 * The product of the native kernels, by strides: transposed operands and results cost nothing. Only inside CPU programs of the
 * native executor: runtime/native puts it in.
 */
import { apply1, defineOperator, notDifferentiable, type Tensor } from '../graph/index.js';
import { countOf } from './like.js';

/** Products in float32, in three of bfloat16, or in one; sums are always float32. */
export type Precision = 'highest' | 'high' | 'medium';

/** Numbers from one to the next along each axis of [...outer, lines, depth]. */
type Strides = readonly number[];

/** `result[outer, row, column] = alpha Σ left[outer, row, depth] right[outer, column, depth] + bias[column]`. */
export interface ProductLayout {
  readonly outer: readonly number[];
  /** Rows, columns, depth. */
  readonly sizes: readonly [number, number, number];
  readonly left: Strides;
  readonly right: Strides;
  /** Of [...outer, rows]; columns lie side by side. */
  readonly result: Strides;
  /** Of the result. */
  readonly shape: readonly number[];
  readonly alpha: number;
}

export const Product = defineOperator({
  name: 'Product',
  domain: 'noosphere.kernels',
  opset: 1,
  attributes: {
    outer: 'ints',
    sizes: 'ints',
    left: 'ints',
    right: 'ints',
    result: 'ints',
    shape: 'ints',
    alpha: 'float',
    precision: 'string',
  },
  infer: ({ attributes: { shape } }) => [{ dtype: 'float32', shape }],
  gradient: notDifferentiable('the native executor puts it in after differentiation'),
  flops: ({ outputs, attributes: { sizes } }) => 2 * countOf(outputs[0]) * (sizes[2] as number),
  doc: 'α A Bᵀ + bias by strides; only inside CPU programs.',
});

/** @param bias Of the columns. */
export function nativeProduct(
  left: Tensor,
  right: Tensor,
  bias: Tensor | undefined,
  layout: ProductLayout,
  precision: Precision,
): Tensor {
  const inputs = bias ? [left, right, bias] : [left, right];
  return apply1(Product, inputs, { ...layout, precision });
}
