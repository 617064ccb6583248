/** One run: every market and horizon is compared, saved, and forecast again from the saved files. */
import type { RunFolder } from '@noosphere/command-line';
import { RuntimeError } from '@noosphere/core';
import {
  type Comparison,
  type ComparisonRow,
  compareForecasters,
  forecastWithOnnx,
  largestDifference,
  networkKinds,
  type Score,
  saveForecaster,
  saveForecasterOnnx,
  scoreForecast,
} from '@noosphere/forecast';
import { forecastsCsv } from './forecasts-csv.js';
import { type Market, type Markets, tableHorizons } from './markets.js';
import type { OutlookOptions } from './options.js';
import { type Period, periodsText } from './period.js';
import { Progress, type Task, taskWeight } from './progress.js';

/** Forecasts from a saved file may differ from those of the table by this much, in log returns. */
const allowedDifference = 1e-5;

/** Whether every saved file forecasts what its table says. */
export function filesAgree(rescored: readonly Rescored[]): boolean {
  return rescored.every(({ largestDifference }) => largestDifference <= allowedDifference);
}

/** A trained row, forecast again from its ONNX file and the raw prices. */
export interface Rescored {
  readonly row: ComparisonRow;
  readonly onnxFile: string;
  /** The same as a model folder. */
  readonly modelFolder: string;
  readonly score: Score;
  readonly largestDifference: number;
}

/** One table: a market and a horizon. */
export interface TableResult {
  readonly market: Market;
  readonly comparison: Comparison;
  readonly rescored: readonly Rescored[];
  readonly forecastsFile: string;
}

export interface RunOptions {
  readonly data: Markets;
  readonly options: OutlookOptions;
  readonly folder: RunFolder;
  readonly signal: AbortSignal;
  readonly onTable: (table: TableResult) => void;
}

/** Runs all tables, or those until the signal is aborted. */
export async function runTables(run: RunOptions): Promise<TableResult[]> {
  const { signal } = run;
  const { markets, period } = run.data;
  const jobs = markets.flatMap((market) =>
    tableHorizons(run.options).map((horizon) => ({ market, horizon })),
  );
  const progress = new Progress(jobs.reduce((sum, { market }) => sum + taskOf(market, 1, period).weight, 0));
  const tables: TableResult[] = [];
  for (const { market, horizon } of jobs) {
    if (signal.aborted) break;
    const table = await runTable(run, market, horizon, progress);
    progress.clear();
    run.onTable(table);
    tables.push(table);
  }
  return tables;
}

async function runTable(
  { options, folder, signal, data: { period } }: RunOptions,
  market: Market,
  horizon: number,
  progress: Progress,
): Promise<TableResult> {
  const task = taskOf(market, horizon, period);
  const comparison = await compareForecasters(market.history, {
    horizon,
    seed: options.seed,
    epochs: options.epochs,
    season: period.season,
    signal,
    onEpoch: (kind, report) => progress.epoch(task, kind, report),
  });
  progress.finish(task);
  const rescored: Rescored[] = [];
  for (const row of comparison.rows) {
    if (row.fitted) rescored.push(await saveAndRescore(row, market, comparison, folder, options.seed));
  }
  const forecastsFile = `forecasts/${market.slug}-h${horizon}.csv`;
  await folder.write(forecastsFile, forecastsCsv(comparison));
  return { market, comparison, rescored, forecastsFile };
}

async function saveAndRescore(
  row: ComparisonRow,
  { history, slug }: Market,
  { split, actual, scale }: Comparison,
  folder: RunFolder,
  seed: number,
): Promise<Rescored> {
  const { forecaster } = row.fitted ?? {};
  if (!forecaster)
    throw new RuntimeError('outlook', `internal: ${row.kind} has no model; please report this`);
  const base = `models/${slug}-h${split.horizon}-${row.kind}`;
  const onnxFile = `${base}.onnx`;
  const metadata = {
    series: history.name,
    training: `${history.dates[0]} to ${history.dates[split.firstTestDay - 1]}`,
    seed: String(seed),
    notice: 'a demonstration, not advice',
  };
  await saveForecasterOnnx(folder.place(onnxFile), forecaster, { metadata, ...folder.writeOptions });
  await saveForecaster(folder.place(base), forecaster, { metadata, ...folder.writeOptions });
  const again = await forecastWithOnnx(folder.place(onnxFile), history, split.test, forecaster.shape);
  const difference = largestDifference(row.forecast, again);
  const score = scoreForecast(actual, again, { scale, horizon: split.horizon });
  return { row, onnxFile, modelFolder: base, score, largestDifference: difference };
}

function taskOf({ history }: Market, horizon: number, period: Period): Task {
  const kinds = networkKinds.filter((kind) => kind !== 'lstm' || history.bars);
  const weight = kinds.reduce((sum, kind) => sum + taskWeight[kind] * history.prices.length, 0);
  return { title: `${history.name}, ${periodsText(horizon, period)} ahead`, weight };
}
