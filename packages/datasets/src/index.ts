/** @noosphere/datasets: small real data sets with typed columns, each file checked by its hash. */

export * from './errors.js';
export * from './sets/euro-rates.js';
export * from './sets/sp500.js';
export * from './sets/stocks.js';
export * from './sets/us-economy.js';
export * from './sets/wti.js';
export type { Dataset } from './tables/dataset.js';
export { adjustOhlcv, type Ohlcv } from './tables/ohlcv.js';
