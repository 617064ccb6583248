/** Models of one market each and of all at once: a rolling backtest, and the next days with intervals from its errors. */
import type { RunFolder } from '@noosphere/command-line';
import { ArgumentError } from '@noosphere/core';
import {
  autoEts,
  type BacktestTable,
  combineForecasts,
  compareModels,
  conformalBacktest,
  conformalForecasts,
  crossValidate,
  type DieboldMariano,
  drift,
  dynamicOptimizedTheta,
  type Evaluation,
  evaluate,
  type ForecastModel,
  type ForecastTable,
  forecastFrame,
  logPriceFrame,
  mstl,
  nhits,
  nlinear,
  type RunOptions,
  type RunProgress,
  ses,
  writeForecasts,
} from '@noosphere/forecast';
import type { Market, Markets } from './markets.js';
import { type Period, periodsText } from './period.js';
import { CountProgress } from './progress.js';

/** Rows of each market that models are fitted to: older ones say little of tomorrow. */
const days = 1000;
const mostWindows = 60;
/** Rows behind the first origin: at least, and where there are enough. */
const leastTraining = 60;
const usualTraining = 400;
/** Values that neural models look back on. */
const lookback = 40;
/** Between fits a model goes forward with its estimates or weights. */
const refit = 10;
/** Per cent of the intervals. */
export const level = 90;

export const ensembleName = 'Ensemble';

/** Each is cheap: ten markets take seconds. The linear and the N-HiTS network learn from all markets at once. */
function modelsOf(horizon: number, seed: number, { season }: Period): ForecastModel[] {
  const neural = { horizon, lookback, scaler: 'standard', windowsPerBatch: 256, seed } as const;
  return [
    drift(),
    ses(),
    autoEts({ model: 'ZZN' }),
    dynamicOptimizedTheta(),
    ...(season > 1 ? [mstl({ seasons: [season] })] : []),
    nlinear({ ...neural, steps: 300, learningRate: 1e-3 }),
    nhits({ ...neural, steps: 150, learningRate: 1e-3, hiddenSize: 64 }),
  ];
}

export interface BacktestOptions {
  /** Periods ahead. */
  readonly horizon: number;
  readonly seed: number;
  readonly signal: AbortSignal;
}

export interface BacktestResult {
  /** Windows behind the calibration of intervals, with these. */
  readonly table: BacktestTable;
  readonly evaluation: Evaluation;
  /** Each model against the naive forecast, which stays at the last price. */
  readonly tests: ReadonlyMap<string, DieboldMariano>;
  /** The next days of each market. */
  readonly next: ForecastTable;
  /** Markets with fewer days than the backtest needs. */
  readonly tooShort: readonly string[];
  /** One a market, the day that `next` begins behind. */
  readonly lastPrices: readonly number[];
  readonly refit: number;
  /** Rows of each market that models see, at most. */
  readonly days: number;
}

/** `undefined` where the signal ended it. */
export async function backtestOf(
  { markets, period }: Markets,
  { horizon, seed, signal }: BacktestOptions,
): Promise<BacktestResult | undefined> {
  const rows = Math.min(
    days,
    markets.reduce((most, { history }) => Math.max(most, history.prices.length), 0),
  );
  // Short series keep two fifths of their rows to learn from.
  const training = Math.min(usualTraining, Math.floor((2 / 5) * rows));
  const windows = Math.max(1, Math.min(mostWindows, Math.floor((rows - training) / horizon)));
  const leastDays = horizon * windows + Math.max(leastTraining, 2 * period.season + lookback);
  const isLong = ({ history }: Market) => history.prices.length >= leastDays;
  const long = markets.filter(isLong);
  if (long.length === 0)
    throw new ArgumentError(
      'outlook',
      `no series has the ${periodsText(leastDays, period)} that a backtest ${periodsText(horizon, period)} ahead takes; give longer histories or a smaller --horizon`,
    );
  const progress = new CountProgress('backtest');
  try {
    const run = {
      signal,
      onProgress: ({ done, total, unit, model }: RunProgress) =>
        progress.show(done, total, unit === 'series' ? 'markets' : `steps of ${model}`),
    };
    const result = await backtestMarkets(long, { horizon, windows, seed, period, rows }, run);
    const short = markets.filter((market) => !isLong(market));
    return {
      ...result,
      tooShort: short.map(({ history }) => `${history.name} (${periodsText(history.prices.length, period)})`),
    };
  } catch (error) {
    if (signal.aborted) return undefined;
    throw error;
  } finally {
    progress.clear();
  }
}

async function backtestMarkets(
  markets: readonly Market[],
  {
    horizon,
    windows,
    seed,
    period,
    rows,
  }: {
    readonly horizon: number;
    readonly windows: number;
    readonly seed: number;
    readonly period: Period;
    readonly rows: number;
  },
  run: RunOptions,
): Promise<Omit<BacktestResult, 'tooShort'>> {
  const frame = logPriceFrame(
    markets.map(({ history }) => history),
    { days: rows },
  );
  const models = modelsOf(horizon, seed, period);
  const median = { models: models.map(({ name }) => name), name: ensembleName };
  const all = combineForecasts(
    await crossValidate(frame, { models, horizon, windows, refit, season: period.season, ...run }),
    median,
  );
  const table = conformalBacktest(all, { levels: [level] });
  const forecasts = combineForecasts(await forecastFrame(frame, { models, horizon, ...run }), median);
  return {
    table,
    evaluation: evaluate(table, { metrics: ['mae', 'rmse', 'mase', 'coverage', 'winkler'] }),
    tests: new Map(
      [...median.models, ensembleName].map((name) => [name, compareModels(table, name, 'Naive')] as const),
    ),
    next: conformalForecasts(forecasts, all, { levels: [level] }),
    lastPrices: markets.map(({ history }) => history.prices.at(-1) ?? Number.NaN),
    refit,
    days: rows,
  };
}

/** Every forecast of the backtest, and those of the next days, as log prices. */
export async function saveBacktest({ table, next }: BacktestResult, folder: RunFolder): Promise<void> {
  await writeForecasts(folder.place('forecasts/backtest.csv'), table, folder.writeOptions);
  await writeForecasts(folder.place('forecasts/next.csv'), next, folder.writeOptions);
}
