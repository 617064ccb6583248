/** What a way to decide would have earned: decisions from training parts only, held with drifting weights, net of costs. */
import { knownOptions, pickOptions } from '@noosphere/base';
import { ArgumentError } from '@noosphere/core';
import { sampleCovariance } from '../../moments/index.js';
import { requireList, requireTable } from '../../moments/tables.js';
import { diversificationRatio, effectiveBets } from '../../risk/exposure/index.js';
import { type CombinatorialFolds, type Fold, type WalkForwardOptions, walkForward } from './folds.js';
import { type PortfolioStatistics, portfolioStatistics, type StatisticsOptions } from './statistics.js';

/** What a decision is made from. */
export interface DecisionContext {
  /** Returns of the training rows, one array an asset: nothing else is shown. */
  readonly returns: readonly Float64Array[];
  /** Which rows these are. */
  readonly rows: Int32Array;
  /** Weights at the moment of trading, drifted since the last decision; all 0 before the first, and for combinatorial folds. */
  readonly holdings: Float64Array;
}

/** Weights from what is known; what they leave to one is cash. */
export type Decide = (context: DecisionContext) => ArrayLike<number> | Promise<ArrayLike<number>>;

export interface BacktestCosts {
  /** Cost of buying or selling one unit of value, one number or one an asset: 0.001 is 10 basis points. @default 0 */
  readonly costs?: number | ArrayLike<number>;
}

export interface BacktestOptions extends WalkForwardOptions, BacktestCosts, StatisticsOptions {}

/** A trade to new weights, before the return of its row. */
export interface Rebalance {
  /** The first row that is held. */
  readonly row: number;
  readonly weights: Float64Array;
  /** Σ |weight - drifted weight|. */
  readonly turnover: number;
  /** Share of the value that was paid. */
  readonly cost: number;
  /** Of the weights, by the covariance of the training rows; `undefined` where nothing held moves. */
  readonly diversificationRatio: number | undefined;
  readonly effectiveBets: number | undefined;
}

export interface Backtest {
  /** Row of each return. */
  readonly rows: Int32Array;
  /** Net of costs. */
  readonly returns: Float64Array;
  readonly rebalances: readonly Rebalance[];
  readonly statistics: PortfolioStatistics;
  /** Mean turnover of a rebalance after the first. */
  readonly meanTurnover: number;
  /** Σ of costs, shares of the value at the time. */
  readonly totalCost: number;
}

/**
 * Walk-forward backtest: decides from the rows before, holds until the next decision, and pays for what it trades.
 *
 * On a day of trading the value is first reduced by Σ cost · |new - drifted weight|; what is left is spread by the new weights.
 * Between decisions nothing is traded: weights drift with their returns, and cash earns the risk-free rate.
 *
 * @param returns - simple returns, one array an asset, no gaps
 *
 * @example
 * const returns = [Float64Array.of(0, 0, 0.1, 0.1), Float64Array.of(0, 0, 0, 0)];
 * const result = await backtest(returns, () => [0.5, 0.5], { train: 2, test: 2, costs: 0.001 });
 * console.log(Array.from(result.returns, (value) => value.toFixed(5))); // → [ '0.04895', '0.05238' ]
 */
export async function backtest(
  returns: readonly Float64Array[],
  decide: Decide,
  options: BacktestOptions = {},
): Promise<Backtest> {
  knownOptions('backtest', options, 'train test purge expanding costs periodsPerYear riskFree level');
  const rows = requireTable('backtest', returns);
  const held = holder('backtest', returns, options);
  for (const fold of walkForward(rows, pickOptions(options, 'train test purge expanding'))) {
    const weights = await decisionOf('backtest', returns, decide, fold, held.holdings());
    held.hold(fold, weights, fold.test[0] as Int32Array);
  }
  return held.finish();
}

export interface CombinatorialBacktestOptions extends BacktestCosts, StatisticsOptions {}

/**
 * Backtests of every path of combinatorial folds: as many histories of the same length, one decision a fold.
 *
 * @example
 * const returns = [Float64Array.from({ length: 60 }, (_, t) => 0.01 * Math.sin(t * t))];
 * const folds = combinatorialPurgedFolds(60, { groups: 6, testGroups: 2 });
 * const paths = await combinatorialBacktest(returns, () => [1], folds);
 * console.log(paths.length, paths[0]?.returns.length); // → 5 60
 */
export async function combinatorialBacktest(
  returns: readonly Float64Array[],
  decide: Decide,
  { folds, paths }: CombinatorialFolds,
  options: CombinatorialBacktestOptions = {},
): Promise<Backtest[]> {
  knownOptions('combinatorialBacktest', options, 'costs periodsPerYear riskFree level');
  const rows = requireTable('combinatorialBacktest', returns);
  const last = Math.max(...folds.map(({ test }) => test.at(-1)?.at(-1) ?? 0));
  if (last !== rows - 1) {
    throw new ArgumentError(
      'combinatorialBacktest',
      `the folds are of ${last + 1} rows, the returns of ${rows}; make them with combinatorialPurgedFolds(${rows})`,
    );
  }
  const none = new Float64Array(returns.length);
  const decisions: Float64Array[] = [];
  for (const fold of folds) {
    decisions.push(await decisionOf('combinatorialBacktest', returns, decide, fold, none));
  }
  return paths.map((path) => {
    const held = holder('combinatorialBacktest', returns, options);
    for (const { fold, block } of path) {
      const chosen = folds[fold] as Fold;
      held.hold(chosen, decisions[fold] as Float64Array, chosen.test[block] as Int32Array);
    }
    return held.finish();
  });
}

async function decisionOf(
  operation: string,
  returns: readonly Float64Array[],
  decide: Decide,
  fold: Fold,
  holdings: Float64Array,
): Promise<Float64Array> {
  const weights = await decide({ returns: rowsOf(returns, fold.train), rows: fold.train.slice(), holdings });
  return requireList(operation, `weights decided before row ${fold.test[0]?.[0]}`, weights, returns.length);
}

function rowsOf(returns: readonly Float64Array[], rows: Int32Array): Float64Array[] {
  return returns.map((column) => Float64Array.from(rows, (row) => column[row] as number));
}

/** Carries weights from row to row. */
function holder(
  operation: string,
  returns: readonly Float64Array[],
  options: BacktestCosts & StatisticsOptions,
) {
  const { costs = 0, riskFree = 0 } = options;
  const assets = returns.length;
  const rates = requireList(
    operation,
    'costs',
    typeof costs === 'number' ? new Float64Array(assets).fill(costs) : costs,
    assets,
  );
  const negative = rates.findIndex((rate) => rate < 0);
  if (negative >= 0)
    throw new ArgumentError(operation, `costs[${negative}] must not be negative, got ${rates[negative]}`);
  const rows: number[] = [];
  const net: number[] = [];
  const rebalances: Rebalance[] = [];
  let current = new Float64Array(assets);
  const trade = (fold: Fold, weights: Float64Array, row: number): number => {
    const trades = weights.map((weight, asset) => Math.abs(weight - (current[asset] as number)));
    const turnover = trades.reduce((sum, value) => sum + value, 0);
    const cost = trades.reduce((sum, value, asset) => sum + value * (rates[asset] as number), 0);
    rebalances.push({ row, weights, turnover, cost, ...betsOf(weights, rowsOf(returns, fold.train)) });
    current = weights.slice();
    return cost;
  };
  return {
    holdings: () => current.slice(),
    hold(fold: Fold, weights: Float64Array, test: Int32Array): void {
      for (const [at, row] of test.entries()) {
        const kept = at === 0 ? 1 - trade(fold, weights, row) : 1;
        const cash = 1 - current.reduce((sum, weight) => sum + weight, 0);
        const values = current.map((weight, asset) => weight * (1 + (returns[asset]?.[row] as number)));
        const value = values.reduce((sum, one) => sum + one, cash * (1 + riskFree));
        if (!(value * kept > 0)) {
          throw new ArgumentError(
            operation,
            `the portfolio loses everything in row ${row}; limit short positions or leverage`,
          );
        }
        rows.push(row);
        net.push(kept * value - 1);
        current = values.map((one) => one / value);
      }
    },
    finish(): Backtest {
      const later = rebalances.slice(1);
      const series = Float64Array.from(net);
      return {
        rows: Int32Array.from(rows),
        returns: series,
        rebalances,
        statistics: portfolioStatistics(series, pickOptions(options, 'periodsPerYear riskFree level')),
        meanTurnover:
          later.length > 0 ? later.reduce((sum, { turnover }) => sum + turnover, 0) / later.length : 0,
        totalCost: rebalances.reduce((sum, { cost }) => sum + cost, 0),
      };
    },
  };
}

function betsOf(weights: Float64Array, training: readonly Float64Array[]) {
  const none = { diversificationRatio: undefined, effectiveBets: undefined };
  if ((training[0]?.length ?? 0) < 2) return none;
  const covariance = sampleCovariance(training, { periodsPerYear: 1 });
  const variance = weights.reduce(
    (sum, weight, i) =>
      weights.reduce((of, other, j) => of + weight * other * (covariance[i]?.[j] as number), sum),
    0,
  );
  if (!(variance > 0)) return none;
  return {
    diversificationRatio: diversificationRatio(weights, covariance),
    effectiveBets: effectiveBets(weights, covariance),
  };
}
