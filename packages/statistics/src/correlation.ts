/** How two samples move together, and the shape of one: as pandas and SciPy compute them, without missing values. */
import { ArgumentError, knownOptions, meanOf, requireColumns, requireFinite } from '@noosphere/base';

export type CorrelationMethod = 'pearson' | 'spearman' | 'kendall';

export interface CorrelationOptions {
  /**
   * `pearson`: of the values; `spearman`: of their ranks, ties sharing theirs; `kendall`: pairs that rise together less those
   * that do not, τ-b, which allows for ties. @default 'pearson'
   */
  readonly method?: CorrelationMethod;
}

const methods: readonly string[] = ['pearson', 'spearman', 'kendall'] satisfies CorrelationMethod[];

/**
 * Correlation of two samples, from -1 to 1; NaN where one of them is constant. pandas' `Series.corr`.
 * @throws ArgumentError where the samples differ in length, have fewer than 2 values, or a value that is not finite.
 * @example
 * const [x, y] = [Float64Array.of(1, 2, 3, 4), Float64Array.of(1, 4, 9, 16)];
 * console.log(correlation(x, y).toFixed(4), correlation(x, y, { method: 'spearman' })); // → 0.9844 1
 */
export function correlation(x: Float64Array, y: Float64Array, options: CorrelationOptions = {}): number {
  const { method = 'pearson' } = knownOptions('correlation', options, 'method');
  if (!methods.includes(method))
    throw new ArgumentError('correlation', `method must be ${methods.join(', ')}, got ${String(method)}`);
  requirePair('correlation', x, y);
  if (method === 'kendall') return kendall(x, y);
  return method === 'pearson' ? pearson(x, y) : pearson(ranksOf(x), ranksOf(y));
}

/**
 * Correlations of each sample with each other one.
 * @example
 * const [a, b] = [Float64Array.of(1, 2, 3), Float64Array.of(3, 2, 1)];
 * console.log(JSON.stringify(correlationMatrix([a, b]))); // → [[1,-1],[-1,1]]
 */
export function correlationMatrix(
  columns: readonly Float64Array[],
  options: CorrelationOptions = {},
): number[][] {
  requireColumns('correlationMatrix', 'columns', columns);
  return columns.map((a) => columns.map((b) => correlation(a, b, options)));
}

/**
 * Covariance of two samples, Σ (x - x̄)(y - ȳ) / (n - 1). pandas' `Series.cov`.
 * @example
 * console.log(covariance(Float64Array.of(1, 2, 3), Float64Array.of(2, 4, 6))); // → 2
 */
export function covariance(x: Float64Array, y: Float64Array): number {
  requirePair('covariance', x, y);
  return crossSum(x, y) / (x.length - 1);
}

/**
 * Skewness, corrected for the size of the sample: G₁ = √(n (n - 1)) / (n - 2) · m₃ / m₂^1.5. SciPy's `skew(bias=False)`; 0 of constants.
 * @throws ArgumentError below 3 values.
 * @example
 * console.log(skewness(Float64Array.of(1, 2, 3, 10)).toFixed(4)); // → 1.7636
 */
export function skewness(x: Float64Array): number {
  requireSample('skewness', x, 3);
  const n = x.length;
  const { second, third } = momentsOf(x);
  return second === 0 ? 0 : ((Math.sqrt(n * (n - 1)) / (n - 2)) * third) / second ** 1.5;
}

/**
 * Excess kurtosis, corrected for the size of the sample, 0 of a normal distribution:
 * G₂ = (n - 1) / ((n - 2) (n - 3)) · ((n + 1) m₄ / m₂² - 3 (n - 1)). SciPy's `kurtosis(bias=False)`; 0 of constants.
 * @throws ArgumentError below 4 values.
 * @example
 * console.log(kurtosis(Float64Array.of(1, 2, 3, 4, 20)).toFixed(4)); // → 4.6061
 */
export function kurtosis(x: Float64Array): number {
  requireSample('kurtosis', x, 4);
  const n = x.length;
  const { second, fourth } = momentsOf(x);
  if (second === 0) return 0;
  return ((n - 1) / ((n - 2) * (n - 3))) * (((n + 1) * fourth) / second ** 2 - 3 * (n - 1));
}

/** Ranks from 1, in the order of the values; equal values share the mean of theirs. */
export function ranksOf(x: Float64Array): Float64Array {
  const order = Array.from(x.keys()).sort((a, b) => (x[a] as number) - (x[b] as number));
  const ranks = new Float64Array(x.length);
  for (let start = 0; start < order.length; ) {
    let end = start + 1;
    while (end < order.length && x[order[end] as number] === x[order[start] as number]) end++;
    for (let place = start; place < end; place++) ranks[order[place] as number] = (start + 1 + end) / 2;
    start = end;
  }
  return ranks;
}

function pearson(x: Float64Array, y: Float64Array): number {
  const [a, b] = [crossSum(x, x), crossSum(y, y)];
  // One root rounds less; two do not overflow.
  const isSafe = a * b > 1e-200 && a * b < 1e200;
  const size = isSafe ? Math.sqrt(a * b) : Math.sqrt(a) * Math.sqrt(b);
  return size === 0 ? Number.NaN : Math.max(-1, Math.min(1, crossSum(x, y) / size));
}

function kendall(x: Float64Array, y: Float64Array): number {
  let [together, tiedX, tiedY] = [0, 0, 0];
  for (let a = 0; a < x.length; a++) {
    for (let b = 0; b < a; b++) {
      const dx = Math.sign((x[a] as number) - (x[b] as number));
      const dy = Math.sign((y[a] as number) - (y[b] as number));
      together += dx * dy;
      tiedX += Number(dx === 0);
      tiedY += Number(dy === 0);
    }
  }
  const pairs = (x.length * (x.length - 1)) / 2;
  const size = Math.sqrt((pairs - tiedX) * (pairs - tiedY));
  return size === 0 ? Number.NaN : together / size;
}

/** Σ (x - x̄)(y - ȳ). */
function crossSum(x: Float64Array, y: Float64Array): number {
  const [meanX, meanY] = [meanOf(x), meanOf(y)];
  let sum = 0;
  for (let row = 0; row < x.length; row++) sum += ((x[row] as number) - meanX) * ((y[row] as number) - meanY);
  return sum;
}

/** Means of the deviations' powers. */
function momentsOf(x: Float64Array) {
  const mean = meanOf(x);
  let [second, third, fourth] = [0, 0, 0];
  for (const value of x) {
    const square = (value - mean) ** 2;
    second += square;
    third += square * (value - mean);
    fourth += square * square;
  }
  return { second: second / x.length, third: third / x.length, fourth: fourth / x.length };
}

function requirePair(operation: string, x: Float64Array, y: Float64Array): void {
  requireSample(operation, x, 2);
  requireSample(operation, y, 2);
  if (x.length !== y.length)
    throw new ArgumentError(operation, `expects samples of one length, got ${x.length} and ${y.length}`);
}

function requireSample(operation: string, x: Float64Array, least: number): void {
  if (!(x?.length >= least))
    throw new ArgumentError(operation, `needs at least ${least} values, got ${x?.length ?? String(x)}`);
  requireFinite(operation, 'values', x);
}
