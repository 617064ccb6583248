/** The Theta family as models: standard, optimised, dynamic, and the choice between them. */
import { knownOptions } from '@noosphere/base';
import { ArgumentError } from '@noosphere/core';
import { nelderMead } from '@noosphere/statistics';
import { classicalSeason, type SeasonKind } from '../decomposition/classical.js';
import { type ContinuingFit, localModel } from '../fitted-model.js';
import type { Estimates, LocalModel, LocalModelKind } from '../local-model.js';
import { modelFrom, numberFrom } from '../read-estimates.js';
import { requireSeason } from '../require-series.js';
import { unitOf } from '../unit-of.js';
import { lineThrough } from './m4-benchmarks.js';
import { type ThetaKind, ThetaRecursion, thetaForecasts } from './recursion.js';
import { isSeasonal } from './seasonality-test.js';
import { fitWithoutSeason, resumeSeason, type Season } from './without-season.js';

export interface ThetaOptions {
  /** Values in a season; 1 for none. It is taken out where its autocorrelation is significant. @default 1 */
  readonly season?: number;
  /** How a season goes into the values; additive in any case where a value is not above zero. @default 'multiplicative' */
  readonly decomposition?: SeasonKind;
}

const kinds = {
  STM: { isDynamic: false, isOptimized: false },
  OTM: { isDynamic: false, isOptimized: true },
  DSTM: { isDynamic: true, isOptimized: false },
  DOTM: { isDynamic: true, isOptimized: true },
} as const satisfies Record<string, ThetaKind>;
type ThetaModel = keyof typeof kinds;

/**
 * Standard Theta model, θ = 2: ŷ = ℓ + (1 - 1/θ) (A α̅ᵗ + B (1 - α̅ᵗ⁺¹) / α), with the line A + B t through all values and
 * ℓ0 and α by least squares. Needs 4 values. Fiorucci et al. 2016; statsforecast's `Theta`.
 * @example
 * const y = Float64Array.from({ length: 30 }, (_, t) => 10 + 2 * t + Math.sin(t * t));
 * console.log(theta().fit(y).forecast(2).mean.length); // → 2
 */
export function theta(options: ThetaOptions = {}): LocalModel {
  knownOptions('theta', options, 'season decomposition');
  return thetaModel('Theta', 'theta', ['STM'], options);
}

/**
 * Optimised Theta model: the standard one with θ ≥ 1 estimated, too.
 * @example
 * const y = Float64Array.from({ length: 30 }, (_, t) => 10 + 2 * t + Math.sin(t * t));
 * console.log(optimizedTheta().fit(y).estimates.model); // → OTM
 */
export function optimizedTheta(options: ThetaOptions = {}): LocalModel {
  knownOptions('optimizedTheta', options, 'season decomposition');
  return thetaModel('OptimizedTheta', 'optimizedTheta', ['OTM'], options);
}

/**
 * Dynamic standard Theta model: θ = 2, and the line is that of the values seen so far.
 * @example
 * const y = Float64Array.from({ length: 30 }, (_, t) => 10 + 2 * t + Math.sin(t * t));
 * console.log(dynamicTheta().fit(y).estimates.model); // → DSTM
 */
export function dynamicTheta(options: ThetaOptions = {}): LocalModel {
  knownOptions('dynamicTheta', options, 'season decomposition');
  return thetaModel('DynamicTheta', 'dynamicTheta', ['DSTM'], options);
}

/**
 * Dynamic optimised Theta model (DOT): the dynamic one with θ ≥ 1 estimated, too.
 * @example
 * const y = Float64Array.from({ length: 30 }, (_, t) => 10 + 2 * t + Math.sin(t * t));
 * console.log(dynamicOptimizedTheta().fit(y).estimates.model); // → DOTM
 */
export function dynamicOptimizedTheta(options: ThetaOptions = {}): LocalModel {
  knownOptions('dynamicOptimizedTheta', options, 'season decomposition');
  return thetaModel('DynamicOptimizedTheta', 'dynamicOptimizedTheta', ['DOTM'], options);
}

/**
 * The one of the four Theta models with the least squared one-step error.
 * @example
 * const y = Float64Array.from({ length: 30 }, (_, t) => 10 + 2 * t + Math.sin(t * t));
 * console.log(autoTheta().fit(y).estimates.model); // → OTM
 */
export function autoTheta(options: ThetaOptions = {}): LocalModel {
  knownOptions('autoTheta', options, 'season decomposition');
  return thetaModel('AutoTheta', 'autoTheta', ['STM', 'OTM', 'DSTM', 'DOTM'], options);
}

function thetaModel(
  name: string,
  kind: LocalModelKind,
  models: readonly ThetaModel[],
  options: ThetaOptions,
): LocalModel {
  const { season = 1, decomposition = 'multiplicative' } = options;
  requireSeason(kind, season, 1);
  if (decomposition !== 'additive' && decomposition !== 'multiplicative') {
    throw new ArgumentError(
      kind,
      `decomposition must be 'additive' or 'multiplicative', got '${String(decomposition)}'`,
    );
  }
  return localModel(
    { name, kind, options },
    // Errors count from the fourth value on: two errors choose nothing.
    models.length > 1 ? 6 : 4,
    (y) => {
      const found = seasonsOf(y, season, decomposition);
      return found ? fitWithoutSeason(y, found, (rest) => fitTheta(rest, models)) : fitTheta(y, models);
    },
    (estimates, y) => resumeSeason(kind, estimates, y, (rest) => resumeTheta(kind, estimates, rest)),
  );
}

function seasonsOf(y: Float64Array, season: number, decomposition: SeasonKind): Season | undefined {
  if (season < 4 || y.length < 2 * season || !isSeasonal(y, season)) return undefined;
  if (decomposition === 'multiplicative' && y.every((value) => value > 0)) {
    const values = classicalSeason(y, season, 'multiplicative');
    if (values.every((value) => value >= 0.01)) return { kind: 'multiplicative', values };
  }
  return { kind: 'additive', values: classicalSeason(y, season, 'additive') };
}

/** Fits the models asked for, and keeps the first with the least error. */
function fitTheta(y: Float64Array, models: readonly ThetaModel[]): ContinuingFit {
  const line = lineThrough(y);
  const fits = models.map((model) => ({ model, ...searchTheta(y, line, kinds[model]) }));
  const { model, recursion } = fits.reduce((least, fit) => (fit.error < least.error ? fit : least));
  const error = recursion.run();
  const [level = 0, alpha = 0, thetaValue = 2] = recursion.parameters;
  const sigma = deviationOf(y, recursion.fitted);
  return thetaAsLocal(recursion, { model, level, alpha, theta: thetaValue, error, sigma });
}

/** The model that `fitTheta` told of. */
function resumeTheta(kind: string, estimates: Estimates, y: Float64Array): ContinuingFit {
  const model = modelFrom(kind, estimates);
  if (!Object.hasOwn(kinds, model))
    throw new ArgumentError(
      kind,
      `expects one of the models ${Object.keys(kinds).join(', ')}, got '${model}'`,
    );
  const told = (name: string) => numberFrom(kind, estimates, name);
  const parameters = { level: told('level'), alpha: told('alpha'), theta: told('theta') };
  const recursion = new ThetaRecursion(y, lineThrough(y), kinds[model as ThetaModel].isDynamic);
  recursion.parameters.set(Object.values(parameters));
  recursion.run();
  return thetaAsLocal(recursion, { model, ...parameters, error: told('error'), sigma: told('sigma') });
}

function thetaAsLocal(
  recursion: ThetaRecursion,
  estimates: { readonly sigma: number } & Readonly<Record<string, number | string>>,
): ContinuingFit {
  return {
    estimates,
    fitted: recursion.fitted,
    mean: (horizon) => thetaForecasts(recursion, horizon),
    spread: (mean) => spreadOf(recursion, estimates.sigma, mean.length),
    forward: (y) => {
      const later = new ThetaRecursion(y, lineThrough(y), recursion.isDynamic);
      later.parameters.set(recursion.parameters);
      later.run();
      return thetaAsLocal(later, estimates);
    },
  };
}

/** Least squares of ℓ0, α in [0.1, 0.99] and, where it is free, θ ≥ 1. */
function searchTheta(
  y: Float64Array,
  line: { readonly intercept: number; readonly slope: number },
  { isDynamic, isOptimized }: ThetaKind,
): { readonly recursion: ThetaRecursion; readonly error: number } {
  const recursion = new ThetaRecursion(y, line, isDynamic);
  const free = isOptimized ? 3 : 2;
  const evaluate = (point: Float64Array): number => {
    recursion.parameters.set(point);
    return recursion.run();
  };
  const { point, value } = nelderMead(evaluate, [(y[0] as number) / 2, 0.5, 2].slice(0, free), {
    lower: [Number.NEGATIVE_INFINITY, 0.1, 1].slice(0, free),
    upper: [Number.POSITIVE_INFINITY, 0.99, 1e10].slice(0, free),
    // The errors, and so the differences that end the search, are in the unit of the values.
    zeroStep: 1e-4 * unitOf(y),
    tolerance: 1e-7 * unitOf(y),
  });
  recursion.parameters.set(point);
  return { recursion, error: value };
}

/** Standard deviation of the errors, of the first three only where there are no others. */
function deviationOf(y: Float64Array, fitted: Float64Array): number {
  const errors = y.map((value, index) => value - (fitted[index] as number));
  const used = errors.length > 4 ? errors.subarray(3) : errors;
  const mean = used.reduce((sum, value) => sum + value, 0) / used.length;
  return Math.sqrt(used.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (used.length - 1));
}

/** The model is linear in the values: σ² times the squares of what each error before moves, and its own. */
function spreadOf(recursion: ThetaRecursion, sigma: number, horizon: number): Float64Array {
  const plain = thetaForecasts(recursion, horizon);
  // As large as the values, so that the difference keeps its digits.
  const size = Math.max(...plain.map(Math.abs)) || 1;
  const variances = new Float64Array(horizon).fill(1);
  for (let step = 0; step < horizon - 1; step++) {
    const moved = thetaForecasts(recursion, horizon, { step, size });
    for (let later = step + 1; later < horizon; later++) {
      const response = ((moved[later] as number) - (plain[later] as number)) / size;
      variances[later] = (variances[later] as number) + response ** 2;
    }
  }
  return variances.map((variance) => sigma * Math.sqrt(variance));
}
