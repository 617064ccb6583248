/** The first stage: what the data are, where they end, and what is odd about them. */
import { layOut } from '@noosphere/command-line';
import type { Market } from '../markets.js';
import { percent } from '../percent.js';
import type { StageResult } from './stage.js';

export interface SeriesQuality {
  readonly name: string;
  readonly first: string;
  readonly last: string;
  readonly days: number;
  /** Weekdays between the first and the last day without a price: holidays among them. */
  readonly missingWeekdays: number;
  /** Days from the last price to today. */
  readonly staleDays: number;
  /** Share of days on which the price stays. */
  readonly unchanged: number;
  /** The largest log return by size, and its day. */
  readonly largest: { readonly date: string; readonly logReturn: number };
}

const msOfDay = 86_400_000;

export function qualityOf({ history: { name, dates, prices } }: Market, now: Date): SeriesQuality {
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
    missingWeekdays: missingWeekdays(dates),
    staleDays: Math.max(0, Math.floor((now.getTime() - Date.parse(last)) / msOfDay)),
    unchanged: unchanged / Math.max(1, prices.length - 1),
    largest,
  };
}

function missingWeekdays(dates: readonly string[]): number {
  const [first, last] = [Date.parse(dates[0] ?? ''), Date.parse(dates.at(-1) ?? '')];
  if (Number.isNaN(first) || Number.isNaN(last)) return 0;
  const present = new Set(dates.map((date) => date.slice(0, 10)));
  let missing = 0;
  for (let day = first; day <= last; day += msOfDay) {
    const weekday = new Date(day).getUTCDay();
    if (weekday !== 0 && weekday !== 6 && !present.has(new Date(day).toISOString().slice(0, 10))) missing++;
  }
  return missing;
}

export async function qualityStage(
  markets: readonly Market[],
  notes: readonly string[],
  now: Date,
): Promise<StageResult> {
  const rows = markets.map((market) => qualityOf(market, now));
  const oldest = rows.reduce((most, row) => Math.max(most, row.staleDays), 0);
  const cells = rows.map((row) => [
    `  ${row.name}`,
    `${row.days}`,
    row.first,
    row.last,
    `${row.missingWeekdays}`,
    percent(row.unchanged, 1),
    row.largest.date === '' ? '–' : `${percent(row.largest.logReturn, 1)} on ${row.largest.date}`,
  ]);
  return {
    lines: layOut([
      ['  data', 'days', 'from', 'to', 'weekdays without', 'unchanged %', 'largest return %'],
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
            { header: 'Prices', unit: 'days', decimals: 0 },
            { header: 'From' },
            { header: 'To' },
            { header: 'Weekdays without a price', decimals: 0 },
            { header: 'Price unchanged', unit: '% of days', decimals: 1 },
            { header: 'Largest move', unit: '%', decimals: 1 },
            { header: 'On' },
            { header: 'Last year' },
          ],
          rows: rows.map((row, place) => [
            row.name,
            row.days,
            row.first,
            row.last,
            row.missingWeekdays,
            100 * row.unchanged,
            100 * row.largest.logReturn,
            row.largest.date,
            {
              sparkline: Array.from(markets[place]?.history.prices.slice(-250) ?? []),
              alt: `Prices of ${row.name} on its last 250 days`,
            },
          ]),
          note: 'Moves are log returns. Weekdays without a price are holidays of the market, mostly.',
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
        { kind: 'list', items: notes },
      ],
    },
  };
}
