/** Losses: functions of predictions and targets that give one number. `crossEntropy` is core's. */
import { abs, mean, requireSameShape, square, sub, type Tensor } from '@noosphere/core';

/**
 * Mean squared error: mean (prediction - target)².
 * @example
 * console.log(await meanSquaredError(tensor([1, 2]), tensor([1, 4])).item()); // → 2
 */
export function meanSquaredError(prediction: Tensor, target: Tensor): Tensor {
  requireSameShape('meanSquaredError', prediction, target);
  return mean(square(sub(prediction, target)));
}

/**
 * Mean absolute error: mean |prediction - target|.
 * @example
 * console.log(await meanAbsoluteError(tensor([1, 2]), tensor([1, 4])).item()); // → 1
 */
export function meanAbsoluteError(prediction: Tensor, target: Tensor): Tensor {
  requireSameShape('meanAbsoluteError', prediction, target);
  return mean(abs(sub(prediction, target)));
}
