/** From the first steps of a training to its end: time, energy, carbon, cost, each with an interval. */
import { knownOptions } from '@noosphere/base';
import { FootprintError } from '../errors.js';
import type { Range } from '../quantities/range.js';
import { type Rate, rateOf } from './rate.js';

/** How far a run was at a moment. */
export interface Progress {
  readonly step: number;
  readonly elapsedSeconds: number;
  readonly energyJoules: number;
  /** @default not predicted */
  readonly carbonKilograms?: number;
  /** @default not predicted */
  readonly cost?: number;
}

export interface Estimate {
  readonly value: number;
  /** Holds the true value with the confidence asked for. */
  readonly range: Range;
}

export interface PredictOptions {
  /** Steps of the whole run. */
  readonly totalSteps: number;
  /** Steps at which it may end earlier, as `predictStop` gives them times the steps of an epoch. @default totalSteps */
  readonly stopSteps?: Estimate;
  /** @default 0.9 */
  readonly confidence?: number;
}

export interface Prediction {
  readonly steps: Estimate;
  readonly elapsedSeconds: Estimate;
  readonly energyJoules: Estimate;
  readonly carbonKilograms: Estimate | null;
  readonly cost: Estimate | null;
}

/**
 * Predicts the end of a run from its progress: what was used + remaining steps · rate.
 *
 * The rate is that of the steps after the warm-up; its interval grows with the spread between blocks of steps, with
 * their correlation, and with how much longer than the observation the remaining run is.
 *
 * @param progress - at least three moments, steps rising
 *
 * @example
 * const progress = [0, 10, 20, 30].map((step) => ({ step, elapsedSeconds: step / 10, energyJoules: 5 * step }));
 * const { elapsedSeconds, energyJoules } = predictRun(progress, { totalSteps: 1000 });
 * console.log(elapsedSeconds.value.toFixed(1), energyJoules.value.toFixed(1)); // → 100.0 5000.0
 */
export function predictRun(progress: readonly Progress[], options: PredictOptions): Prediction {
  const {
    totalSteps,
    stopSteps,
    confidence = 0.9,
  } = knownOptions('predictRun', options, 'totalSteps stopSteps confidence');
  const last = progress.at(-1);
  if (progress.length < 3 || last === undefined || progress.some(falls))
    throw new FootprintError(
      'predictRun',
      `expected at least three moments with rising steps, got ${progress.length}; call it after a few steps`,
    );
  if (!(totalSteps >= last.step))
    throw new FootprintError('predictRun', `expected totalSteps of ${last.step} or more, got ${totalSteps}`);
  if (!(confidence > 0 && confidence < 1))
    throw new FootprintError('predictRun', `confidence: expected between 0 and 1, got ${confidence}`);
  const steps = stopSteps ?? { value: totalSteps, range: [totalSteps, totalSteps] };
  const estimate = (values: readonly (number | undefined)[]): Estimate | null => {
    const known = values.filter((value) => value !== undefined);
    if (known.length < values.length) return null;
    const points = progress.map(({ step }, index) => ({ step, used: known[index] ?? 0 }));
    const rate = rateOf(points, confidence);
    return ahead(known.at(-1) ?? 0, last.step, steps, rate);
  };
  const sure = (values: readonly number[]): Estimate => estimate(values) ?? { value: 0, range: [0, 0] };
  return {
    steps,
    elapsedSeconds: sure(progress.map(({ elapsedSeconds }) => elapsedSeconds)),
    energyJoules: sure(progress.map(({ energyJoules }) => energyJoules)),
    carbonKilograms: estimate(progress.map(({ carbonKilograms }) => carbonKilograms)),
    cost: estimate(progress.map(({ cost }) => cost)),
  };
}

function falls({ step }: Progress, index: number, all: readonly Progress[]): boolean {
  return index > 0 && step <= (all[index - 1]?.step ?? 0);
}

function ahead(used: number, step: number, { value, range }: Estimate, rate: Rate): Estimate {
  const remaining = (end: number) => Math.max(0, end - step);
  const spread = (end: number) => rate.relativeHalfWidth(remaining(end));
  const [low, high] = range;
  return {
    value: used + remaining(value) * rate.perStep,
    range: [
      used + remaining(low) * rate.perStep * Math.max(0, 1 - spread(low)),
      used + remaining(high) * rate.perStep * (1 + spread(high)),
    ],
  };
}
