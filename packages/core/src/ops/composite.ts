/** Operators whose meaning is a formula of other operators: one formula gives the gradient and stands in where a kernel is missing. */
import { type GradientRule, type Inputs, pullback, type Tensor } from '../graph/index.js';
import { isFloat } from '../shape/index.js';
import { add } from './arithmetic.js';
import { identity } from './unary.js';

/** An operator's outputs from its inputs and attributes, in terms of other operators. */
export type Formula<A> = (inputs: Inputs, attributes: A) => readonly Tensor[];

/** The gradient of an operator by differentiating its formula: any order follows, since the formula's operators have gradients. */
export function gradientOf<A>(formula: Formula<A>): GradientRule<A> {
  return ({ inputs, outputGradients, attributes }) => {
    // A tensor may stand at several inputs: each gets an identity of its own to differentiate by.
    const own = inputs.map((input) => (input && isFloat(input.dtype) ? identity(input) : input));
    const sources = own.filter((input) => input !== undefined && isFloat(input.dtype)) as Tensor[];
    const found = pullback(formula(own, attributes), outputGradients, sources, add).values();
    return own.map((input) => (input && isFloat(input.dtype) ? found.next().value : undefined));
  };
}
