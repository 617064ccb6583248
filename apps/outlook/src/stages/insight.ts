/** Trend, changes of turbulence, and odd days of each market. */
import { meanOf, varianceOf } from '@noosphere/base';
import { layOut, wrap } from '@noosphere/command-line';
import {
  type AnomalyReport,
  anomalies,
  type ChangePoints,
  changePoints,
  type PriceHistory,
} from '@noosphere/forecast';
import { lineChart } from '@noosphere/report';
import { studentWidth } from '@noosphere/statistics';
import { eachOf } from '../each.js';
import type { Markets } from '../markets.js';
import { percent } from '../percent.js';
import { type Period, periodsText, rowsFor } from '../period.js';
import type { StageResult } from './stage.js';

/** Trading days that are looked at: the last four years or so; of longer periods no fewer prices than a few change points take. */
const days = 1000;
const leastRows = 100;

export interface Insight {
  readonly name: string;
  /** The last dates, and their log returns. */
  readonly dates: readonly string[];
  readonly returns: Float64Array;
  /** Mean log return of a period, with its 95 % interval: a line through prices would be too sure of itself. */
  readonly drift: { readonly mean: number; readonly lower: number; readonly upper: number };
  /** Of mean and spread of the returns. */
  readonly changes: ChangePoints;
  readonly odd: AnomalyReport;
}

export function insightOf({ name, dates, prices }: PriceHistory, rows: number): Insight {
  const logs = prices.subarray(Math.max(0, prices.length - rows - 1)).map(Math.log);
  const returns = logs.slice(1).map((value, day) => value - (logs[day] as number));
  return {
    name,
    dates: dates.slice(-returns.length),
    returns,
    drift: driftOf(returns),
    changes: changePoints(returns, { cost: 'normal', minimumLength: 20 }),
    odd: anomalies(returns, { threshold: 5 }),
  };
}

function driftOf(returns: Float64Array): Insight['drift'] {
  const mean = meanOf(returns);
  const error = Math.sqrt(varianceOf(returns) / (returns.length - 1));
  const width = studentWidth(95, returns.length - 1) * error;
  return { mean, lower: mean - width, upper: mean + width };
}

export async function insightStage({ markets, period }: Markets): Promise<StageResult> {
  const looked = Math.max(leastRows, rowsFor(days, period));
  const { done: found, failures } = eachOf(
    markets.map(({ history }) => history),
    (history) => insightOf(history, looked),
  );
  const rows = found.map((insight) => rowOf(insight, period));
  const restless = found.toSorted((a, b) => b.changes.places.length - a.changes.places.length)[0];
  return {
    lines: [
      ...rowLines(rows, looked, period),
      ...failures.map((each) => wrap(`  not done: ${each}`, 4)),
      wrap(
        '  Drift: the mean log return with its 95 % interval; where that holds zero, there is no trend.',
        2,
      ),
    ],
    facts: { failures, rows, changes: found.map(changesOf), odd: found.map(oddDaysOf) },
    section: {
      title: `Trend, change, and odd ${period.name}s`,
      blocks: [
        rowTable(rows, failures, looked, period),
        ...(restless ? [{ kind: 'chart' as const, chart: await changesChart(restless, period) }] : []),
      ],
    },
  };
}

type InsightRow = ReturnType<typeof rowOf>;

/** Drift and volatility in per cent a year. */
function rowOf({ name, dates, drift, changes, odd }: Insight, { perYear }: Period) {
  const [before, last] = [changes.segments.at(-2), changes.segments.at(-1)];
  const yearly = (deviation: number | undefined) => 100 * Math.sqrt(perYear) * (deviation ?? Number.NaN);
  return {
    name,
    drift: 100 * perYear * drift.mean,
    lower: 100 * perYear * drift.lower,
    upper: 100 * perYear * drift.upper,
    changes: changes.places.length,
    since: dates[last?.from ?? 0] ?? '',
    volatility: yearly(last?.deviation),
    before: yearly(before?.deviation),
    odd: odd.anomalies.length,
  };
}

function changesOf({ name, changes, dates }: Insight) {
  return {
    name,
    segments: changes.segments.map(({ from, to, ...own }) => ({
      from: dates[from],
      to: dates[to - 1],
      ...own,
    })),
  };
}

function oddDaysOf({ name, odd, dates }: Insight) {
  return {
    name,
    days: odd.anomalies.map(({ place, value, score }) => ({ date: dates[place], logReturn: value, score })),
  };
}

function rowLines(rows: readonly InsightRow[], looked: number, period: Period): string[] {
  return layOut([
    [
      `  the last ${periodsText(looked, period)}`,
      'drift % a year',
      'changes',
      'as now since',
      'volatility %',
      `odd ${period.name}s`,
    ],
    ...rows.map((row) => [
      `  ${row.name}`,
      `${row.drift.toFixed(1)} [${row.lower.toFixed(1)}, ${row.upper.toFixed(1)}]`,
      `${row.changes}`,
      row.since,
      row.volatility.toFixed(1),
      `${row.odd}`,
    ]),
  ]);
}

function rowTable(rows: readonly InsightRow[], failures: readonly string[], looked: number, period: Period) {
  return {
    kind: 'table' as const,
    caption: `The last ${periodsText(looked, period)} of each series`,
    columns: [
      { header: 'Series' },
      { header: 'Drift', unit: '% a year', decimals: 1 },
      { header: 'from', unit: '95 %', decimals: 1 },
      { header: 'to', decimals: 1 },
      { header: 'Changes of turbulence', decimals: 0 },
      { header: 'As now since' },
      { header: 'Volatility now', unit: '% a year', decimals: 1 },
      { header: 'before', unit: '% a year', decimals: 1 },
      { header: `Odd ${period.name}s`, decimals: 0 },
    ],
    rows: rows.map((row) => [
      row.name,
      row.drift,
      row.lower,
      row.upper,
      row.changes,
      row.since,
      row.volatility,
      Number.isNaN(row.before) ? null : row.before,
      row.odd,
    ]),
    note: `Drift: the mean log return; where its interval holds zero, there is no trend to speak of. Changes: segments of returns whose mean and spread differ, by PELT with a normal cost. Odd ${period.name}s lie more than 5 robust deviations from their surroundings.${failures.length > 0 ? ` Not done: ${failures.join('; ')}.` : ''}`,
  };
}

async function changesChart({ name, dates, returns, changes }: Insight, period: Period) {
  const deviations = new Float64Array(returns.length);
  for (const { from, to, deviation } of changes.segments) deviations.fill(deviation, from, to);
  return lineChart({
    title: `${name}: ${period.adjective} returns, and the spread of each stretch`,
    alt: `Log returns of ${name} from ${dates[0]} to ${dates.at(-1)}; their spread changed ${changes.places.length} times and is ${percent(changes.segments.at(-1)?.deviation ?? Number.NaN, 1)} % a ${period.name} now.`,
    x: dates,
    yAxis: { label: 'Log return', unit: `% a ${period.name}` },
    lines: [
      { name: 'Return', values: Array.from(returns, (value) => 100 * value) },
      { name: 'Two deviations', values: Array.from(deviations, (value) => 200 * value) },
      { name: 'and below', values: Array.from(deviations, (value) => -200 * value), dashed: true },
    ],
  });
}
