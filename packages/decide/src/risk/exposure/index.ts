export {
  type CorrelationBreakdown,
  type CorrelationBreakdownOptions,
  correlationBreakdown,
  rollingCorrelation,
} from './correlation-breakdown.js';
export { diversificationRatio, effectiveBets } from './diversification.js';
export { type Hedge, minimumVarianceHedge } from './hedging.js';
export {
  type HistoricalStress,
  type HistoricalStressOptions,
  historicalStress,
  type Scenario,
  type ScenarioResult,
  stressTest,
} from './stress.js';
