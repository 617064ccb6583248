/** How trackers of energy, cost or memory join a fit. */
import type { FitPlan } from '../step/callback.js';

/** Something that is measured while a fit runs. */
export interface Meter {
  /** Begins to measure, before the first step. */
  start(plan: FitPlan): void | Promise<void>;
  /** What was measured so far, by names with their unit: `energyJoules`, `costEuro`. */
  read(): Readonly<Record<string, number>>;
  /** Whether a budget is used up: the fit then saves and ends with the reason `budget`. Asked between two calls. */
  isExhausted?(): boolean;
  /** Ends the measurement, also after an error. */
  stop(): void | Promise<void>;
}

/** The readings of several meters side by side. */
export function readMeters(meters: readonly Meter[]): Record<string, number> {
  return Object.assign({}, ...meters.map((meter) => meter.read()));
}
