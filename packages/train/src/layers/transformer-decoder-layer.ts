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

/** What a decoder layer is told besides its inputs: masks of its own sequence, and of the memory. */
export interface DecoderMasks extends AttentionMasks {
  /** Which places of the memory are seen. @default all */
  readonly memory?: AttentionMasks;
}

/**
 * Self-attention, attention to a memory, and a feed-forward part, each added to its input and normalised, as PyTorch's
 * `nn.TransformerDecoderLayer` with `batch_first`. Vaswani et al. 2017.
 * Shapes: x [N, T, E] and memory [N, S, E] give [N, T, E]; parameters self_attn, multihead_attn, linear1 [F, E], linear2
 * [E, F], norm1, norm2, norm3 [E].
 * @example
 * const layer = new TransformerDecoderLayer(8, 2, new Random(1), { inner: 32 });
 * console.log(layer.forward(ones([1, 5, 8]), ones([1, 7, 8]), inference, { causal: true }).shape); // → [ 1, 5, 8 ]
 */
export class TransformerDecoderLayer {
  readonly self_attn: MultiheadAttention;
  readonly multihead_attn: MultiheadAttention;
  readonly linear1: Linear;
  readonly linear2: Linear;
  readonly norm1: LayerNorm;
  readonly norm2: LayerNorm;
  readonly norm3: LayerNorm;
  readonly dropout: number;
  readonly activation: (x: Tensor) => Tensor;
  readonly normFirst: boolean;

  constructor(size: number, heads: number, random: Random, options: TransformerLayerOptions = {}) {
    knownOptions(
      'TransformerDecoderLayer',
      options,
      'inner dropout activation normFirst epsilon bias keyValueHeads rotary',
    );
    const settled = transformerLayerOptions('TransformerDecoderLayer', options);
    const { inner, dropout, activation, normFirst, epsilon, bias, attention } = settled;
    const { rotary: _, ...withoutPositions } = attention;
    this.self_attn = new MultiheadAttention(size, heads, random, attention);
    this.multihead_attn = new MultiheadAttention(size, heads, random, withoutPositions);
    this.linear1 = new Linear(size, inner, random, { bias });
    this.linear2 = new Linear(inner, size, random, { bias });
    this.norm1 = new LayerNorm(size, { epsilon, bias });
    this.norm2 = new LayerNorm(size, { epsilon, bias });
    this.norm3 = new LayerNorm(size, { epsilon, bias });
    this.dropout = dropout;
    this.activation = activationOf(activation);
    this.normFirst = normFirst;
  }

  forward(x: Tensor, memory: Tensor, context: ForwardContext = inference, masks: DecoderMasks = {}): Tensor {
    const { memory: memoryMasks, ...own } = knownOptions(
      'TransformerDecoderLayer',
      masks,
      'memory mask keyMask causal',
    );
    const attended = addNormed(
      this,
      this.norm1,
      x,
      (part) => this.self_attn.forward(part, context, own),
      context,
    );
    return this.behindSelf(attended, memory, memoryMasks, context);
  }

  /** A cache for `forwardCached` that has room for so many tokens. */
  emptyCache(batch: number, capacity: number): KeyValueCache {
    return this.self_attn.emptyCache(batch, capacity);
  }

  /** The causal layer for T further tokens [N, T, E], which see those of the cache and enter it; nothing is dropped. */
  forwardCached(
    x: Tensor,
    memory: Tensor,
    cache: KeyValueCache,
    masks?: AttentionMasks,
  ): { output: Tensor; cache: KeyValueCache } {
    let next = cache;
    const attend = (part: Tensor) => {
      const found = this.self_attn.forwardCached(part, cache);
      next = found.cache;
      return found.output;
    };
    const attended = addNormed(this, this.norm1, x, attend, inference);
    return { output: this.behindSelf(attended, memory, masks, inference), cache: next };
  }

  /** What follows self-attention. */
  private behindSelf(
    x: Tensor,
    memory: Tensor,
    masks: AttentionMasks | undefined,
    context: ForwardContext,
  ): Tensor {
    const crossed = addNormed(
      this,
      this.norm2,
      x,
      (part) => this.multihead_attn.forward(part, context, { ...masks, memory }),
      context,
    );
    return addNormed(this, this.norm3, crossed, (part) => feedForward(this, part, context), context);
  }
}
