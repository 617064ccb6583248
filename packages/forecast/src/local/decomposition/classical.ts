/** Classical decomposition: a centred moving average, and the mean of what is left at each place of the season. */

/** How season and trend come together: y = trend + season + rest, or y = trend · season · rest. */
export type SeasonKind = 'additive' | 'multiplicative';

/**
 * One value for each place of the season, from that of the first value on; they add up to 0, or have mean 1.
 * The trend is the mean over one season around each value (half weights at the ends where the period is even).
 * R's `decompose`, statsmodels' `seasonal_decompose`; Hyndman & Athanasopoulos, fpp3 3.4. Expects two whole seasons,
 * and values above zero where seasons multiply.
 */
export function classicalSeason(y: Float64Array, period: number, kind: SeasonKind): Float64Array {
  const trend = movingAverage(y, period);
  const first = Math.floor(period / 2);
  const [sums, counts] = [new Float64Array(period), new Float64Array(period)];
  for (let index = 0; index < trend.length; index++) {
    const value = y[index + first] as number;
    const middle = trend[index] as number;
    const place = (index + first) % period;
    sums[place] = (sums[place] as number) + (kind === 'additive' ? value - middle : value / middle);
    counts[place] = (counts[place] as number) + 1;
  }
  const season = sums.map((sum, place) => sum / (counts[place] as number));
  const mean = season.reduce((sum, value) => sum + value, 0) / period;
  return season.map((value) => (kind === 'additive' ? value - mean : value / mean));
}

/** Centred means of one season each; the first is that of value ⌊period / 2⌋. */
function movingAverage(y: Float64Array, period: number): Float64Array {
  const isEven = period % 2 === 0;
  const width = isEven ? period + 1 : period;
  return Float64Array.from({ length: Math.max(0, y.length - width + 1) }, (_, start) => {
    let sum = 0;
    for (let index = start; index < start + width; index++) sum += y[index] as number;
    if (isEven) sum -= ((y[start] as number) + (y[start + width - 1] as number)) / 2;
    return sum / period;
  });
}
