/** Means as forecasts: of all values, of the last ones, of the last seasons. */
import { knownOptions, meanOf, requireWhole } from '@noosphere/base';
import { localModel, residualDeviation } from './fitted-model.js';
import type { LocalModel, LocalModelKind } from './local-model.js';
import { repeatSeason } from './naive.js';
import { requireSeason } from './require-series.js';

/**
 * Mean of all values, with deviation σ√(1 + 1/n). fpp3 5.2 and 5.5.
 * @example
 * console.log(historicAverage().fit(Float64Array.of(1, 5, 3)).forecast(1).mean[0]); // → 3
 */
export function historicAverage(): LocalModel {
  return localModel({ name: 'HistoricAverage', kind: 'historicAverage', options: {} }, 1, (y) => {
    const mean = meanOf(y);
    const fitted = new Float64Array(y.length).fill(mean);
    const sigma = residualDeviation(y, fitted, y.length - 1);
    return {
      estimates: { mean, sigma },
      fitted,
      mean: (horizon) => new Float64Array(horizon).fill(mean),
      spread: (forecast) => forecast.map(() => sigma * Math.sqrt(1 + 1 / y.length)),
    };
  });
}

export interface WindowAverageOptions {
  /** Values in the window. */
  readonly window: number;
}

/**
 * Mean of the last w values, ŷ[n+h] = Σ y[n-w+1 … n] / w. The deviation is that of its one-step errors, at every horizon.
 * @example
 * console.log(windowAverage({ window: 2 }).fit(Float64Array.of(1, 5, 3)).forecast(1).mean[0]); // → 4
 */
export function windowAverage(options: WindowAverageOptions): LocalModel {
  const { window } = knownOptions('windowAverage', options, 'window');
  requireWhole('windowAverage', 'window', window, 1);
  return averageModel('WindowAverage', 'windowAverage', options, 1, window);
}

export interface SeasonalWindowAverageOptions {
  /** Values in a season. */
  readonly season: number;
  /** Seasons in the window. */
  readonly window: number;
}

/**
 * Mean of the values at the same place of the last w seasons. The deviation is that of its errors in the series.
 * @example
 * const model = seasonalWindowAverage({ season: 2, window: 2 });
 * console.log(model.fit(Float64Array.of(9, 1, 5, 3, 7)).forecast(2).mean); // → Float64Array(2) [ 2, 6 ]
 */
export function seasonalWindowAverage(options: SeasonalWindowAverageOptions): LocalModel {
  const { season, window } = knownOptions('seasonalWindowAverage', options, 'season window');
  requireSeason('seasonalWindowAverage', season, 1);
  requireWhole('seasonalWindowAverage', 'window', window, 1);
  return averageModel('SeasWA', 'seasonalWindowAverage', options, season, window);
}

function averageModel(
  name: string,
  kind: LocalModelKind,
  options: object,
  season: number,
  window: number,
): LocalModel {
  return localModel({ name, kind, options }, season * window, (y) => {
    const fitted = y.map((_, index) => averageBefore(y, index, season, window));
    const sigma = residualDeviation(y, fitted, y.length - season * window);
    const next = Float64Array.from({ length: season }, (_, step) =>
      averageBefore(y, y.length + step, season, window),
    );
    return {
      estimates: { sigma },
      fitted,
      mean: (horizon) => repeatSeason(next, horizon),
      spread: (mean) => mean.map(() => sigma),
    };
  });
}

/** Mean of the `window` values that are one season, two seasons … before a place; NaN where one is missing. */
function averageBefore(y: Float64Array, index: number, season: number, window: number): number {
  let sum = 0;
  for (let back = 1; back <= window; back++) sum += y[index - back * season] ?? Number.NaN;
  return sum / window;
}
