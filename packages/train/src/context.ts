/** What a layer is told besides its input: whether it trains, and where its dropout masks come from. */
import { cast, mul, placeholder, type Tensor } from '@noosphere/core';

export interface ForwardContext {
  readonly training: boolean;
  /** x with elements dropped at `rate` and the rest scaled by 1 / (1 - rate); x itself when not training. */
  dropout(x: Tensor, rate: number): Tensor;
}

/** The context of prediction: nothing is dropped. */
export const inference: ForwardContext = { training: false, dropout: (x) => x };

/** A mask that a train step must be fed: one byte an element, 1 keeps it. */
export interface MaskSite {
  readonly input: Tensor<'uint8'>;
  readonly rate: number;
}

/** The context of one traced train step; it collects the masks that the step needs. */
export class TrainingContext implements ForwardContext {
  readonly training = true;
  readonly sites: MaskSite[] = [];

  dropout(x: Tensor, rate: number): Tensor {
    if (rate === 0) return x;
    // Masks are drawn outside the graph from (seed, step, site): a resumed run draws the same bits.
    const input = placeholder(`mask_${this.sites.length}`, 'uint8', x.shape);
    this.sites.push({ input, rate });
    return mul(x, mul(cast(input, x.dtype), 1 / (1 - rate)));
  }
}
