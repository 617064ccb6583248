import { readCheckedText } from '../files/checked-text.js';
import { embeddedPath } from '../files/places.js';
import { type Dataset, span } from '../tables/dataset.js';
import { numberColumn, readTable, textColumn } from '../tables/table.js';

export interface Wti extends Dataset {
  /** Week days, as `1986-01-02`, oldest first. */
  readonly dates: readonly string[];
  /** US dollars per barrel; NaN on the days without a price. */
  readonly price: Float64Array;
}

/**
 * Daily spot price of WTI crude oil at Cushing, 1986-01-02 to 2019-01-03; 290 days have no price.
 * @example
 * const wti = await loadWti();
 * console.log(wti.dates[0], wti.price[0]); // → 1986-01-02 25.56
 */
export async function loadWti(): Promise<Wti> {
  const text = await readCheckedText('loadWti', {
    path: embeddedPath('wti-daily.csv.gz'),
    sha256: 'b83498894138a65cdc14a67fc1716aa90b3cfda274f976bd3692cc3f1500084d',
  });
  const table = readTable(text);
  const dates = textColumn(table, 'Date').map(isoDate);
  return {
    name: 'WTI crude oil, daily spot price',
    source: 'US Energy Information Administration (series DCOILWTICO), through the Python package arch 8.0.0',
    licence: 'public domain (EIA)',
    ...span(dates),
    dates,
    price: numberColumn(table, 'DCOILWTICO'),
  };
}

/** `1/2/1986` (month first, as the file has it) as `1986-01-02`. */
function isoDate(text: string): string {
  const [month = '', day = '', year = ''] = text.split('/');
  return `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`;
}
