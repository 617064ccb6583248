export {
  type Backtest,
  type BacktestCosts,
  type BacktestOptions,
  backtest,
  type CombinatorialBacktestOptions,
  combinatorialBacktest,
  type Decide,
  type DecisionContext,
  type Rebalance,
} from './backtest.js';
export {
  type CombinatorialFolds,
  type CombinatorialOptions,
  combinatorialPurgedFolds,
  type Fold,
  type WalkForwardOptions,
  walkForward,
} from './folds.js';
export { type PortfolioStatistics, portfolioStatistics, type StatisticsOptions } from './statistics.js';
