/** Activation functions with an exponential in them. */
import { knownOptions } from '@noosphere/base';
import { apply1, defineOperator, type Inputs, type OperatorName, type Tensor } from '../graph/index.js';
import type { DType } from '../shape/index.js';
import { sigmoid } from './activations.js';
import { add, div, maximum, mul, sub } from './arithmetic.js';
import { equal, greater, where } from './comparison.js';
import { elementwiseFlops, required, requireFloat, sameInfo } from './like.js';
import { abs, exp, log, neg, reciprocal, square, tanh, unary } from './unary.js';

interface Constants {
  readonly alpha: number;
  readonly gamma?: number;
}

/** A line for x > 0 and an exponential below; `below` gives its derivative from the output. */
function exponential(
  name: OperatorName,
  opset: number,
  alpha: number,
  doc: string,
  below: (y: Tensor, alpha: number) => Tensor,
) {
  return defineOperator({
    name,
    opset,
    attributes: { alpha: 'float' },
    defaults: { alpha },
    infer: ({ inputs }) => sameInfo(name, inputs),
    gradient: ({ inputs, outputs, outputGradients, attributes }) => {
      const g = required(name, outputGradients, 0);
      const slope = below(required(name, outputs, 0), attributes.alpha);
      return [where(greater(required(name, inputs, 0), 0), g, mul(g, slope))];
    },
    flops: elementwiseFlops(10),
    doc,
  });
}

export const Elu = exponential(
  'Elu',
  6,
  1,
  'x where x > 0, α (e^x - 1) elsewhere. Gradient: g, g (y + α).',
  (y, alpha) => add(y, alpha),
);

export const Celu = exponential(
  'Celu',
  12,
  1,
  'x where x > 0, α (e^(x/α) - 1) elsewhere. Gradient: g, g (y / α + 1).',
  (y, alpha) => add(div(y, alpha), 1),
);

/** Constants with which activations keep mean 0 and variance 1. Klambauer et al. 2017. */
const selfNormalizing = { alpha: 1.6732632423543772, gamma: 1.0507009873554805 } as const satisfies Constants;

export const Selu = defineOperator({
  name: 'Selu',
  opset: 6,
  attributes: { alpha: 'float', gamma: 'float' },
  defaults: selfNormalizing,
  infer: ({ inputs }) => sameInfo('Selu', inputs),
  gradient: ({ inputs, outputs, outputGradients, attributes: { alpha, gamma } }) => {
    const g = required('Selu', outputGradients, 0);
    const below = mul(g, add(required('Selu', outputs, 0), alpha * gamma));
    return [where(greater(required('Selu', inputs, 0), 0), mul(g, gamma), below)];
  },
  flops: elementwiseFlops(10),
  doc: 'γ x where x > 0, γ α (e^x - 1) elsewhere. Gradient: γ g, g (y + γ α).',
});

export const Softplus: ReturnType<typeof unary> = {
  ...unary('Softplus', 1, 'ln(1 + e^x). Gradient: g sigmoid(x).', (g, x) => mul(g, sigmoid(x)), 10),
  formula: ([x]: Inputs) => [softplusFormula(x as Tensor)],
};

/** max(0, x) + ln(1 + e), e = e^-|x|: never above range, and with Kahan's correction right where 1 + e rounds to 1. */
function softplusFormula(x: Tensor): Tensor {
  const small = exp(neg(abs(x)));
  const sum = add(small, 1);
  const isLost = equal(sum, 1);
  const above = mul(log(sum), div(small, where(isLost, 1, sub(sum, 1))));
  return add(maximum(x, 0), where(isLost, small, above));
}

export const Softsign = unary(
  'Softsign',
  1,
  'x / (1 + |x|). Gradient: g / (1 + |x|)².',
  (g, x) => mul(g, square(reciprocal(add(abs(x), 1)))),
  3,
);

export const Mish = unary(
  'Mish',
  18,
  'x tanh(softplus x). Gradient: g (t + x sigmoid(x) (1 - t²)) with t = tanh(softplus x).',
  (g, x) => {
    const t = tanh(softplus(x));
    return mul(g, add(t, mul(mul(x, sigmoid(x)), sub(1, square(t)))));
  },
  20,
);

/**
 * x where x > 0, alpha (e^x - 1) elsewhere. Clevert et al. 2016.
 * @example
 * console.log(await elu(tensor([-100, 3])).array()); // → [ -1, 3 ]
 */
export function elu<D extends DType>(x: Tensor<D>, options: { alpha?: number } = {}): Tensor<D> {
  const { alpha = 1 } = knownOptions('elu', options, 'alpha');
  requireFloat('elu', x);
  return apply1(Elu, [x], { alpha }) as Tensor<D>;
}

/**
 * x where x > 0, alpha (e^(x/alpha) - 1) elsewhere: smooth at 0 for every alpha. Barron 2017.
 * @example
 * console.log(await celu(tensor([-100, 3]), { alpha: 2 }).array()); // → [ -2, 3 ]
 */
export function celu<D extends DType>(x: Tensor<D>, options: { alpha?: number } = {}): Tensor<D> {
  const { alpha = 1 } = knownOptions('celu', options, 'alpha');
  requireFloat('celu', x);
  return apply1(Celu, [x], { alpha }) as Tensor<D>;
}

/**
 * The self-normalising exponential unit: 1.0507 (x where x > 0, 1.6733 (e^x - 1) elsewhere). Klambauer et al. 2017.
 * @example
 * console.log(await selu(tensor([0])).array()); // → [ 0 ]
 */
export function selu<D extends DType>(x: Tensor<D>): Tensor<D> {
  requireFloat('selu', x);
  return apply1(Selu, [x], selfNormalizing) as Tensor<D>;
}

/**
 * ln(1 + e^x), without overflow.
 * @example
 * console.log(await softplus(tensor([100])).array()); // → [ 100 ]
 */
export function softplus<D extends DType>(x: Tensor<D>): Tensor<D> {
  requireFloat('softplus', x);
  return apply1(Softplus, [x], {}) as Tensor<D>;
}

/**
 * x / (1 + |x|).
 * @example
 * console.log(await softsign(tensor([-1, 1])).array()); // → [ -0.5, 0.5 ]
 */
export function softsign<D extends DType>(x: Tensor<D>): Tensor<D> {
  requireFloat('softsign', x);
  return apply1(Softsign, [x], {}) as Tensor<D>;
}

/**
 * x tanh(ln(1 + e^x)). Misra 2019.
 * @example
 * console.log(await mish(tensor([0])).array()); // → [ 0 ]
 */
export function mish<D extends DType>(x: Tensor<D>): Tensor<D> {
  requireFloat('mish', x);
  return apply1(Mish, [x], {}) as Tensor<D>;
}

/**
 * x sigmoid(x), also known as swish. Elfwing et al. 2017.
 * @example
 * console.log(await silu(tensor([0])).array()); // → [ 0 ]
 */
export function silu<D extends DType>(x: Tensor<D>): Tensor<D> {
  requireFloat('silu', x);
  return mul(x, sigmoid(x));
}
