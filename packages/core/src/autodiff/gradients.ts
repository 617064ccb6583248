/** Gradients of scalars with respect to tensors. */
import { ArgumentError, DTypeError, ShapeError } from '@noosphere/base';
import { fill, notTensor, pullback, Tensor } from '../graph/index.js';
import { add, zerosLike } from '../ops/index.js';
import { formatShape, isFloat } from '../shape/index.js';

/**
 * d(loss)/d(tensor) for each of the tensors, zeros where the loss does not depend on one.
 * The result is ordinary tensors, so that gradients of gradients are had by calling again.
 * @example
 * const x = tensor([1, 2, 3]);
 * const [dx] = gradients(sum(mul(x, x)), [x]);
 * console.log(await dx.array()); // → [ 2, 4, 6 ]
 */
export function gradients(loss: Tensor, wrt: readonly Tensor[]): Tensor[] {
  for (const each of [loss, ...[wrt].flat()])
    if (!(each instanceof Tensor)) throw new ArgumentError('gradients', notTensor(each));
  if (loss.size !== 1) {
    throw new ShapeError(
      'gradients',
      `the loss must be a single number, got shape ${formatShape(loss.shape)}; take sum() or mean()`,
    );
  }
  for (const tensor of [loss, ...wrt]) {
    if (!isFloat(tensor.dtype)) {
      throw new DTypeError('gradients', `only floats have gradients, got ${tensor}; leave it out or cast it`);
    }
  }
  const seed = fill(loss.dtype, loss.shape as readonly number[], 1);
  return pullback([loss], [seed], wrt, add).map(
    (gradient, index) => gradient ?? zerosLike(wrt[index] as Tensor),
  );
}
