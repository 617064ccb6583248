/** Intervals for any model, from how far it was off at earlier origins of the same series. */

import { knownOptions, quantileOf, requireWhole } from '@noosphere/base';
import { ArgumentError } from '@noosphere/core';
import { Random } from '@noosphere/train';
import { type Exogenous, type Interval, type LocalModel, settingsOf } from '../local/local-model.js';
import { requireLevels } from '../local/require-series.js';
import { forecastWindows, type Window } from './windows.js';

export type ConformalMethod = 'split' | 'adaptive' | 'bootstrap';

export interface ConformalOptions {
  /**
   * `split`: the interval is as wide as all but a share α of the absolute errors at that step ahead, with Vovk's
   * (n + 1)-correction. `adaptive`: the same, with an α that went up after hits and down after misses over the windows
   * (Gibbs & Candès 2021). `bootstrap`: quantiles of error paths drawn with replacement, so the two sides may differ.
   * @default 'split'
   */
  readonly method?: ConformalMethod;
  /** Earlier origins, each a fit. An interval of 90 % needs 9 errors a step, of 95 % 19. @default 10 */
  readonly windows?: number;
  /** Values from one origin to the next. @default the horizon */
  readonly step?: number;
  /** Steps ahead on either side that share their errors: steadier intervals that grow less freely. @default 0 */
  readonly pool?: number;
  /** How fast `adaptive` moves α: α ← α + rate (α₀ - miss). @default 0.05 */
  readonly rate?: number;
  /** Paths of `bootstrap`. @default 1000 */
  readonly samples?: number;
  /** Of the draws of `bootstrap`. @default 0 */
  readonly seed?: number;
}

/**
 * A model with conformal intervals. The point forecast is the model's own; lower and upper are ŷ ∓ q, with q the
 * ⌈(n + 1) level⌉-th smallest of the n absolute errors that the model made that many steps ahead of earlier origins, fitted
 * anew at each. Covers as asked where errors are exchangeable. It is a model itself: it can be backtested, run in threads,
 * be part of an ensemble. Vovk, Gammerman & Shafer 2005; Lei et al. 2018.
 * @example
 * const y = Float64Array.from({ length: 60 }, (_, t) => t + (t % 3));
 * const model = conformal(naive(), { windows: 9 });
 * const { mean, intervals } = model.fit(y).forecast(1, { levels: [90] });
 * console.log(mean[0], intervals[0]?.lower[0], intervals[0]?.upper[0]); // → 61 59 63
 */
export function conformal(model: LocalModel, options: ConformalOptions = {}): LocalModel {
  const {
    method = 'split',
    windows = 10,
    pool = 0,
    rate = 0.05,
    samples = 1000,
  } = knownOptions('conformal', options, 'method windows step pool rate samples seed');
  if (!['split', 'adaptive', 'bootstrap'].includes(method))
    throw new ArgumentError('conformal', `expected split, adaptive or bootstrap, got '${method}'`);
  requireWhole('conformal', 'windows', windows, 1);
  requireWhole('conformal', 'pool', pool, 0);
  requireWhole('conformal', 'samples', samples, 1);
  if (options.step !== undefined) requireWhole('conformal', 'step', options.step, 1);
  if (!(rate >= 0)) throw new ArgumentError('conformal', `expects a rate from 0, got ${rate}`);
  return {
    name: `${model.name}-conformal`,
    kind: 'conformal',
    options: { ...options, models: [settingsOf(model)] },
    fit(y, exogenous) {
      const fitted = model.fit(y, exogenous);
      const errorsOf = memoized((horizon) => calibrate(model, y, exogenous, horizon, windows, options.step));
      return {
        estimates: { ...fitted.estimates, conformal: method, windows },
        fitted: fitted.fitted,
        forecast(horizon, { levels = [], exogenous: ahead } = {}) {
          requireLevels('conformal', levels);
          const { mean } = fitted.forecast(horizon, ahead ? { exogenous: ahead } : {});
          if (levels.length === 0) return { mean, intervals: [] };
          const errors = errorsOf(horizon);
          const intervals = levels.map((level): Interval => {
            const ends = Array.from(mean, (_, step) =>
              endsOf(errors, step, level, { method, pool, rate, samples, seed: options.seed ?? 0 }),
            );
            return {
              level,
              lower: mean.map((value, step) => value + (ends[step]?.[0] ?? Number.NaN)),
              upper: mean.map((value, step) => value + (ends[step]?.[1] ?? Number.NaN)),
            };
          });
          return { mean, intervals };
        },
      };
    },
  };
}

/** y - ŷ by window, oldest first. */
function calibrate(
  model: LocalModel,
  y: Float64Array,
  exogenous: Exogenous | undefined,
  horizon: number,
  windows: number,
  step = horizon,
): Float64Array[] {
  const found: readonly Window[] = forecastWindows('conformal', model, y, exogenous, {
    windows,
    step,
    horizon,
  });
  return found.map(({ forecast, actual }) => actual.map((value, at) => value - (forecast[at] as number)));
}

type Calibration = Required<Omit<ConformalOptions, 'windows' | 'step'>>;

/** How far below and above the forecast the interval ends at one step. */
function endsOf(
  errors: readonly Float64Array[],
  step: number,
  level: number,
  { method, pool, rate, samples, seed }: Calibration,
): readonly [lower: number, upper: number] {
  const near = (error: Float64Array) => error.subarray(Math.max(0, step - pool), step + pool + 1);
  if (method === 'bootstrap') return bootstrapEnds(errors.map(near), level, samples, seed + step);
  const scores = errors.map((error) => near(error).map(Math.abs));
  const width =
    method === 'split' ? scoreQuantile(scores, level / 100) : adaptiveQuantile(scores, level / 100, rate);
  return [-width, width];
}

/** The ⌈(n + 1) share⌉-th smallest of n scores. */
export function scoreQuantile(scores: readonly Float64Array[], share: number): number {
  const sorted = Float64Array.from(scores.flatMap((each) => Array.from(each))).sort();
  const place = Math.ceil((sorted.length + 1) * share - 1e-9);
  if (place > sorted.length) {
    const needed = Math.ceil(share / (1 - share) - 1e-9);
    throw new ArgumentError(
      'conformal',
      `an interval of ${+(100 * share).toFixed(6)} % needs at least ${needed} errors a step, got ${sorted.length}; ask for more windows, or pool steps`,
    );
  }
  return sorted[place - 1] as number;
}

/** Windows in their order: each is scored against those before it, and α follows its misses. */
function adaptiveQuantile(scores: readonly Float64Array[], share: number, rate: number): number {
  const target = 1 - share;
  let alpha = target;
  const clamped = (known: readonly Float64Array[]) => {
    const count = known.reduce((sum, each) => sum + each.length, 0);
    // α at or below zero asks for an unbounded interval; the widest error seen stands for it.
    return scoreQuantile(known, Math.min(count / (count + 1), Math.max(1 / (count + 1), 1 - alpha)));
  };
  const warmUp = Math.max(1, Math.floor(scores.length / 3));
  for (let window = warmUp; window < scores.length; window++) {
    const width = clamped(scores.slice(0, window));
    const values = scores[window] as Float64Array;
    const misses = values.reduce((sum, score) => sum + (score > width ? 1 : 0), 0) / values.length;
    alpha += rate * (target - misses);
  }
  return clamped(scores);
}

function bootstrapEnds(
  errors: readonly Float64Array[],
  level: number,
  samples: number,
  seed: number,
): readonly [lower: number, upper: number] {
  const random = new Random(seed);
  const drawn = new Float64Array(samples);
  for (let sample = 0; sample < samples; sample++) {
    const window = errors[Math.floor(random.uniform() * errors.length)] as Float64Array;
    drawn[sample] = window[Math.floor(random.uniform() * window.length)] as number;
  }
  drawn.sort();
  return [quantileOf(drawn, 0.5 - level / 200), quantileOf(drawn, 0.5 + level / 200)];
}

function memoized<T>(compute: (key: number) => T): (key: number) => T {
  const known = new Map<number, T>();
  return (key) => {
    let value = known.get(key);
    if (value === undefined) {
      value = compute(key);
      known.set(key, value);
    }
    return value;
  };
}
