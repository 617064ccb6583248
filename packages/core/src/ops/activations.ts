/** Activation functions. */
import { knownOptions } from '@noosphere/base';
import { apply1, defineOperator, type Tensor } from '../graph/index.js';
import type { DType } from '../shape/index.js';
import { add, mul, sub } from './arithmetic.js';
import { greater, where } from './comparison.js';
import { elementwiseFlops, required, sameInfo } from './like.js';
import { erf, exp, unary } from './unary.js';

export const Relu = unary('Relu', 14, 'max(x, 0). Gradient: g where y > 0, 0 at 0 and below.', (g, _x, y) =>
  where(greater(y, 0), g, 0),
);
export const Sigmoid = unary(
  'Sigmoid',
  13,
  '1 / (1 + e^-x). Gradient: g y (1 - y).',
  (g, _x, y) => mul(g, mul(y, sub(1, y))),
  10,
);

const halfRoot = Math.SQRT1_2;
const density = 1 / Math.sqrt(2 * Math.PI);

export const Gelu = defineOperator({
  name: 'Gelu',
  opset: 20,
  attributes: { approximate: 'string' },
  defaults: { approximate: 'none' },
  infer: ({ inputs }) => sameInfo('Gelu', inputs),
  gradient: ({ inputs, outputGradients, attributes }) => {
    const x = required('Gelu', inputs, 0);
    const g = required('Gelu', outputGradients, 0);
    return [mul(g, attributes.approximate === 'tanh' ? geluTanhSlope(x) : geluSlope(x))];
  },
  flops: elementwiseFlops(20),
  doc: "x Φ(x), Φ the normal distribution; or its tanh approximation. Gradient: g (Φ(x) + x φ(x)), or the approximation's.",
});

/** Φ(x) + x φ(x). */
function geluSlope(x: Tensor): Tensor {
  const phi = mul(exp(mul(mul(x, x), -0.5)), density);
  return add(mul(add(erf(mul(x, halfRoot)), 1), 0.5), mul(x, phi));
}

/** With u = √(2/π) (x + 0.044715 x³) and t = tanh u: (1 + t)/2 + x/2 (1 - t²) √(2/π) (1 + 0.134145 x²). */
function geluTanhSlope(x: Tensor): Tensor {
  const scale = Math.sqrt(2 / Math.PI);
  const squared = mul(x, x);
  const inner = mul(mul(x, scale), add(mul(squared, 0.044715), 1));
  const t = sub(mul(sigmoid(mul(inner, 2)), 2), 1);
  const innerSlope = mul(add(mul(squared, 0.134145), 1), scale);
  return add(mul(add(t, 1), 0.5), mul(mul(mul(x, 0.5), sub(1, mul(t, t))), innerSlope));
}

/**
 * max(x, 0).
 * @example
 * console.log(await relu(tensor([-1, 2])).array()); // → [ 0, 2 ]
 */
export function relu<D extends DType>(x: Tensor<D>): Tensor<D> {
  return apply1(Relu, [x], {}) as Tensor<D>;
}

/**
 * 1 / (1 + e^-x).
 * @example
 * console.log(await sigmoid(tensor([0])).array()); // → [ 0.5 ]
 */
export function sigmoid<D extends DType>(x: Tensor<D>): Tensor<D> {
  return apply1(Sigmoid, [x], {}) as Tensor<D>;
}

/**
 * x Φ(x) with the normal distribution Φ, or its tanh approximation. Hendrycks & Gimpel 2016.
 * @example
 * console.log(await gelu(tensor([0, 100])).array()); // → [ 0, 100 ]
 */
export function gelu<D extends DType>(
  x: Tensor<D>,
  options: { approximate?: 'none' | 'tanh' } = {},
): Tensor<D> {
  const { approximate = 'none' } = knownOptions('gelu', options, 'approximate');
  return apply1(Gelu, [x], { approximate }) as Tensor<D>;
}
