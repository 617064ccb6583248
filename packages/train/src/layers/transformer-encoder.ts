import { knownOptions } from '@noosphere/base';
import type { Tensor } from '@noosphere/core';
import type { Random } from '../random.js';
import { type ForwardContext, inference } from '../step/context.js';
import type { AttentionMasks } from './attention-scores.js';
import type { KeyValueCache } from './key-value-cache.js';
import { TransformerEncoderLayer } from './transformer-encoder-layer.js';
import { TransformerStack, type TransformerStackOptions } from './transformer-stack.js';

/**
 * Encoder layers one above the other, as PyTorch's `nn.TransformerEncoder`; with `causal` the body of a language model.
 * Shapes: x [N, T, E] gives [N, T, E]; parameters layers.0, layers.1, … and norm.
 * @example
 * const encoder = new TransformerEncoder(2, 8, 2, new Random(1), { inner: 16, normFirst: true });
 * console.log(encoder.forward(ones([1, 5, 8]), inference, { causal: true }).shape); // → [ 1, 5, 8 ]
 */
export class TransformerEncoder extends TransformerStack<TransformerEncoderLayer> {
  constructor(
    layers: number,
    size: number,
    heads: number,
    random: Random,
    options: TransformerStackOptions = {},
  ) {
    knownOptions(
      'TransformerEncoder',
      options,
      'finalNorm inner dropout activation normFirst epsilon bias keyValueHeads rotary',
    );
    super(
      'TransformerEncoder',
      layers,
      size,
      options,
      (each) => new TransformerEncoderLayer(size, heads, random, each),
    );
  }

  forward(x: Tensor, context: ForwardContext = inference, masks: AttentionMasks = {}): Tensor {
    return this.through(x, (layer, value) => layer.forward(value, context, masks));
  }

  /** The causal stack for T further tokens [N, T, E], which see those of the caches and enter them; nothing is dropped. */
  forwardCached(x: Tensor, caches: readonly KeyValueCache[]): { output: Tensor; caches: KeyValueCache[] } {
    return this.throughCached(x, caches, (layer, value, cache) => layer.forwardCached(value, cache));
  }
}
