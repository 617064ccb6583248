/** What is known of trials: a record a call of the objective, and a summary a configuration. */
import type { PlainConfig } from './points.js';

/** A value that an objective reported on its way. */
export interface TrialReport {
  /** Budget used when it was measured. */
  readonly budget: number;
  readonly value: number;
}

/** One call of the objective that ended. */
export interface TrialRecord {
  /** The trial's number, from 0; a trial that was promoted has several records. */
  readonly trial: number;
  readonly config: PlainConfig;
  /** The budget that the trial used in all; where it was stopped, that of its last report. */
  readonly budget: number;
  /** What the objective returned, or reported last where it was stopped; `undefined` where it failed. */
  readonly value: number | undefined;
  readonly state: 'finished' | 'stopped' | 'failed';
  /** The message of the error that ended it. */
  readonly error: string | undefined;
  readonly seconds: number;
  readonly reports: readonly TrialReport[];
}

/** A configuration and what came of it. */
export interface TrialSummary<Config = PlainConfig> {
  readonly trial: number;
  readonly config: Config;
  /** The value at its largest budget. */
  readonly value: number | undefined;
  readonly budget: number;
  /** Seconds over all its calls. */
  readonly seconds: number;
  /** `paused`: it ended at less than the whole budget and was not promoted. */
  readonly state: 'finished' | 'paused' | 'stopped' | 'failed';
  readonly error: string | undefined;
}

/** Whether lower or higher values are better. */
export type SearchDirection = 'minimize' | 'maximize';

/** A value such that lower is better and a failure worst. */
export function cost(value: number | undefined, direction: SearchDirection): number {
  if (value === undefined || Number.isNaN(value)) return Number.POSITIVE_INFINITY;
  return direction === 'minimize' ? value : -value;
}

/** One summary a trial, the best first; failures are last, in the order of their numbers. */
export function summarize(
  records: readonly TrialRecord[],
  direction: SearchDirection,
  wholeBudget: number,
): TrialSummary[] {
  const trials = grouped(records);
  const summaries = [...trials.values()].map((calls): TrialSummary => {
    const largest = calls.reduce((best, call) => (call.budget >= best.budget ? call : best));
    const measured = calls.filter(({ value }) => value !== undefined).at(-1);
    const { trial, config, state, budget, error } = largest;
    return {
      trial,
      config,
      value: measured?.value,
      budget,
      seconds: calls.reduce((sum, { seconds }) => sum + seconds, 0),
      state: state === 'finished' && budget < wholeBudget ? 'paused' : state,
      error,
    };
  });
  return summaries.sort((a, b) => {
    const [left, right] = [cost(a.value, direction), cost(b.value, direction)];
    return left === right ? a.trial - b.trial : left - right;
  });
}

function grouped(records: readonly TrialRecord[]): Map<number, TrialRecord[]> {
  const groups = new Map<number, TrialRecord[]>();
  for (const record of records) {
    const group = groups.get(record.trial);
    if (group) group.push(record);
    else groups.set(record.trial, [record]);
  }
  return groups;
}
