/** Models from their names, and the set that is taken where none is named. */
import { ArgumentError } from '@noosphere/core';
import {
  autoEnsemble,
  type ForecastModel,
  type GlobalModel,
  type LocalModel,
  localModels,
  neuralModels,
  type SeriesFrame,
} from '@noosphere/forecast';
import type { TableData } from './data.js';
import { isNeural, neuralModel } from './neural.js';
import type { ForecastOptions } from './options.js';

export interface ModelPlan {
  /** Of one series each. */
  readonly local: readonly LocalModel[];
  /** Of all series at once. */
  readonly global: readonly GlobalModel[];
  /** Names of the models whose median is a row of its own; none for no such row. */
  readonly ensemble: readonly string[];
  /** Why these, for people. */
  readonly reason: string;
}

/** The weighted ensemble that chooses for itself. */
const automatic = 'autoEnsemble';
export const ensembleName = 'EnsembleMedian';
export const selectedName = 'Selected';

/** Kinds that know no season, and those that take several; the others take one. */
const withoutSeason: ReadonlySet<string> = new Set([
  'naive',
  'drift',
  'historicAverage',
  'windowAverage',
  'ses',
  'holt',
  'arch',
  'garch',
  'gjrGarch',
  'ewmaVolatility',
  'crostonClassic',
  'crostonOptimized',
  'crostonSba',
  'adida',
  'imapa',
  'tsb',
]);
const withSeasons: ReadonlySet<string> = new Set(['mstl', 'mfles']);
/** Kinds without intervals of their own. */
const withoutIntervals: ReadonlySet<string> = new Set(['mfles', 'ensemble']);

export function lacksIntervals({ kind }: LocalModel): boolean {
  return withoutIntervals.has(kind);
}

/** All models, in the order of the table's columns. */
export function allModels({ local, global }: ModelPlan): ForecastModel[] {
  return [...local, ...global];
}

/** @param levels Of the intervals that neural models learn. */
export function planModels(options: ForecastOptions, data: TableData, levels: readonly number[]): ModelPlan {
  const { models: names } = options;
  const { wanted, seasons, reason } = names
    ? { wanted: names, seasons: data.seasons, reason: 'as asked' }
    : defaultNames(data);
  const named = wanted.filter((name) => name !== 'ensemble').map(readName);
  const horizon = options.horizon as number;
  const local = named.flatMap((each) => (isNeural(each.kind) ? [] : [localModel(each, seasons, horizon)]));
  const neural = { options, levels, season: seasons[0] ?? 1, length: middleLength(data.frame) };
  const global = named.flatMap((each) => (isNeural(each.kind) ? [neuralModel(each, neural)] : []));
  if (named.length === 0) throw new ArgumentError('--models', 'expected at least one model beside ensemble');
  const all = [...local, ...global].map(({ name }) => name);
  return { local, global, ensemble: wanted.includes('ensemble') ? all : [], reason };
}

/** How many series MSTL forecasts without a season that they have not twice; none where each has all. */
export function shortForSeasons({ local }: ModelPlan, { ids, offsets }: SeriesFrame): string[] {
  return local.flatMap(({ name, kind, options }) => {
    const seasons = kind === 'mstl' ? ((options as { seasons?: readonly number[] }).seasons ?? []) : [];
    const lengths = ids.map((_, series) => (offsets[series + 1] as number) - (offsets[series] as number));
    return seasons.flatMap((season) => {
      const count = lengths.filter((length) => length < 2 * season).length;
      if (count === 0) return [];
      return `${name} forecasts ${count} of ${ids.length} series without the season of ${season} rows: they have fewer than two.`;
    });
  });
}

/** Longest season whose states exponential smoothing searches in reasonable time; MSTL serves longer ones. */
const longestSmoothedSeason = 12;

/** By season and the length of the middle series; all are cheap enough for thousands of series. */
function defaultNames({ frame, seasons }: TableData) {
  const length = middleLength(frame);
  const [season = 1] = seasons;
  const longest = Math.max(...seasons);
  const reason = 'for this season and length; --models changes that';
  if (season === 1 || length < 2 * season + 5)
    return { wanted: ['naive', 'autoEts', 'dynamicOptimizedTheta', 'ensemble'], seasons: [1], reason };
  const decomposed = length >= 2 * longest + 5 ? ['mstl'] : [];
  const smoothed = season <= longestSmoothedSeason || decomposed.length === 0 ? ['autoEts'] : [];
  const wanted = ['seasonalNaive', ...smoothed, 'dynamicOptimizedTheta', ...decomposed, 'ensemble'];
  return { wanted, seasons, reason };
}

function middleLength({ ids, offsets }: SeriesFrame): number {
  const lengths = ids.map((_, series) => (offsets[series + 1] as number) - (offsets[series] as number));
  return lengths.toSorted((a, b) => a - b)[Math.floor(lengths.length / 2)] ?? 0;
}

interface NamedModel {
  readonly text: string;
  readonly kind: string;
  readonly settings: readonly string[];
  readonly own: Readonly<Record<string, unknown>>;
}

/** `autoEts` or `autoEts:model=ZZN`. */
function readName(text: string): NamedModel {
  const [given = '', ...settings] = text.split(':');
  const kinds = [...Object.keys(localModels), automatic, ...Object.keys(neuralModels)];
  const kind = kinds.find((each) => each.toLowerCase() === given.toLowerCase());
  if (kind === undefined)
    throw new ArgumentError(
      '--models',
      `there is no model '${given}'; there are ${[...kinds, 'ensemble'].join(', ')}`,
    );
  return {
    text,
    kind,
    settings,
    own: Object.fromEntries(settings.map((setting) => optionOf(setting, text))),
  };
}

/** The seasons are filled in where the kind takes them. */
function localModel(
  { kind, settings, own }: NamedModel,
  seasons: readonly number[],
  horizon: number,
): LocalModel {
  if (kind === automatic)
    return autoEnsemble({ horizon, seasons: seasons.filter((each) => each > 1), ...own });
  const season = withSeasons.has(kind) ? { seasons } : withoutSeason.has(kind) ? {} : { season: seasons[0] };
  const model = localModels[kind as keyof typeof localModels]({ ...season, ...own });
  return settings.length === 0 ? model : { ...model, name: `${model.name}(${settings.join(':')})` };
}

function optionOf(setting: string, text: string): readonly [string, unknown] {
  const [name = '', value = ''] = setting.split('=');
  if (name === '' || value === '')
    throw new ArgumentError(
      '--models',
      `expected options as name=value, such as autoEts:model=ZZN, got '${text}'`,
    );
  if (value === 'true' || value === 'false') return [name, value === 'true'];
  // Lists, such as order=1-1-1.
  if (/^\d+(-\d+)+$/.test(value)) return [name, value.split('-').map(Number)];
  return [name, Number.isNaN(Number(value)) ? value : Number(value)];
}
