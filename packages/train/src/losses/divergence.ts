/** How far one distribution lies from another. */
import { knownOptions } from '@noosphere/base';
import {
  div,
  exp,
  type LossReduction,
  log,
  maximum,
  mul,
  requireSameShape,
  staticDim,
  sub,
  sum,
  type Tensor,
} from '@noosphere/core';
import { reduceLoss } from './reduction.js';

export interface KlDivergenceOptions {
  /**
   * `batchMean` divides by the first axis, which is the divergence; `mean` by all elements, as PyTorch's default.
   * @default 'mean'
   */
  readonly reduction?: LossReduction | 'batchMean';
  /** The target too is given by logarithms. @default false */
  readonly logTarget?: boolean;
}

/**
 * Kullback-Leibler divergence of a target from a prediction: target (ln target - logPrediction), as PyTorch's `kl_div`;
 * targets of 0 count nothing.
 * Shapes: logPrediction (logarithms of probabilities) and target of one shape [N, ...]; the result is [] or, not reduced,
 * [N, ...]. Kullback & Leibler 1951.
 * @example
 * const loss = klDivergence(log(tensor([[0.5, 0.5]])), tensor([[1, 0]]), { reduction: 'batchMean' });
 * console.log((await loss.item()).toFixed(4)); // → 0.6931
 */
export function klDivergence(
  logPrediction: Tensor,
  target: Tensor,
  options: KlDivergenceOptions = {},
): Tensor {
  const { reduction, logTarget = false } = knownOptions('klDivergence', options, 'reduction logTarget');
  requireSameShape('klDivergence', logPrediction, target);
  // The smallest normal float32 keeps 0 ln 0 at 0, gradient included.
  const logs = logTarget ? target : log(maximum(target, 2 ** -126));
  const losses = mul(logTarget ? exp(target) : target, sub(logs, logPrediction));
  if (reduction === 'batchMean') return div(sum(losses), staticDim('klDivergence', logPrediction.shape[0]));
  return reduceLoss('klDivergence', losses, reduction);
}
