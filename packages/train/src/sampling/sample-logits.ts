/** Drawing classes or tokens from logits. */
import { ArgumentError, knownOptions, requireFromZero, requireNumbers, requireWhole } from '@noosphere/base';
import type { Random } from '../random.js';

export interface SampleOptions {
  /** Logits are divided by it: below 1 the likely ones are drawn more often; 0 takes the largest. @default 1 */
  readonly temperature?: number;
  /** Draw among so many of the largest. @default all */
  readonly topK?: number;
  /** Draw among the fewest of the largest whose probabilities sum to this share (nucleus sampling). @default 1, all */
  readonly topP?: number;
  /** Where the numbers come from; not needed for a temperature of 0. */
  readonly random?: Random;
}

/**
 * Draws an index with probability softmax(logits / temperature), among the largest of them.
 *
 * First `topK`, then `topP` is applied, as in Hugging Face's `generate`. -Infinity leaves an index out.
 * @param logits One row: a tensor's data, or a list.
 * @throws ArgumentError where an option is out of range, a logit is NaN, or all are -Infinity.
 * @example
 * const random = new Random(1);
 * const drawn = Array.from({ length: 1000 }, () => sampleLogits([0, 1, -9], { random, topK: 2 }));
 * console.log(drawn.filter((index) => index === 1).length > 600, sampleLogits([0, 1, -9], { temperature: 0 })); // → true 1
 */
export function sampleLogits(logits: ArrayLike<number>, options: SampleOptions = {}): number {
  const {
    temperature = 1,
    topK,
    topP = 1,
    random,
  } = knownOptions('sampleLogits', options, 'temperature topK topP random');
  requireFromZero('sampleLogits', 'temperature', temperature);
  if (topK !== undefined) requireWhole('sampleLogits', 'topK', topK);
  if (!(topP > 0 && topP <= 1))
    throw new ArgumentError('sampleLogits', `topP must be above 0 and at most 1, got ${topP}`);
  const order = ranked(logits);
  const [first] = order;
  if (first === undefined) throw new ArgumentError('sampleLogits', 'needs a logit above -Infinity, got none');
  if (temperature === 0) return first;
  if (!random)
    throw new ArgumentError('sampleLogits', 'needs random, such as new Random(1); or temperature: 0');
  const most = logits[first] as number;
  const kept = order.slice(0, topK);
  const shares = kept.map((index) => Math.exp(((logits[index] as number) - most) / temperature));
  const nucleus = countWithin(shares, topP);
  const total = shares.slice(0, nucleus).reduce((sum, share) => sum + share, 0);
  let left = random.uniform() * total;
  for (let place = 0; place < nucleus; place++) {
    left -= shares[place] as number;
    if (left < 0) return kept[place] as number;
  }
  // What rounding left over belongs to the last.
  return kept[nucleus - 1] as number;
}

/** Indexes by falling logit, those of -Infinity left out. */
function ranked(logits: ArrayLike<number>): number[] {
  requireNumbers('sampleLogits', 'logits', logits);
  const indexes: number[] = [];
  for (let index = 0; index < logits.length; index++) {
    const logit = logits[index] as number;
    if (Number.isNaN(logit) || logit === Number.POSITIVE_INFINITY)
      throw new ArgumentError('sampleLogits', `logit ${index} is ${logit}`);
    if (logit > Number.NEGATIVE_INFINITY) indexes.push(index);
  }
  return indexes.sort((a, b) => (logits[b] as number) - (logits[a] as number) || a - b);
}

/** How many of the falling shares make up a part of their sum. */
function countWithin(shares: readonly number[], part: number): number {
  const wanted = part * shares.reduce((sum, share) => sum + share, 0);
  let [sum, count] = [0, 0];
  for (const share of shares) {
    sum += share;
    count++;
    if (sum >= wanted) break;
  }
  return count;
}
