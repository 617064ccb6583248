/** Rolling origins inside one training series: what wrappers calibrate, weigh and choose on. */
import { requireWhole } from '@noosphere/base';
import { ArgumentError } from '@noosphere/core';
import type { Exogenous, FittedLocalModel, LocalModel } from '../local/local-model.js';

export interface WindowOptions {
  /** How many origins, the last one `horizon` values before the end. */
  readonly windows: number;
  /** Values from one origin to the next. */
  readonly step: number;
  readonly horizon: number;
}

/** What was forecast from one origin, and what came. */
export interface Window {
  readonly forecast: Float64Array;
  readonly actual: Float64Array;
}

export function requireWindows(operation: string, { windows, step, horizon }: WindowOptions): void {
  requireWhole(operation, 'windows', windows, 1);
  requireWhole(operation, 'step', step, 1);
  requireWhole(operation, 'horizon', horizon, 1);
}

/** The windows of a series, oldest first; each fit sees a copy that ends at its origin. */
export function forecastWindows(
  operation: string,
  model: LocalModel,
  y: Float64Array,
  exogenous: Exogenous | undefined,
  { windows, step, horizon }: WindowOptions,
): Window[] {
  const first = y.length - horizon - (windows - 1) * step;
  if (first < 1) {
    throw new ArgumentError(
      operation,
      `${windows} windows of ${horizon} values, ${step} apart, need more than ${y.length - first} values, got ${y.length}; ask for fewer windows`,
    );
  }
  return Array.from({ length: windows }, (_, index) => {
    const origin = first + index * step;
    const fitted: FittedLocalModel = model.fit(y.slice(0, origin), cutColumns(exogenous, 0, origin));
    const ahead = cutColumns(exogenous, origin, origin + horizon);
    const { mean } = fitted.forecast(horizon, ahead ? { exogenous: ahead } : {});
    return { forecast: mean, actual: y.slice(origin, origin + horizon) };
  });
}

export function cutColumns(
  columns: Exogenous | undefined,
  start: number,
  end: number,
): Exogenous | undefined {
  if (!columns) return undefined;
  return Object.fromEntries(
    Object.entries(columns).map(([name, values]) => [name, values.slice(start, end)]),
  );
}
