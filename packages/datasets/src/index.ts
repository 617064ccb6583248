/** @noosphere/datasets: small real data sets with typed columns, each file checked by its hash. */
export type { Dataset } from './dataset.js';
export { DatasetError } from './errors.js';
export { type Currency, currencies, type EuroRates, loadEuroRates } from './euro-rates.js';
export { adjustOhlcv, type Ohlcv } from './ohlcv.js';
export { loadSp500, type Sp500 } from './sp500.js';
export { loadStocks, type Stocks, type Ticker, tickers } from './stocks.js';
export { type CoreCpi, loadCoreCpi, loadUsMacro, type UsMacro } from './us-economy.js';
export { loadWti, type Wti } from './wti.js';
