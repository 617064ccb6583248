/** Where current series come from: addresses, formats, licences. Each source turns what the user names into series. */
import { ArgumentError } from '@noosphere/core';
import { columnOf, type FetchedSeries, isNumeric, readCsv, seriesOf } from './columns.js';
import type { Answer } from './download.js';

/** Gets an address. @param shown The address without secrets. */
export type Get = (address: string, shown?: string) => Promise<Answer>;

/** Series of one source, with the answers that they were read from. */
export interface SourceSeries {
  readonly source: string;
  readonly licence: string;
  readonly answers: readonly Omit<Answer, 'text'>[];
  readonly series: readonly FetchedSeries[];
}

/** Only days from here on; undefined for all. */
export type Start = string | undefined;

/** Euro reference rates, units of a currency for one euro. Format: data.ecb.europa.eu/help/api/data, csvdata. */
export async function fromEcb(currencies: readonly string[], start: Start, get: Get): Promise<SourceSeries> {
  const address = new URL(
    `https://data-api.ecb.europa.eu/service/data/EXR/D.${currencies.join('+')}.EUR.SP00.A`,
  );
  address.searchParams.set('format', 'csvdata');
  address.searchParams.set('detail', 'dataonly');
  if (start !== undefined) address.searchParams.set('startPeriod', start);
  const answer = await get(address.href);
  const csv = readCsv(answer.text, 'the ECB');
  const [currency, date, value] = [['CURRENCY'], ['TIME_PERIOD'], ['OBS_VALUE']].map((names) =>
    columnOf(csv, names, 'the ECB'),
  ) as [number, number, number];
  return {
    source: 'European Central Bank, euro foreign exchange reference rates',
    licence: 'free to use where the ECB is named as the source; for information only',
    answers: [told(answer)],
    series: currencies.map((code) => {
      const rows = csv.rows.filter((row) => row[currency] === code);
      return seriesOf(
        `EUR/${code}`,
        rows.map((row) => [row[date] ?? '', row[value] ?? '']),
        'the ECB',
      );
    }),
  };
}

/** Series of the Federal Reserve Bank of St. Louis, as its graphs' CSV has them: a date and a column, gaps empty or '.'. */
export async function fromFred(name: string, start: Start, get: Get): Promise<SourceSeries> {
  const address = new URL('https://fred.stlouisfed.org/graph/fredgraph.csv');
  address.searchParams.set('id', name);
  if (start !== undefined) address.searchParams.set('cosd', start);
  const answer = await get(address.href);
  const csv = readCsv(answer.text, 'FRED');
  // The column was called DATE until 2024.
  const date = columnOf(csv, ['observation_date', 'DATE'], 'FRED');
  const value = columnOf(csv, [name], 'FRED');
  return {
    source: `FRED, Federal Reserve Bank of St. Louis, ${name}`,
    licence: `as the series' own page says: https://fred.stlouisfed.org/series/${encodeURIComponent(name)}`,
    answers: [told(answer)],
    series: [
      seriesOf(
        name,
        csv.rows.map((row) => [row[date] ?? '', row[value] ?? '']),
        'FRED',
      ),
    ],
  };
}

/** Rows of one answer of EIA at most. */
const eiaPageRows = 5000;
/** Pages of a series at most: 200 years of days. */
const eiaMostPages = 15;

/** Daily spot prices of petroleum, by the API's series (RWTC, RBRTE). Format: eia.gov/opendata/documentation.php, version 2. */
export async function fromEia(
  name: string,
  start: Start,
  get: Get,
  key: string | undefined,
): Promise<SourceSeries> {
  if (!key)
    throw new ArgumentError(
      'fetch',
      'EIA wants a key: register at https://www.eia.gov/opendata/register.php, then set EIA_API_KEY or give --eia-key; --fred DCOILWTICO has the same prices without one',
    );
  const answers: Omit<Answer, 'text'>[] = [];
  const cells: [string, string][] = [];
  let total = 1;
  for (let page = 0; cells.length < total; page++) {
    if (page === eiaMostPages)
      throw new ArgumentError(
        'fetch',
        `EIA says that ${name} has ${total} values, which no daily series has`,
      );
    const shown = eiaAddress(name, start, page * eiaPageRows);
    const address = new URL(shown);
    address.searchParams.set('api_key', key);
    const answer = await get(address.href, shown.href);
    const read = readEia(answer.text, name);
    answers.push(told(answer));
    cells.push(...read.cells);
    total = read.total;
    if (read.cells.length === 0) break;
  }
  return {
    source: `U.S. Energy Information Administration, ${name}`,
    licence: 'public domain, where EIA is named as the source',
    answers,
    series: [seriesOf(name, cells, 'EIA')],
  };
}

function eiaAddress(name: string, start: Start, offset: number): URL {
  const address = new URL('https://api.eia.gov/v2/petroleum/pri/spt/data/');
  const asked: Record<string, string> = {
    frequency: 'daily',
    'data[0]': 'value',
    'facets[series][]': name,
    'sort[0][column]': 'period',
    'sort[0][direction]': 'asc',
    offset: String(offset),
    length: String(eiaPageRows),
    ...(start !== undefined && { start }),
  };
  for (const [parameter, value] of Object.entries(asked)) address.searchParams.set(parameter, value);
  return address;
}

function readEia(text: string, name: string): { total: number; cells: [string, string][] } {
  const changed = (what: string) =>
    new ArgumentError('fetch', `EIA answered ${what} for ${name}; check the name, or its format has changed`);
  let answer: unknown;
  try {
    answer = JSON.parse(text);
  } catch {
    throw changed('with something that is not JSON');
  }
  const { response } = Object(answer) as { response?: { total?: unknown; data?: unknown } };
  if (!Array.isArray(response?.data)) throw changed('without response.data');
  const cells = response.data.map((row: unknown): [string, string] => {
    const { period, value } = Object(row) as { period?: unknown; value?: unknown };
    if (typeof period !== 'string' || value === undefined) throw changed('a row without period and value');
    return [period, String(value)];
  });
  return { total: Number(response.total ?? cells.length), cells };
}

export interface ColumnNames {
  /** @default the first column */
  readonly date: string | undefined;
  /** @default all that hold numbers alone */
  readonly values: readonly string[] | undefined;
}

/** Any table in CSV: a column of dates, and columns of numbers. */
export async function fromAddress(
  address: string,
  { date: dateName, values: valueNames }: ColumnNames,
  start: Start,
  get: Get,
): Promise<SourceSeries> {
  const answer = await get(address);
  const from = URL.canParse(address) ? new URL(address).host : address;
  const csv = readCsv(answer.text, from);
  const date = dateName === undefined ? 0 : columnOf(csv, [dateName], from);
  const columns = valueNames
    ? valueNames.map((name) => columnOf(csv, [name], from))
    : csv.header.flatMap((_, column) => (column !== date && isNumeric(csv, column) ? [column] : []));
  if (columns.length === 0)
    throw new ArgumentError(
      'fetch',
      `${from} has no column of numbers beside '${csv.header[date]}', got ${csv.header.join(', ').slice(0, 200)}; name one by --columns`,
    );
  const rows = start === undefined ? csv.rows : csv.rows.filter((row) => (row[date] ?? '') >= start);
  return {
    source: from,
    licence: 'unknown: ask whoever publishes it',
    answers: [told(answer)],
    series: columns.map((column) =>
      seriesOf(
        csv.header[column] ?? '',
        rows.map((row) => [row[date] ?? '', row[column] ?? '']),
        from,
      ),
    ),
  };
}

function told({ text: _, ...answer }: Answer): Omit<Answer, 'text'> {
  return answer;
}
