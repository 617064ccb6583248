/** Forecasts of sums and parts that add up. */
import { knownOptions, requireColumns, requireObject } from '@noosphere/base';
import { ArgumentError } from '@noosphere/core';
import type { ForecastTable } from '../run/forecast-table.js';
import { errorCovariance, type MinTraceMethod } from './error-covariance.js';
import { type Hierarchy, sumUp } from './hierarchy.js';
import { minTrace, nonNegativeMinTrace } from './min-trace.js';
import { historicShares, shareByForecasts, type TopDownMethod } from './proportions.js';

export interface ReconcileOptions {
  /**
   * `bottomUp`: parts are summed. Top-down by `averageProportions`, `proportionsOfAverages` (of the history) or
   * `forecastProportions`; with `level` from that level on, below and above it: middle-out. Least trace with the covariance
   * of base errors taken as the identity (`ols`), by the number of parts (`wlsStruct`), as the residuals' variances
   * (`wlsVar`), covariance (`mintCov`), or covariance shrunk towards its diagonal (`mintShrink`).
   */
  readonly method: 'bottomUp' | TopDownMethod | MinTraceMethod;
  /** Of top-down: the level whose forecasts stay, by name. @default the first */
  readonly level?: string;
  /** y of the training part, [row][t]: needed for proportions of the history. */
  readonly history?: readonly Float64Array[];
  /** y - fitted of the base models, [row][t]: needed for `wlsVar`, `mintCov` and `mintShrink`. */
  readonly residuals?: readonly Float64Array[];
  /** Of least trace: no bottom forecast below zero, by a quadratic program; cubic in the number of bottom series. @default false */
  readonly nonNegative?: boolean;
}

const minTraceMethods: readonly string[] = ['ols', 'wlsStruct', 'wlsVar', 'mintCov', 'mintShrink'];
const topDownMethods: readonly string[] = [
  'averageProportions',
  'proportionsOfAverages',
  'forecastProportions',
];

/**
 * Reconciles base forecasts, one array of all steps a row of the hierarchy: afterwards every sum is that of its parts. fpp3
 * chapter 11; the methods and their names are those of hierarchicalforecast.
 * @example
 * const hierarchy = hierarchyOf([{ id: 'a', groups: {} }, { id: 'b', groups: {} }], [[]]);
 * const [total, a, b] = reconcile(hierarchy, [Float64Array.of(10), Float64Array.of(3), Float64Array.of(4)], { method: 'ols' });
 * console.log(total?.[0]?.toFixed(2), a?.[0]?.toFixed(2), b?.[0]?.toFixed(2)); // → 9.00 4.00 5.00
 */
export function reconcile(
  hierarchy: Hierarchy,
  base: readonly Float64Array[],
  options: ReconcileOptions,
): Float64Array[] {
  requireObject('reconcile', 'the hierarchy', hierarchy, 'hierarchyOf(bottom, levels)');
  requireColumns('reconcile', 'the base forecasts', base);
  const { ids, bottomCount } = hierarchy;
  const { method, nonNegative = false } = knownOptions(
    'reconcile',
    options,
    'method level history residuals nonNegative',
  );
  checkBase(hierarchy, base);
  if (method === 'bottomUp') return sumUp(hierarchy, base.slice(-bottomCount));
  if (minTraceMethods.includes(method)) {
    const covariance = errorCovariance(hierarchy, method as MinTraceMethod, options.residuals);
    return sumUp(hierarchy, (nonNegative ? nonNegativeMinTrace : minTrace)(hierarchy, base, covariance));
  }
  if (!topDownMethods.includes(method)) {
    throw new ArgumentError(
      'reconcile',
      `expected bottomUp, ${[...topDownMethods, ...minTraceMethods].join(', ')}, got '${method}'`,
    );
  }
  const level = levelOf(hierarchy, options.level);
  if (method === 'forecastProportions') return sumUp(hierarchy, shareByForecasts(hierarchy, base, level));
  const { history } = options;
  if (history?.length !== ids.length)
    throw new ArgumentError(
      'reconcile',
      `${method} expects the history of all ${ids.length} series, got ${history?.length ?? 'none'}`,
    );
  return sumUp(hierarchy, shareByHistory(hierarchy, base, level, method as 'averageProportions', history));
}

function shareByHistory(
  { levels, parts, bottomCount }: Hierarchy,
  base: readonly Float64Array[],
  level: number,
  method: 'averageProportions' | 'proportionsOfAverages',
  history: readonly Float64Array[],
): Float64Array[] {
  const bottom: Float64Array[] = [];
  const { start, end } = levels[level] as Hierarchy['levels'][number];
  for (let row = start; row < end; row++) {
    const places = Array.from(parts[row] as Uint32Array);
    const below = places.map((place) => history[parts.length - bottomCount + place] as Float64Array);
    historicShares(method, history[row] as Float64Array, below).forEach((share, index) => {
      bottom[places[index] as number] = (base[row] as Float64Array).map((value) => value * share);
    });
  }
  return bottom;
}

/** Every bottom series must lie in exactly one group of the level. */
function levelOf({ levels, parts, bottomCount }: Hierarchy, name: string | undefined): number {
  const index = name === undefined ? 0 : levels.findIndex((level) => level.name === name);
  const found = levels[index];
  if (!found)
    throw new ArgumentError(
      'reconcile',
      `there is no level '${name}'; there are ${levels.map((each) => each.name).join(', ')}`,
    );
  const covered = parts.slice(found.start, found.end).reduce((sum, places) => sum + places.length, 0);
  if (covered !== bottomCount)
    throw new ArgumentError('reconcile', `the level '${found.name}' does not hold every bottom series once`);
  return index;
}

function checkBase({ ids }: Hierarchy, base: readonly Float64Array[]): void {
  const horizon = base[0]?.length ?? 0;
  const bad = base.findIndex((values) => values.length !== horizon || !values.every(Number.isFinite));
  if (base.length !== ids.length || bad >= 0) {
    const got = base.length !== ids.length ? `${base.length} of them` : `others of '${ids[bad]}'`;
    throw new ArgumentError(
      'reconcile',
      `expects finite forecasts of equal length for each of ${ids.length} series, sums first, got ${got}`,
    );
  }
}

/**
 * Reconciles every model of a table of forecasts; its ids must be the hierarchy's. Point forecasts only: the columns of
 * intervals are left out, as they no longer belong to them.
 */
export function reconcileTable(
  table: ForecastTable,
  hierarchy: Hierarchy,
  options: ReconcileOptions,
): ForecastTable {
  knownOptions('reconcileTable', options, 'method level history residuals nonNegative');
  if (table.ids.join('\n') !== hierarchy.ids.join('\n')) {
    throw new ArgumentError(
      'reconcileTable',
      `expects the ${hierarchy.ids.length} series of the hierarchy in its order, got ${table.ids.length}; forecast aggregateFrame(…)`,
    );
  }
  const { horizon } = table;
  const columns = Object.fromEntries(
    table.models.map((model) => {
      const values = table.columns[model] as Float64Array;
      const base = table.ids.map((_, row) => values.subarray(row * horizon, (row + 1) * horizon));
      const joined = new Float64Array(values.length);
      reconcile(hierarchy, base, options).forEach((row, index) => {
        joined.set(row, index * horizon);
      });
      return [model, joined];
    }),
  );
  return { ...table, levels: [], columns };
}
