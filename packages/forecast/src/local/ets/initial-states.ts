/**
 * Where the search for level, growth and seasons begins: seasons from a classical decomposition (or one sine wave, where
 * the series is short), level and growth from a line through the first values without season.
 * Hyndman, Koehler, Snyder & Grose 2002, as R's `ets` and statsforecast do.
 */
import { meanOf } from '@noosphere/base';
import { leastSquares } from '../../least-squares/least-squares.js';
import { classicalSeason } from '../decomposition/classical.js';
import { unitOf } from '../unit-of.js';
import type { Component } from './components.js';

export interface InitialStates {
  readonly level: number;
  /** Growth of one step, as a sum or as a factor; 0 without trend. */
  readonly growth: number;
  /** Of the places of the season behind the first, in the order of time; the first is given by the others. */
  readonly seasons: readonly number[];
}

export function initialStates(
  y: Float64Array,
  period: number,
  trend: Component,
  season: Component,
): InitialStates {
  const { seasons, adjusted } = initialSeasons(y, period, season);
  const window = Math.min(Math.max(10, 2 * (season === 'N' ? 1 : period)), y.length);
  const first = adjusted.subarray(0, window);
  if (trend === 'N') return { level: meanOf(first), growth: 0, seasons };
  const line = leastSquares(
    first.map((_, index) => index + 1),
    first,
  );
  return {
    ...levelAndGrowth(adjusted, { intercept: line.intercept, slope: line.weights[0] ?? 0 }, trend, unitOf(y)),
    seasons,
  };
}

function levelAndGrowth(
  adjusted: Float64Array,
  { intercept, slope }: { readonly intercept: number; readonly slope: number },
  trend: Component,
  unit: number,
): { level: number; growth: number } {
  if (trend === 'A') {
    // A first forecast of zero could not be divided by.
    const isZero = Math.abs(intercept + slope) < 1e-8 * unit;
    return isZero
      ? { level: intercept * (1 + 1e-3), growth: slope * (1 - 1e-3) }
      : { level: intercept, growth: slope };
  }
  const start = Math.abs(intercept + slope) < 1e-8 * unit ? 1e-7 * unit : intercept + slope;
  const growth = (intercept + 2 * slope) / start;
  const level = start / (Math.abs(growth) < 1e-8 ? 1e-8 : growth);
  if (level >= 1e-8 * unit && growth >= 1e-8) return { level, growth: Math.min(growth, 1e10) };
  const [one, two] = [adjusted[0] as number, adjusted[1] as number];
  const divisor = Math.abs(one) < 1e-8 * unit ? 1e-8 * unit : one;
  return { level: Math.max(one, 1e-3 * unit), growth: Math.max(two / divisor, 1e-3) };
}

function initialSeasons(
  y: Float64Array,
  period: number,
  season: Component,
): { seasons: readonly number[]; adjusted: Float64Array } {
  if (season === 'N') return { seasons: [], adjusted: y };
  const pattern =
    y.length < 3 * period
      ? oneWave(y, period, season)
      : repeated(classicalSeason(y, period, season === 'A' ? 'additive' : 'multiplicative'), y.length);
  const later = Array.from(pattern.subarray(1, period));
  if (season === 'A') return { seasons: later, adjusted: y.map((value, at) => value - (pattern[at] ?? 0)) };
  const floored = later.map((value) => Math.max(value, 1e-2));
  const total = floored.reduce((sum, value) => sum + value, 0);
  const share = floored.reduce((sum, value) => sum + value + 1e-2, 0);
  return {
    // All but one cannot hold more than the whole season: the last would be below zero.
    seasons: total > period ? floored.map((value) => value / share) : floored,
    adjusted: y.map((value, at) => value / Math.max(pattern[at] ?? 1, 1e-2)),
  };
}

/** What is left of the series beside the line of a regression on time and one sine wave of the period. */
function oneWave(y: Float64Array, period: number, season: Component): Float64Array {
  const rows = Array.from(y, (_, index) => {
    const angle = (2 * Math.PI * (index + 1)) / period;
    return [index + 1, Math.cos(angle), Math.sin(angle)];
  });
  const { weights, intercept } = leastSquares(rows.flat(), y, 1e-9);
  const slope = weights[0] ?? 0;
  return y.map((value, index) => {
    const line = intercept + slope * (index + 1);
    return season === 'A' ? value - line : value / line;
  });
}

function repeated(season: Float64Array, length: number): Float64Array {
  return Float64Array.from({ length }, (_, index) => season[index % season.length] ?? Number.NaN);
}
