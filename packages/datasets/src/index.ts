/** @noosphere/datasets: small real data sets with typed columns, each file checked by its hash. */
export { DatasetError } from './errors.js';
export type { Currency, EuroRates } from './sets/euro-rates.js';
export { currencies, loadEuroRates } from './sets/euro-rates.js';
export type { Sp500 } from './sets/sp500.js';
export { loadSp500 } from './sets/sp500.js';
export type { Stocks, Ticker } from './sets/stocks.js';
export { loadStocks, tickers } from './sets/stocks.js';
export type { CoreCpi, UsMacro } from './sets/us-economy.js';
export { loadCoreCpi, loadUsMacro } from './sets/us-economy.js';
export type { Wti } from './sets/wti.js';
export { loadWti } from './sets/wti.js';
export type { Dataset } from './tables/dataset.js';
export type { Ohlcv } from './tables/ohlcv.js';
export { adjustOhlcv } from './tables/ohlcv.js';
