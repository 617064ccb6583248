/** Demand that is zero most of the time: Croston's family, aggregation, and Teunter, Syntetos & Babai's method. */
import { knownOptions } from '@noosphere/base';
import { ArgumentError } from '@noosphere/core';
import { type LocalFit, localModel } from '../fitted-model.js';
import type { LocalModel, LocalModelKind } from '../local-model.js';
import {
  bestAlpha,
  chunkSums,
  demandsOf,
  heldFrom,
  intervalsOf,
  meanInterval,
  smoothed,
  smoothedLast,
} from './smoothing.js';

/** Croston's own weight. */
const crostonAlpha = 0.1;
/** What Syntetos & Boylan multiply by: 1 - α/2. */
const syntetosBoylan = 0.95;

/**
 * Croston's method: the mean demand over the mean steps between demands, both smoothed with α = 0.1. Zero where there is no
 * demand. No intervals of its own: wrap it in `conformal`. Croston 1972; equal to statsforecast's `CrostonClassic`.
 * @example
 * const { mean } = crostonClassic().fit(Float64Array.of(0, 3, 0, 3, 0, 3)).forecast(1);
 * console.log(mean[0]?.toFixed(1)); // → 1.5
 */
export function crostonClassic(): LocalModel {
  return intermittentModel('CrostonClassic', 'crostonClassic', {}, (y) =>
    croston(y, crostonAlpha, crostonAlpha, 1),
  );
}

/**
 * Croston's method with both weights from 0.1 to 0.3 by least squares.
 * @example
 * const { mean } = crostonOptimized().fit(Float64Array.of(0, 3, 0, 3, 0, 3)).forecast(1);
 * console.log(mean[0]?.toFixed(1)); // → 1.5
 */
export function crostonOptimized(): LocalModel {
  return intermittentModel('CrostonOptimized', 'crostonOptimized', {}, (y) =>
    croston(y, bestAlpha(demandsOf(y)), bestAlpha(intervalsOf(y)), 1),
  );
}

/**
 * Croston's method times 0.95, which takes away its bias. Syntetos & Boylan 2005.
 * @example
 * const { mean } = crostonSba().fit(Float64Array.of(0, 3, 0, 3, 0, 3)).forecast(1);
 * console.log(mean[0]?.toFixed(3)); // → 1.425
 */
export function crostonSba(): LocalModel {
  return intermittentModel('CrostonSBA', 'crostonSba', {}, (y) =>
    croston(y, crostonAlpha, crostonAlpha, syntetosBoylan),
  );
}

/**
 * Aggregate-disaggregate: sums over as many steps as lie between demands on average, smoothed with the α of least squares,
 * divided by the steps. Nikolopoulos et al. 2011.
 * @example
 * const { mean } = adida().fit(Float64Array.of(0, 3, 0, 3, 0, 3)).forecast(1);
 * console.log(mean[0]?.toFixed(1)); // → 1.5
 */
export function adida(): LocalModel {
  return intermittentModel('ADIDA', 'adida', {}, (y) => aggregated(y, [meanInterval(y)]));
}

/**
 * The mean of aggregated forecasts over 1, 2, … as many steps as lie between demands on average. Petropoulos & Kourentzes 2015.
 * @example
 * const { mean } = imapa().fit(Float64Array.of(0, 3, 0, 3, 0, 3)).forecast(1);
 * console.log(mean[0]?.toFixed(2)); // → 1.47
 */
export function imapa(): LocalModel {
  return intermittentModel('IMAPA', 'imapa', {}, (y) =>
    aggregated(
      y,
      Array.from({ length: meanInterval(y) }, (_, index) => index + 1),
    ),
  );
}

export interface TsbOptions {
  /** Weight of the newest demand. @default 0.1 */
  readonly alphaDemand?: number;
  /** Weight of the newest step in the probability of a demand. @default 0.1 */
  readonly alphaProbability?: number;
}

/**
 * TSB: the probability of a demand, smoothed at every step, times its mean, so that a product that is no longer asked for
 * fades. Teunter, Syntetos & Babai 2011.
 * @example
 * const { mean } = tsb({ alphaProbability: 0.5 }).fit(Float64Array.of(4, 4, 0, 0)).forecast(1);
 * console.log(mean[0]); // → 1
 */
export function tsb(options: TsbOptions = {}): LocalModel {
  const { alphaDemand = crostonAlpha, alphaProbability = crostonAlpha } = knownOptions(
    'tsb',
    options,
    'alphaDemand alphaProbability',
  );
  for (const [name, alpha] of Object.entries({ alphaDemand, alphaProbability })) {
    if (!(alpha >= 0 && alpha <= 1)) {
      throw new ArgumentError('tsb', `${name} lies between 0 and 1, got ${alpha}`);
    }
  }
  return intermittentModel('TSB', 'tsb', options, (y) => {
    const probabilities = smoothed(
      y.map((value) => Number(value > 0)),
      alphaProbability,
    );
    const demands = smoothed(demandsOf(y), alphaDemand);
    const held = heldFrom(y, demands);
    const probability = probabilities[y.length] as number;
    const demand = demands[demands.length - 1] as number;
    return {
      level: probability * demand,
      estimates: { demand, probability },
      fitted: held.map((value, row) => value * (probabilities[row] as number)),
    };
  });
}

interface IntermittentFit {
  /** The forecast of every step. */
  readonly level: number;
  readonly estimates: Readonly<Record<string, number>>;
  readonly fitted: Float64Array;
}

function croston(
  y: Float64Array,
  alphaDemand: number,
  alphaInterval: number,
  factor: number,
): IntermittentFit {
  const demands = smoothed(demandsOf(y), alphaDemand);
  const intervals = smoothed(intervalsOf(y), alphaInterval);
  const demand = demands[demands.length - 1] as number;
  const interval = intervals[intervals.length - 1] as number;
  return {
    level: (factor * demand) / interval,
    estimates: { demand, interval, alphaDemand, alphaInterval },
    fitted: heldFrom(
      y,
      demands.map((each, index) => (factor * each) / (intervals[index] as number)),
    ),
  };
}

/** Mean over the sizes of chunks; their weights are those of the whole series. */
function aggregated(y: Float64Array, sizes: readonly number[]): IntermittentFit {
  const weights = sizes.map((size) => ({ size, alpha: bestAlpha(chunkSums(y, size)) }));
  const levelOf = (known: Float64Array): number => {
    let sum = 0;
    for (const { size, alpha } of weights) sum += smoothedLast(chunkSums(known, size), alpha) / size;
    return sum / weights.length;
  };
  return {
    level: levelOf(y),
    estimates: { interval: sizes.at(-1) as number },
    // NaN until there is a chunk of each size.
    fitted: y.map((_, row) => levelOf(y.subarray(0, row))),
  };
}

function intermittentModel(
  name: string,
  kind: LocalModelKind,
  options: object,
  fit: (y: Float64Array) => IntermittentFit,
): LocalModel {
  return localModel({ name, kind, options }, 1, (y): LocalFit => {
    const negative = y.findIndex((value) => value < 0);
    if (negative >= 0) {
      throw new ArgumentError(
        kind,
        `demand is zero or more, got ${y[negative]} at ${negative}; for other series use autoEts or autoArima`,
      );
    }
    const { level, estimates, fitted } = y.some((value) => value > 0)
      ? fit(y)
      : { level: 0, estimates: { demand: 0 }, fitted: y.map((_, row) => (row === 0 ? Number.NaN : 0)) };
    return {
      estimates,
      fitted,
      mean: (horizon) => new Float64Array(horizon).fill(level),
      spread: () => {
        throw new ArgumentError(kind, `${name} has no intervals of its own; wrap it in conformal(…)`);
      },
    };
  });
}
