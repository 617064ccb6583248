/** What can be chosen about warnings, and what it is by default. */
import { ArgumentError } from '@noosphere/core';
import { requireShare, requireWhole } from '../moments/returns.js';
import { lookback } from './days.js';

const operation = 'turbulenceWarnings';

export interface TurbulenceOptions {
  /** Days ahead whose realised volatility is warned of, 1 to 60. @default 20 */
  readonly horizon?: number;
  /** Share of the training days that count as turbulent. @default 0.2 */
  readonly turbulentShare?: number;
  /** @default 0.6 */
  readonly trainingShare?: number;
  /** Behind the training part; the rest is the test. @default 0.15 */
  readonly validationShare?: number;
  /** Of weights, batches and dropout; one network and one logistic regression each. @default [1, 2, 3] */
  readonly seeds?: readonly number[];
  /** At most; training stops where the validation part says so. @default 15 */
  readonly epochs?: number;
  /** Training windows at most; beyond, every second, third, … day is taken: neighbours hold nearly the same days. @default 4000 */
  readonly windows?: number;
  /** Of intervals. @default 0.95 */
  readonly confidence?: number;
  /** Days that the bootstrap draws together. @default 60 */
  readonly blockDays?: number;
  /** @default 500 */
  readonly resamples?: number;
  /** Ends training early; what was best until then counts. */
  readonly signal?: AbortSignal;
}

/** All options, checked. */
export type TurbulenceSettings = Required<Omit<TurbulenceOptions, 'signal'>> &
  Pick<TurbulenceOptions, 'signal'>;

export function readOptions(options: TurbulenceOptions): TurbulenceSettings {
  const settings = {
    horizon: 20,
    turbulentShare: 0.2,
    trainingShare: 0.6,
    validationShare: 0.15,
    seeds: [1, 2, 3],
    epochs: 15,
    windows: 4000,
    confidence: 0.95,
    blockDays: 60,
    resamples: 500,
    ...options,
  };
  for (const name of ['horizon', 'epochs', 'windows', 'blockDays', 'resamples'] as const)
    requireWhole(operation, name, settings[name], 1);
  if (settings.horizon > lookback)
    throw new ArgumentError(operation, `horizon must be at most ${lookback}, got ${settings.horizon}`);
  for (const name of ['turbulentShare', 'trainingShare', 'validationShare', 'confidence'] as const)
    requireShare(operation, name, settings[name]);
  const { trainingShare, validationShare, seeds } = settings;
  if (trainingShare + validationShare >= 1)
    throw new ArgumentError(
      operation,
      `trainingShare and validationShare must leave something for the test, got ${trainingShare} and ${validationShare}`,
    );
  if (seeds.length === 0) throw new ArgumentError(operation, 'needs at least one seed, got none');
  for (const seed of seeds) requireWhole(operation, 'seeds', seed, 0);
  return settings;
}
