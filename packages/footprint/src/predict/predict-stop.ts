/** When early stopping may end a training. */
import { knownOptions } from '@noosphere/base';
import { FootprintError } from '../errors.js';
import type { Estimate } from './predict-run.js';

export interface StopOptions {
  /** Monitored score of each finished epoch. */
  readonly scores: readonly number[];
  /** Epochs without a better score that are waited for. */
  readonly patience: number;
  readonly maxEpochs: number;
  /** @default 'lower' */
  readonly better?: 'higher' | 'lower';
  /** @default 0.9 */
  readonly confidence?: number;
}

/**
 * The epoch at which a training with early stopping ends, with an interval.
 *
 * Each epoch to come improves on the best with the probability (improvements + 1) / (epochs + 2) seen so far; a chain
 * over "epochs since the best" gives the distribution of the end exactly. Improvements get rarer in real trainings, so
 * the end is rather earlier than told.
 *
 * @example
 * // Better each epoch so far: the limit is the likely end.
 * const scores = [5, 4, 3, 2.5, 2.2, 2.0, 1.9, 1.8];
 * console.log(Math.round(predictStop({ scores, patience: 3, maxEpochs: 20 }).value)); // → 20
 */
export function predictStop(options: StopOptions): Estimate {
  const {
    scores,
    patience,
    maxEpochs,
    better = 'lower',
    confidence = 0.9,
  } = knownOptions('predictStop', options, 'scores patience maxEpochs better confidence');
  const done = scores.length;
  if (!(patience >= 1 && maxEpochs >= done))
    throw new FootprintError(
      'predictStop',
      `expected patience from 1 and maxEpochs from ${done}, got ${patience} and ${maxEpochs}`,
    );
  const { improvements, sinceBest } = history(scores, better);
  const chance = (improvements + 1) / (done + 2);
  // State k: so many epochs since the best; the run ends when k reaches the patience.
  let states = new Array<number>(patience).fill(0);
  const ends = new Map<number, number>();
  if (sinceBest >= patience) ends.set(done, 1);
  else states[sinceBest] = 1;
  for (let epoch = done + 1; epoch <= maxEpochs; epoch++) {
    const next = new Array<number>(patience).fill(0);
    for (const [since, probability] of states.entries()) {
      next[0] = (next[0] ?? 0) + probability * chance;
      const worse = probability * (1 - chance);
      if (since + 1 >= patience) ends.set(epoch, (ends.get(epoch) ?? 0) + worse);
      else next[since + 1] = (next[since + 1] ?? 0) + worse;
    }
    states = next;
  }
  const open = states.reduce((sum, probability) => sum + probability, 0);
  ends.set(maxEpochs, (ends.get(maxEpochs) ?? 0) + open);
  return {
    value: [...ends].reduce((sum, [epoch, probability]) => sum + epoch * probability, 0),
    range: [quantile(ends, (1 - confidence) / 2), quantile(ends, (1 + confidence) / 2)],
  };
}

function history(scores: readonly number[], better: 'higher' | 'lower') {
  let [best, improvements, sinceBest] = [Number.NaN, 0, 0];
  for (const [index, score] of scores.entries()) {
    const isBetter = Number.isNaN(best) || (better === 'lower' ? score < best : score > best);
    if (isBetter) best = score;
    if (isBetter && index > 0) improvements++;
    sinceBest = isBetter ? 0 : sinceBest + 1;
  }
  return { improvements, sinceBest };
}

function quantile(ends: ReadonlyMap<number, number>, wanted: number): number {
  let sum = 0;
  const sorted = [...ends].sort(([a], [b]) => a - b);
  for (const [epoch, probability] of sorted) {
    sum += probability;
    if (sum >= wanted - 1e-12) return epoch;
  }
  return sorted.at(-1)?.[0] ?? 0;
}
