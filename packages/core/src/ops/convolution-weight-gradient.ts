/**
 * The gradient of a convolution's weights as one operator: the native kernels have it, everywhere else its formula of standard
 * operators stands in.
 */
import { apply1, defineOperator, type Inputs, type Tensor } from '../graph/index.js';
import { isStatic, type Shape } from '../shape/index.js';
import { gradientOf } from './composite.js';
import { weightGradientByFormula } from './convolution-gradient.js';
import { countOf, required } from './like.js';
import type { Window } from './window.js';

interface Attributes {
  /** Of the weights. */
  readonly shape: readonly number[];
  readonly strides: readonly number[];
  readonly pads: readonly number[];
  readonly dilations: readonly number[];
  readonly group: number;
}

const formula = (inputs: Inputs, { shape, ...window }: Attributes): Tensor[] => {
  const [g, x] = [required('ConvWeightGradient', inputs, 0), required('ConvWeightGradient', inputs, 1)];
  return [weightGradientByFormula(g, x, shape, window)];
};

/** Inputs: the gradient of the outputs [N, O, …] and x [N, C, …]. */
export const ConvWeightGradient = defineOperator({
  name: 'ConvWeightGradient',
  domain: 'noosphere',
  opset: 1,
  attributes: { shape: 'ints', strides: 'ints', pads: 'ints', dilations: 'ints', group: 'int' },
  infer: ({ attributes: { shape } }) => [{ dtype: 'float32', shape }],
  gradient: gradientOf(formula),
  formula,
  flops: ({ inputs, attributes: { shape } }) =>
    2 * countOf(inputs[0]) * shape.slice(1).reduce((product, dim) => product * dim, 1),
  doc: "The gradient of a convolution's weights: Σ over samples and positions of the outputs' gradients times what each tap saw; only inside gradients.",
});

/** d(loss)/dw of the shape of w. */
export function convWeightGradient(g: Tensor, x: Tensor, shape: Shape, window: Window): Tensor {
  const isKnown = isStatic(g.shape) && isStatic(x.shape);
  if (g.dtype !== 'float32' || !isKnown || !isStatic(shape))
    return weightGradientByFormula(g, x, shape, window);
  const { strides, pads, dilations, group } = window;
  return apply1(ConvWeightGradient, [g, x], { shape, strides, pads, dilations, group });
}
