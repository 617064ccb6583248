import { add, averagePool, pad, squeeze, sub, type Tensor, unsqueeze } from '@noosphere/core';
import { Linear, meanSquaredError, type Random } from '@noosphere/train';
import type { BenchModel } from './bench-model.js';

/**
 * DLinear (Zeng et al. 2022) as its authors wrote it: the trend is a moving average, the season what is left of it, and
 * each goes through a linear map of its own.
 */
export class DLinear implements BenchModel {
  readonly seasonal: Linear;
  readonly trend: Linear;

  constructor(random: Random) {
    this.seasonal = new Linear(336, 96, random);
    this.trend = new Linear(336, 96, random);
  }

  /** x [N, 336] past values, y [N, 96] those that follow. */
  loss(x: Tensor, y: Tensor): Tensor {
    const padded = pad(x, {
      pads: [
        [0, 0],
        [12, 12],
      ],
      mode: 'edge',
    });
    // Pooling wants channels: [N, 360] -> [N, 1, 360]
    const trend = squeeze(averagePool(unsqueeze(padded, 1), { kernel: 25, strides: 1 }), 1);
    const forecast = add(this.seasonal.forward(sub(x, trend)), this.trend.forward(trend));
    return meanSquaredError(forecast, y);
  }
}
