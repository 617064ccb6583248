/**
 * Naive forecasts and trained ones side by side, on the same days. Everything is fitted before the test part is read,
 * and the test part is read once.
 */
import { knownOptions, pickOptions } from '@noosphere/base';
import { seasonalReturns, trainingMean, zeroReturn } from './baselines.js';
import { type FittedForecaster, fitForecaster } from './fit-forecaster.js';
import type { EpochReport } from './fit-network.js';
import { forecastRange } from './forecaster.js';
import type { NetworkKind } from './networks.js';
import { PeakMemory } from './peak-memory.js';
import type { PriceHistory } from './prices.js';
import { randomWalkScale, type Score, scoreForecast } from './score.js';
import { type SplitOptions, splitByTime, type TimeSplit } from './split.js';
import { cumulativeReturns } from './windows.js';

export type NaiveKind = 'zero' | 'mean' | 'seasonal';

/** What a row is called in tables. */
export const rowTitles: Readonly<Record<NaiveKind | NetworkKind, string>> = {
  zero: 'zero return',
  mean: 'training mean',
  seasonal: 'seasonal naive',
  linear: 'linear',
  mlp: 'MLP',
  lstm: 'LSTM',
};

export interface CompareOptions extends SplitOptions {
  /** Of weights and of the order of windows. @default 0 */
  readonly seed?: number;
  /** At most. @default 60 */
  readonly epochs?: number;
  /** Of the seasonal naive forecast, in periods of the prices. @default 5, a trading week */
  readonly season?: number;
  /** Ends after the running step; what is fitted until then is scored. */
  readonly signal?: AbortSignal;
  readonly onEpoch?: (kind: NetworkKind, report: EpochReport) => void;
}

/** One forecast of the test part. */
export interface ComparisonRow {
  readonly kind: NaiveKind | NetworkKind;
  /** One log return a test window. */
  readonly forecast: Float64Array;
  readonly score: Score;
  readonly fitSeconds: number;
  /** Most memory that the whole process held while this row was fitted (resident set, sampled each epoch). */
  readonly peakBytes: number;
  /** Naive forecasts have none. */
  readonly fitted: FittedForecaster | undefined;
}

export interface Comparison {
  readonly history: PriceHistory;
  readonly split: TimeSplit;
  /** What happened: one log return a test window. */
  readonly actual: Float64Array;
  /** Error of a random walk on the training part, by which MASE is scaled. */
  readonly scale: number;
  readonly rows: readonly ComparisonRow[];
}

interface FittedRow {
  readonly kind: NaiveKind | NetworkKind;
  readonly fitSeconds: number;
  readonly peakBytes: number;
  readonly fitted: FittedForecaster | undefined;
}

/**
 * Fits all rows to the training part of a history, then forecasts its test part: zero return, training mean, seasonal
 * naive, linear, MLP, and LSTM where bars are known.
 * @example
 * const prices = Float64Array.from({ length: 400 }, (_, day) => Math.exp(Math.sin(day) / 100));
 * const history = { name: 'sine', dates: Array.from(prices, (_, day) => String(day)), prices };
 * const { rows } = await compareForecasters(history, { horizon: 1, epochs: 2 });
 * console.log(rows.map(({ kind, score }) => `${kind} ${score.mase.toFixed(1)}`)[3]); // → linear 0.0
 */
export async function compareForecasters(
  history: PriceHistory,
  options: CompareOptions = {},
): Promise<Comparison> {
  knownOptions(
    'compareForecasters',
    options,
    'seed epochs season signal onEpoch lookback horizon testShare validationShare',
  );
  const split = splitByTime(
    history.prices.length,
    pickOptions(options, 'lookback horizon testShare validationShare'),
  );
  const fittedRows: FittedRow[] = (['zero', 'mean', 'seasonal'] as const).map((kind) => ({
    kind,
    fitSeconds: 0,
    peakBytes: process.memoryUsage.rss(),
    fitted: undefined,
  }));
  const kinds: readonly NetworkKind[] = history.bars ? ['linear', 'mlp', 'lstm'] : ['linear', 'mlp'];
  for (const kind of kinds) {
    if (options.signal?.aborted) break;
    fittedRows.push(await fitRow(kind, history, split, options));
  }
  const { horizon, training, test } = split;
  const scale = randomWalkScale(cumulativeReturns(history.prices, training, horizon));
  const actual = cumulativeReturns(history.prices, test, horizon);
  const rows: ComparisonRow[] = [];
  for (const row of fittedRows) {
    const forecast = row.fitted
      ? await forecastRange(row.fitted.forecaster, history, test)
      : naiveForecast(row.kind, history.prices, split, options.season ?? 5);
    rows.push({ ...row, forecast, score: scoreForecast(actual, forecast, { scale, horizon }) });
  }
  return { history, split, actual, scale, rows };
}

async function fitRow(
  kind: NetworkKind,
  history: PriceHistory,
  split: TimeSplit,
  { seed = 0, epochs = 60, signal, onEpoch }: CompareOptions,
): Promise<FittedRow> {
  const memory = new PeakMemory();
  const startedMs = performance.now();
  const fitted = await fitForecaster(kind, history, split, {
    seed,
    epochs,
    ...(signal ? { signal } : {}),
    onEpoch: (report) => {
      memory.sample();
      onEpoch?.(kind, report);
    },
  });
  memory.sample();
  return { kind, fitted, fitSeconds: (performance.now() - startedMs) / 1000, peakBytes: memory.bytes };
}

function naiveForecast(
  kind: FittedRow['kind'],
  prices: Float64Array,
  split: TimeSplit,
  season: number,
): Float64Array {
  if (kind === 'mean') return trainingMean(prices, split, split.test);
  return kind === 'seasonal'
    ? seasonalReturns(prices, split.test, split.horizon, season)
    : zeroReturn(split.test);
}
