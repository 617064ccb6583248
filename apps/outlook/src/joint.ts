/** Assets side by side: the days that all of them have a price on, in one currency. */
import { ArgumentError } from '@noosphere/core';
import { type Currency, currencies, type EuroRates } from '@noosphere/datasets';
import { asQuoted, type Market, type Markets } from './markets.js';
import { type Period, periodOf, periodsText, rowsFor } from './period.js';

export interface JointPrices {
  readonly names: readonly string[];
  readonly dates: readonly string[];
  /** One array an asset, in the base currency. */
  readonly prices: readonly Float64Array[];
  /** What the assets are compared with, on the same days. */
  readonly index: { readonly name: string; readonly prices: Float64Array } | undefined;
  /** Currency of the prices, or `as quoted`. */
  readonly base: string;
  /** For a sentence: `in EUR`. */
  readonly inBase: string;
  /** Which of the names are foreign cash. */
  readonly cash: ReadonlySet<string>;
  readonly period: Period;
  /** Whether the assets are the embedded ones, which were chosen by people who knew how they fared. */
  readonly isEmbedded: boolean;
  /** Markets that are left out, and why. */
  readonly leftOut: readonly string[];
}

/** Fewest common days that risk and allocation are of use on, and fewest prices of longer periods. */
const leastDays = 500;
const leastRows = 120;
/** A market that would cost the others more than this share of their common days is left out. */
const longestLoss = 0.25;
/** From one day to the next, up or down. */
const largestMove = 10;
/** Among so few, none is left out. */
const fewestAssets = 4;

/**
 * Prices of all assets on their common days. Euro rates become foreign cash: what one unit of the currency costs in the base.
 * A market with a much shorter history is left out, rather than the others' cut to it.
 */
export function jointPrices(
  { markets, rates, period: common, isEmbedded }: Markets,
  base: string,
): JointPrices {
  const least = Math.max(leastRows, common.name === 'day' ? leastDays : rowsFor(leastDays, common));
  const convert = converter(base, rates);
  const leftOut: string[] = [];
  const priced = markets.flatMap((market) => {
    const own = convert(market);
    if (own === undefined) leftOut.push(`${market.history.name}: is the base currency itself`);
    return own === undefined ? [] : [{ ...own, market }];
  });
  const assets = priced.filter(({ market, name, byDate }) => {
    if (market.quote.role === 'index') return false;
    const fault = faultOf(byDate);
    if (fault !== undefined) leftOut.push(`${name}: ${fault}`);
    return fault === undefined;
  });
  if (assets.length === 0) {
    const why = leftOut.length > 0 ? `: ${leftOut.join('; ')}` : '';
    throw new ArgumentError('outlook', `there is no asset to hold among the series${why}`);
  }
  const kept = longEnough(assets, leftOut, least, common);
  const index = priced.find(({ market }) => market.quote.role === 'index');
  const withIndex = index ? [...kept, index] : kept;
  const dates = commonDates(withIndex.map(({ byDate }) => byDate));
  if (dates.length < least)
    throw new ArgumentError(
      'outlook',
      `the series share ${periodsText(dates.length, common)}, and risk and allocation need ${least}; choose series by --series`,
    );
  const column = (byDate: ReadonlyMap<string, number>) =>
    Float64Array.from(dates, (date) => byDate.get(date) ?? Number.NaN);
  return {
    names: kept.map(({ name }) => name),
    dates,
    prices: kept.map(({ byDate }) => column(byDate)),
    index: index && { name: index.name, prices: column(index.byDate) },
    base,
    inBase: base === asQuoted ? 'in the currency of the prices' : `in ${base}`,
    cash: new Set(kept.filter(({ market }) => market.quote.role === 'euro rate').map(({ name }) => name)),
    period: periodOf(dates),
    isEmbedded,
    leftOut,
  };
}

/** An amount with its currency, where there is one: `1,000,000 EUR`. */
export function amountText(amount: number, { base }: Pick<JointPrices, 'base'>): string {
  const text = Math.round(amount).toLocaleString('en');
  return base === asQuoted ? text : `${text} ${base}`;
}

interface Priced {
  readonly name: string;
  readonly byDate: ReadonlyMap<string, number>;
}

/** From a market to its prices in the base currency; `undefined` for the base itself. */
function converter(base: string, rates: EuroRates | undefined): (market: Market) => Priced | undefined {
  const rowOf = new Map(rates?.dates.map((date, row) => [date, row]));
  const perEuro = (code: string, date: string): number => {
    if (code === 'EUR') return rowOf.has(date) || !rates ? 1 : Number.NaN;
    if (!rates || !(currencies as readonly string[]).includes(code))
      throw new ArgumentError(
        '--base',
        `there are no rates of '${code}'; choose EUR, ${currencies.join(', ')}`,
      );
    return rates.rates[code as Currency][rowOf.get(date) ?? -1] ?? Number.NaN;
  };
  return ({ history: { name, dates, prices }, quote: { currency, role } }) => {
    if (currency === undefined)
      return { name, byDate: new Map(dates.map((date, row) => [date, prices[row] ?? Number.NaN])) };
    if (role === 'euro rate' && currency === base) return undefined;
    const byDate = new Map<string, number>();
    for (const [row, date] of dates.entries()) {
      const inBase = perEuro(base, date) / perEuro(currency, date);
      const value = role === 'euro rate' ? inBase : (prices[row] ?? Number.NaN) * inBase;
      if (value > 0) byDate.set(date, value);
    }
    return { name: role === 'euro rate' ? `${currency} cash` : name, byDate };
  };
}

/** What makes prices useless for risk, if anything. */
function faultOf(byDate: ReadonlyMap<string, number>): string | undefined {
  const days = [...byDate].sort(([a], [b]) => (a < b ? -1 : 1));
  const jump = days.findIndex(([, price], day) => {
    const before = days[day - 1]?.[1] ?? price;
    return Math.max(price / before, before / price) > largestMove;
  });
  if (jump >= 0)
    return `its price changes more than tenfold on ${days[jump]?.[0]}, as a split or a slip does; mend that`;
  const [, first] = days[0] ?? [];
  return days.every(([, price]) => price === first) ? 'its price never moves' : undefined;
}

/** Drops the asset that cuts the common days most, as long as one cuts them too much. */
function longEnough<Each extends Priced>(
  assets: readonly Each[],
  leftOut: string[],
  least: number,
  { name }: Period,
): readonly Each[] {
  let kept = assets;
  while (kept.length > fewestAssets) {
    const days = commonDates(kept.map(({ byDate }) => byDate)).length;
    const without = kept.map(
      (_, place) =>
        commonDates(kept.filter((__, other) => other !== place).map(({ byDate }) => byDate)).length,
    );
    const most = Math.max(...without);
    if (days >= (1 - longestLoss) * most && days >= least) break;
    const place = without.indexOf(most);
    leftOut.push(`${kept[place]?.name}: with it the common ${name}s would be ${days}, without it ${most}`);
    kept = kept.filter((_, other) => other !== place);
  }
  return kept;
}

function commonDates(columns: readonly ReadonlyMap<string, number>[]): string[] {
  const [first, ...others] = [...columns].sort((a, b) => a.size - b.size);
  return first ? [...first.keys()].filter((date) => others.every((other) => other.has(date))).sort() : [];
}
