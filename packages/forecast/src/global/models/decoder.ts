/** The small network that turns a hidden state at each step of the horizon into outputs, as neuralforecast's decoders. */
import { relu, type Tensor } from '@noosphere/core';
import { Linear, type Random } from '@noosphere/train';
import { requireCounts } from '../network.js';

export interface DecoderShape {
  /** Layers of the decoder, its linear one counted. @default 2 */
  readonly decoderLayers?: number;
  /** Units of its hidden layers. @default 128 */
  readonly decoderSize?: number;
}

export const decoderDefaults = { decoderLayers: 2, decoderSize: 128 };

/** Linear maps with relu between. Shapes: [..., I] gives [..., O]. */
export class Decoder {
  readonly layers: readonly Linear[];

  constructor(
    inputs: number,
    outputs: number,
    { decoderLayers, decoderSize }: Required<DecoderShape>,
    random: Random,
  ) {
    requireCounts('decoder', { decoderLayers, decoderSize });
    this.layers = Array.from(
      { length: decoderLayers },
      (_, layer) =>
        new Linear(
          layer === 0 ? inputs : decoderSize,
          layer === decoderLayers - 1 ? outputs : decoderSize,
          random,
        ),
    );
  }

  forward(x: Tensor): Tensor {
    return this.layers.reduce(
      (hidden, layer, index) => layer.forward(index === 0 ? hidden : relu(hidden)),
      x,
    );
  }
}
