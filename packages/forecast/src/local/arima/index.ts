/** ARIMA. */
export * from './arima-models.js';
export * from './choose-arima.js';
export * from './fitted-arima.js';
