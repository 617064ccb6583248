/** `predict`: forecasts of every series, with intervals. */
import { join } from 'node:path';
import {
  type BacktestTable,
  combineForecasts,
  conformalForecasts,
  crossValidate,
  type ForecastTable,
  forecastFrame,
  type SeriesFailure,
  selectForecasts,
  writeForecasts,
} from '@noosphere/forecast';
import { ensembleName, needsConformal, selectedName } from './models.js';
import { columnLegend, failureLines, forecastLines } from './report.js';
import type { Outcome, Session } from './session.js';
import { countText, dim, wrap } from './text.js';

const usualLevels = [80, 95];

export async function predict(session: Session): Promise<Outcome> {
  const { options, horizon, data, plan, folder } = session;
  const levels = options.levels ?? usualLevels;
  const isConformal = options.conformal || needsConformal(plan);
  const calibration = isConformal ? await calibrate(session, levels) : undefined;
  const made = await forecastFrame(data.frame, {
    models: plan.models,
    horizon,
    levels: isConformal ? [] : levels,
    ...session.runOptions('forecasting'),
  });
  session.quiet();
  const pointed = withColumns(session, made);
  const withoutErrors: SeriesFailure[] = calibration
    ? calibration.failures.filter(({ model }) => pointed.models.includes(model))
    : [];
  const table = calibration ? conformalForecasts(pointed, calibration, { levels }) : pointed;
  const intervals = calibration
    ? `conformal, from ${calibration.manifest.windows} backtest windows, ${countText(calibration.manifest.step, 'row')} apart${options.conformal ? '' : ' (a model has none of its own)'}`
    : 'the models’ own';
  const file = `forecasts.${options.format}`;
  const models = plan.models.map(({ name, kind, options: own }) => ({ name, kind, options: own }));
  await writeForecasts(
    folder.place(file),
    { ...table, manifest: { data: data.file, frequency: data.frequency, models, intervals } },
    folder.writeOptions,
  );
  return {
    models,
    elapsedMs: table.elapsedMs,
    files: { forecasts: file },
    facts: {
      horizon,
      levels,
      intervals,
      columns: columnLegend(table),
      failures: table.failures,
      withoutIntervals: withoutErrors,
    },
    lines: () => [
      wrap(`Models: ${table.models.join(', ')} (${plan.reason}). Intervals: ${intervals}.`),
      '',
      ...forecastLines(table, join(folder.path, file)),
      dim(`  How good such forecasts were before: noosphere-forecast cv ${data.file} --horizon ${horizon}`),
      ...failureLines(table.failures),
      ...failureLines(withoutErrors, 'Without intervals'),
    ],
  };
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
async function calibrate(session: Session, levels: readonly number[]): Promise<BacktestTable> {
  const { options, horizon, data, plan } = session;
  // Below this many errors there is no interval of the highest level.
  const needed = Math.ceil(Math.max(...levels) / (100 - Math.max(...levels)));
  const backtest = await crossValidate(data.frame, {
    models: plan.models,
    horizon,
    windows: options.windows ?? Math.max(20, needed),
    step: options.step ?? 1,
    refit: false,
    season: data.seasons[0] ?? 1,
    ...session.runOptions('errors for the intervals'),
  });
  return withColumns(session, backtest);
}
