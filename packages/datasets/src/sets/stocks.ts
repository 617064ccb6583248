import { readCheckedText } from '../files/checked-text.js';
import { embeddedPath } from '../files/places.js';
import { type Dataset, span } from '../tables/dataset.js';
import { type Ohlcv, readOhlcv } from '../tables/ohlcv.js';
import { columnIndex, readTable } from '../tables/table.js';

/** The five stocks, by ticker. */
export const tickers = ['AAPL', 'IBM', 'MSFT', 'GOOG', 'FB'] as const;
export type Ticker = (typeof tickers)[number];

export interface Stocks extends Dataset {
  readonly series: Readonly<Record<Ticker, Ohlcv>>;
}

const names = {
  date: 'Date',
  open: 'Open',
  high: 'High',
  low: 'Low',
  close: 'Close',
  volume: 'Volume',
  adjustedClose: 'Adj Close',
};

/**
 * Daily bars of five US stocks, 2000-03-01 to 2013-03-01 (GOOG from 2004-08-19, FB from 2012-05-18).
 * Chosen by whoever collected them, after the fact: their average return says nothing about stocks.
 * @example
 * const { series, lastDate } = await loadStocks();
 * console.log(series.IBM.dates.length, lastDate); // → 3270 2013-03-01
 */
export async function loadStocks(): Promise<Stocks> {
  const text = await readCheckedText('loadStocks', {
    path: embeddedPath('stocks-ohlcv.csv.gz'),
    sha256: '5abadf99b2d394f920120a27de6f0df129859d71d4cfb0bf661bcc99446ab1fd',
  });
  const table = readTable(text);
  const ticker = columnIndex(table, 'Ticker');
  const barsOf = (name: Ticker): Ohlcv =>
    readOhlcv({ header: table.header, rows: table.rows.filter((row) => row[ticker] === name) }, names);
  const series = {
    AAPL: barsOf('AAPL'),
    IBM: barsOf('IBM'),
    MSFT: barsOf('MSFT'),
    GOOG: barsOf('GOOG'),
    FB: barsOf('FB'),
  };
  return {
    name: 'Daily bars of AAPL, IBM, MSFT, GOOG and FB',
    source: 'WIKI end-of-day stock prices (Quandl), through the Python package bokeh-sampledata 2026.1',
    licence: 'public domain',
    ...span(series.IBM.dates),
    series,
  };
}
