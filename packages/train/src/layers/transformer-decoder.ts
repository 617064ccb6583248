import type { Tensor } from '@noosphere/core';
import { type ForwardContext, inference } from '../context.js';
import type { Random } from '../random.js';
import type { AttentionMasks } from './attention-scores.js';
import type { KeyValueCache } from './key-value-cache.js';
import { LayerNorm } from './layer-norm.js';
import { type DecoderMasks, TransformerDecoderLayer } from './transformer-decoder-layer.js';
import type { TransformerStackOptions } from './transformer-encoder.js';

/**
 * Decoder layers one above the other, as PyTorch's `nn.TransformerDecoder`.
 * Shapes: x [N, T, E] and memory [N, S, E] give [N, T, E]; parameters layers.0, layers.1, … and norm.
 * @example
 * const decoder = new TransformerDecoder(2, 8, 2, new Random(1), { inner: 16 });
 * console.log(decoder.forward(ones([1, 5, 8]), ones([1, 7, 8]), inference, { causal: true }).shape); // → [ 1, 5, 8 ]
 */
export class TransformerDecoder {
  readonly layers: readonly TransformerDecoderLayer[];
  readonly norm: LayerNorm | undefined;

  constructor(
    layers: number,
    size: number,
    heads: number,
    random: Random,
    options: TransformerStackOptions = {},
  ) {
    const { finalNorm = options.normFirst ?? false, epsilon = 1e-5, bias = true } = options;
    this.layers = Array.from(
      { length: layers },
      () => new TransformerDecoderLayer(size, heads, random, options),
    );
    this.norm = finalNorm ? new LayerNorm(size, { epsilon, bias }) : undefined;
  }

  forward(x: Tensor, memory: Tensor, context: ForwardContext = inference, masks: DecoderMasks = {}): Tensor {
    const decoded = this.layers.reduce((value, layer) => layer.forward(value, memory, context, masks), x);
    return this.norm ? this.norm.forward(decoded) : decoded;
  }

  /** Caches for `forwardCached`, one a layer, that have room for so many tokens. */
  emptyCaches(batch: number, capacity: number): KeyValueCache[] {
    return this.layers.map((layer) => layer.emptyCache(batch, capacity));
  }

  /** The causal stack for T further tokens [N, T, E], which see those of the caches and enter them; nothing is dropped. */
  forwardCached(
    x: Tensor,
    memory: Tensor,
    caches: readonly KeyValueCache[],
    masks?: AttentionMasks,
  ): { output: Tensor; caches: KeyValueCache[] } {
    const next: KeyValueCache[] = [];
    const decoded = this.layers.reduce((value, layer, index) => {
      const { output, cache } = layer.forwardCached(value, memory, caches[index] as KeyValueCache, masks);
      next.push(cache);
      return output;
    }, x);
    return { output: this.norm ? this.norm.forward(decoded) : decoded, caches: next };
  }
}
