/** @noosphere/datasets: small real data sets with typed columns, each file checked by its hash. */
export type { Dataset } from './dataset.js';
export * from './errors.js';
export * from './euro-rates.js';
export { adjustOhlcv, type Ohlcv } from './ohlcv.js';
export * from './sp500.js';
export * from './stocks.js';
export * from './us-economy.js';
export * from './wti.js';
