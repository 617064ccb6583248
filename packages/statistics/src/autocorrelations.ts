import { meanOf, requireNumbers } from '@noosphere/base';

/** Autocorrelations at lags 0 … count. */
export function autocorrelations(values: Float64Array, count: number): Float64Array {
  requireNumbers('autocorrelations', 'values', values);
  const mean = meanOf(values);
  const rest = values.map((value) => value - mean);
  const product = (lag: number) => {
    let sum = 0;
    for (let row = lag; row < rest.length; row++) sum += (rest[row] as number) * (rest[row - lag] as number);
    return sum;
  };
  const total = product(0);
  return new Float64Array(count + 1).map((_, lag) => (lag === 0 ? 1 : total > 0 ? product(lag) / total : 0));
}
