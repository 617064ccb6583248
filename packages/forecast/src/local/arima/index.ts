/** ARIMA. */
export { type ArimaModel, type ArimaOptions, arima, autoArima } from './arima-models.js';
export type { AutoArimaOptions } from './choose-arima.js';
export type { FittedArima } from './fitted-arima.js';
