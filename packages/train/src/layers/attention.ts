/** Attention over several heads, with PyTorch's parameter names. */
import { knownOptions, requireRate } from '@noosphere/base';
import {
  ArgumentError,
  formatShape,
  linear,
  mapTree,
  reshape,
  ShapeError,
  split,
  staticDim,
  type Tensor,
  transpose,
  zeros,
} from '@noosphere/core';
import type { Random } from '../random.js';
import { type ForwardContext, inference } from '../step/context.js';
import { type AttentionMasks, attend, type Heads } from './attention-scores.js';
import { cacheMask, emptyCache, extendCache, type KeyValueCache } from './key-value-cache.js';
import { Linear } from './linear.js';
import { RotaryEmbedding, type RotaryOptions } from './rotary-embedding.js';
import { requireMultiple, requireRandom, requireSizes } from './sizes.js';

export interface AttentionLayerOptions {
  /** Rate of dropout of the attention's weights. @default 0 */
  readonly dropout?: number;
  /** @default true */
  readonly bias?: boolean;
  /** Heads of keys and values; each serves a group of query heads (Ainslie et al. 2023). @default as many as heads */
  readonly keyValueHeads?: number;
  /** Width of the memory attended to, where it is not that of the queries. @default the size */
  readonly memorySize?: number;
  /** Turn queries and keys by their positions. @default no positions */
  readonly rotary?: RotaryOptions | boolean;
}

/** What attention is told besides its input. */
const optionNames = ['dropout', 'bias', 'keyValueHeads', 'memorySize', 'rotary'] as const;

export interface AttentionCall extends AttentionMasks {
  /** What is attended to [N, S, E]. @default the input itself */
  readonly memory?: Tensor | undefined;
}

/**
 * Attention over several heads, as PyTorch's `nn.MultiheadAttention` with `batch_first`: softmax(Q Kᵀ / √D + mask) V by
 * head, D = E / H. A bool mask is true where a key is seen, as in PyTorch's `scaled_dot_product_attention` (and the opposite
 * of its `MultiheadAttention`). Starts as there: input weights by Glorot's uniform rule, biases 0. Vaswani et al. 2017.
 * Shapes: x [N, T, E] gives [N, T, E]; in_proj_weight [E + 2 G D, E] with G heads of keys, else [3 E, E]; in_proj_bias;
 * out_proj.weight [E, E], out_proj.bias [E]. A memory of another width M has q_proj_weight [E, E], k_proj_weight and
 * v_proj_weight [G D, M] in place of in_proj_weight.
 * @example
 * const layer = new MultiheadAttention(8, 4, new Random(1), { keyValueHeads: 2, rotary: true });
 * console.log(layer.forward(ones([1, 5, 8]), inference, { causal: true }).shape); // → [ 1, 5, 8 ]
 */
export class MultiheadAttention {
  readonly in_proj_weight: Tensor | undefined;
  readonly q_proj_weight: Tensor | undefined;
  readonly k_proj_weight: Tensor | undefined;
  readonly v_proj_weight: Tensor | undefined;
  readonly in_proj_bias: Tensor | undefined;
  readonly out_proj: Linear;
  readonly heads: number;
  readonly keyValueHeads: number;
  readonly headSize: number;
  readonly dropout: number;
  readonly rotary: RotaryEmbedding | undefined;

  constructor(size: number, heads: number, random: Random, options: AttentionLayerOptions = {}) {
    const known = knownOptions('MultiheadAttention', options, optionNames);
    const { dropout = 0, bias = true, keyValueHeads = heads, rotary = false, memorySize = size } = known;
    requireRandom('MultiheadAttention', random);
    requireSizes('MultiheadAttention', { size, heads, keyValueHeads, memorySize });
    requireMultiple('MultiheadAttention', 'the size', size, 'the heads', heads);
    requireMultiple('MultiheadAttention', 'the heads', heads, 'keyValueHeads', keyValueHeads);
    requireRate('MultiheadAttention', 'the rate', dropout);
    this.heads = heads;
    this.keyValueHeads = keyValueHeads;
    this.headSize = size / heads;
    const shared = keyValueHeads * this.headSize;
    const rows = size + 2 * shared;
    // Glorot's rule: uniform in ±√(6 / (inputs + outputs)).
    const draw = (outputs: number, inputs: number) =>
      random.uniformTensor([outputs, inputs], Math.sqrt(6 / (inputs + outputs)));
    const isJoined = memorySize === size;
    this.in_proj_weight = isJoined ? draw(rows, size) : undefined;
    this.q_proj_weight = isJoined ? undefined : draw(size, size);
    this.k_proj_weight = isJoined ? undefined : draw(shared, memorySize);
    this.v_proj_weight = isJoined ? undefined : draw(shared, memorySize);
    this.in_proj_bias = bias ? zeros([rows]) : undefined;
    this.out_proj = mapTree(new Linear(size, size, random, { bias }), (leaf, path) =>
      path === 'bias' ? zeros([size]) : leaf,
    );
    this.dropout = dropout;
    this.rotary = rotary ? new RotaryEmbedding(this.headSize, rotary === true ? {} : rotary) : undefined;
  }

  forward(x: Tensor, context: ForwardContext = inference, call: AttentionCall = {}): Tensor {
    knownOptions('MultiheadAttention', call, 'memory mask keyMask causal');
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
    if (!this.in_proj_weight)
      throw new ArgumentError(
        'MultiheadAttention',
        'this layer attends to a memory of another width; give it as the option memory',
      );
    const projected = linear(x, this.in_proj_weight, this.in_proj_bias);
    return this.byHead(split(projected, { axis: 2, sizes: this.rowCounts() }));
  }

  private crossHeads(x: Tensor, memory: Tensor): Heads {
    if (this.rotary)
      throw new ArgumentError(
        'MultiheadAttention',
        'rotary positions are those of one sequence; leave them out where memory is attended to',
      );
    this.requireSequence(x);
    const sizes = this.rowCounts();
    const weights = this.in_proj_weight
      ? split(this.in_proj_weight, { sizes })
      : [this.q_proj_weight, this.k_proj_weight, this.v_proj_weight];
    const biases = this.in_proj_bias && split(this.in_proj_bias, { sizes });
    const width = weights[1]?.shape[1];
    if (memory.rank !== 3 || memory.shape[0] !== x.shape[0] || memory.shape[2] !== width) {
      throw new ShapeError(
        'MultiheadAttention',
        `expects a memory [${x.shape[0]}, S, ${width}], got ${formatShape(memory.shape)}`,
      );
    }
    return this.byHead(
      [x, memory, memory].map((input, index) => linear(input, weights[index] as Tensor, biases?.[index])),
    );
  }

  private byHead(parts: readonly Tensor[]): Heads {
    const [query, key, value] = parts.map((part) => this.splitHeads(part)) as [Tensor, Tensor, Tensor];
    return { query, key, value };
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
