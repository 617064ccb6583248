/** How the losses of single elements become one number. */
import { ArgumentError, type LossReduction, mean, sum, type Tensor } from '@noosphere/core';

export interface LossOptions {
  /** `mean` and `sum` give one number, `none` the losses as they are. @default 'mean' */
  readonly reduction?: LossReduction;
}

/** Mean, sum, or the losses themselves. */
export function reduceLoss(operation: string, losses: Tensor, reduction: LossReduction = 'mean'): Tensor {
  if (reduction === 'none') return losses;
  if (reduction === 'sum') return sum(losses);
  if (reduction === 'mean') return mean(losses);
  reduction satisfies never;
  throw new ArgumentError(operation, `reduction must be 'mean', 'sum' or 'none', got '${reduction}'`);
}
