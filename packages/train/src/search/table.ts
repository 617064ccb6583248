/** Results of a search as rows and as a table to read. */
import type { PlainConfig } from './points.js';
import type { TrialSummary } from './trial.js';
import type { SpaceValue } from './vary.js';

/** A trial as a flat row; nested settings have paths: `optimizer.momentum`. */
export interface TrialRow {
  readonly trial: number;
  readonly state: TrialSummary['state'];
  readonly value: number | undefined;
  readonly budget: number;
  readonly seconds: number;
  readonly error: string | undefined;
  readonly settings: Readonly<Record<string, SpaceValue>>;
}

/** Trials as flat rows, in their order. */
export function trialRows(trials: readonly TrialSummary<object>[]): TrialRow[] {
  return trials.map(({ config, ...rest }) => ({ ...rest, settings: flat(config as PlainConfig) }));
}

/**
 * A table of trials in their order, the best first; a setting that a trial has not is left blank.
 * @example
 * const trial = { trial: 4, config: { rate: 0.125 }, value: 0.5, budget: 9, seconds: 1.25, state: 'finished', error: undefined } as const;
 * console.log(trialTable([trial]));
 * // → trial  value  state     budget  seconds  rate
 * //   4      0.5    finished  9       1.25     0.125
 */
export function trialTable(trials: readonly TrialSummary<object>[]): string {
  const rows = trialRows(trials);
  const settings = [...new Set(rows.flatMap((row) => Object.keys(row.settings)))];
  const hasErrors = rows.some(({ error }) => error !== undefined);
  const header = [
    'trial',
    'value',
    'state',
    'budget',
    'seconds',
    ...settings,
    ...(hasErrors ? ['error'] : []),
  ];
  const cells = rows.map((row) => [
    ...[row.trial, row.value, row.state, row.budget, Number(row.seconds.toFixed(2))].map(short),
    ...settings.map((name) => short(row.settings[name])),
    ...(hasErrors ? [firstLine(row.error)] : []),
  ]);
  const widths = header.map((_, column) =>
    Math.max(...[header, ...cells].map((row) => row[column]?.length ?? 0)),
  );
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd();
  return [header, ...cells].map(line).join('\n');
}

function flat(config: PlainConfig, prefix = ''): Record<string, SpaceValue> {
  return Object.assign(
    {},
    ...Object.entries(config).map(([name, value]) =>
      typeof value === 'object' ? flat(value, `${prefix}${name}.`) : { [prefix + name]: value },
    ),
  );
}

function short(value: SpaceValue | undefined): string {
  return typeof value === 'number' ? String(Number(value.toPrecision(5))) : String(value ?? '');
}

function firstLine(text = ''): string {
  return text.split('\n')[0]?.slice(0, 80) ?? '';
}
