/** Attention over several heads, with PyTorch's parameter names. */
import {
  ArgumentError,
  formatShape,
  linear,
  mapTree,
  reshape,
  ShapeError,
  slice,
  split,
  staticDim,
  type Tensor,
  transpose,
  zeros,
} from '@noosphere/core';
import { type ForwardContext, inference } from '../context.js';
import type { Random } from '../random.js';
import { type AttentionMasks, attend, type Heads } from './attention-scores.js';
import { cacheMask, emptyCache, extendCache, type KeyValueCache } from './key-value-cache.js';
import { Linear } from './linear.js';
import { RotaryEmbedding, type RotaryOptions } from './rotary-embedding.js';
import { requireMultiple, requireRate, requireSizes } from './sizes.js';

export interface AttentionLayerOptions {
  /** Rate of dropout of the attention's weights. @default 0 */
  readonly dropout?: number;
  /** @default true */
  readonly bias?: boolean;
  /** Heads of keys and values; each serves a group of query heads (Ainslie et al. 2023). @default as many as heads */
  readonly keyValueHeads?: number;
  /** Turn queries and keys by their positions. @default no positions */
  readonly rotary?: RotaryOptions | boolean;
}

/** What attention is told besides its input. */
export interface AttentionCall extends AttentionMasks {
  /** What is attended to [N, S, E]. @default the input itself */
  readonly memory?: Tensor | undefined;
}

/**
 * Attention over several heads, as PyTorch's `nn.MultiheadAttention` with `batch_first`: softmax(Q Kᵀ / √D + mask) V by
 * head, D = E / H. A bool mask is true where a key is seen, as in PyTorch's `scaled_dot_product_attention` (and the opposite
 * of its `MultiheadAttention`). Starts as there: input weights by Glorot's uniform rule, biases 0. Vaswani et al. 2017.
 * Shapes: x [N, T, E] gives [N, T, E]; in_proj_weight [E + 2 G D, E] with G heads of keys, else [3 E, E]; in_proj_bias;
 * out_proj.weight [E, E], out_proj.bias [E].
 * @example
 * const layer = new MultiheadAttention(8, 4, new Random(1), { keyValueHeads: 2, rotary: true });
 * console.log(layer.forward(ones([1, 5, 8]), inference, { causal: true }).shape); // → [ 1, 5, 8 ]
 */
export class MultiheadAttention {
  readonly in_proj_weight: Tensor;
  readonly in_proj_bias: Tensor | undefined;
  readonly out_proj: Linear;
  readonly heads: number;
  readonly keyValueHeads: number;
  readonly headSize: number;
  readonly dropout: number;
  readonly rotary: RotaryEmbedding | undefined;

  constructor(size: number, heads: number, random: Random, options: AttentionLayerOptions = {}) {
    const { dropout = 0, bias = true, keyValueHeads = heads, rotary = false } = options;
    requireSizes('MultiheadAttention', { size, heads, keyValueHeads });
    requireMultiple('MultiheadAttention', 'the size', size, 'the heads', heads);
    requireMultiple('MultiheadAttention', 'the heads', heads, 'keyValueHeads', keyValueHeads);
    requireRate('MultiheadAttention', dropout);
    this.heads = heads;
    this.keyValueHeads = keyValueHeads;
    this.headSize = size / heads;
    const rows = size + 2 * keyValueHeads * this.headSize;
    this.in_proj_weight = random.uniformTensor([rows, size], Math.sqrt(6 / (rows + size)));
    this.in_proj_bias = bias ? zeros([rows]) : undefined;
    this.out_proj = mapTree(new Linear(size, size, random, { bias }), (leaf, path) =>
      path === 'bias' ? zeros([size]) : leaf,
    );
    this.dropout = dropout;
    this.rotary = rotary ? new RotaryEmbedding(this.headSize, rotary === true ? {} : rotary) : undefined;
  }

  forward(x: Tensor, context: ForwardContext = inference, call: AttentionCall = {}): Tensor {
    const { query, key, value } = call.memory ? this.crossHeads(x, call.memory) : this.selfHeads(x);
    const turned = (part: Tensor) => (this.rotary ? this.rotary.forward(part) : part);
    return this.mix(x, { query: turned(query), key: turned(key), value }, call, context);
  }

  /** A cache for `forwardCached` that has room for so many tokens. */
  emptyCache(batch: number, capacity: number): KeyValueCache {
    return emptyCache(batch, this.keyValueHeads, capacity, this.headSize);
  }

  /**
   * Causal attention of T further tokens, which see those of the cache and enter it.
   * @param x [N, T, E]
   */
  forwardCached(x: Tensor, cache: KeyValueCache): { output: Tensor; cache: KeyValueCache } {
    const { query, key, value } = this.selfHeads(x);
    const at = { position: cache.length, capacity: staticDim('MultiheadAttention', cache.key.shape[2]) };
    const turned = (part: Tensor) => (this.rotary ? this.rotary.forward(part, at) : part);
    const next = extendCache(cache, turned(key), value);
    const mask = cacheMask(cache, staticDim('MultiheadAttention', x.shape[1]));
    const heads = { query: turned(query), key: next.key, value: next.value };
    return { output: this.mix(x, heads, { mask }, inference), cache: next };
  }

  private mix(x: Tensor, heads: Heads, masks: AttentionMasks, context: ForwardContext): Tensor {
    // [N, H, T, D] -> [N, T, E]
    const mixed = transpose(attend(heads, masks, this.dropout, context), [0, 2, 1, 3]);
    return this.out_proj.forward(reshape(mixed, x.shape));
  }

  /** Rows of the input weight for queries, keys and values. */
  private rowCounts(): [number, number, number] {
    const shared = this.keyValueHeads * this.headSize;
    return [this.heads * this.headSize, shared, shared];
  }

  private selfHeads(x: Tensor): Heads {
    this.requireSequence(x);
    const projected = linear(x, this.in_proj_weight, this.in_proj_bias);
    const parts = split(projected, { axis: 2, sizes: this.rowCounts() });
    const [query, key, value] = parts.map((part) => this.splitHeads(part)) as [Tensor, Tensor, Tensor];
    return { query, key, value };
  }

  private crossHeads(x: Tensor, memory: Tensor): Heads {
    if (this.rotary)
      throw new ArgumentError(
        'MultiheadAttention',
        'rotary positions are those of one sequence; leave them out where memory is attended to',
      );
    this.requireSequence(x);
    this.requireSequence(memory);
    const [queries] = this.rowCounts();
    const rows = (tensor: Tensor, start: number, end: number) =>
      slice(tensor, { starts: [start], ends: [end], axes: [0] });
    const project = (input: Tensor, start: number, end: number) =>
      linear(
        input,
        rows(this.in_proj_weight, start, end),
        this.in_proj_bias && rows(this.in_proj_bias, start, end),
      );
    const total = staticDim('MultiheadAttention', this.in_proj_weight.shape[0]);
    const [key, value] = split(project(memory, queries, total), { axis: 2, parts: 2 }) as [Tensor, Tensor];
    return {
      query: this.splitHeads(project(x, 0, queries)),
      key: this.splitHeads(key),
      value: this.splitHeads(value),
    };
  }

  /** [N, T, H D] -> [N, H, T, D] */
  private splitHeads(x: Tensor): Tensor {
    const [batch, length, width] = x.shape.map((dim) => staticDim('MultiheadAttention', dim)) as [
      number,
      number,
      number,
    ];
    return transpose(reshape(x, [batch, length, width / this.headSize, this.headSize]), [0, 2, 1, 3]);
  }

  private requireSequence(x: Tensor): void {
    const size = this.heads * this.headSize;
    if (x.rank !== 3 || x.shape[2] !== size) {
      throw new ShapeError(
        'MultiheadAttention',
        `expects [N, T, E] with E = ${size}, got ${formatShape(x.shape)}; the batch comes first`,
      );
    }
  }
}
