export { compareModels } from './compare-models.js';
export { type ConformalLevels, conformalBacktest, conformalForecasts } from './conformal-backtest.js';
export { type BacktestTable, type CrossValidateOptions, crossValidate } from './cross-validate.js';
export { type EvaluateOptions, type Evaluation, type EvaluationRow, evaluate } from './evaluate.js';
export type { BacktestManifest, Hardware } from './manifest.js';
export type { MetricName } from './metric-definitions.js';
export { assertNoLookAhead, differingBits, type LookAheadOptions, replaceFuture } from './no-look-ahead.js';
export {
  type ModelSearch,
  type SearchBudget,
  type SearchedModel,
  type SearchModelsOptions,
  searchModels,
} from './search-models.js';
export { type SelectEnsembleOptions, selectEnsemble } from './select-ensemble.js';
export { type ModelChoice, type SelectOptions, selectModels } from './select-models.js';
