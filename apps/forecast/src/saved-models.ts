/** The file that `fit` and `compare` leave for `predict --model`: settings, estimates, and each series' choice. */

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RunFolder } from '@noosphere/command-line';
import { FormatError } from '@noosphere/core';
import type { Estimates, LocalModelSettings } from '@noosphere/forecast';

const format = 'noosphere-forecast-models';
export const savedName = 'models.json';

export interface SavedModels {
  readonly horizon: number;
  readonly seasons: readonly number[];
  readonly frequency: string;
  readonly columns: readonly [id: string, time: string, target: string] | undefined;
  readonly models: readonly LocalModelSettings[];
  /** Names of the models whose median is a row of its own; none for no such row. */
  readonly ensemble: readonly string[];
  /** Model by series, of `compare`. */
  readonly chosen?: Readonly<Record<string, string>>;
  /** By model and series, of `fit`. */
  readonly estimates?: Readonly<Record<string, Readonly<Record<string, Estimates>>>>;
}

export async function writeSaved(folder: RunFolder, saved: SavedModels): Promise<void> {
  await folder.write(savedName, `${JSON.stringify({ format, version: 1, ...saved }, undefined, 1)}\n`);
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
    const { name, kind, options } = (each ?? {}) as Partial<LocalModelSettings>;
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
