/** What validations decide: which one is the best, when to stop, how far the learning rate falls. */
import { knownOptions } from '@noosphere/base';
import { ArgumentError } from '@noosphere/core';
import type { ValidationResult } from '../step/callback.js';

export interface MonitorOptions {
  /** The validation metric to judge by. @default the first one */
  readonly monitor?: string;
  /** Which way that metric is better. @default 'lower' */
  readonly better?: 'lower' | 'higher';
  /** A change that does not exceed this is no improvement. @default 0 */
  readonly minimumChange?: number;
  /** Stop after so many validations without a better one. @default never */
  readonly patience?: number;
  /** Lowers the learning rate where validations stop improving: see `reduceOnPlateau`. @default no */
  readonly plateau?: PlateauRule;
}

/** The factor on the learning rate from the monitored values so far, lower being better. */
export type PlateauRule = (values: readonly number[]) => number;

/** What a validation gave, checked: numbers by name. */
export function requireMetrics(metrics: ValidationResult['metrics']): ValidationResult['metrics'] {
  const given: unknown = metrics;
  if (typeof given !== 'object' || given === null)
    throw new ArgumentError(
      'fit',
      `validate must return numbers by name, got ${String(given)}; return { loss }`,
    );
  for (const [name, value] of Object.entries(given)) {
    if (typeof value !== 'number')
      throw new ArgumentError(
        'fit',
        `validate gave '${name}' as ${String(value)}, expected a number; await its item()`,
      );
  }
  return metrics;
}

/** The value to judge by; an error where it is missing or NaN. */
export function monitoredValue(
  metrics: ValidationResult['metrics'],
  name: string | undefined,
  step?: number,
): number {
  const chosen = name ?? Object.keys(metrics)[0];
  const value = chosen === undefined ? undefined : metrics[chosen];
  if (value === undefined) {
    throw new ArgumentError(
      'fit',
      `validate gave no '${name ?? 'metric'}', got ${Object.keys(metrics).join(', ') || 'nothing'}; set monitor to one of them`,
    );
  }
  if (Number.isNaN(value)) {
    throw new ArgumentError(
      'fit',
      `the validation${step === undefined ? '' : ` after step ${step}`} gave NaN for '${chosen}', by which nothing can be judged; mend validate, or set monitor to another metric`,
    );
  }
  return value;
}

/** Whether a value is better than the best before it. */
export function isBetter(
  value: number,
  best: number | undefined,
  { better = 'lower', minimumChange = 0 }: MonitorOptions,
): boolean {
  if (best === undefined) return true;
  return better === 'lower' ? value < best - minimumChange : value > best + minimumChange;
}

/** Whether patience has run out. */
export function hasStalled(validations: readonly ValidationResult[], patience: number | undefined): boolean {
  const since = validations.length - 1 - validations.findLastIndex((each) => each.isBest);
  return patience !== undefined && since >= patience;
}

/** The factor on the learning rate after these validations. */
export function plateauScale(
  validations: readonly ValidationResult[],
  { plateau, monitor, better = 'lower' }: MonitorOptions,
): number {
  if (!plateau) return 1;
  const sign = better === 'lower' ? 1 : -1;
  return plateau(validations.map(({ metrics }) => sign * monitoredValue(metrics, monitor)));
}

/**
 * Multiplies the learning rate by `factor` after `patience` validations in a row without a better one. PyTorch's
 * ReduceLROnPlateau; it depends on the values alone, so a resumed run goes on as it would have.
 * @param options.factor @default 0.1
 * @param options.patience @default 10
 * @param options.threshold An improvement is larger than this share of the best value. @default 0.0001
 * @param options.cooldown Validations after a fall in which none is counted as bad. @default 0
 * @param options.minimumScale Never lower than this. @default 0
 * @example
 * const rule = reduceOnPlateau({ factor: 0.5, patience: 1 });
 * console.log(rule([3, 2, 2]), rule([3, 2, 2, 2])); // → 1 0.5
 */
export function reduceOnPlateau(
  options: {
    readonly factor?: number;
    readonly patience?: number;
    readonly threshold?: number;
    readonly cooldown?: number;
    readonly minimumScale?: number;
  } = {},
): PlateauRule {
  const {
    factor = 0.1,
    patience = 10,
    threshold = 1e-4,
    cooldown = 0,
    minimumScale = 0,
  } = knownOptions('reduceOnPlateau', options, 'factor patience threshold cooldown minimumScale');
  if (!(factor > 0 && factor < 1))
    throw new ArgumentError('reduceOnPlateau', `factor must lie between 0 and 1, got ${factor}`);
  return (values) => {
    let [best, bad, cooling, scale] = [Number.POSITIVE_INFINITY, 0, 0, 1];
    for (const value of values) {
      if (value < best - threshold * Math.abs(best === Number.POSITIVE_INFINITY ? 0 : best)) {
        best = value;
        bad = 0;
      } else bad++;
      if (cooling > 0) {
        cooling--;
        bad = 0;
      }
      if (bad > patience) {
        scale = Math.max(minimumScale, scale * factor);
        cooling = cooldown;
        bad = 0;
      }
    }
    return scale;
  };
}
