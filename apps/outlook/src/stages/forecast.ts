/** The rolling backtest and the next days, as a part of the job. */

import type { RunFolder } from '@noosphere/command-line';
import { barChart, type Chart, lineChart, type Section } from '@noosphere/report';
import {
  type BacktestOptions,
  type BacktestResult,
  backtestOf,
  ensembleName,
  level,
  saveBacktest,
} from '../backtest.js';
import { backtestText, nextText, plainVerdict, verdictText } from '../backtest-report.js';
import type { Market, Markets } from '../markets.js';
import { type Period, periodsText } from '../period.js';
import { pText } from '../report.js';
import type { StageResult } from './stage.js';

/** Prices before the forecast that a chart shows. */
const shownDays = 120;

export interface ForecastStage extends StageResult {
  /** For a reader in a hurry. */
  readonly summary: string;
}

/** `undefined` where the run was stopped. */
export async function forecastStage(
  data: Markets,
  folder: RunFolder,
  options: BacktestOptions,
): Promise<ForecastStage | undefined> {
  const backtest = await backtestOf(data, options);
  const { markets, period } = data;
  if (!backtest) return undefined;
  await saveBacktest(backtest, folder);
  const verdict = verdictText(backtest.evaluation.rows, backtest.tests);
  return {
    summary: plainVerdict(backtest.evaluation.rows, backtest.tests, periodsText(options.horizon, period)),
    lines: [backtestText(backtest, period), nextText(backtest, period)],
    facts: factsOf(backtest),
    files: { backtest: 'forecasts/backtest.csv', next: 'forecasts/next.csv' },
    section: await sectionOf(backtest, { markets, period }, verdict),
  };
}

function factsOf({ table, evaluation, tests, days, tooShort }: BacktestResult) {
  return {
    days,
    tooShort,
    manifest: table.manifest,
    formulas: Object.fromEntries(evaluation.legend),
    rows: evaluation.rows.map(({ model, values }) => ({ model, ...values, againstNaive: tests.get(model) })),
    failures: table.failures,
  };
}

async function sectionOf(
  backtest: BacktestResult,
  { markets, period }: Pick<Markets, 'markets' | 'period'>,
  verdict: string,
): Promise<Section> {
  const { table, evaluation, tests, next } = backtest;
  const { horizon, windows, step } = table.manifest;
  const lowest = Math.min(...evaluation.rows.map(({ values }) => values.mae ?? Number.POSITIVE_INFINITY));
  const shown = markets.find(({ history }) => history.name === next.ids[0]);
  return {
    title: `What the next ${periodsText(horizon, period)} may bring`,
    blocks: [
      { kind: 'paragraph', text: verdict },
      {
        kind: 'table',
        caption: `Backtest: ${windows} origins, ${periodsText(step, period)} apart, of ${table.ids.length} ${table.ids.length === 1 ? 'market' : 'markets'}, ${periodsText(horizon, period)} ahead`,
        columns: [
          { header: 'Model' },
          { header: 'MAE', unit: '% log return', decimals: 4 },
          { header: 'RMSE', unit: '%', decimals: 4 },
          { header: 'MASE', decimals: 4 },
          { header: `In ${level} %`, unit: '%', decimals: 1 },
          { header: 'Winkler', unit: '%', decimals: 3 },
          { header: 'p against the last price' },
          { header: 'Time', unit: 's', decimals: 2 },
        ],
        rows: evaluation.rows.map(({ model, values }) => {
          const test = tests.get(model);
          const elapsedMs = table.elapsedMs[model];
          return [
            model === 'Naive' ? 'Naive: the last price' : model,
            100 * (values.mae ?? Number.NaN),
            100 * (values.rmse ?? Number.NaN),
            values.mase ?? null,
            values.coverage ?? null,
            100 * (values.winkler ?? Number.NaN),
            test ? pText(test.pValue) : null,
            elapsedMs === undefined ? null : elapsedMs / 1000,
          ];
        }),
        strongRows: evaluation.rows.flatMap(({ values }, row) => (values.mae === lowest ? [row] : [])),
        note: 'MAE (mean absolute error) and RMSE (root of the mean squared error) of log returns times 100; bold: the lowest MAE. MASE: MAE over that of the naive forecast on the training part. Intervals are conformal, from errors that were known at the origin; Winkler is their mean width with a penalty for misses. p: the chance of such a difference if both were equally good, by the two-sided test of Diebold and Mariano.',
      },
      { kind: 'chart', chart: await intervalsChart(backtest, period) },
      ...(shown ? [{ kind: 'chart' as const, chart: await fanChart(backtest, shown, period) }] : []),
    ],
  };
}

/** Of the last period ahead, in per cent of the last price. */
async function intervalsChart({ next, lastPrices, table }: BacktestResult, period: Period): Promise<Chart> {
  const { horizon } = table.manifest;
  const ahead = periodsText(horizon, period);
  const at = (name: string, series: number) =>
    100 *
    ((next.columns[name]?.[series * horizon + horizon - 1] ?? Number.NaN) -
      Math.log(lastPrices[series] ?? Number.NaN));
  const column = (name: string) => next.ids.map((_, series) => at(name, series));
  const widths = next.ids.map(
    (_, series) => at(`${ensembleName}-hi-${level}`, series) - at(`${ensembleName}-lo-${level}`, series),
  );
  const widest = widths.indexOf(Math.max(...widths));
  const holdZero = next.ids.filter(
    (_, series) =>
      at(`${ensembleName}-lo-${level}`, series) <= 0 && at(`${ensembleName}-hi-${level}`, series) >= 0,
  ).length;
  return barChart({
    title: `The next ${ahead} by the median of all models, with its ${level} % interval`,
    alt: `Of ${next.ids.length} intervals, ${holdZero} hold zero; the widest is that of ${next.ids[widest]}, ${widths[widest]?.toFixed(1)} % wide.`,
    categories: next.ids,
    series: [
      {
        name: 'Log return',
        values: column(ensembleName),
        interval: {
          low: column(`${ensembleName}-lo-${level}`),
          high: column(`${ensembleName}-hi-${level}`),
        },
      },
    ],
    valueAxis: { label: `Log return of ${ahead}`, unit: '%' },
  });
}

async function fanChart(
  { next, table }: BacktestResult,
  { history }: Market,
  period: Period,
): Promise<Chart> {
  const { horizon } = table.manifest;
  const prices = Array.from(history.prices.slice(-shownDays));
  const part = (name: string) =>
    Array.from(next.columns[name]?.subarray(0, horizon) ?? [], (value) => Math.exp(value));
  const last = prices.at(-1) ?? Number.NaN;
  const [low, high] = [part(`${ensembleName}-lo-${level}`), part(`${ensembleName}-hi-${level}`)];
  const ahead = Array.from({ length: horizon }, (_, step) => step + 1);
  return lineChart({
    title: `${history.name}: the last ${periodsText(prices.length, period)}, and ${horizon} more`,
    alt: `After ${last.toPrecision(5)} on ${history.dates.at(-1)}, the ${level} % interval of ${period.name} ${horizon} goes from ${low.at(-1)?.toPrecision(5)} to ${high.at(-1)?.toPrecision(5)}.`,
    xAxis: {
      label: `${period.perYear === 252 ? 'Trading days' : `${period.name[0]?.toUpperCase()}${period.name.slice(1)}s`} from ${history.dates.at(-1)}`,
      unit: 'none',
    },
    yAxis: { label: 'Price', unit: 'as quoted' },
    lines: [
      { name: 'Price', x: prices.map((_, day) => day - prices.length + 1), values: prices },
      {
        name: ensembleName,
        x: [0, ...ahead],
        values: [last, ...part(ensembleName)],
        intervals: [{ level, low: [last, ...low], high: [last, ...high] }],
      },
    ],
  });
}
