import { knownOptions } from '@noosphere/base';
import type { Tensor } from '@noosphere/core';
import type { Random } from '../random.js';
import { type ForwardContext, inference } from '../step/context.js';
import { MultiheadAttention } from './attention.js';
import type { AttentionMasks } from './attention-scores.js';
import {
  activationOf,
  addNormed,
  feedForward,
  type TransformerLayerOptions,
  transformerLayerOptions,
} from './feed-forward.js';
import type { KeyValueCache } from './key-value-cache.js';
import { LayerNorm } from './layer-norm.js';
import { Linear } from './linear.js';

/**
 * Self-attention and a feed-forward part, each added to its input and normalised, as PyTorch's
 * `nn.TransformerEncoderLayer` with `batch_first`. With `causal` it is the layer of a language model. Vaswani et al. 2017.
 * Shapes: x [N, T, E] gives [N, T, E]; parameters self_attn, linear1 [F, E], linear2 [E, F], norm1, norm2 [E].
 * @example
 * const layer = new TransformerEncoderLayer(8, 2, new Random(1), { inner: 32, activation: 'gelu' });
 * console.log(layer.forward(ones([1, 5, 8])).shape); // → [ 1, 5, 8 ]
 */
export class TransformerEncoderLayer {
  readonly self_attn: MultiheadAttention;
  readonly linear1: Linear;
  readonly linear2: Linear;
  readonly norm1: LayerNorm;
  readonly norm2: LayerNorm;
  readonly dropout: number;
  readonly activation: (x: Tensor) => Tensor;
  readonly normFirst: boolean;

  constructor(size: number, heads: number, random: Random, options: TransformerLayerOptions = {}) {
    knownOptions(
      'TransformerEncoderLayer',
      options,
      'inner dropout activation normFirst epsilon bias keyValueHeads rotary',
    );
    const settled = transformerLayerOptions('TransformerEncoderLayer', options);
    const { inner, dropout, activation, normFirst, epsilon, bias, attention } = settled;
    this.self_attn = new MultiheadAttention(size, heads, random, attention);
    this.linear1 = new Linear(size, inner, random, { bias });
    this.linear2 = new Linear(inner, size, random, { bias });
    this.norm1 = new LayerNorm(size, { epsilon, bias });
    this.norm2 = new LayerNorm(size, { epsilon, bias });
    this.dropout = dropout;
    this.activation = activationOf(activation);
    this.normFirst = normFirst;
  }

  forward(x: Tensor, context: ForwardContext = inference, masks: AttentionMasks = {}): Tensor {
    const attended = addNormed(
      this,
      this.norm1,
      x,
      (part) => this.self_attn.forward(part, context, masks),
      context,
    );
    return addNormed(this, this.norm2, attended, (part) => feedForward(this, part, context), context);
  }

  /** A cache for `forwardCached` that has room for so many tokens. */
  emptyCache(batch: number, capacity: number): KeyValueCache {
    return this.self_attn.emptyCache(batch, capacity);
  }

  /** The causal layer for T further tokens [N, T, E], which see those of the cache and enter it; nothing is dropped. */
  forwardCached(x: Tensor, cache: KeyValueCache): { output: Tensor; cache: KeyValueCache } {
    let next = cache;
    const attend = (part: Tensor) => {
      const found = this.self_attn.forwardCached(part, cache);
      next = found.cache;
      return found.output;
    };
    const attended = addNormed(this, this.norm1, x, attend, inference);
    const output = addNormed(
      this,
      this.norm2,
      attended,
      (part) => feedForward(this, part, inference),
      inference,
    );
    return { output, cache: next };
  }
}
