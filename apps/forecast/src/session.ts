/** What the commands share: options, data, where results go, and how a run is told and stopped. */
import { existsSync } from 'node:fs';
import { RunFolder, stopSignal } from '@noosphere/command-line';
import { ArgumentError } from '@noosphere/core';
import {
  type ModelSettings,
  modelFromSettings,
  type RunOptions,
  type SeriesFailure,
} from '@noosphere/forecast';
import type { Section } from '@noosphere/report';
import { readTable, type TableData } from './data.js';
import { type ModelPlan, planModels } from './models.js';
import { isNeural } from './neural.js';
import type { ForecastOptions } from './options.js';
import { Progress } from './progress.js';
import { readNeural, readSaved, type SavedModels } from './saved-models.js';

/** Per cent of the intervals of forecasts. */
export const usualLevels = [80, 95];

export interface Session {
  readonly options: ForecastOptions;
  readonly horizon: number;
  readonly data: TableData;
  readonly plan: ModelPlan;
  /** What `--model` holds. */
  readonly saved: SavedModels | undefined;
  readonly folder: RunFolder;
  readonly signal: AbortSignal;
  /** Options of a run over all series, whose progress has this title. */
  runOptions(title: string): RunOptions;
  /** Takes the progress line away. */
  quiet(): void;
}

/** What a command adds to its page. */
export interface PageParts {
  /** The finding, in sentences. */
  readonly summary: readonly string[];
  /** @param joules By model: the run's energy, shared by time. */
  sections(joules: Readonly<Record<string, number>>): Promise<readonly Section[]>;
  /** How the numbers came about. */
  readonly method: readonly string[];
}

/** What a command found: text for the terminal, facts for the manifest. */
export interface Outcome {
  /** @param joules By model: the run's energy, shared by time. */
  readonly lines: (joules: Readonly<Record<string, number>>) => readonly string[];
  readonly facts: Readonly<Record<string, unknown>>;
  /** Series that a model could not do, or did not reach. */
  readonly failures: readonly SeriesFailure[];
  /** Written files, by what they hold. */
  readonly files: Readonly<Record<string, string>>;
  /** Settings of all models that were run. */
  readonly models: readonly ModelSettings[];
  /** What the command adds to its page, where it has one. */
  readonly page?: PageParts;
  /** Of all fits and forecasts over all threads, by model. */
  readonly elapsedMs: Readonly<Record<string, number>>;
}

export async function openSession(given: ForecastOptions): Promise<Session> {
  const saved = given.model === undefined ? undefined : await readSaved(given.model);
  // What the saved models were fitted with holds where nothing else is said.
  const options: ForecastOptions = {
    ...given,
    horizon: given.horizon ?? saved?.horizon,
    seasons: given.seasons ?? saved?.seasons,
    freq: given.freq ?? saved?.frequency,
    columns: given.columns ?? saved?.columns,
    ...(saved?.covariates && !hasCovariates(given) && saved.covariates),
  };
  // Known before hours of work, not after them.
  if (options.html !== undefined && existsSync(options.html) && !options.force)
    throw new ArgumentError(
      '--html',
      `${options.html} is there already; choose another name or pass --force`,
    );
  const data = await readTable(options);
  const plan = saved
    ? {
        local: saved.models.filter(({ kind }) => !isNeural(kind)).map(modelFromSettings),
        global: await readNeural(given.model ?? '', saved),
        ensemble: saved.ensemble,
        reason: `of ${given.model}`,
      }
    : planModels(options, data, learntLevels(options));
  const folder = await RunFolder.create({ ...options, parent: 'forecast-out' });
  const progress = new Progress();
  const signal = stopSignal(() => {
    progress.clear();
    process.stderr.write(
      'noosphere forecast: finishing, and saving what is done; Ctrl-C again leaves at once\n',
    );
  });
  return {
    options,
    horizon: options.horizon as number,
    data,
    plan,
    saved,
    folder,
    signal,
    runOptions: (title) => ({
      ...(options.workers !== undefined && { workers: options.workers }),
      signal,
      onAbort: 'keep',
      onProgress: (state) => progress.show(title, state),
    }),
    quiet: () => progress.clear(),
  };
}

/** The command that forecasts a newer table with what this run saved: with the flags of this one, but for those that are saved. */
export function laterRun({ folder, options }: Pick<Session, 'folder' | 'options'>): string {
  const known = ['freq', 'season', 'models', 'id', 'time', 'target', 'past', 'future', 'static', 'place'];
  const flags = Object.entries(options.flags).flatMap(([name, flag]) => (known.includes(name) ? [] : [flag]));
  return ['noosphere forecast predict NEWER.csv --model', folder.path, ...flags].join(' ');
}

/** Intervals that neural models learn: none where errors of a backtest give them. */
function learntLevels({ command, levels, conformal }: ForecastOptions): readonly number[] {
  if (conformal) return [];
  return levels ?? (command === 'predict' || command === 'fit' ? usualLevels : []);
}

function hasCovariates({ past, future, static: fixed }: ForecastOptions): boolean {
  return past.length + future.length + fixed.length > 0;
}
