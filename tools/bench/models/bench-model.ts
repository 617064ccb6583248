import type { Tensor } from '@noosphere/core';
import type { ForwardContext } from '@noosphere/train';

/** What every row trains: a model that gives the loss of one batch. */
export interface BenchModel {
  loss(x: Tensor, y: Tensor, context: ForwardContext): Tensor;
}
