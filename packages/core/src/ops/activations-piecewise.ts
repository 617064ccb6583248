/** Activation functions made of straight pieces: the derivative is a choice between constants. */
import { ArgumentError, knownOptions } from '@noosphere/base';
import { apply1, defineOperator, scalar, Tensor } from '../graph/index.js';
import { type DType, isFloat, normalizeAxis } from '../shape/index.js';
import { add, div, mul } from './arithmetic.js';
import { greater, greaterEqual, less, lessEqual, logicalAnd, where } from './comparison.js';
import { elementwiseFlops, pair, required, requireFloat, requireSameDType, sameInfo } from './like.js';
import { sumTo } from './reduce.js';

export const LeakyRelu = defineOperator({
  name: 'LeakyRelu',
  opset: 16,
  attributes: { alpha: 'float' },
  defaults: { alpha: 0.01 },
  infer: ({ inputs }) => sameInfo('LeakyRelu', inputs),
  gradient: ({ inputs, outputGradients, attributes }) => {
    const g = required('LeakyRelu', outputGradients, 0);
    return [where(greater(required('LeakyRelu', inputs, 0), 0), g, mul(g, attributes.alpha))];
  },
  flops: elementwiseFlops(),
  doc: 'x where x > 0, α x elsewhere. Gradient: g, α g.',
});

export const PRelu = defineOperator({
  name: 'PRelu',
  opset: 16,
  attributes: {},
  infer: ({ inputs }) => {
    requireSameDType('prelu', required('PRelu', inputs, 0), required('PRelu', inputs, 1));
    return sameInfo('PRelu', inputs);
  },
  gradient: ({ inputs, outputGradients }) => {
    const x = required('PRelu', inputs, 0);
    const slope = required('PRelu', inputs, 1);
    const g = required('PRelu', outputGradients, 0);
    const positive = greater(x, 0);
    return [where(positive, g, mul(g, slope)), sumTo(where(positive, 0, mul(g, x)), slope)];
  },
  flops: elementwiseFlops(),
  doc: 'x where x > 0, slope x elsewhere. Gradients: g or slope g; g x where x ≤ 0.',
});

export const ThresholdedRelu = defineOperator({
  name: 'ThresholdedRelu',
  opset: 10,
  attributes: { alpha: 'float' },
  defaults: { alpha: 1 },
  infer: ({ inputs }) => sameInfo('ThresholdedRelu', inputs),
  gradient: ({ inputs, outputGradients, attributes }) => [
    where(
      greater(required('ThresholdedRelu', inputs, 0), attributes.alpha),
      required('ThresholdedRelu', outputGradients, 0),
      0,
    ),
  ],
  flops: elementwiseFlops(),
  doc: 'x where x > α, 0 elsewhere. Gradient: g where x > α.',
});

export const HardSigmoid = defineOperator({
  name: 'HardSigmoid',
  opset: 6,
  attributes: { alpha: 'float', beta: 'float' },
  defaults: { alpha: 0.2, beta: 0.5 },
  infer: ({ inputs }) => sameInfo('HardSigmoid', inputs),
  gradient: ({ outputs, outputGradients, attributes }) => {
    const y = required('HardSigmoid', outputs, 0);
    const inside = logicalAnd(greater(y, 0), less(y, 1));
    return [where(inside, mul(required('HardSigmoid', outputGradients, 0), attributes.alpha), 0)];
  },
  flops: elementwiseFlops(4),
  doc: 'α x + β cut off at 0 and 1. Gradient: α g between.',
});

export const HardSwish = defineOperator({
  name: 'HardSwish',
  opset: 14,
  attributes: {},
  infer: ({ inputs }) => sameInfo('HardSwish', inputs),
  gradient: ({ inputs, outputGradients }) => {
    const x = required('HardSwish', inputs, 0);
    const g = required('HardSwish', outputGradients, 0);
    const curved = mul(g, add(div(x, 3), 0.5));
    return [where(lessEqual(x, -3), 0, where(greaterEqual(x, 3), g, curved))];
  },
  flops: elementwiseFlops(5),
  doc: 'x times (x / 6 + 1/2 cut off at 0 and 1). Gradient: 0 up to -3, g from 3, g (x / 3 + 1/2) between.',
});

export const Clip = defineOperator({
  name: 'Clip',
  opset: 13,
  attributes: {},
  infer: ({ inputs }) => {
    const x = required('Clip', inputs, 0);
    for (const bound of inputs.slice(1)) if (bound) requireSameDType('clamp', x, bound);
    return sameInfo('Clip', inputs);
  },
  gradient: ({ inputs: [x, low, high], outputGradients }) => {
    const g = required('Clip', outputGradients, 0);
    if (!x || !isFloat(x.dtype)) return [undefined];
    let dx = g;
    if (low) dx = where(greaterEqual(x, low), dx, 0);
    if (high) dx = where(lessEqual(x, high), dx, 0);
    return [
      dx,
      low && sumTo(where(less(x, low), g, 0), low),
      high && sumTo(where(greater(x, high), g, 0), high),
    ];
  },
  flops: elementwiseFlops(2),
  doc: 'x cut off at bounds. Gradients: g where x lies within, bounds included; to a bound where x was cut off there.',
});

export const Hardmax = defineOperator({
  name: 'Hardmax',
  opset: 13,
  attributes: { axis: 'int' },
  defaults: { axis: -1 },
  infer: ({ inputs }) => sameInfo('Hardmax', inputs),
  gradient: () => [undefined],
  flops: elementwiseFlops(),
  doc: '1 at the first largest element along an axis, 0 elsewhere. Gradient: zero.',
});

/**
 * x where x > 0, slope · x elsewhere. Maas et al. 2013.
 * @example
 * console.log(await leakyRelu(tensor([-2, 3]), { slope: 0.5 }).array()); // → [ -1, 3 ]
 */
export function leakyRelu<D extends DType>(x: Tensor<D>, options: { slope?: number } = {}): Tensor<D> {
  const { slope = 0.01 } = knownOptions('leakyRelu', options, 'slope');
  requireFloat('leakyRelu', x);
  return apply1(LeakyRelu, [x], { alpha: slope }) as Tensor<D>;
}

/**
 * x where x > 0, slope · x elsewhere, with a slope to be learned; it broadcasts to x ([C, 1, 1] for one slope a channel of images).
 * He et al. 2015.
 * @example
 * console.log(await prelu(tensor([-2, 3]), tensor([0.5])).array()); // → [ -1, 3 ]
 */
export function prelu<D extends DType>(x: Tensor<D>, slope: Tensor<D> | number): Tensor<D> {
  requireFloat('prelu', x);
  return apply1(PRelu, pair('prelu', x, slope), {}) as Tensor<D>;
}

/**
 * x where x > alpha, 0 elsewhere.
 * @example
 * console.log(await thresholdedRelu(tensor([0.5, 2])).array()); // → [ 0, 2 ]
 */
export function thresholdedRelu<D extends DType>(x: Tensor<D>, options: { alpha?: number } = {}): Tensor<D> {
  const { alpha = 1 } = knownOptions('thresholdedRelu', options, 'alpha');
  requireFloat('thresholdedRelu', x);
  return apply1(ThresholdedRelu, [x], { alpha }) as Tensor<D>;
}

/**
 * alpha · x + beta, cut off at 0 and 1.
 * @example
 * console.log(await hardSigmoid(tensor([-4, 0, 4])).array()); // → [ 0, 0.5, 1 ]
 */
export function hardSigmoid<D extends DType>(
  x: Tensor<D>,
  options: { alpha?: number; beta?: number } = {},
): Tensor<D> {
  const { alpha = 1 / 6, beta = 0.5 } = knownOptions('hardSigmoid', options, 'alpha beta');
  requireFloat('hardSigmoid', x);
  return apply1(HardSigmoid, [x], { alpha, beta }) as Tensor<D>;
}

/**
 * x · hardSigmoid(x). Howard et al. 2019.
 * @example
 * console.log(await hardSwish(tensor([-1.5, 0, 4])).array()); // → [ -0.375, 0, 4 ]
 */
export function hardSwish<D extends DType>(x: Tensor<D>): Tensor<D> {
  requireFloat('hardSwish', x);
  return apply1(HardSwish, [x], {}) as Tensor<D>;
}

/** Bounds of `clamp`; a bound left out does not hold. */
export interface ClampOptions<D extends DType> {
  readonly min?: number | Tensor<D>;
  readonly max?: number | Tensor<D>;
}

/**
 * x cut off at bounds (single numbers): max(min, x), then min(max, …).
 * @example
 * console.log(await clamp(tensor([-2, 0.5, 2]), { min: -1, max: 1 }).array()); // → [ -1, 0.5, 1 ]
 */
export function clamp<D extends DType>(x: Tensor<D>, options: ClampOptions<D>): Tensor<D> {
  const { min, max } = knownOptions('clamp', options, 'min max');
  if (min === undefined && max === undefined) {
    throw new ArgumentError('clamp', 'needs min, max or both, got none');
  }
  const bound = (value: number | Tensor<D> | undefined) => {
    if (value === undefined) return undefined;
    const limit = value instanceof Tensor ? value : scalar(x.dtype, value);
    if (limit.rank > 0)
      throw new ArgumentError('clamp', `bounds are single numbers, got ${limit}; use minimum and maximum`);
    return limit;
  };
  return apply1(Clip, max === undefined ? [x, bound(min)] : [x, bound(min), bound(max)], {}) as Tensor<D>;
}

/**
 * 1 at the first largest element along an axis, 0 elsewhere.
 * @example
 * console.log(await hardmax(tensor([1, 3, 3])).array()); // → [ 0, 1, 0 ]
 */
export function hardmax<D extends DType>(x: Tensor<D>, options: { axis?: number } = {}): Tensor<D> {
  const { axis = -1 } = knownOptions('hardmax', options, 'axis');
  requireFloat('hardmax', x);
  return apply1(Hardmax, [x], { axis: normalizeAxis('hardmax', axis, x.rank) }) as Tensor<D>;
}
