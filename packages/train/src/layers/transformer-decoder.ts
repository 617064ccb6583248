import { knownOptions } from '@noosphere/base';
import type { Tensor } from '@noosphere/core';
import type { Random } from '../random.js';
import { type ForwardContext, inference } from '../step/context.js';
import type { AttentionMasks } from './attention-scores.js';
import type { KeyValueCache } from './key-value-cache.js';
import { type DecoderMasks, TransformerDecoderLayer } from './transformer-decoder-layer.js';
import { TransformerStack, type TransformerStackOptions } from './transformer-stack.js';

/**
 * Decoder layers one above the other, as PyTorch's `nn.TransformerDecoder`.
 * Shapes: x [N, T, E] and memory [N, S, E] give [N, T, E]; parameters layers.0, layers.1, … and norm.
 * @example
 * const decoder = new TransformerDecoder(2, 8, 2, new Random(1), { inner: 16 });
 * console.log(decoder.forward(ones([1, 5, 8]), ones([1, 7, 8]), inference, { causal: true }).shape); // → [ 1, 5, 8 ]
 */
export class TransformerDecoder extends TransformerStack<TransformerDecoderLayer> {
  constructor(
    layers: number,
    size: number,
    heads: number,
    random: Random,
    options: TransformerStackOptions = {},
  ) {
    knownOptions(
      'TransformerDecoder',
      options,
      'finalNorm inner dropout activation normFirst epsilon bias keyValueHeads rotary',
    );
    super(
      'TransformerDecoder',
      layers,
      size,
      options,
      (each) => new TransformerDecoderLayer(size, heads, random, each),
    );
  }

  forward(x: Tensor, memory: Tensor, context: ForwardContext = inference, masks: DecoderMasks = {}): Tensor {
    return this.through(x, (layer, value) => layer.forward(value, memory, context, masks));
  }

  /** The causal stack for T further tokens [N, T, E], which see those of the caches and enter them; nothing is dropped. */
  forwardCached(
    x: Tensor,
    memory: Tensor,
    caches: readonly KeyValueCache[],
    masks?: AttentionMasks,
  ): { output: Tensor; caches: KeyValueCache[] } {
    return this.throughCached(x, caches, (layer, value, cache) =>
      layer.forwardCached(value, memory, cache, masks),
    );
  }
}
