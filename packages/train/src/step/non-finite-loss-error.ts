/** What a training ends with when its loss is no number any more. */
import { NoosphereError } from '@noosphere/core';

/** The loss became NaN or infinite: the state is still that of before the call. */
export class NonFiniteLossError extends NoosphereError {
  readonly step: number;
  readonly loss: number;
  readonly reason: string;

  constructor(step: number, loss: number, reason: string, place = '') {
    super(
      'runtime',
      'train',
      `the loss is ${loss} at step ${step}${place}: ${reason}; lower the learning rate, clip gradients, or mend the data`,
    );
    this.step = step;
    this.loss = loss;
    this.reason = reason;
  }

  /** The same error with the batch it came from, both counted from 0. */
  inBatch(epoch: number, batch: number): NonFiniteLossError {
    return new NonFiniteLossError(this.step, this.loss, this.reason, ` (epoch ${epoch}, batch ${batch})`);
  }
}
