/** Triangles of matrices. */
import { knownOptions } from '@noosphere/base';
import { apply1, defineOperator, scalar, type Tensor } from '../graph/index.js';
import type { DType } from '../shape/index.js';
import { cast } from './layout.js';
import { noFlops, required, requireTensors, sameInfo } from './like.js';

export const Trilu = defineOperator({
  name: 'Trilu',
  opset: 14,
  attributes: { upper: 'int' },
  defaults: { upper: 1 },
  infer: ({ inputs }) => sameInfo('Trilu', inputs),
  gradient: ({ inputs, outputGradients, attributes }) => [
    triangle(required('Trilu', outputGradients, 0), inputs[1], attributes),
    undefined,
  ],
  flops: noFlops,
  doc: 'The upper or lower triangle of the last two axes, zeros elsewhere. Gradient: the same triangle of g.',
});

function triangle(x: Tensor, k: Tensor | undefined, attributes: { readonly upper: number }): Tensor {
  return apply1(Trilu, [x, k], attributes);
}

/** The types the runtime's kernel takes; others go through int64. */
const kernelTypes: readonly DType[] = ['float32', 'float64', 'int64', 'bool'];

/**
 * The upper or lower triangle of the last two axes, zeros elsewhere; `k` moves the diagonal to the right.
 * @example
 * console.log(await trilu(tensor([[1, 2], [3, 4]]), { upper: false }).array()); // → [ [ 1, 0 ], [ 3, 4 ] ]
 */
export function trilu<D extends DType>(x: Tensor<D>, options: { upper: boolean; k?: number }): Tensor<D> {
  const { upper, k = 0 } = knownOptions('trilu', options, 'upper k');
  const isDirect = kernelTypes.includes(x.dtype);
  const through: DType = x.dtype === 'float16' ? 'float32' : 'int64';
  const source = isDirect ? x : cast(x, through);
  const result = triangle(source, scalar('int64', k), { upper: upper ? 1 : 0 });
  return cast(result, x.dtype) as Tensor as Tensor<D>;
}

/**
 * The lower triangle of the last two axes, zeros above; `k` moves the diagonal to the right.
 * @example
 * console.log(await tril(tensor([[1, 2], [3, 4]])).array()); // → [ [ 1, 0 ], [ 3, 4 ] ]
 */
export function tril<D extends DType>(x: Tensor<D>, options: { k?: number } = {}): Tensor<D> {
  requireTensors('tril', x);
  const { k = 0 } = knownOptions('tril', options, 'k');
  return trilu(x, { upper: false, k });
}

/**
 * The upper triangle of the last two axes, zeros below; `k` moves the diagonal to the right.
 * @example
 * console.log(await triu(tensor([[1, 2], [3, 4]])).array()); // → [ [ 1, 2 ], [ 0, 4 ] ]
 */
export function triu<D extends DType>(x: Tensor<D>, options: { k?: number } = {}): Tensor<D> {
  requireTensors('triu', x);
  const { k = 0 } = knownOptions('triu', options, 'k');
  return trilu(x, { upper: true, k });
}
