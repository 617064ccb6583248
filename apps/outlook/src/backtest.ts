/** The statistical models over all markets at once: a rolling backtest, and the next days with intervals from its errors. */
import type { RunFolder } from '@noosphere/command-line';
import {
  autoEts,
  type BacktestTable,
  compareModels,
  conformalBacktest,
  conformalForecasts,
  crossValidate,
  type DieboldMariano,
  drift,
  dynamicOptimizedTheta,
  type Evaluation,
  ensemble,
  evaluate,
  type ForecastTable,
  forecastFrame,
  logPriceFrame,
  mstl,
  type RunOptions,
  ses,
  writeForecasts,
} from '@noosphere/forecast';
import type { Market } from './markets.js';
import { CountProgress } from './progress.js';

const week = 5;
/** Days of each market that models are fitted to: older ones say little of tomorrow. */
const days = 1000;
const horizon = 5;
const windows = 60;
/** Fewest rows that the first origin has behind it. */
const leastTraining = 60;
const leastDays = horizon * windows + leastTraining;
/** Between fits a model goes forward with its estimates. */
const refit = 10;
/** Per cent of the intervals. */
export const level = 90;

export const ensembleName = 'Ensemble';

const members = [
  drift(),
  ses(),
  autoEts({ model: 'ZZN' }),
  dynamicOptimizedTheta(),
  mstl({ seasons: [week] }),
];
const models = [...members, ensemble(members, { combine: 'median', name: ensembleName })];

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
  readonly days: number;
}

/** `undefined` where the signal ended it, or no market has enough days. */
export async function backtestOf(
  markets: readonly Market[],
  signal: AbortSignal,
): Promise<BacktestResult | undefined> {
  const isLong = ({ history }: Market) => history.prices.length >= leastDays;
  const long = markets.filter(isLong);
  if (long.length === 0) return undefined;
  const progress = new CountProgress('backtest');
  try {
    const result = await backtestMarkets(long, {
      signal,
      onProgress: ({ done, total }) => progress.show(done, total),
    });
    const short = markets.filter((market) => !isLong(market));
    return {
      ...result,
      tooShort: short.map(({ history }) => `${history.name} (${history.prices.length} days)`),
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
  run: RunOptions,
): Promise<Omit<BacktestResult, 'tooShort'>> {
  const frame = logPriceFrame(
    markets.map(({ history }) => history),
    { days },
  );
  const all = await crossValidate(frame, { models, horizon, windows, refit, season: week, ...run });
  const table = conformalBacktest(all, { levels: [level] });
  const forecasts = await forecastFrame(frame, { models, horizon, ...run });
  return {
    table,
    evaluation: evaluate(table, { metrics: ['mae', 'rmse', 'mase', 'coverage', 'winkler'] }),
    tests: new Map(models.map(({ name }) => [name, compareModels(table, name, 'Naive')] as const)),
    next: conformalForecasts(forecasts, all, { levels: [level] }),
    lastPrices: markets.map(({ history }) => history.prices.at(-1) ?? Number.NaN),
    refit,
    days,
  };
}

/** Every forecast of the backtest, and those of the next days, as log prices. */
export async function saveBacktest({ table, next }: BacktestResult, folder: RunFolder): Promise<void> {
  await writeForecasts(folder.place('forecasts/backtest.csv'), table, folder.writeOptions);
  await writeForecasts(folder.place('forecasts/next.csv'), next, folder.writeOptions);
}
