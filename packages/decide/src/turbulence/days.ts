/** Days of series in parts by date: what turbulence is, learned from the training part alone, and which days are which part's. */
import { quantileOf } from '@noosphere/base';
import { ArgumentError } from '@noosphere/core';
import { requireReturns } from '../moments/returns.js';

const operation = 'turbulenceWarnings';

/** Days that a warning looks back on, its own included. */
export const lookback = 60;
/** Labelled training days without which a series has no quantile worth the name. */
const leastTrainingDays = 250;

export interface TurbulenceSeries {
  readonly name: string;
  /** Daily returns, oldest first. */
  readonly returns: Float64Array;
  /** Of each return, rising, as texts that sort by time (2024-01-31). @default the series are equally long, on the same days */
  readonly dates?: readonly string[];
}

export interface SplitOptions {
  readonly horizon: number;
  readonly turbulentShare: number;
  readonly trainingShare: number;
  readonly validationShare: number;
}

/** A series whose days are sorted into parts. A day is the place of the last return that is known on it. */
export interface SeriesDays {
  readonly name: string;
  readonly returns: Float64Array;
  /** Place of each return in the calendar of all series. */
  readonly ranks: Uint32Array;
  /** Root mean square of the training part's returns. */
  readonly deviation: number;
  /** A realised volatility above it is turbulent: a quantile over the training part. */
  readonly threshold: number;
  readonly training: readonly number[];
  readonly validation: readonly number[];
  /** To the last day, whether what came then is known or not. */
  readonly test: readonly number[];
}

export interface Calendar {
  /** Of all series, sorted; places as texts where no dates were given. */
  readonly dates: readonly string[];
  /** First rank of the validation part. */
  readonly validationFrom: number;
  /** First rank of the test part. */
  readonly testFrom: number;
}

export interface SplitSeries {
  readonly calendar: Calendar;
  readonly series: readonly SeriesDays[];
  readonly leftOut: readonly { readonly name: string; readonly reason: string }[];
}

/** Root mean square of the returns `from` up to `end`: realised volatility around 0. */
export function realised(returns: Float64Array, from: number, end: number): number {
  let sum = 0;
  for (let at = from; at < end; at++) sum += (returns[at] ?? Number.NaN) ** 2;
  return Math.sqrt(sum / (end - from));
}

/** Whether the days after one were turbulent; `undefined` where they are not all known. */
export function labelOf(
  { returns, threshold }: Pick<SeriesDays, 'returns' | 'threshold'>,
  day: number,
  horizon: number,
): 0 | 1 | undefined {
  if (day + horizon >= returns.length) return undefined;
  return realised(returns, day + 1, day + 1 + horizon) > threshold ? 1 : 0;
}

/**
 * Cuts all series at the same two dates, so that no series tells of another's future. A day belongs to training or validation
 * only where the days that label it do as well: `horizon` days are left out at each border.
 */
export function splitSeries(given: readonly TurbulenceSeries[], options: SplitOptions): SplitSeries {
  const dates = calendarOf(given);
  const rankOf = new Map(dates.map((date, rank) => [date, rank]));
  const ranked = given.map(({ name, returns, dates: own }) => ({
    name,
    returns,
    ranks: Uint32Array.from(returns, (_, at) => (own ? (rankOf.get(own[at] ?? '') ?? 0) : at)),
  }));
  const pooled = Uint32Array.from(ranked.flatMap(({ ranks }) => [...ranks])).sort();
  const borderAt = (share: number) => pooled[Math.floor(share * pooled.length)] ?? 0;
  const calendar = {
    dates,
    validationFrom: borderAt(options.trainingShare),
    testFrom: borderAt(options.trainingShare + options.validationShare),
  };
  const leftOut: { name: string; reason: string }[] = [];
  const series = ranked.flatMap((each) => {
    const days = daysOf(each, calendar, options);
    if (typeof days !== 'string') return [days];
    leftOut.push({ name: each.name, reason: days });
    return [];
  });
  if (series.length === 0)
    throw new ArgumentError(
      operation,
      `no series can be used: ${leftOut.map(({ name, reason }) => `${name} ${reason}`).join('; ')}; give longer histories`,
    );
  return { calendar, series, leftOut };
}

/** A series in parts, or why it has none. */
function daysOf(
  { name, returns, ranks }: Pick<SeriesDays, 'name' | 'returns' | 'ranks'>,
  { validationFrom, testFrom }: Calendar,
  { horizon, turbulentShare }: SplitOptions,
): SeriesDays | string {
  const rankAt = (day: number) => ranks[day] ?? Number.POSITIVE_INFINITY;
  const days = Array.from(returns.keys()).slice(lookback - 1);
  const training = days.filter((day) => rankAt(day + horizon) < validationFrom);
  if (training.length < leastTrainingDays)
    return `has ${training.length} days in the training part, ${leastTrainingDays} are needed`;
  const end = ranks.findIndex((rank) => rank >= validationFrom);
  const deviation = realised(returns, 0, end < 0 ? returns.length : end);
  const ahead = Float64Array.from(training, (day) => realised(returns, day + 1, day + 1 + horizon)).sort();
  const threshold = quantileOf(ahead, 1 - turbulentShare);
  // A market that stands still for most of a part has no quantile to tell turbulence by.
  if (!(deviation > 0) || threshold === ahead[0]) return 'does not move in the training part';
  return {
    name,
    returns,
    ranks,
    deviation,
    threshold,
    training,
    validation: days.filter((day) => rankAt(day) >= validationFrom && rankAt(day + horizon) < testFrom),
    test: days.filter((day) => rankAt(day) >= testFrom),
  };
}

/** All dates of all series, checked. */
function calendarOf(given: readonly TurbulenceSeries[]): string[] {
  const [first] = given;
  if (!first) throw new ArgumentError(operation, 'needs at least one series, got none');
  const names = new Set<string>();
  for (const { name, returns, dates } of given) {
    if (names.has(name))
      throw new ArgumentError(operation, `two series are called '${name}'; give each its own name`);
    names.add(name);
    requireReturns(`${operation}, ${name}`, returns, 1);
    if ((dates === undefined) !== (first.dates === undefined))
      throw new ArgumentError(operation, `'${name}': give dates for all series or for none`);
    if (!dates && returns.length !== first.returns.length)
      throw new ArgumentError(
        operation,
        `'${first.name}' has ${first.returns.length} returns and '${name}' ${returns.length}; give their dates`,
      );
    if (dates) requireDates(name, dates, returns.length);
  }
  if (first.dates === undefined) return Array.from(first.returns, (_, at) => String(at));
  return [...new Set(given.flatMap(({ dates = [] }) => dates))].sort();
}

function requireDates(name: string, dates: readonly string[], count: number): void {
  if (dates.length !== count)
    throw new ArgumentError(operation, `'${name}' has ${count} returns and ${dates.length} dates`);
  const wrong = dates.findIndex((date, at) => at > 0 && date <= (dates[at - 1] ?? ''));
  if (wrong > 0)
    throw new ArgumentError(
      operation,
      `'${name}': dates must rise, got ${dates[wrong]} after ${dates[wrong - 1]}; sort the rows and drop repeated days`,
    );
}
