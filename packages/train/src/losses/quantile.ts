/** The loss whose best constant prediction is a quantile. */
import { knownOptions } from '@noosphere/base';
import {
  ArgumentError,
  add,
  formatShape,
  mul,
  neg,
  relu,
  requireSameShape,
  ShapeError,
  sameShape,
  sub,
  type Tensor,
  tensor,
  unsqueeze,
} from '@noosphere/core';
import { type LossOptions, reduceLoss } from './reduction.js';

export interface QuantileOptions extends LossOptions {
  /** One quantile in (0, 1), or several: then the last axis of the prediction has one place for each. */
  readonly quantiles: number | readonly number[];
}

/**
 * Quantile (pinball) loss: max(q e, (q - 1) e) with e = target - prediction.
 * Shapes: one quantile: prediction and target of one shape [...]. Q of them: prediction [..., Q], target [...].
 * The result is [] or, not reduced, of the prediction's shape. Koenker & Bassett 1978.
 * @example
 * const prediction = tensor([[1, 3]]);
 * const losses = quantileLoss(prediction, tensor([2]), { quantiles: [0.25, 0.75], reduction: 'none' });
 * console.log(await losses.array()); // → [ [ 0.25, 0.25 ] ]
 */
export function quantileLoss(prediction: Tensor, target: Tensor, options: QuantileOptions): Tensor {
  const { quantiles, reduction } = knownOptions('quantileLoss', options, 'quantiles reduction');
  for (const quantile of [quantiles].flat()) {
    if (!(quantile > 0 && quantile < 1))
      throw new ArgumentError('quantileLoss', `quantiles must lie between 0 and 1, got ${quantile}`);
  }
  if (typeof quantiles === 'number') {
    requireSameShape('quantileLoss', prediction, target);
    return reduceLoss('quantileLoss', pinball(sub(target, prediction), quantiles), reduction);
  }
  if (
    prediction.shape.at(-1) !== quantiles.length ||
    !sameShape(prediction.shape.slice(0, -1), target.shape)
  ) {
    throw new ShapeError(
      'quantileLoss',
      `expects a prediction [..., ${quantiles.length}] for ${quantiles.length} quantiles and a target [...], got ` +
        `${formatShape(prediction.shape)} and ${formatShape(target.shape)}`,
    );
  }
  const each = tensor([...quantiles], { dtype: prediction.dtype });
  return reduceLoss(
    'quantileLoss',
    pinball(sub(unsqueeze(target, target.rank), prediction), each),
    reduction,
  );
}

/** max(q e, (q - 1) e) = q e + max(-e, 0). */
function pinball(error: Tensor, quantile: Tensor | number): Tensor {
  return add(mul(error, quantile), relu(neg(error)));
}
