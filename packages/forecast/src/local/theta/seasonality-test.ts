/** Whether a series has a season worth taking out: its autocorrelation at the season against those before. */

/** z of one-sided 95 %. */
const threshold = 1.6448536269514722;

/**
 * |r[m]| > z √((1 + 2 Σ r[k]², k < m) / n), with z the 95 % quantile: Bartlett's variance of an autocorrelation of a series that
 * has those before. False where the series is constant.
 * Assimakopoulos & Nikolopoulos 2000; Fiorucci et al. 2016. M4's benchmarks round z to 1.645.
 */
export function isSeasonal(y: Float64Array, period: number, z = threshold): boolean {
  const correlations = autocorrelations(y, period);
  let squares = 0;
  for (let lag = 1; lag < period; lag++) squares += (correlations[lag] as number) ** 2;
  return Math.abs(correlations[period] as number) > z * Math.sqrt((1 + 2 * squares) / y.length);
}

/** r[0] … r[lags] about the mean, each over the variance of all values. */
function autocorrelations(y: Float64Array, lags: number): Float64Array {
  const mean = y.reduce((sum, value) => sum + value, 0) / y.length;
  const centred = y.map((value) => value - mean);
  const covariances = Float64Array.from({ length: lags + 1 }, (_, lag) => {
    let sum = 0;
    for (let index = lag; index < centred.length; index++) {
      sum += (centred[index] as number) * (centred[index - lag] as number);
    }
    return sum;
  });
  return covariances.map((value) => value / (covariances[0] as number));
}
