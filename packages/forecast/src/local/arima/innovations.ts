/**
 * One-step errors of an ARMA model over several columns at once: exact ones by the Kalman filter, or conditional on the
 * first values. The columns are a series and its regressors, which share the gains.
 */
import { armaAutocovariances } from './autocovariance.js';
import type { LagPolynomials } from './order.js';

/** How little a column of the covariance may still change when its update stops. */
const converged = 1e-13;
/** Excess of the variance over σ² that is rounding. */
const invertibleExcess = 1e-9;
/** Rows from one look at that to the next. */
const checkEvery = 8;

/** Columns of one length, one behind the other. */
export interface Columns {
  readonly values: Float64Array;
  readonly rows: number;
  readonly count: number;
}

/** Where the filter stands behind the last row. */
export interface FilterState {
  /** States of the first column at the row after the last. */
  readonly state: Float64Array;
  /** Covariance of that state's error [r, r], in units of the errors' variance. */
  readonly covariance: Float64Array;
}

/**
 * Exact errors, each divided by its standard deviation, into `errors`; gives Σ log F, where F are their variances in units of
 * σ², or undefined where the model is not stationary. The first state is stationary (Gardner 1980). Gains follow the
 * recursions of Morf, Sidhu & Kailath (1974), which keep a column where Kalman's keep a matrix, O(r) a row; once that column is nothing the gains
 * stay, and r rows later the lags alone go on.
 */
export function exactErrors(
  model: LagPolynomials,
  columns: Columns,
  errors: Float64Array,
): number | undefined {
  const gains = startGains(model);
  if (!gains) return undefined;
  const { values, rows, count } = columns;
  const size = gains.size;
  const states = new Float64Array(size * count);
  let logs = 0;
  let steadyFrom = rows;
  for (let row = 0; row < rows; row++) {
    if (row === steadyFrom) {
      continueByLags(model, columns, errors, row);
      return logs;
    }
    const variance = gains.variance;
    if (!(variance > 0)) return undefined;
    const scale = 1 / Math.sqrt(variance);
    for (let column = 0; column < count; column++) {
      const at = column * rows + row;
      const error = (values[at] as number) - (states[column * size] as number);
      errors[at] = error * scale;
      gains.advance(states, column * size, error / variance);
    }
    if (steadyFrom < rows) continue;
    logs += Math.log(variance);
    gains.update();
    // Errors of a model that is not invertible keep a larger variance, and are not what the lags give.
    if (row % checkEvery === 0 && gains.variance < 1 + invertibleExcess && gains.isSteady()) {
      steadyFrom = Math.min(rows, row + 1 + size);
    }
  }
  return logs;
}

/** The exact filter over one column with unscaled errors, to its end. */
export function filterToEnd(
  model: LagPolynomials,
  values: Float64Array,
): { readonly errors: Float64Array; readonly variances: Float64Array } & FilterState {
  const gains = startGains(model);
  if (!gains) throw new Error('internal: filterToEnd needs a stationary model');
  const size = gains.size;
  const state = new Float64Array(size);
  const covariance = new Float64Array(size * size);
  const errors = new Float64Array(values.length);
  const variances = new Float64Array(values.length);
  stationaryCovariance(model, size, covariance);
  let isSteady = false;
  for (let row = 0; row < values.length; row++) {
    const variance = gains.variance;
    const error = (values[row] as number) - (state[0] as number);
    errors[row] = error;
    variances[row] = variance;
    gains.advance(state, 0, error / variance);
    if (isSteady) continue;
    addOuter(covariance, gains.change, gains.changeWeight);
    gains.update();
    isSteady = gains.isSteady();
  }
  return { errors, variances, state, covariance };
}

/** F, K and the column L with its weight M, such that P[t+1] - P[t] = L M Lᵀ. */
class Gains {
  readonly size: number;
  readonly phi: Float64Array;
  /** T P Zᵀ. */
  readonly gain: Float64Array;
  readonly change: Float64Array;
  changeWeight: number;
  variance: number;

  constructor(phi: Float64Array, gain: Float64Array, variance: number) {
    this.size = gain.length;
    this.phi = phi;
    this.gain = gain;
    this.variance = variance;
    this.change = gain.slice();
    this.changeWeight = -1 / variance;
  }

  /** a ← T a + K e / F for the states from a place on, T being the companion of φ. */
  advance(states: Float64Array, from: number, share: number): void {
    const { phi, gain, size } = this;
    const first = states[from] as number;
    const last = size - 1;
    for (let place = 0; place < last; place++) {
      states[from + place] =
        (states[from + place + 1] as number) +
        (phi[place] as number) * first +
        (gain[place] as number) * share;
    }
    states[from + last] = (phi[last] as number) * first + (gain[last] as number) * share;
  }

  /** To the next row. */
  update(): void {
    const { phi, gain, change, size } = this;
    const lead = change[0] as number;
    const before = this.variance;
    const share = this.changeWeight * lead;
    const variance = before + share * lead;
    const part = lead / variance;
    const last = size - 1;
    for (let place = 0; place < size; place++) {
      const moved = (place < last ? (change[place + 1] as number) : 0) + (phi[place] as number) * lead;
      const next = (gain[place] as number) + share * moved;
      gain[place] = next;
      change[place] = moved - next * part;
    }
    this.variance = variance;
    this.changeWeight += (share * share) / before;
  }

  /** Whether nothing changes any more. */
  isSteady(): boolean {
    let largest = 0;
    for (const value of this.change) largest = Math.max(largest, Math.abs(value));
    return -this.changeWeight * largest * largest < converged;
  }
}

function startGains({ phi, theta }: LagPolynomials): Gains | undefined {
  const size = Math.max(phi.length, theta.length + 1);
  const covariances = armaAutocovariances(phi, theta, size + 1);
  if (!covariances) return undefined;
  const long = padded(phi, size);
  const column = firstColumn(long, theta, covariances);
  const lead = column[0] as number;
  const gain = long.map((weight, place) => weight * lead + (column[place + 1] ?? 0));
  return new Gains(long, gain, lead);
}

function padded(lags: Float64Array, size: number): Float64Array {
  const long = new Float64Array(size);
  long.set(lags);
  return long;
}

/** Covariances of the stationary states with the first one: Σ φ[k] γ(k+1-i) + θ[k] ψ(k-i) over k from i on. */
function firstColumn(phi: Float64Array, theta: Float64Array, covariances: Float64Array): Float64Array {
  const size = phi.length;
  const psi = psiWeights(phi, theta, size);
  const column = new Float64Array(size);
  column[0] = covariances[0] as number;
  for (let place = 1; place < size; place++) {
    let sum = 0;
    for (let lag = place; lag < size; lag++) {
      const weight = phi[lag] as number;
      if (weight !== 0) sum += weight * (covariances[lag + 1 - place] as number);
      const average = theta[lag - 1] as number;
      if (average) sum += average * (psi[lag - place] as number);
    }
    column[place] = sum;
  }
  return column;
}

/** Weights of past errors in the values: ψ(0) = 1. */
export function psiWeights(phi: Float64Array, theta: Float64Array, count: number): Float64Array {
  const psi = new Float64Array(count);
  psi[0] = 1;
  for (let lag = 1; lag < count; lag++) {
    let sum = theta[lag - 1] ?? 0;
    for (let back = 1; back <= Math.min(lag, phi.length); back++) {
      const weight = phi[back - 1] as number;
      if (weight !== 0) sum += weight * (psi[lag - back] as number);
    }
    psi[lag] = sum;
  }
  return psi;
}

/**
 * P of the stationary state [r, r], from P = T P Tᵀ + R Rᵀ: its first row is known, and each other entry is that one up and
 * left of it without what T and R add.
 */
function stationaryCovariance(model: LagPolynomials, size: number, covariance: Float64Array): void {
  const { theta } = model;
  const phi = padded(model.phi, size);
  const covariances = armaAutocovariances(model.phi, theta, size + 1) as Float64Array;
  const first = firstColumn(phi, theta, covariances);
  const noise = (place: number) => (place === 0 ? 1 : (theta[place - 1] ?? 0));
  for (let place = 0; place < size; place++) {
    covariance[place] = first[place] as number;
    covariance[place * size] = first[place] as number;
  }
  for (let row = 1; row < size; row++) {
    for (let column = 1; column < size; column++) {
      const [i, j] = [row - 1, column - 1];
      covariance[row * size + column] =
        (covariance[i * size + j] as number) -
        (phi[i] as number) * (phi[j] as number) * (first[0] as number) -
        (phi[i] as number) * (first[column] as number) -
        (phi[j] as number) * (first[row] as number) -
        noise(i) * noise(j);
    }
  }
}

function addOuter(matrix: Float64Array, column: Float64Array, weight: number): void {
  const size = column.length;
  for (let row = 0; row < size; row++) {
    const factor = weight * (column[row] as number);
    for (let place = 0; place < size; place++) {
      const at = row * size + place;
      matrix[at] = (matrix[at] as number) + factor * (column[place] as number);
    }
  }
}

/** Errors from a row on, out of the values and errors before it: e = w - Σ φ w - Σ θ e, nothing being there before row 0. */
export function continueByLags(
  model: LagPolynomials,
  columns: Columns,
  errors: Float64Array,
  from: number,
): void {
  const { values, rows, count } = columns;
  const phi = sparse(model.phi);
  const theta = sparse(model.theta);
  for (let column = 0; column < count; column++) {
    const start = column * rows;
    for (let row = from; row < rows; row++) {
      let error = values[start + row] as number;
      for (let index = 0; index < phi.lags.length; index++) {
        const lag = phi.lags[index] as number;
        if (lag > row) break;
        error -= (phi.weights[index] as number) * (values[start + row - lag] as number);
      }
      for (let index = 0; index < theta.lags.length; index++) {
        const lag = theta.lags[index] as number;
        if (lag > row) break;
        error -= (theta.weights[index] as number) * (errors[start + row - lag] as number);
      }
      errors[start + row] = error;
    }
  }
}

/** Lags with weights, the shortest first. */
function sparse(all: Float64Array): { readonly lags: Int32Array; readonly weights: Float64Array } {
  const lags = new Int32Array(all.length);
  const weights = new Float64Array(all.length);
  let count = 0;
  for (let lag = 0; lag < all.length; lag++) {
    if (all[lag] === 0) continue;
    lags[count] = lag + 1;
    weights[count++] = all[lag] as number;
  }
  return { lags: lags.subarray(0, count), weights: weights.subarray(0, count) };
}
