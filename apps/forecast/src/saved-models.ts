/** What `fit` and `compare` leave for `predict --model`: settings, estimates, weights, and each series' choice. */

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RunFolder } from '@noosphere/command-line';
import { FormatError } from '@noosphere/core';
import {
  type Estimates,
  type GlobalModel,
  loadNeuralModel,
  type ModelSettings,
  type SeriesFrame,
} from '@noosphere/forecast';
import { isNeural, neuralFromSettings } from './neural.js';

const format = 'noosphere-forecast-models';
export const savedName = 'models.json';

export interface SavedModels {
  readonly horizon: number;
  readonly seasons: readonly number[];
  readonly frequency: string;
  readonly columns: readonly [id: string, time: string, target: string] | undefined;
  readonly models: readonly ModelSettings[];
  /** Names of the models whose median is a row of its own; none for no such row. */
  readonly ensemble: readonly string[];
  /** Folders of trained neural models, by name. */
  readonly neural?: Readonly<Record<string, string>>;
  /** Columns that they were trained with. */
  readonly covariates?: {
    readonly past: readonly string[];
    readonly future: readonly string[];
    readonly static: readonly string[];
  };
  /** Model by series, of `compare`. */
  readonly chosen?: Readonly<Record<string, string>>;
  /** By model and series, of `fit`. */
  readonly estimates?: Readonly<Record<string, Readonly<Record<string, Estimates>>>>;
  /** The first time of each series then, as `frame.times` has it: states are those before that row. */
  readonly starts?: Readonly<Record<string, number>>;
}

/** First times of all series. */
export function startsOf({ ids, times, offsets }: SeriesFrame): Record<string, number> {
  return Object.fromEntries(ids.map((id, series) => [id, times[offsets[series] as number] as number]));
}

/** Estimates of a model for a series, where they can be gone on from. */
export type Resume = (model: string, id: string) => Estimates | undefined;

/** What `forecastFrame` resumes from: estimates of the series that begin where they began when they were fitted. */
export function resumable(saved: SavedModels, frame: SeriesFrame): Resume {
  const starts = startsOf(frame);
  return (model, id) => (saved.starts?.[id] === starts[id] ? saved.estimates?.[model]?.[id] : undefined);
}

export async function writeSaved(folder: RunFolder, saved: SavedModels): Promise<void> {
  await folder.write(savedName, `${JSON.stringify({ format, version: 1, ...saved }, undefined, 1)}\n`);
}

/** Neural models with the weights that were saved, or to be trained anew where only their settings were. */
export async function readNeural(
  folder: string,
  { models, neural = {} }: SavedModels,
): Promise<GlobalModel[]> {
  const found: GlobalModel[] = [];
  for (const settings of models.filter(({ kind }) => isNeural(kind))) {
    const place = neural[settings.name];
    found.push(
      place === undefined
        ? neuralFromSettings(settings)
        : (await loadNeuralModel(join(folder, place))).asModel(),
    );
  }
  return found;
}

export async function readSaved(folder: string): Promise<SavedModels> {
  const path = join(folder, savedName);
  const refuse = (message: string) => new FormatError('--model', path, message);
  const text = await readFile(path, 'utf8').catch(() => {
    throw refuse('cannot be read; give a folder that fit or compare wrote');
  });
  let found: (Partial<SavedModels> & { readonly format?: string; readonly version?: number }) | null;
  try {
    found = JSON.parse(text);
  } catch {
    throw refuse('is no JSON');
  }
  if (found?.format !== format || found.version !== 1)
    throw refuse(`expected the format ${format}, version 1, got ${found?.format}, ${found?.version}`);
  const { horizon, seasons, frequency, models, ensemble } = found;
  const isWhole = (value: unknown) => Number.isSafeInteger(value) && (value as number) >= 1;
  const isSettings = (each: unknown) => {
    const { name, kind, options } = (each ?? {}) as Partial<ModelSettings>;
    return typeof name === 'string' && typeof kind === 'string' && typeof options === 'object';
  };
  if (
    !isWhole(horizon) ||
    !(Array.isArray(seasons) && seasons.every(isWhole)) ||
    typeof frequency !== 'string' ||
    !(Array.isArray(models) && models.every(isSettings)) ||
    !(Array.isArray(ensemble) && ensemble.every((name) => models.some((each) => each.name === name)))
  )
    throw refuse('lacks a horizon, seasons, a frequency or models; fit again');
  return found as SavedModels;
}
