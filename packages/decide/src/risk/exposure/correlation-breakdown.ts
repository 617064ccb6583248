/** Does diversification fail when it is needed: correlation over time, and in crises against calm times. */
import { knownOptions, quantileOf, requireShare, requireWhole } from '@noosphere/base';
import { ArgumentError } from '@noosphere/core';
import { normalTails } from '@noosphere/statistics';
import { requireTable } from '../../moments/tables.js';

/**
 * Correlation of two series over a moving window; value k is of the rows k … k + window - 1. 0 where one does not move.
 *
 * @example
 * const a = Float64Array.of(1, 2, 3, 2);
 * console.log(Array.from(rollingCorrelation(a, Float64Array.of(1, 2, 3, 4), 3), (value) => value.toFixed(1)));
 * // → [ '1.0', '0.0' ]
 */
export function rollingCorrelation(first: Float64Array, second: Float64Array, window = 63): Float64Array {
  const rows = requireTable('rollingCorrelation', [first, second]);
  requireWhole('rollingCorrelation', 'window', window, 2);
  if (window > rows)
    throw new ArgumentError(
      'rollingCorrelation',
      `window of ${window} rows is longer than the ${rows} there are`,
    );
  return Float64Array.from({ length: rows - window + 1 }, (_, at) => {
    return pearson(first.subarray(at, at + window), second.subarray(at, at + window)).correlation;
  });
}

export interface CorrelationBreakdownOptions {
  /** 1 where a row belongs to the crisis. @default the rows in which the first series is at its worst */
  readonly crisis?: ArrayLike<number>;
  /** Share of the rows that are taken as the crisis where none is given. @default 0.1 */
  readonly crisisShare?: number;
}

export interface CorrelationBreakdown {
  readonly calm: number;
  /** As it is in the crisis; higher than in calm times for the very reason that the first series moves more. */
  readonly crisis: number;
  /** What it would be at the calm variance of the first series: Forbes & Rigobon's correction. */
  readonly adjustedCrisis: number;
  readonly crisisRows: number;
  /** z of the difference of `adjustedCrisis` and `calm`, Fisher's transformation. */
  readonly statistic: number;
  /** P value, both sides: small where the relation itself has changed. */
  readonly probability: number;
}

/**
 * Correlation in a crisis against calm times, with a test that is not fooled by higher volatility.
 *
 * ρ* = ρ / √(1 + δ (1 - ρ²)), δ = variance of the first series in the crisis over that in calm times - 1. Where the crisis is
 * chosen by the first series' own losses, its range is cut on both sides, and ρ* sees to that as well.
 *
 * Forbes & Rigobon 2002, No contagion, only interdependence.
 *
 * @example
 * const first = Float64Array.from({ length: 400 }, (_, t) => Math.sin(t * t) * (t < 300 ? 1 : 3));
 * const second = first.map((value, t) => (t < 300 ? Math.sin(3 * t * t + 1) : value));
 * const crisis = Uint8Array.from(first, (_, t) => (t < 300 ? 0 : 1));
 * const { calm, adjustedCrisis, probability } = correlationBreakdown(first, second, { crisis });
 * console.log(Math.abs(calm) < 0.2, adjustedCrisis > 0.9, probability < 0.01); // → true true true
 */
export function correlationBreakdown(
  first: Float64Array,
  second: Float64Array,
  options: CorrelationBreakdownOptions = {},
): CorrelationBreakdown {
  const { crisisShare = 0.1 } = knownOptions('correlationBreakdown', options, 'crisis crisisShare');
  const rows = requireTable('correlationBreakdown', [first, second]);
  requireShare('correlationBreakdown', 'crisisShare', crisisShare);
  if (options.crisis !== undefined && options.crisis.length !== rows) {
    throw new ArgumentError(
      'correlationBreakdown',
      `crisis: expected ${rows} values, got ${options.crisis.length}`,
    );
  }
  const limit = quantileOf(first.toSorted(), crisisShare);
  const isCrisis = (row: number) =>
    options.crisis === undefined ? (first[row] as number) <= limit : Boolean(options.crisis[row]);
  const part = (column: Float64Array, wanted: boolean) => column.filter((_, row) => isCrisis(row) === wanted);
  const crisis = pearson(part(first, true), part(second, true));
  const calm = pearson(part(first, false), part(second, false));
  if (crisis.rows < 5 || calm.rows < 5 || calm.firstVariance === 0) {
    throw new ArgumentError(
      'correlationBreakdown',
      `needs 5 rows that move on either side, got ${crisis.rows} of crisis and ${calm.rows} of calm; choose another crisis`,
    );
  }
  const excess = crisis.firstVariance / calm.firstVariance - 1;
  const adjusted = crisis.correlation / Math.sqrt(1 + excess * (1 - crisis.correlation ** 2));
  const statistic =
    (fisher(adjusted) - fisher(calm.correlation)) / Math.sqrt(1 / (crisis.rows - 3) + 1 / (calm.rows - 3));
  return {
    calm: calm.correlation,
    crisis: crisis.correlation,
    adjustedCrisis: adjusted,
    crisisRows: crisis.rows,
    statistic,
    probability: normalTails(statistic),
  };
}

/** Finite also at ±1. */
function fisher(correlation: number): number {
  return Math.atanh(Math.min(1 - 1e-12, Math.max(-1 + 1e-12, correlation)));
}

function pearson(first: Float64Array, second: Float64Array) {
  const rows = first.length;
  const mean = (values: Float64Array) => values.reduce((sum, value) => sum + value, 0) / rows;
  const [center, other] = [mean(first), mean(second)];
  let [xx, yy, xy] = [0, 0, 0];
  for (let row = 0; row < rows; row++) {
    const [x, y] = [(first[row] as number) - center, (second[row] as number) - other];
    xx += x * x;
    yy += y * y;
    xy += x * y;
  }
  const correlation = xx > 0 && yy > 0 ? xy / Math.sqrt(xx * yy) : 0;
  return { rows, correlation, firstVariance: rows > 1 ? xx / (rows - 1) : 0 };
}
