/** Why a model forecasts what it does. */
export { type Attribution, type ExplainOptions, explainForecasts } from './attributions.js';
export { type LagImportance, type LagImportanceOptions, lagImportance } from './lag-importance.js';
