/** Functions made of functions: gradients, and what the gradient should not or cannot work out by itself. */
import { ArgumentError, requireFunction } from '@noosphere/base';
import { type GradientRule, notTensor, Tensor } from '../graph/index.js';
import { identity } from '../ops/index.js';
import { isFloat } from '../shape/index.js';
import { barrier } from './barrier.js';
import { gradients } from './gradients.js';
import { flattenTree, mapTree, type Tree } from './tree.js';

/**
 * The function that gives a loss and its gradients with respect to the first argument, in the structure of that argument.
 * @example
 * const step = valueAndGrad((w: { a: Tensor }) => sum(mul(w.a, w.a)));
 * const { value, grads } = step({ a: tensor([3]) });
 * console.log(await value.item(), await grads.a.array()); // → 9 [ 6 ]
 */
export function valueAndGrad<P extends Tree, Rest extends readonly unknown[]>(
  f: (parameters: P, ...rest: Rest) => Tensor,
): (parameters: P, ...rest: Rest) => { value: Tensor; grads: P } {
  requireFunction('valueAndGrad', 'the first argument', f);
  return (parameters, ...rest) => {
    // A tensor may stand in several places: each gets an identity of its own to differentiate by.
    const own = mapTree(parameters, (leaf) => identity(leaf));
    const value = f(own, ...rest);
    if (!(value instanceof Tensor))
      throw new ArgumentError('valueAndGrad', 'the function must return a tensor');
    const floats = flattenTree(own).filter((leaf) => isFloat(leaf.dtype));
    const found = new Map(gradients(value, floats).map((gradient, index) => [floats[index], gradient]));
    // Integers in the tree have no gradient and stay as they are.
    return { value, grads: mapTree(own, (leaf) => found.get(leaf) ?? leaf) };
  };
}

/**
 * The function that gives the gradients of a loss with respect to the first argument.
 * @example
 * const slope = grad((x: Tensor) => mul(x, mul(x, x)));
 * console.log(await slope(tensor(2)).item(), await grad(slope)(tensor(2)).item()); // → 12 12
 */
export function grad<P extends Tree, Rest extends readonly unknown[]>(
  f: (parameters: P, ...rest: Rest) => Tensor,
): (parameters: P, ...rest: Rest) => P {
  requireFunction('grad', 'the first argument', f);
  const both = valueAndGrad(f);
  return (parameters, ...rest) => both(parameters, ...rest).grads;
}

/**
 * x as a constant of the differentiation: no gradient flows through.
 * @example
 * const slope = grad((x: Tensor) => mul(x, stopGradient(x)));
 * console.log(await slope(tensor(3)).item()); // → 3
 */
export function stopGradient<D extends Tensor['dtype']>(x: Tensor<D>): Tensor<D> {
  if (!(x instanceof Tensor)) throw new ArgumentError('stopGradient', notTensor(x));
  return barrier([x], [], () => [undefined], 'Stops the gradient.')[0] as Tensor<D>;
}

/**
 * A function with a gradient of your own.
 * @param forward Gives the result from the inputs.
 * @param backward Gives one gradient per input, from the gradient of the result, the inputs and the result.
 * @example
 * const straightThrough = customGradient((x: Tensor) => round(x), (g) => [g]);
 * console.log(await grad((x: Tensor) => sum(straightThrough(x)))(tensor([0.4])).array()); // → [ 1 ]
 */
export function customGradient<A extends readonly Tensor[]>(
  forward: (...inputs: A) => Tensor,
  backward: (gradient: Tensor, inputs: A, output: Tensor) => readonly Tensor[],
): (...inputs: A) => Tensor {
  return (...inputs) => {
    const output = forward(...inputs);
    const rule: GradientRule<object> = ({ outputGradients, inputs: [value, ...sources] }) => [
      undefined,
      ...backward(outputGradients[0] as Tensor, sources as readonly Tensor[] as A, value as Tensor),
    ];
    return barrier([output], inputs, rule, 'A gradient given by the user.')[0] as Tensor;
  };
}
