/** The first stage: what the data are, where they end, and what is odd about them. */
import { layOut } from '@noosphere/command-line';
import type { Market, Markets } from '../markets.js';
import { percent } from '../percent.js';
import { type Period, periodsText } from '../period.js';
import type { StageResult } from './stage.js';

export interface SeriesQuality {
  readonly name: string;
  readonly first: string;
  readonly last: string;
  /** Prices: one a day, or of whatever period the data have. */
  readonly days: number;
  /** Weekdays of daily prices, or periods of longer ones, between the first and the last without a price; `undefined` where none can be counted. */
  readonly missing: number | undefined;
  /** Days from the last price to today. */
  readonly staleDays: number;
  /** Share of days on which the price stays. */
  readonly unchanged: number;
  /** The largest log return by size, and its day. */
  readonly largest: { readonly date: string; readonly logReturn: number };
}

const msOfDay = 86_400_000;

export function qualityOf(
  { history: { name, dates, prices } }: Market,
  period: Period,
  now: Date,
): SeriesQuality {
  const last = dates.at(-1) ?? '';
  let unchanged = 0;
  let largest = { date: '', logReturn: 0 };
  for (let day = 1; day < prices.length; day++) {
    const logReturn = Math.log((prices[day] as number) / (prices[day - 1] as number));
    if (logReturn === 0) unchanged++;
    if (Math.abs(logReturn) > Math.abs(largest.logReturn)) largest = { date: dates[day] ?? '', logReturn };
  }
  return {
    name,
    first: dates[0] ?? '',
    last,
    days: dates.length,
    missing: missingOf(dates, period),
    staleDays: Math.max(0, Math.floor((now.getTime() - Date.parse(last)) / msOfDay)),
    unchanged: unchanged / Math.max(1, prices.length - 1),
    largest,
  };
}

/** Months and longer by their length on average, which no rounding turns into a missing one. */
function missingOf(dates: readonly string[], { name, perYear }: Period): number | undefined {
  if (name === 'day') return missingDays(dates, perYear > 300);
  if (name === 'period') return undefined;
  const span = Date.parse(dates.at(-1) ?? '') - Date.parse(dates[0] ?? '');
  const expected = Math.round((span / msOfDay / 365.25) * (name === 'week' ? 365.25 / 7 : perYear)) + 1;
  return Math.max(0, expected - dates.length);
}

function missingDays(dates: readonly string[], withWeekends: boolean): number {
  const [first, last] = [Date.parse(dates[0] ?? ''), Date.parse(dates.at(-1) ?? '')];
  if (Number.isNaN(first) || Number.isNaN(last)) return 0;
  const present = new Set(dates.map((date) => date.slice(0, 10)));
  let missing = 0;
  for (let day = first; day <= last; day += msOfDay) {
    const weekday = new Date(day).getUTCDay();
    if (
      (withWeekends || (weekday !== 0 && weekday !== 6)) &&
      !present.has(new Date(day).toISOString().slice(0, 10))
    )
      missing++;
  }
  return missing;
}

export async function qualityStage({ markets, notes, period }: Markets, now: Date): Promise<StageResult> {
  const rows = markets.map((market) => qualityOf(market, period, now));
  const shown = Math.max(24, Math.round(period.perYear));
  const counted = period.name === 'day' && period.perYear < 300 ? 'weekdays' : `${period.name}s`;
  const oldest = rows.reduce((most, row) => Math.max(most, row.staleDays), 0);
  const cells = rows.map((row) => [
    `  ${row.name}`,
    `${row.days}`,
    row.first,
    row.last,
    `${row.missing ?? '–'}`,
    percent(row.unchanged, 1),
    row.largest.date === '' ? '–' : `${percent(row.largest.logReturn, 1)} on ${row.largest.date}`,
  ]);
  return {
    lines: layOut([
      ['  data', `${period.name}s`, 'from', 'to', `${counted} without`, 'unchanged %', 'largest return %'],
      ...cells,
    ]),
    facts: { series: rows, notes },
    section: {
      title: 'What the data are',
      blocks: [
        {
          kind: 'table',
          caption: 'Series, where they begin and end, and what is odd about them',
          columns: [
            { header: 'Series' },
            { header: 'Prices', unit: `${period.name}s`, decimals: 0 },
            { header: 'From' },
            { header: 'To' },
            { header: `${counted[0]?.toUpperCase()}${counted.slice(1)} without a price`, decimals: 0 },
            { header: 'Price unchanged', unit: `% of ${period.name}s`, decimals: 1 },
            { header: 'Largest move', unit: '%', decimals: 1 },
            { header: 'On' },
            { header: `Last ${periodsText(shown, period)}` },
          ],
          rows: rows.map((row, place) => [
            row.name,
            row.days,
            row.first,
            row.last,
            row.missing ?? null,
            100 * row.unchanged,
            100 * row.largest.logReturn,
            row.largest.date,
            {
              sparkline: Array.from(markets[place]?.history.prices.slice(-shown) ?? []),
              alt: `The last ${periodsText(shown, period)} of ${row.name}`,
            },
          ]),
          note: 'Moves are log returns.',
        },
        ...(oldest > 30
          ? [
              {
                kind: 'callout' as const,
                tone: 'warning' as const,
                title: 'Old data',
                text: `The oldest series ended ${oldest} days ago: this page shows what can be done with data, and says nothing about today.`,
              },
            ]
          : []),
        { kind: 'list' as const, items: [...notes] },
      ],
    },
  };
}
