/** The middle of attention: scores of queries against keys, what masks leave of them, and the mixture of values. */

import {
  add,
  fromData,
  logicalAnd,
  matmul,
  mul,
  reshape,
  softmax,
  staticDim,
  type Tensor,
  unsqueeze,
  where,
} from '@noosphere/core';
import { scalar, transposeLast } from '@noosphere/core/operators';
import type { ForwardContext } from '../step/context.js';

/** Which keys a query sees. All that are given hold at once. */
export interface AttentionMasks {
  /** Broadcasts to [N, heads, T, S]. Bool: true is seen. Float: added to the scores. */
  readonly mask?: Tensor | undefined;
  /** Keys that are none, as padding: bool [N, S], true is a key. */
  readonly keyMask?: Tensor<'bool'> | undefined;
  /** Query i sees keys up to i. @default false */
  readonly causal?: boolean;
}

/** Queries, keys and values by heads: [N, H, T, D], [N, G, S, D], [N, G, S, D]; H / G queries share a key's head. */
export interface Heads {
  readonly query: Tensor;
  readonly key: Tensor;
  readonly value: Tensor;
}

/** Added to scores of what a query must not see: finite, so that one that sees nothing gets a mean in place of NaN. */
const hidden = -1e30;

/** softmax(Q Kᵀ / √D + masks) V, with dropout of the weights: [N, H, T, D]. */
export function attend(
  { query, key, value }: Heads,
  masks: AttentionMasks,
  rate: number,
  context: ForwardContext,
): Tensor {
  const [batch, heads, length, size] = query.shape.map((dim) => staticDim('attention', dim)) as [
    number,
    number,
    number,
    number,
  ];
  const [groups, keys] = [1, 2].map((axis) => staticDim('attention', key.shape[axis])) as [number, number];
  // Queries that share a head of keys are rows of one product: [N, H, T, D] -> [N, G, H / G T, D].
  const rows = (x: Tensor, width: number) =>
    groups === heads ? x : reshape(x, [batch, groups, (heads / groups) * length, width]);
  const byHead = (x: Tensor, width: number) =>
    groups === heads ? x : reshape(x, [batch, heads, length, width]);
  const products = mul(matmul(rows(query, size), transposeLast(key)), 1 / Math.sqrt(size));
  const seen = maskScores(byHead(products, keys), masks);
  const weights = context.dropout(softmax(seen), rate);
  return byHead(matmul(rows(weights, keys), value), size);
}

/** Scores lowered where a query must not look, and with an added mask. */
function maskScores(scores: Tensor, { mask, keyMask, causal }: AttentionMasks): Tensor {
  const bools: Tensor<'bool'>[] = [];
  if (mask?.dtype === 'bool') bools.push(mask as Tensor<'bool'>);
  // [N, S] -> [N, 1, 1, S]
  if (keyMask) bools.push(unsqueeze(keyMask, [1, 2]));
  let result = mask && mask.dtype !== 'bool' ? add(scores, mask) : scores;
  const [first, ...others] = bools;
  if (first) {
    const both = others.reduce((all, each) => logicalAnd(all, each), first);
    const none = scalar(scores.dtype, hidden);
    result = add(result, where(both, scalar(scores.dtype, 0), none) as Tensor);
  }
  return causal ? add(result, causalMask(scores)) : result;
}

/** What a query of [T, S] sees is below the diagonal and on it. */
function causalMask(scores: Tensor): Tensor {
  const [rows, columns] = scores.shape.slice(-2).map((dim) => staticDim('attention', dim)) as [
    number,
    number,
  ];
  const data = new Float32Array(rows * columns);
  for (let row = 0; row < rows; row++)
    data.fill(hidden, Math.min(row + 1, columns) + row * columns, (row + 1) * columns);
  return fromData('float32', [rows, columns], data);
}
