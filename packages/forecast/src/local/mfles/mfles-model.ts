/** MFLES as a model: scale, rounds, forecast. */
import { knownOptions, requireWhole } from '@noosphere/base';
import { ArgumentError } from '@noosphere/core';
import { type LocalFit, localModel } from '../fitted-model.js';
import type { LocalModel } from '../local-model.js';
import { repeatSeason, requireSeasons } from '../naive.js';
import { Boosting } from './boosting.js';
import { defaultWaves } from './fourier-season.js';

export interface MflesOptions {
  /** Values in each season; they take turns, one a round. @default none */
  readonly seasons?: readonly number[];
  /** Sine waves of each season. @default 5 below 10 values, 10 below 70, 15 from there */
  readonly waves?: number;
  /** Rounds of boosting; statsforecast's stopping rule ends after 7, whatever its limit is. @default 7 */
  readonly rounds?: number;
  /** Share of each seasonal fit that is kept. @default 0.9 */
  readonly seasonalRate?: number;
  /** Share of each piecewise trend that is kept. @default 0.9 */
  readonly trendRate?: number;
  /** Share of each smoothing of residuals that is kept. @default 1 */
  readonly residualRate?: number;
  /** Whether later rounds fit trends of several pieces. @default true */
  readonly changepoints?: boolean;
  /** The lasso's penalty of those pieces. @default 1 */
  readonly penalty?: number;
  /** Values before each that its moving average of residuals takes in. @default 1 */
  readonly window?: number;
  /** Whether residuals are smoothed by an ensemble of exponential averages instead. @default false */
  readonly smoother?: boolean;
  /** Whether lines are robust to outliers. @default where the residuals of the first season vary by more than variationLimit */
  readonly robust?: boolean;
  /** Coefficient of variation beyond which lines are robust. @default 0.7 */
  readonly variationLimit?: number;
  /** Whether the slope is weakened by the R² of the first line. @default true */
  readonly trendPenalty?: boolean;
  /** Whether the logarithm is fitted. @default where there are seasons and all values are above zero */
  readonly multiplicative?: boolean;
}

/**
 * Boosted decomposition: median, then in turns seasons (sine waves), trend (a line, a robust one, or pieces by the lasso)
 * and smoothed residuals, each fitted to what is left and kept if the squared error falls. Quick on several long seasons. It
 * has no intervals of its own. Series of fewer than 4 values, and constants, are forecast by their last value.
 * Blume 2024, as statsforecast's `MFLES`.
 * @example
 * const y = Float64Array.from({ length: 96 }, (_, t) => 100 + t + 10 * Math.sin((t * Math.PI) / 6));
 * console.log(mfles({ seasons: [12] }).fit(y).forecast(12).mean.length); // → 12
 */
export function mfles(options: MflesOptions = {}): LocalModel {
  const {
    seasons = [],
    rounds = 7,
    window = 1,
    waves,
  } = knownOptions(
    'mfles',
    options,
    'seasons waves rounds seasonalRate trendRate residualRate changepoints penalty window',
    'smoother robust variationLimit trendPenalty multiplicative',
  );
  if (seasons.length > 0) requireSeasons('mfles', seasons);
  requireWhole('mfles', 'rounds', rounds, 1);
  requireWhole('mfles', 'window', window, 1);
  if (waves !== undefined) requireWhole('mfles', 'waves', waves, 1);
  for (const name of ['seasonalRate', 'trendRate', 'residualRate'] as const) {
    const rate = options[name] ?? 1;
    if (!(rate > 0 && rate <= 1)) {
      throw new ArgumentError('mfles', `${name} must be above 0 and at most 1, got ${rate}`);
    }
  }
  return localModel({ name: 'MFLES', kind: 'mfles', options }, 1, (y) => fitMfles(y, options));
}

function fitMfles(y: Float64Array, options: MflesOptions): LocalFit {
  const { seasons = [], trendPenalty = true } = options;
  const isPositive = y.every((value) => value > 0);
  const { multiplicative = seasons.length > 0 && isPositive } = options;
  if (multiplicative && !isPositive) {
    throw new ArgumentError('mfles', 'a logarithm needs values above zero; leave out multiplicative');
  }
  if (y.length < 4 || y.every((value) => value === y[0])) return lastValue(y);
  const scale = multiplicative ? logScale : standardScale(y);
  const boosting = new Boosting(y.map(scale.to), {
    seasons,
    waves: seasons.map((season) => options.waves ?? defaultWaves(season)),
    rounds: options.rounds ?? 7,
    seasonalRate: options.seasonalRate ?? 0.9,
    trendRate: options.trendRate ?? 0.9,
    residualRate: options.residualRate ?? 1,
    changepoints: options.changepoints ?? true,
    penalty: options.penalty ?? 1,
    window: options.window ?? 1,
    smoother: options.smoother ?? false,
    robust: options.robust,
    variationLimit: options.variationLimit ?? 0.7,
    isLogarithmic: multiplicative,
  });
  boosting.run();
  const slope = boosting.slope * (trendPenalty ? Math.max(0, boosting.linearity ?? 1) : 1);
  return {
    estimates: {
      multiplicative,
      robust: boosting.isRobust,
      level: boosting.level,
      slope,
      ...(boosting.linearity === undefined ? {} : { linearity: boosting.linearity }),
    },
    fitted: boosting.fitted.map(scale.from),
    mean: (horizon) => {
      const ahead = boosting.seasons.map((season) =>
        repeatSeason(
          season.map((_, step) => season[(y.length + step) % season.length] as number),
          horizon,
        ),
      );
      return Float64Array.from({ length: horizon }, (_, step) => {
        const trend = boosting.level + slope * (step + 1);
        return scale.from(ahead.reduce((sum, season) => sum + (season[step] as number), trend));
      });
    },
    spread: refuseIntervals,
  };
}

function refuseIntervals(): never {
  throw new ArgumentError('mfles', 'has no intervals of its own; wrap it in conformal intervals');
}

function lastValue(y: Float64Array): LocalFit {
  const last = y[y.length - 1] as number;
  return {
    estimates: { level: last, slope: 0 },
    fitted: new Float64Array(y.length).fill(last),
    mean: (horizon) => new Float64Array(horizon).fill(last),
    spread: refuseIntervals,
  };
}

interface Scale {
  readonly to: (value: number) => number;
  readonly from: (value: number) => number;
}

const logScale: Scale = { to: Math.log, from: Math.exp };

function standardScale(y: Float64Array): Scale {
  const mean = y.reduce((sum, value) => sum + value, 0) / y.length;
  const variance = y.reduce((sum, value) => sum + (value - mean) ** 2, 0) / y.length;
  const deviation = Math.sqrt(variance) || 1;
  return { to: (value) => (value - mean) / deviation, from: (value) => mean + value * deviation };
}
