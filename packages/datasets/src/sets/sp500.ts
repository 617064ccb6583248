import { readCheckedText } from '../files/checked-text.js';
import { vegaPath } from '../files/places.js';
import { type Dataset, span } from '../tables/dataset.js';
import { type Ohlcv, readOhlcv } from '../tables/ohlcv.js';
import { readTable } from '../tables/table.js';

export interface Sp500 extends Dataset {
  readonly bars: Ohlcv;
}

const names = {
  date: 'date',
  open: 'open',
  high: 'high',
  low: 'low',
  close: 'close',
  volume: 'volume',
  adjustedClose: 'adjclose',
};

/**
 * Daily bars of the S&P 500 index, 2000-01-03 to 2020-04-17, from the npm package vega-datasets.
 * @example
 * const { bars } = await loadSp500();
 * console.log(bars.dates.at(-1), bars.close.at(-1)); // → 2020-04-17 2874.560059
 */
export async function loadSp500(): Promise<Sp500> {
  const text = await readCheckedText('loadSp500', {
    path: vegaPath('sp500-2000.csv'),
    sha256: '9409e9342d0657c747324e4cfabce8a8c7f663bc485b95a3378f36b0a160f8c8',
  });
  const bars = readOhlcv(readTable(text), names);
  return {
    name: 'S&P 500 index, daily bars',
    source: 'Yahoo Finance, through the npm package vega-datasets 3.2.1 (sp500-2000.csv)',
    licence: 'BSD-3-Clause (the package)',
    ...span(bars.dates),
    bars,
  };
}
