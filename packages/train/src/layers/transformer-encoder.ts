import type { Tensor } from '@noosphere/core';
import { type ForwardContext, inference } from '../context.js';
import type { Random } from '../random.js';
import type { AttentionMasks } from './attention-scores.js';
import type { TransformerLayerOptions } from './feed-forward.js';
import type { KeyValueCache } from './key-value-cache.js';
import { LayerNorm } from './layer-norm.js';
import { TransformerEncoderLayer } from './transformer-encoder-layer.js';

export interface TransformerStackOptions extends TransformerLayerOptions {
  /** Normalise behind the last layer, as layers need that normalise first. @default what `normFirst` is */
  readonly finalNorm?: boolean;
}

/**
 * Encoder layers one above the other, as PyTorch's `nn.TransformerEncoder`; with `causal` the body of a language model.
 * Shapes: x [N, T, E] gives [N, T, E]; parameters layers.0, layers.1, … and norm.
 * @example
 * const encoder = new TransformerEncoder(2, 8, 2, new Random(1), { inner: 16, normFirst: true });
 * console.log(encoder.forward(ones([1, 5, 8]), inference, { causal: true }).shape); // → [ 1, 5, 8 ]
 */
export class TransformerEncoder {
  readonly layers: readonly TransformerEncoderLayer[];
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
      () => new TransformerEncoderLayer(size, heads, random, options),
    );
    this.norm = finalNorm ? new LayerNorm(size, { epsilon, bias }) : undefined;
  }

  forward(x: Tensor, context: ForwardContext = inference, masks: AttentionMasks = {}): Tensor {
    const encoded = this.layers.reduce((value, layer) => layer.forward(value, context, masks), x);
    return this.norm ? this.norm.forward(encoded) : encoded;
  }

  /** Caches for `forwardCached`, one a layer, that have room for so many tokens. */
  emptyCaches(batch: number, capacity: number): KeyValueCache[] {
    return this.layers.map((layer) => layer.emptyCache(batch, capacity));
  }

  /** The causal stack for T further tokens [N, T, E], which see those of the caches and enter them; nothing is dropped. */
  forwardCached(x: Tensor, caches: readonly KeyValueCache[]): { output: Tensor; caches: KeyValueCache[] } {
    const next: KeyValueCache[] = [];
    const encoded = this.layers.reduce((value, layer, index) => {
      const { output, cache } = layer.forwardCached(value, caches[index] as KeyValueCache);
      next.push(cache);
      return output;
    }, x);
    return { output: this.norm ? this.norm.forward(encoded) : encoded, caches: next };
  }
}
