/** The metrics of tables: what each takes, and its formula for people. */
import {
  coverage,
  crpsOfQuantiles,
  intervalWidth,
  meanAbsolute,
  meanAbsolutePercentage,
  multiQuantileLoss,
  pinballLoss,
  type QuantileForecast,
  quantilesOfLevel,
  rootMeanSquare,
  type SeasonalScale,
  smape100,
  smape200,
  winklerScore,
} from '../metrics/index.js';

/** One model's forecasts of one window. */
export interface ScoredWindow {
  readonly actual: Float64Array;
  readonly forecast: Float64Array;
  readonly scale: SeasonalScale;
  readonly intervals: readonly {
    readonly level: number;
    readonly lower: Float64Array;
    readonly upper: Float64Array;
  }[];
}

interface Definition {
  /** With y what came, ŷ the forecast, means over the steps of one window. */
  readonly formula: string;
  readonly needsIntervals?: boolean;
  readonly of: (window: ScoredWindow) => number;
}

/** Quantile forecasts of a window: the ends of its intervals, and the point forecast as the median. */
function quantilesIn({ forecast, intervals }: ScoredWindow): QuantileForecast[] {
  return [
    { quantile: 0.5, values: forecast },
    ...intervals.flatMap(({ level, lower, upper }) => {
      const [low, high] = quantilesOfLevel(level);
      return [
        { quantile: low, values: lower },
        { quantile: high, values: upper },
      ];
    }),
  ];
}

const meanOverLevels = (
  window: ScoredWindow,
  measure: (interval: ScoredWindow['intervals'][number]) => number,
) => window.intervals.reduce((sum, interval) => sum + measure(interval), 0) / window.intervals.length;

export const metricDefinitions = {
  mae: { formula: 'mean |y - ŷ|', of: ({ actual, forecast }) => meanAbsolute(actual, forecast) },
  rmse: { formula: '√ mean (y - ŷ)²', of: ({ actual, forecast }) => rootMeanSquare(actual, forecast) },
  mape: {
    formula: 'mean 100 |y - ŷ| / |y|',
    of: ({ actual, forecast }) => meanAbsolutePercentage(actual, forecast),
  },
  smape200: {
    formula: 'mean 200 |y - ŷ| / (|y| + |ŷ|), as in M4',
    of: ({ actual, forecast }) => smape200(actual, forecast),
  },
  smape100: {
    formula: 'mean 100 |y - ŷ| / (|y| + |ŷ|), as in utilsforecast',
    of: ({ actual, forecast }) => smape100(actual, forecast),
  },
  mase: {
    formula: 'mean |y - ŷ| / mean |y[t] - y[t-m]| of the training rows',
    of: ({ actual, forecast, scale }) => meanAbsolute(actual, forecast) / scale.absolute,
  },
  rmsse: {
    formula: '√(mean (y - ŷ)² / mean (y[t] - y[t-m])² of the training rows)',
    of: ({ actual, forecast, scale }) => rootMeanSquare(actual, forecast) / Math.sqrt(scale.squared),
  },
  coverage: {
    formula: 'per cent of y inside the interval, for one level; of several, see `coverage` of the row',
    needsIntervals: true,
    of: (window) => meanOverLevels(window, (interval) => coverage(window.actual, interval)),
  },
  width: {
    formula: 'mean (upper - lower), mean over the levels',
    needsIntervals: true,
    of: (window) => meanOverLevels(window, intervalWidth),
  },
  winkler: {
    formula: 'mean of upper - lower + 2/α (distance of y outside), α = 1 - level/100, mean over the levels',
    needsIntervals: true,
    of: (window) =>
      meanOverLevels(window, (interval) => winklerScore(window.actual, interval, interval.level)),
  },
  scaledWinkler: {
    formula: 'winkler / mean |y[t] - y[t-m]| of the training rows',
    needsIntervals: true,
    of: (window) =>
      meanOverLevels(window, (interval) => winklerScore(window.actual, interval, interval.level)) /
      window.scale.absolute,
  },
  pinball: {
    formula: 'sum over both ends of the pinball loss of their quantiles, mean over the levels',
    needsIntervals: true,
    of: (window) =>
      meanOverLevels(window, ({ level, lower, upper }) => {
        const [low, high] = quantilesOfLevel(level);
        return pinballLoss(window.actual, lower, low) + pinballLoss(window.actual, upper, high);
      }),
  },
  multiQuantile: {
    formula: 'mean pinball loss over the ends of all intervals and the median ŷ',
    needsIntervals: true,
    of: (window) => multiQuantileLoss(window.actual, quantilesIn(window)),
  },
  crps: {
    formula: '2 × multiQuantile: CRPS on the quantiles there are',
    needsIntervals: true,
    of: (window) => crpsOfQuantiles(window.actual, quantilesIn(window)),
  },
} as const satisfies Record<string, Definition>;

export type MetricName = keyof typeof metricDefinitions | 'owa';
