/** Arguments of the models of one series: refused by name before anything is computed from them. */
import { ArgumentError } from '@noosphere/core';

/** A series must be long enough, and every value a number. */
export function requireSeries(operation: string, y: Float64Array, minimum: number): void {
  if (y.length < minimum) {
    const points = minimum === 1 ? '1 value' : `${minimum} values`;
    throw new ArgumentError(
      operation,
      `needs at least ${points}, got ${y.length}; give a longer series, or use naive`,
    );
  }
  const bad = y.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) {
    throw new ArgumentError(
      operation,
      `value ${bad} of the series is ${y[bad]}; fill gaps and remove infinities before the fit`,
    );
  }
}

/** A season counts values, from `minimum` on. */
export function requireSeason(operation: string, season: number, minimum: number): void {
  if (Number.isSafeInteger(season) && season >= minimum) return;
  throw new ArgumentError(
    operation,
    `season must be a whole number from ${minimum}, got ${String(season)}; it counts the values of one season, 12 for months of a year`,
  );
}

/** Percents of intervals lie between 0 and 100. */
export function requireLevels(operation: string, levels: readonly number[]): void {
  for (const level of levels) {
    if (!(level > 0 && level < 100)) {
      throw new ArgumentError(
        operation,
        `levels are percents between 0 and 100, such as 80 and 95, got ${level}`,
      );
    }
  }
}
