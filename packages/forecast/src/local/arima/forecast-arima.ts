/** What an ARIMA says: one-step forecasts of the series, and forecasts beyond it with their deviations. */
import { dot } from '@noosphere/base';
import type { ArimaFit } from './fit-arima.js';
import { filterToEnd } from './innovations.js';
import { lagPolynomials, lostValues } from './order.js';
import { differences } from './regressors.js';

/** An ARIMA at the end of a series. */
export interface ArimaPath {
  /** One-step forecasts; NaN for the values that differencing takes away. */
  readonly fitted: Float64Array;
  /** Errors of the one-step forecasts, NaN where there is none. */
  readonly residuals: Float64Array;
  /** Of the series without its regressors. */
  forecast(horizon: number): { readonly mean: Float64Array; readonly deviations: Float64Array };
}

/**
 * Follows a series: `rest` is the series without what regressors explain. Forecasts of differences are summed up to values;
 * the variance of step h is σ² (Σ ψ² + what is unknown of the last state). Values that start the differences are taken as
 * known, which is the limit of R's diffuse states.
 */
export function followArima(fit: ArimaFit, rest: Float64Array, y: Float64Array): ArimaPath {
  const { order, lags, variance } = fit;
  const model = lagPolynomials(order, lags);
  const summed = differencePolynomial(order);
  const lost = lostValues(order);
  const path = filterToEnd(model, differences(differences(rest, order.season, order.seasonalD), 1, order.d));
  const residuals = new Float64Array(y.length).fill(Number.NaN);
  residuals.set(path.errors, lost);
  const fitted = y.map((value, row) => value - (residuals[row] as number));
  return {
    fitted,
    residuals,
    forecast: (horizon) => {
      const response = stateResponse(model.phi, path.state, path.covariance, horizon, summed);
      const psi = response.psi(model.theta);
      const mean = new Float64Array(horizon);
      const deviations = new Float64Array(horizon);
      let spread = 0;
      for (let step = 0; step < horizon; step++) {
        mean[step] =
          (response.mean[step] as number) +
          summed.reduce((sum, weight, lag) => {
            const back = step - lag - 1;
            const value = back >= 0 ? mean[back] : rest[rest.length + back];
            return sum + weight * (value as number);
          }, 0);
        // The next error is part of the state's covariance.
        if (step > 0) spread += (psi[step - 1] as number) ** 2;
        deviations[step] = Math.sqrt(variance * Math.max(0, spread + (response.variance[step] as number)));
      }
      return { mean, deviations };
    },
  };
}

/** Weights of earlier values in a value that has given differences: y[t] = w[t] + Σ weights[i] y[t-1-i]. */
function differencePolynomial({
  d,
  seasonalD,
  season,
}: {
  readonly d: number;
  readonly seasonalD: number;
  readonly season: number;
}): Float64Array {
  let product = Float64Array.of(1);
  const multiply = (lag: number) => {
    const next = new Float64Array(product.length + lag);
    next.set(product);
    for (const [power, value] of product.entries()) next[power + lag] = (next[power + lag] as number) - value;
    product = next;
  };
  for (let round = 0; round < d; round++) multiply(1);
  for (let round = 0; round < seasonalD; round++) multiply(season);
  return product.subarray(1).map((value) => -value);
}

/**
 * Forecasts of the differences from the last state, and the variance that the state's covariance gives to the summed values:
 * g P gᵀ, where g is the row that leads from the state to the value h steps on.
 */
function stateResponse(
  phi: Float64Array,
  state: Float64Array,
  covariance: Float64Array,
  horizon: number,
  summed: Float64Array,
) {
  const size = state.length;
  const mean = new Float64Array(horizon);
  const variance = new Float64Array(horizon);
  // Rows that lead to the differences, then to the values: the second are sums of the first.
  const rows: Float64Array[] = [];
  let row = new Float64Array(size);
  row[0] = 1;
  for (let step = 0; step < horizon; step++) {
    mean[step] = dot(row, state);
    const value = row.slice();
    for (const [lag, weight] of summed.entries()) {
      const earlier = weight === 0 ? undefined : rows[step - lag - 1];
      if (earlier)
        for (let place = 0; place < size; place++)
          value[place] = (value[place] as number) + weight * (earlier[place] as number);
    }
    rows.push(value);
    variance[step] = quadratic(value, covariance);
    const next = new Float64Array(size);
    for (let place = 0; place < size; place++) {
      next[0] = (next[0] as number) + (row[place] as number) * (phi[place] ?? 0);
      if (place > 0) next[place] = row[place - 1] as number;
    }
    row = next;
  }
  return {
    mean,
    variance,
    /** Weights of the errors after the last state's in the values: ψ(0) is that of the value's own. */
    psi: (theta: Float64Array) =>
      Float64Array.from(rows, (each) =>
        each.reduce((sum, weight, place) => sum + weight * (place === 0 ? 1 : (theta[place - 1] ?? 0)), 0),
      ),
  };
}

function quadratic(row: Float64Array, matrix: Float64Array): number {
  let sum = 0;
  const size = row.length;
  for (let place = 0; place < size; place++) {
    sum += (row[place] as number) * dot(row, matrix.subarray(place * size, (place + 1) * size));
  }
  return sum;
}
