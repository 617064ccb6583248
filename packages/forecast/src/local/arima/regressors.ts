/** Regressors of an ARIMA: columns that are made independent once, and whose weights are found beside the errors. */
import { dot } from '@noosphere/base';
import { isConstant } from './constant.js';
import type { Columns } from './innovations.js';

/** A column by its name, as long as the series. */
export interface Regressor {
  readonly name: string;
  readonly values: Float64Array;
}

/** Differences at a lag, as many times. */
export function differences(values: Float64Array, lag: number, times: number): Float64Array {
  let rest = values;
  for (let round = 0; round < times; round++) {
    const before = rest;
    rest = before.subarray(lag).map((value, index) => value - (before[index] as number));
  }
  return rest;
}

/** Of the column that stands for the mean. */
export const interceptName = 'intercept';

/** How little of a column may be new, as a share of its length. */
const dependent = 1e-9;

/** Differenced regressors with orthonormal columns, and the way back to weights of the regressors themselves. */
export class RegressorBasis {
  readonly regressors: readonly Regressor[];
  /** Places of the regressors that say something new. */
  readonly #kept: readonly number[];
  readonly #columns: readonly Float64Array[];
  /** Rows of the upper triangle: column j = Σ basis i × triangle[i][j]. */
  readonly #triangle: readonly Float64Array[];

  constructor(regressors: readonly Regressor[], differenced: readonly Float64Array[]) {
    this.regressors = regressors;
    const kept: number[] = [];
    const columns: Float64Array[] = [];
    const triangle: Float64Array[] = [];
    for (const [place, original] of differenced.entries()) {
      // What never changed tells nothing of what its change does; without a mean it would take the mean's place.
      const { name, values } = regressors[place] as Regressor;
      if (name !== interceptName && isConstant(values)) continue;
      const rest = original.slice();
      const shares = new Float64Array(columns.length + 1);
      // Twice: what rounding leaves of the first time would not be orthogonal.
      for (let round = 0; round < 2; round++) {
        for (const [index, column] of columns.entries()) {
          const share = dot(column, rest);
          shares[index] = (shares[index] as number) + share;
          for (let row = 0; row < rest.length; row++) {
            rest[row] = (rest[row] as number) - share * (column[row] as number);
          }
        }
      }
      const length = Math.sqrt(dot(rest, rest));
      // Against the regressor as it was: differences of a constant are rounding.
      const scale = Math.max(...values.map(Math.abs));
      const whole = Math.max(Math.sqrt(dot(original, original)), scale * 1e-4);
      if (!(length > dependent * whole)) continue;
      shares[columns.length] = length;
      kept.push(place);
      columns.push(rest.map((value) => value / length));
      triangle.push(shares);
    }
    this.#kept = kept;
    this.#columns = columns;
    this.#triangle = triangle;
  }

  /** Regressors that have a weight. */
  get count(): number {
    return this.#columns.length;
  }

  /** The series first, then the basis. */
  beside(series: Float64Array): Columns {
    const rows = series.length;
    const values = new Float64Array(rows * (this.count + 1));
    values.set(series);
    for (const [index, column] of this.#columns.entries()) values.set(column, (index + 1) * rows);
    return { values, rows, count: this.count + 1 };
  }

  /** Weights of the regressors, 0 for those that say nothing new. */
  weightsOf(basisWeights: Float64Array): Float64Array {
    const weights = basisWeights.slice();
    for (let column = weights.length - 1; column >= 0; column--) {
      const shares = this.#triangle[column] as Float64Array;
      weights[column] = (weights[column] as number) / (shares[column] as number);
      for (let row = 0; row < column; row++) {
        weights[row] = (weights[row] as number) - (shares[row] as number) * (weights[column] as number);
      }
    }
    const all = new Float64Array(this.regressors.length);
    for (const [index, place] of this.#kept.entries()) all[place] = weights[index] as number;
    return all;
  }
}

/**
 * Least squares of the first column on the others, over rows from `from` on: the sum of squares that is left, and the weights.
 * Overwrites nothing. The columns are nearly independent: normal equations by Cholesky are exact enough.
 */
export function leastSquaresLeft(
  errors: Float64Array,
  { rows, count }: Columns,
  from = 0,
): { readonly sum: number; readonly weights: Float64Array } {
  const inputs = count - 1;
  const target = errors.subarray(from, rows);
  const total = dot(target, target);
  if (inputs === 0) return { sum: total, weights: new Float64Array(0) };
  const column = (index: number) => errors.subarray((index + 1) * rows + from, (index + 2) * rows);
  const factor = new Float64Array(inputs * inputs);
  const weights = new Float64Array(inputs);
  let left = total;
  for (let row = 0; row < inputs; row++) {
    const own = column(row);
    for (let place = 0; place <= row; place++) {
      let sum = dot(own, place === row ? own : column(place));
      for (let index = 0; index < place; index++) {
        sum -= (factor[row * inputs + index] as number) * (factor[place * inputs + index] as number);
      }
      const pivot = factor[place * inputs + place] as number;
      factor[row * inputs + place] = place === row ? Math.sqrt(Math.max(sum, Number.MIN_VALUE)) : sum / pivot;
    }
    let share = dot(own, target);
    for (let index = 0; index < row; index++) {
      share -= (factor[row * inputs + index] as number) * (weights[index] as number);
    }
    weights[row] = share / (factor[row * inputs + row] as number);
    left -= (weights[row] as number) ** 2;
  }
  for (let row = inputs - 1; row >= 0; row--) {
    let rest = weights[row] as number;
    for (let later = row + 1; later < inputs; later++) {
      rest -= (factor[later * inputs + row] as number) * (weights[later] as number);
    }
    weights[row] = rest / (factor[row * inputs + row] as number);
  }
  // Where almost nothing is left the difference has no digits.
  return { sum: left > 1e-9 * total ? left : squaresLeft(target, weights, column), weights };
}

function squaresLeft(
  target: Float64Array,
  weights: Float64Array,
  column: (index: number) => Float64Array,
): number {
  const rest = target.slice();
  for (const [index, weight] of weights.entries()) {
    const own = column(index);
    for (let row = 0; row < rest.length; row++) {
      rest[row] = (rest[row] as number) - weight * (own[row] as number);
    }
  }
  return dot(rest, rest);
}
