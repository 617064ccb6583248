/** The markets of a run: the embedded ones, or the series of the user's own file. */
import { ArgumentError, NoosphereError } from '@noosphere/core';
import {
  adjustOhlcv,
  type Dataset,
  type EuroRates,
  loadEuroRates,
  loadSp500,
  loadStocks,
  loadWti,
  type Ohlcv,
} from '@noosphere/datasets';
import { barHistory, type PriceHistory, priceHistory, splitByTime } from '@noosphere/forecast';
import type { Source } from '@noosphere/report';
import type { OutlookOptions } from './options.js';
import { type Period, periodOf, tradingDay } from './period.js';
import { readPriceTable } from './price-table.js';

/** Days ahead of the networks, one table each. */
export function tableHorizons({ horizon }: OutlookOptions): readonly number[] {
  return horizon === 1 ? [1] : [1, horizon];
}

/** Currency of risk and allocation: the one that was asked for, EUR where rates make it possible, else the prices as they are. */
export function baseOf(asked: string | undefined, { rates }: Pick<Markets, 'rates'>): string {
  return asked ?? (rates ? 'EUR' : asQuoted);
}

/** In the place of a currency code. */
export const asQuoted = 'as quoted';

/** Of series that are left out: a table may have thousands. */
const shownReasons = 10;

/** Currency of a price, and what a market is to an investor. */
export interface Quote {
  /** `undefined` where prices are taken as they are. */
  readonly currency: string | undefined;
  /** An index is compared with, not bought; a rate is units of `currency` for one euro. */
  readonly role: 'asset' | 'index' | 'euro rate';
}

export interface Market {
  readonly history: PriceHistory;
  /** Whose numbers they are, for the table's head. */
  readonly origin: string;
  /** Part of file names: letters, digits and dashes, unlike any other's. */
  readonly slug: string;
  readonly quote: Quote;
  /** Where it comes from, for the page's list of sources. */
  readonly source: Source;
}

export interface Markets {
  readonly markets: readonly Market[];
  /** What a reader should know about the data before any table. */
  readonly notes: readonly string[];
  /** Exchange rates, where prices are in several currencies. */
  readonly rates: EuroRates | undefined;
  /** How often prices come. */
  readonly period: Period;
  /** Whether the data are those that come with the app, about which more is known than the file says. */
  readonly isEmbedded: boolean;
}

/** Loads what the options ask for. */
export async function loadMarkets(options: OutlookOptions): Promise<Markets> {
  const { markets, ...others } =
    options.data === undefined ? await embedded() : await fromFile(options.data, options);
  return { markets: choose(markets, options.series), ...others };
}

async function embedded(): Promise<Markets> {
  const [stocks, sp500, wti, euro] = await Promise.all([
    loadStocks(),
    loadSp500(),
    loadWti(),
    loadEuroRates(),
  ]);
  const bars = (name: string, ohlcv: Ohlcv, dataset: Dataset, role: Quote['role'] = 'asset'): Market =>
    market(barHistory(name, ohlcv.dates, adjustOhlcv(ohlcv)), dataset, { currency: 'USD', role });
  return {
    markets: [
      ...(['AAPL', 'IBM', 'MSFT', 'GOOG'] as const).map((ticker) =>
        bars(ticker, stocks.series[ticker], stocks),
      ),
      bars('S&P 500', sp500.bars, sp500, 'index'),
      market(priceHistory({ name: 'WTI', dates: wti.dates, values: wti.price }), wti, {
        currency: 'USD',
        role: 'asset',
      }),
      ...(['USD', 'JPY', 'GBP', 'CHF'] as const).map((code) =>
        market(priceHistory({ name: `EUR/${code}`, dates: euro.dates, values: euro.rates[code] }), euro, {
          currency: code,
          role: 'euro rate',
        }),
      ),
    ],
    rates: euro,
    period: tradingDay,
    isEmbedded: true,
    notes: [
      'Stocks: closes adjusted for splits and dividends. The four were picked by people who knew how they fared, ' +
        'so their returns say nothing about stocks at large. Days without a price are left out.',
    ],
  };
}

function market(history: PriceHistory, { source, licence }: Dataset, quote: Quote): Market {
  const { name, dates } = history;
  return {
    history,
    origin: `${source}; ${licence}`,
    slug: slugOf(name),
    quote,
    source: { name: `${name}: ${source}`, licence, ...spanOf(dates) },
  };
}

function spanOf(dates: readonly string[]): { readonly from?: string; readonly to?: string } {
  const [from, to] = [dates[0], dates.at(-1)];
  return { ...(from !== undefined && { from }), ...(to !== undefined && { to }) };
}

async function fromFile(path: string, options: OutlookOptions): Promise<Markets> {
  const table = await readPriceTable(path, options);
  const notes = [
    `${path}: read as ${table.layout} (${table.layoutReason}); ${table.series.length} series, ${table.rowCount} rows, ` +
      `${table.gapCount} gaps left out${table.wasSorted ? '' : ', dates were not in order and have been sorted'}.`,
  ];
  const slugs = new Set<string>();
  const leftOut: string[] = [];
  const markets: Market[] = [];
  const histories = table.series.flatMap((series) => {
    const history = usable(series.name, leftOut, () => priceHistory(series));
    return history ? [history] : [];
  });
  const period = commonPeriod(histories);
  for (const history of histories) {
    const own = periodOf(history.dates);
    if (own.name !== period.name) {
      leftOut.push(
        `Left out: ${history.name}, because its prices are ${own.adjective} and those of most others ${period.adjective}.`,
      );
      continue;
    }
    usable(history.name, leftOut, () => {
      for (const horizon of tableHorizons(options)) splitByTime(history.prices.length, { horizon });
      markets.push({
        history,
        origin: path,
        slug: freeSlug(history.name, slugs),
        quote: { currency: undefined, role: 'asset' },
        source: { name: `${history.name}: ${path}`, licence: "the user's own", ...spanOf(history.dates) },
      });
    });
  }
  if (markets.length === 0)
    throw new ArgumentError('outlook', `no series of ${path} can be used. ${leftOut[0]}`);
  const more = leftOut.length > shownReasons ? [`Left out: ${leftOut.length - shownReasons} more.`] : [];
  const rhythm = `Prices are ${period.adjective}: ${Number(period.perYear.toPrecision(3))} count as a year.`;
  return {
    markets,
    notes: [...notes, rhythm, ...leftOut.slice(0, shownReasons), ...more],
    rates: undefined,
    period,
    isEmbedded: false,
  };
}

/** What the work gives, or nothing and a reason. */
function usable<Result>(name: string, leftOut: string[], work: () => Result): Result | undefined {
  try {
    return work();
  } catch (error) {
    if (!NoosphereError.isInstance(error)) throw error;
    leftOut.push(`Left out: ${name}, because ${error.message}.`);
    return undefined;
  }
}

/** That of most series, the first of those that are as many. */
function commonPeriod(histories: readonly PriceHistory[]): Period {
  const periods = histories.map(({ dates }) => periodOf(dates));
  const count = (name: string) => periods.filter((own) => own.name === name).length;
  return periods.reduce<Period>(
    (most, own) => (count(own.name) > count(most.name) ? own : most),
    periods[0] ?? tradingDay,
  );
}

/** Those that `--series` names, or all. */
function choose(markets: readonly Market[], names: readonly string[] | undefined): readonly Market[] {
  return names === undefined ? markets : [...new Set(names.map((name) => find(markets, name)))];
}

function find(markets: readonly Market[], name: string): Market {
  // EURUSD finds EUR/USD.
  const letters = (slug: string) => slug.replaceAll('-', '');
  const found =
    markets.find(({ history }) => history.name === name) ??
    markets.find(({ slug }) => letters(slug) === letters(slugOf(name)));
  if (found) return found;
  const known = markets.slice(0, 20).map(({ history }) => history.name);
  throw new ArgumentError('--series', `there is no '${name}'; expected ${known.join(', ')}`);
}

function freeSlug(name: string, taken: Set<string>): string {
  const base = slugOf(name);
  let slug = base;
  for (let again = 2; taken.has(slug); again++) slug = `${base}-${again}`;
  taken.add(slug);
  return slug;
}

function slugOf(name: string): string {
  const words = name
    .toLowerCase()
    .replaceAll('&', '')
    .split(/[^a-z0-9]+/);
  return words.filter(Boolean).join('-').slice(0, 40) || 'series';
}
