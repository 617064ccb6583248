/** What is left in the errors of a model: mean, autocorrelation, shape, changing variance. */

import {
  knownOptions,
  meanOf,
  requireNumbers,
  requireValues,
  requireWhole,
  varianceOf,
} from '@noosphere/base';
import { autocorrelations, chiSquaredTail, studentTails } from '@noosphere/statistics';
import { leastSquares } from '../least-squares/least-squares.js';

export interface DiagnosticsOptions {
  /** Lags that are looked at; two seasons for seasonal data. @default 10, a fifth of the values at most */
  readonly lags?: number;
  /** Parameters of the model, which Ljung and Box's test takes off its degrees of freedom. @default 0 */
  readonly parameters?: number;
  /** Lags of the test for changing variance. @default the same as `lags` */
  readonly archLags?: number;
}

export interface TestResult {
  readonly statistic: number;
  /** Small where the errors are not what they should be. */
  readonly pValue: number;
}

export interface ResidualDiagnostics {
  readonly count: number;
  readonly mean: number;
  readonly deviation: number;
  /** Whether the mean is 0: Student's t. */
  readonly bias: TestResult;
  /** At lags 1 … lags. */
  readonly autocorrelation: Float64Array;
  /** Autocorrelations beyond this are rare by chance (5 %): 1.96 / √n. */
  readonly autocorrelationLimit: number;
  /** Whether there is autocorrelation: Ljung & Box 1978. */
  readonly ljungBox: TestResult & { readonly freedom: number };
  /** Whether they are normal: Jarque & Bera 1980. */
  readonly jarqueBera: TestResult & { readonly skewness: number; readonly kurtosis: number };
  /** Whether large ones come together: Engle's Lagrange multiplier, 1982. */
  readonly archLm: TestResult;
}

/**
 * Tests of residuals, such as those of an ARIMA or y - fitted; NaN at the begin is left out. Equal to statsmodels.
 * @example
 * const residuals = Float64Array.from({ length: 100 }, (_, t) => Math.sin(t * t));
 * const { bias, ljungBox } = residualDiagnostics(residuals);
 * console.log(bias.pValue > 0.05, ljungBox.freedom); // → true 10
 */
export function residualDiagnostics(
  residuals: Float64Array,
  options: DiagnosticsOptions = {},
): ResidualDiagnostics {
  const operation = 'residualDiagnostics';
  requireNumbers(operation, 'the residuals', residuals);
  const first = residuals.findIndex((value) => !Number.isNaN(value));
  const errors = residuals.subarray(Math.max(0, first));
  requireValues(operation, 'the residuals', errors, 8);
  const count = errors.length;
  const { lags = Math.max(1, Math.min(10, Math.floor(count / 5))), parameters = 0 } = knownOptions(
    'residualDiagnostics',
    options,
    'lags parameters archLags',
  );
  const { archLags = lags } = options;
  requireWhole(operation, 'lags', lags, 1);
  requireWhole(operation, 'parameters', parameters, 0);
  requireWhole(operation, 'archLags', archLags, 1);
  requireValues(operation, `${lags} lags of the residuals`, errors, lags + 2);
  requireValues(operation, `${archLags} lags of the squared residuals`, errors, 2 * archLags + 3);
  const mean = meanOf(errors);
  const variance = varianceOf(errors);
  const deviation = Math.sqrt((variance * count) / (count - 1));
  const t = deviation > 0 ? (mean / deviation) * Math.sqrt(count) : 0;
  const autocorrelation = autocorrelations(errors, lags).subarray(1);
  return {
    count,
    mean,
    deviation,
    bias: { statistic: t, pValue: deviation > 0 ? studentTails(t, count - 1) : mean === 0 ? 1 : 0 },
    autocorrelation,
    autocorrelationLimit: 1.959963984540054 / Math.sqrt(count),
    ljungBox: ljungBox(autocorrelation, count, parameters),
    jarqueBera: jarqueBera(errors, mean, variance),
    archLm: archLm(errors, archLags),
  };
}

/** n (n + 2) Σ ρ² / (n - k). */
function ljungBox(autocorrelation: Float64Array, count: number, parameters: number) {
  const sum = autocorrelation.reduce((total, value, index) => total + value ** 2 / (count - index - 1), 0);
  const statistic = count * (count + 2) * sum;
  const freedom = Math.max(1, autocorrelation.length - parameters);
  return { statistic, freedom, pValue: chiSquaredTail(statistic, freedom) };
}

/** n / 6 (skewness² + (kurtosis - 3)² / 4). */
function jarqueBera(errors: Float64Array, mean: number, variance: number) {
  const moment = (power: number) =>
    errors.reduce((sum, value) => sum + ((value - mean) / Math.sqrt(variance)) ** power, 0) / errors.length;
  // What does not vary is as good as normal.
  const [skewness, kurtosis] = variance > 0 ? [moment(3), moment(4)] : [0, 3];
  const statistic = (errors.length / 6) * (skewness ** 2 + (kurtosis - 3) ** 2 / 4);
  return { statistic, pValue: chiSquaredTail(statistic, 2), skewness, kurtosis };
}

/** n R² of squared errors on their own lags. */
function archLm(errors: Float64Array, lags: number): TestResult {
  const squares = errors.map((value) => value * value);
  const rows = squares.length - lags;
  const target = squares.subarray(lags);
  const inputs = new Float64Array(rows * lags);
  for (let row = 0; row < rows; row++) {
    for (let lag = 1; lag <= lags; lag++) inputs[row * lags + lag - 1] = squares[row + lags - lag] as number;
  }
  const { weights, intercept } = leastSquares(inputs, target);
  const left = target.map((value, row) => {
    let expected = intercept;
    for (let lag = 0; lag < lags; lag++) {
      expected += (weights[lag] as number) * (inputs[row * lags + lag] as number);
    }
    return value - expected;
  });
  const total = varianceOf(target) * rows;
  const explained = total > 0 ? 1 - left.reduce((sum, value) => sum + value * value, 0) / total : 0;
  const statistic = Math.max(0, rows * explained);
  return { statistic, pValue: chiSquaredTail(statistic, lags) };
}
