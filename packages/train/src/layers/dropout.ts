import { ArgumentError, type Tensor } from '@noosphere/core';
import { type ForwardContext, inference } from '../context.js';

/**
 * Drops elements at a rate while training, as PyTorch's `nn.Dropout`; passes x on otherwise.
 * @example
 * console.log(await new Dropout(0.5).forward(tensor([1, 2])).array()); // → [ 1, 2 ]
 */
export class Dropout {
  readonly rate: number;

  constructor(rate: number) {
    if (!(rate >= 0 && rate < 1))
      throw new ArgumentError('Dropout', `the rate must lie in [0, 1), got ${rate}`);
    this.rate = rate;
  }

  forward(x: Tensor, context: ForwardContext = inference): Tensor {
    return context.dropout(x, this.rate);
  }
}
