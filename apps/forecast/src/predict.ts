/** `predict`: forecasts of every series, with intervals. */

import { join } from 'node:path';
import { dim, wrap } from '@noosphere/command-line';
import {
  type BacktestTable,
  combineForecasts,
  conformal,
  conformalForecasts,
  crossValidate,
  type ForecastModel,
  type ForecastTable,
  forecastFrame,
  type LocalModel,
  selectForecasts,
  writeForecasts,
} from '@noosphere/forecast';
import { readAhead } from './ahead.js';
import { forecastSections, leadingModel } from './forecast-section.js';
import { allModels, ensembleName, lacksIntervals, selectedName, shortForSeasons } from './models.js';
import { countText } from './numbers.js';
import { columnLegend, failureLines, forecastLines } from './report.js';
import { type Resume, resumable } from './saved-models.js';
import { type Outcome, type Session, usualLevels } from './session.js';

export async function predict(session: Session): Promise<Outcome> {
  const { options, horizon, data, plan, folder, signal } = session;
  const levels = options.levels ?? usualLevels;
  const windows = options.windows ?? windowsFor(levels);
  const local = options.conformal ? plan.local : withIntervals(plan.local, windows, options.step);
  const models: readonly ForecastModel[] = [...local, ...plan.global];
  const future = await readAhead(options, data, horizon);
  const resume = session.saved && !options.anew ? resumable(session.saved, data.frame) : undefined;
  const made = await forecastFrame(data.frame, {
    models,
    horizon,
    future,
    levels: options.conformal ? [] : levels,
    ...(resume && { resume }),
    ...session.runOptions('forecasting'),
  });
  const pointed = withColumns(session, made);
  // Forecasts come first: a run that is stopped while errors are gathered has them.
  const backtest = options.conformal && !signal.aborted ? await calibrate(session, windows) : undefined;
  session.quiet();
  const table = backtest ? conformalForecasts(pointed, backtest, { levels }) : pointed;
  const withoutIntervals = backtest?.failures.filter(({ model }) => table.models.includes(model)) ?? [];
  const fits = fitsText(local, data.frame.ids, resume);
  const intervals = intervalsText(session, local, { windows, isDone: backtest !== undefined });
  const file = `forecasts.${options.format}`;
  const settings = models.map(({ name, kind, options: own }) => ({ name, kind, options: own }));
  await writeForecasts(
    folder.place(file),
    { ...table, manifest: { data: data.file, frequency: data.frequency, models: settings, intervals } },
    folder.writeOptions,
  );
  return {
    models: settings,
    elapsedMs: table.elapsedMs,
    files: { forecasts: file },
    failures: table.failures,
    facts: {
      horizon,
      levels,
      intervals,
      ...(session.saved && { fits }),
      columns: columnLegend(table),
      failures: table.failures,
      withoutIntervals,
    },
    page: {
      summary: [drawnText(table)],
      sections: () => forecastSections(data.frame, table, file),
      method: [`Intervals: ${intervals}.`, ...shortForSeasons(plan, data.frame)],
    },
    lines: () => [
      wrap(`Models: ${table.models.join(', ')} (${plan.reason}). Intervals: ${intervals}.`),
      ...shortForSeasons(plan, data.frame).map((text) => wrap(text)),
      ...(session.saved ? [wrap(fits)] : []),
      '',
      ...forecastLines(table, join(folder.path, file)),
      dim(wrap(`  How good such forecasts were before: ${backtestRun(session)}`, 4)),
      ...failureLines(table.failures),
      ...failureLines(withoutIntervals, 'Without intervals'),
    ],
  };
}

/** Which forecasts the charts draw in full, and that this says nothing of how good they are. */
function drawnText(table: ForecastTable): string {
  const model = leadingModel(table);
  const only = table.models.length === 1;
  const drawn = only
    ? `The charts show the forecasts of ${model}.`
    : `The charts draw the forecasts of ${model} in full and those of the other ${table.models.length - 1} dashed; the choice says nothing of how good they are.`;
  return `${drawn} Whether a model is better than a naive one, a backtest tells.`;
}

/** Origins that give enough errors for the highest level, and some more. */
function windowsFor(levels: readonly number[]): number {
  const highest = Math.max(...levels);
  return Math.max(20, Math.ceil(highest / (100 - highest)));
}

/** Models without intervals of their own get conformal ones, from fits at earlier origins. */
function withIntervals(models: readonly LocalModel[], windows: number, step = 1): readonly LocalModel[] {
  return models.map((model) =>
    lacksIntervals(model) ? { ...conformal(model, { windows, step }), name: model.name } : model,
  );
}

function intervalsText(
  { options, plan }: Session,
  models: readonly LocalModel[],
  { windows, isDone }: { readonly windows: number; readonly isDone: boolean },
): string {
  const origins = `${windows} earlier origins, ${countText(options.step ?? 1, 'row')} apart`;
  if (options.conformal)
    return isDone ? `conformal, from errors at ${origins}` : 'none, as the run was stopped';
  const wrapped = models.filter((model, place) => model !== plan.local[place]).map(({ name }) => name);
  const others = wrapped.length > 0 ? `, of ${wrapped.join(', ')} conformal, from errors at ${origins}` : '';
  return `the models’ own${others}`;
}

/** The command that backtests the same table with the same flags. */
function backtestRun({ options, data, horizon }: Session): string {
  const model = options.model === undefined ? [] : ['--model', options.model];
  return [
    'noosphere forecast cv',
    data.file,
    '--horizon',
    horizon,
    ...model,
    ...Object.values(options.flags),
  ].join(' ');
}

/** Which models of one series were fitted here, and which go on from what `fit` found. */
function fitsText(models: readonly LocalModel[], ids: readonly string[], resume: Resume | undefined): string {
  const names = models.filter((model) => model.resume).map(({ name }) => name);
  const kept = ids.filter((id) => names.some((name) => resume?.(name, id))).length;
  if (kept === 0) return 'Models of one series are fitted anew.';
  const others = ids.length - kept;
  const rest =
    others > 0
      ? `; ${countText(others, 'series', 'series')} new, or with another first row, fitted anew`
      : '';
  return `Estimates of ${names.join(', ')}: as saved${rest}.`;
}

/** The ensemble, and the choice that was saved, beside the models. */
export function withColumns<Table extends ForecastTable>(
  { plan, saved }: Pick<Session, 'plan' | 'saved'>,
  table: Table,
): Table {
  const { ensemble } = plan;
  const combined =
    ensemble.length > 0 ? combineForecasts(table, { models: ensemble, name: ensembleName }) : table;
  if (!saved?.chosen) return combined;
  return selectForecasts(combined, new Map(Object.entries(saved.chosen)), { name: selectedName });
}

/** Errors of the models at earlier origins, after one fit each: between fits they go forward with their estimates. */
async function calibrate(session: Session, windows: number): Promise<BacktestTable> {
  const { options, horizon, data, plan } = session;
  const backtest = await crossValidate(data.frame, {
    models: allModels(plan),
    horizon,
    windows,
    step: options.step ?? 1,
    refit: false,
    season: data.seasons[0] ?? 1,
    ...session.runOptions('errors for the intervals'),
  });
  return withColumns(session, backtest);
}
