/** Why a model forecasts what it does. */
export * from './attributions.js';
export * from './lag-importance.js';
