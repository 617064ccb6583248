/** Losses of numbers against numbers, element by element. */
import { knownOptions, requirePositive } from '@noosphere/base';
import { abs, clamp, div, mul, requireSameShape, square, sub, type Tensor } from '@noosphere/core';
import { type LossOptions, reduceLoss } from './reduction.js';

/**
 * Mean squared error: (prediction - target)², as PyTorch's `mse_loss`.
 * Shapes: prediction and target of one shape; the result is [] or, not reduced, of that shape.
 * @example
 * console.log(await meanSquaredError(tensor([1, 2]), tensor([1, 4])).item()); // → 2
 */
export function meanSquaredError(prediction: Tensor, target: Tensor, options: LossOptions = {}): Tensor {
  const { reduction } = knownOptions('meanSquaredError', options, 'reduction');
  requireSameShape('meanSquaredError', prediction, target);
  return reduceLoss('meanSquaredError', square(sub(prediction, target)), reduction);
}

/**
 * Mean absolute error: |prediction - target|, as PyTorch's `l1_loss`. Its slope at 0 is 0.
 * Shapes: prediction and target of one shape; the result is [] or, not reduced, of that shape.
 * @example
 * console.log(await meanAbsoluteError(tensor([1, 2]), tensor([1, 4])).item()); // → 1
 */
export function meanAbsoluteError(prediction: Tensor, target: Tensor, options: LossOptions = {}): Tensor {
  const { reduction } = knownOptions('meanAbsoluteError', options, 'reduction');
  requireSameShape('meanAbsoluteError', prediction, target);
  return reduceLoss('meanAbsoluteError', abs(sub(prediction, target)), reduction);
}

export interface HuberOptions extends LossOptions {
  /** Where the parabola goes over into lines. @default 1 */
  readonly delta?: number;
}

/**
 * Huber's loss: d² / 2 up to |d| = δ, δ (|d| - δ / 2) beyond, with d = prediction - target; as PyTorch's `huber_loss`.
 * Shapes: prediction and target of one shape; the result is [] or, not reduced, of that shape. Huber 1964.
 * @example
 * console.log(await huber(tensor([0.5, 3]), tensor([0, 0]), { reduction: 'none' }).array()); // → [ 0.125, 2.5 ]
 */
export function huber(prediction: Tensor, target: Tensor, options: HuberOptions = {}): Tensor {
  const { delta = 1, reduction } = knownOptions('huber', options, 'delta reduction');
  requireSameShape('huber', prediction, target);
  requirePositive('huber', 'delta', delta);
  return reduceLoss('huber', huberParts(sub(prediction, target), delta), reduction);
}

/** With c = d cut off at ±δ both branches are c (d - c / 2), and so are their slopes. */
function huberParts(difference: Tensor, delta: number): Tensor {
  const cut = clamp(difference, { min: -delta, max: delta });
  return mul(cut, sub(difference, mul(cut, 0.5)));
}

export interface SmoothL1Options extends LossOptions {
  /** Where the parabola goes over into lines; 0 is the mean absolute error. @default 1 */
  readonly beta?: number;
}

/**
 * Smooth L1 loss: d² / (2 β) up to |d| = β, |d| - β / 2 beyond; Huber's loss divided by β, as PyTorch's `smooth_l1_loss`.
 * Shapes: prediction and target of one shape; the result is [] or, not reduced, of that shape. Girshick 2015.
 * @example
 * console.log(await smoothL1(tensor([1, 3]), tensor([0, 0]), { beta: 2, reduction: 'none' }).array()); // → [ 0.25, 2 ]
 */
export function smoothL1(prediction: Tensor, target: Tensor, options: SmoothL1Options = {}): Tensor {
  const { beta = 1, reduction } = knownOptions('smoothL1', options, 'beta reduction');
  requireSameShape('smoothL1', prediction, target);
  if (beta === 0) return meanAbsoluteError(prediction, target, reduction && { reduction });
  requirePositive('smoothL1', 'beta', beta);
  return reduceLoss('smoothL1', div(huberParts(sub(prediction, target), beta), beta), reduction);
}
