/** Slow series of the US economy: a month or a quarter for each value, and known to nobody before it is published. */

import { readCheckedText } from '../files/checked-text.js';
import { embeddedPath } from '../files/places.js';
import { type Dataset, span } from '../tables/dataset.js';
import { numberColumn, readTable, textColumn } from '../tables/table.js';

export interface CoreCpi extends Dataset {
  /** First days of the months, as `1957-01-01`, oldest first. */
  readonly months: readonly string[];
  /** Index, 1982 to 1984 = 100, seasonally adjusted. */
  readonly index: Float64Array;
}

/**
 * Consumer prices of the US without food and energy, monthly, 1957-01 to 2018-11. Published about two weeks after the month's end;
 * seasonal factors are those of 2018, so that early values are not quite what was published then.
 * @example
 * const cpi = await loadCoreCpi();
 * console.log(cpi.months.at(-1), cpi.index.at(-1)); // → 2018-11-01 259.481
 */
export async function loadCoreCpi(): Promise<CoreCpi> {
  const text = await readCheckedText('loadCoreCpi', {
    path: embeddedPath('core-cpi.csv.gz'),
    sha256: '81fc912d5967ad23f4b3722a10f76867034405354b8f03f3951ebce31e5bd412',
  });
  const table = readTable(text);
  const months = textColumn(table, 'Date').map((date) => {
    const [month = '', , year = ''] = date.split('/');
    return `${year}-${month.padStart(2, '0')}-01`;
  });
  return {
    name: 'US consumer prices without food and energy, monthly',
    source: 'US Bureau of Labor Statistics (series CPILFESL of FRED), through the Python package arch 8.0.0',
    licence: 'public domain (BLS)',
    ...span(months),
    months,
    index: numberColumn(table, 'CPILFESL'),
  };
}

export interface UsMacro extends Dataset {
  /** First days of the quarters, as `1959-01-01`, oldest first. */
  readonly quarters: readonly string[];
  /** Real gross domestic product, billions of 2005 dollars, seasonally adjusted, at annual rates. */
  readonly realGdp: Float64Array;
  /** Rate of three-month Treasury bills, per cent a year, mean of the quarter. */
  readonly billRate: Float64Array;
  /** Per cent of the labour force, seasonally adjusted. */
  readonly unemployment: Float64Array;
}

/**
 * Quarters of the US economy, 1959-Q1 to 2009-Q3, as revised until then. Product is published one to three months after the
 * quarter's end; the rate of bills is known at its end.
 * @example
 * const macro = await loadUsMacro();
 * console.log(macro.quarters.at(-1), macro.billRate.at(-1)); // → 2009-07-01 0.12
 */
export async function loadUsMacro(): Promise<UsMacro> {
  const text = await readCheckedText('loadUsMacro', {
    path: embeddedPath('us-macro.csv.gz'),
    sha256: '18158ee512f0e694eec30b70b2bb86cd342c295f9d66868a6196e59bba6ac322',
  });
  const table = readTable(text.replaceAll('"', ''));
  const numbers = textColumn(table, 'quarter').map(Number);
  const quarters = textColumn(table, 'year').map(
    (year, row) => `${year}-${String(3 * (numbers[row] ?? 1) - 2).padStart(2, '0')}-01`,
  );
  return {
    name: 'US macroeconomic quarters',
    source:
      'US Bureau of Economic Analysis, Federal Reserve, Bureau of Labor Statistics through FRED and the Python package statsmodels 0.15 (macrodata)',
    licence: 'public domain',
    ...span(quarters),
    quarters,
    realGdp: numberColumn(table, 'realgdp'),
    billRate: numberColumn(table, 'tbilrate'),
    unemployment: numberColumn(table, 'unemp'),
  };
}
