/** Attention over several heads and the post-norm encoder layer, with PyTorch's parameter names. */
import {
  ArgumentError,
  add,
  gelu,
  linear,
  matmul,
  mul,
  reshape,
  softmax,
  split,
  type Tensor,
  transpose,
  transposeLast,
  zeros,
} from '@noosphere/core';
import { type ForwardContext, inference } from '../context.js';
import type { Random } from '../random.js';
import { LayerNorm } from './layer-norm.js';
import { Linear } from './linear.js';

/**
 * Self-attention over several heads, as PyTorch's `nn.MultiheadAttention` with `batch_first`.
 * Shapes: x [N, T, E] gives [N, T, E]; in_proj_weight [3 E, E].
 * @example
 * const layer = new MultiheadAttention(8, 2, new Random(1));
 * console.log(layer.forward(ones([1, 5, 8])).shape); // → [ 1, 5, 8 ]
 */
export class MultiheadAttention {
  readonly in_proj_weight: Tensor;
  readonly in_proj_bias: Tensor;
  readonly out_proj: Linear;
  readonly heads: number;
  readonly dropout: number;

  constructor(size: number, heads: number, random: Random, { dropout = 0 }: { dropout?: number } = {}) {
    if (size % heads !== 0) {
      throw new ArgumentError(
        'MultiheadAttention',
        `the size must be a multiple of the heads, got ${size} and ${heads}`,
      );
    }
    this.in_proj_weight = random.uniformTensor([3 * size, size], Math.sqrt(6 / (4 * size)));
    this.in_proj_bias = zeros([3 * size]);
    this.out_proj = new Linear(size, size, random);
    this.heads = heads;
    this.dropout = dropout;
  }

  /** @param mask Added to the scores; broadcasts to [N, heads, T, T]. */
  forward(x: Tensor, context: ForwardContext = inference, mask?: Tensor): Tensor {
    const [batch, length, size] = x.shape as [number, number, number];
    const projected = linear(x, this.in_proj_weight, this.in_proj_bias);
    // [N, T, E] -> [N, heads, T, E / heads]
    const [query, key, value] = split(projected, { axis: 2, parts: 3 }).map((part) =>
      transpose(reshape(part, [batch, length, this.heads, size / this.heads]), [0, 2, 1, 3]),
    ) as [Tensor, Tensor, Tensor];
    const products = mul(matmul(query, transposeLast(key)), 1 / Math.sqrt(size / this.heads));
    const weights = context.dropout(softmax(mask ? add(products, mask) : products), this.dropout);
    const mixed = transpose(matmul(weights, value), [0, 2, 1, 3]);
    return this.out_proj.forward(reshape(mixed, [batch, length, size]));
  }
}

export interface TransformerEncoderLayerOptions {
  /** Width of the inner layer of the feed-forward part. @default 4 times the size */
  readonly inner?: number;
  /** @default 0 */
  readonly dropout?: number;
}

/**
 * Self-attention and a feed-forward part with erf GELU, each added to its input and normalised after (post-LN),
 * as PyTorch's `nn.TransformerEncoderLayer(activation='gelu', batch_first=True)`. Vaswani et al. 2017.
 * Shapes: x [N, T, E] gives [N, T, E].
 * @example
 * const layer = new TransformerEncoderLayer(8, 2, new Random(1));
 * console.log(layer.forward(ones([1, 5, 8])).shape); // → [ 1, 5, 8 ]
 */
export class TransformerEncoderLayer {
  readonly self_attn: MultiheadAttention;
  readonly linear1: Linear;
  readonly linear2: Linear;
  readonly norm1: LayerNorm;
  readonly norm2: LayerNorm;
  readonly dropout: number;

  constructor(size: number, heads: number, random: Random, options: TransformerEncoderLayerOptions = {}) {
    const { inner = 4 * size, dropout = 0 } = options;
    this.self_attn = new MultiheadAttention(size, heads, random, { dropout });
    this.linear1 = new Linear(size, inner, random);
    this.linear2 = new Linear(inner, size, random);
    this.norm1 = new LayerNorm(size);
    this.norm2 = new LayerNorm(size);
    this.dropout = dropout;
  }

  forward(x: Tensor, context: ForwardContext = inference, mask?: Tensor): Tensor {
    const attended = context.dropout(this.self_attn.forward(x, context, mask), this.dropout);
    const middle = this.norm1.forward(add(x, attended));
    const inner = context.dropout(gelu(this.linear1.forward(middle)), this.dropout);
    return this.norm2.forward(add(middle, context.dropout(this.linear2.forward(inner), this.dropout)));
  }
}
