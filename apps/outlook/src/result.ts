/** The result as JSON: everything the report says, with full digits and formulas, for programs. */
import type { Report } from '@noosphere/footprint';
import { metricLegend, type Score, verdictOf } from '@noosphere/forecast';
import type { BacktestResult } from './backtest.js';
import type { OutlookOptions } from './options.js';
import type { TableResult } from './run.js';

export interface RunFacts {
  readonly options: OutlookOptions;
  readonly folder: string;
  readonly interrupted: boolean;
  /** Undefined where the run was stopped before it. */
  readonly backtest: BacktestResult | undefined;
  /** Time, energy with its methods and range, carbon, peak memory. */
  readonly footprint: Report;
}

export function resultJson(tables: readonly TableResult[], facts: RunFacts): string {
  const { options, folder, interrupted, backtest, footprint } = facts;
  const result = {
    app: 'outlook',
    notice: 'A demonstration on past prices, not advice.',
    seed: options.seed,
    epochs: options.epochs,
    folder,
    interrupted,
    footprint,
    node: process.version,
    formulas: Object.fromEntries(metricLegend),
    units: { mae: 'log return', rmse: 'log return', fitSeconds: 's', peakBytes: 'bytes, whole process' },
    tables: tables.map(tableJson),
    backtest: backtest && backtestJson(backtest),
  };
  return `${JSON.stringify(result, undefined, 2)}\n`;
}

function backtestJson({ table, evaluation, tests, days, tooShort }: BacktestResult) {
  return {
    days,
    tooShort,
    manifest: table.manifest,
    formulas: Object.fromEntries(evaluation.legend),
    rows: evaluation.rows.map(({ model, values }) => ({ model, ...values, againstNaive: tests.get(model) })),
    failures: table.failures,
    files: { backtest: 'forecasts/backtest.csv', next: 'forecasts/next.csv' },
  };
}

function tableJson({ market, comparison, rescored, forecastsFile }: TableResult) {
  const { history, split, scale, actual, rows } = comparison;
  const { dates } = history;
  const verdict = verdictOf(comparison);
  return {
    series: history.name,
    origin: market.origin,
    firstDate: dates[0],
    lastDate: dates.at(-1),
    days: dates.length,
    lookback: split.lookback,
    horizon: split.horizon,
    training: { windows: split.training.end - split.training.first, lastDate: dates[split.firstTestDay - 1] },
    test: { windows: actual.length, firstDate: dates[split.firstTestDay] },
    maseScale: scale,
    forecastsFile,
    verdict: verdict && {
      naiveWins: verdict.naiveWins,
      bestNaive: verdict.bestNaive.kind,
      bestModel: verdict.bestModel.kind,
      maeChange: verdict.change,
      pValue: verdict.pValue,
    },
    rows: rows.map((row) => ({
      row: row.kind,
      ...scoreJson(row.score),
      fitSeconds: row.fitSeconds,
      peakBytes: row.peakBytes,
      ...modelJson(row, rescored),
    })),
  };
}

function modelJson(row: TableResult['comparison']['rows'][number], rescored: TableResult['rescored']) {
  const again = rescored.find((each) => each.row === row);
  if (!row.fitted || !again) return {};
  const { epochs, bestEpoch, interrupted } = row.fitted;
  return {
    epochs,
    bestEpoch,
    interrupted,
    files: { onnx: again.onnxFile, json: again.jsonFile },
    rescored: { largestDifference: again.largestDifference, ...scoreJson(again.score) },
  };
}

function scoreJson({ mae, rmse, mase, hitRate }: Score) {
  return { mae, rmse, mase, hitRate };
}
