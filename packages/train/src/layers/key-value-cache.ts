/** Keys and values of what was read already, so that generation computes each token once. */
import {
  add,
  expand,
  lessEqual,
  reshape,
  scatterElements,
  staticDim,
  type Tensor,
  zeros,
} from '@noosphere/core';
import { wholeNumbers } from './rotary-embedding.js';

/** The cache of one attention layer. It has one size from first to last, so that one program serves every token. */
export interface KeyValueCache {
  /** [N, G, capacity, D]; behind `length` zeros. */
  readonly key: Tensor;
  readonly value: Tensor;
  /** Tokens in it, int32 []. */
  readonly length: Tensor<'int32'>;
}

/** A cache without tokens. */
export function emptyCache(batch: number, heads: number, capacity: number, headSize: number): KeyValueCache {
  const shape = [batch, heads, capacity, headSize];
  return { key: zeros(shape), value: zeros(shape), length: zeros([], { dtype: 'int32' }) };
}

/** The cache with the keys and values of T further tokens; more than its capacity fail when the program runs. */
export function extendCache(cache: KeyValueCache, key: Tensor, value: Tensor): KeyValueCache {
  const count = staticDim('KeyValueCache', key.shape[2]);
  const positions = add(wholeNumbers(count), cache.length);
  const at = expand(reshape(positions, [1, 1, count, 1]), key.shape);
  const write = (into: Tensor, from: Tensor) => scatterElements(into, at, from, { axis: 2 });
  return {
    key: write(cache.key, key),
    value: write(cache.value, value),
    length: add(cache.length, count),
  };
}

/** What T new tokens see of a cache that was `before` they entered: [T, capacity], true up to each one's own place. */
export function cacheMask(before: KeyValueCache, count: number): Tensor<'bool'> {
  const capacity = staticDim('KeyValueCache', before.key.shape[2]);
  const own = reshape(add(wholeNumbers(count), before.length), [count, 1]);
  return lessEqual(reshape(wholeNumbers(capacity), [1, capacity]), own);
}
