/** Regressors that come with the model or from the user: Fourier terms, covariates, and what they explain of a series. */
import { ArgumentError } from '@noosphere/core';
import type { Exogenous } from '../local-model.js';
import type { Regressor } from './regressors.js';

/** sin and cos of 2πkt / season for k = 1 … K, t counted from the first value; a sine that is 0 everywhere is left out. */
export function fourierRegressors(season: number, pairs: number, from: number, length: number): Regressor[] {
  return Array.from({ length: pairs }, (_, index) => index + 1).flatMap((k) => {
    const wave = (name: string, of: (angle: number) => number): Regressor => ({
      name: `${name}${k}`,
      values: Float64Array.from({ length }, (_, row) => of((2 * Math.PI * k * (from + row)) / season)),
    });
    const cosine = wave('cos', Math.cos);
    return 2 * k === season ? [cosine] : [wave('sin', Math.sin), cosine];
  });
}

/** Covariates as regressors, each as long as the values they stand beside. */
export function covariates(
  operation: string,
  exogenous: Exogenous | undefined,
  length: number,
  names?: readonly string[],
): Regressor[] {
  const given = exogenous ?? {};
  return (names ?? Object.keys(given)).map((name) => {
    const values = given[name];
    if (!values) {
      throw new ArgumentError(
        operation,
        `the model was fitted with the covariate '${name}'; give its ${length} values, too`,
      );
    }
    if (values.length !== length || !values.every(Number.isFinite)) {
      const bad = values.findIndex((value) => !Number.isFinite(value));
      throw new ArgumentError(
        operation,
        `the covariate '${name}' must have ${length} finite values, got ${values.length}${bad >= 0 ? `, of which ${values[bad]} at ${bad}` : ''}`,
      );
    }
    return { name, values };
  });
}

/** Σ weight · regressor, row by row. */
export function explained(
  regressors: readonly Regressor[],
  weights: Float64Array,
  length: number,
): Float64Array {
  const sum = new Float64Array(length);
  for (const [index, { values }] of regressors.entries()) {
    const weight = weights[index] as number;
    for (let row = 0; row < length; row++) sum[row] = (sum[row] as number) + weight * (values[row] as number);
  }
  return sum;
}
