/** How often a series is to be differenced: until it looks stationary. */
import { decomposeSeasons } from '../decomposition/mstl.js';
import { isConstant } from './constant.js';
import { differences } from './regressors.js';

/** Critical value of the KPSS test at 5 % for a level. */
const kpssCritical = 0.463;
/** Seasons this strong are differenced. */
const seasonalStrengthLimit = 0.64;

/**
 * KPSS statistic of stationarity around a level: Σ S² / (n² s²), S being partial sums of y - mean and s² their long-run
 * variance with Bartlett weights over ⌊3√n / 13⌋ lags. Kwiatkowski, Phillips, Schmidt & Shin 1992.
 */
export function kpssStatistic(y: Float64Array): number {
  const count = y.length;
  const mean = y.reduce((sum, value) => sum + value, 0) / count;
  const rest = y.map((value) => value - mean);
  let [partial, squares] = [0, 0];
  for (const value of rest) {
    partial += value;
    squares += partial * partial;
  }
  const lags = Math.floor((3 * Math.sqrt(count)) / 13);
  let variance = 0;
  for (let lag = 0; lag <= lags; lag++) {
    let products = 0;
    for (let row = lag; row < count; row++) products += (rest[row] as number) * (rest[row - lag] as number);
    variance += lag === 0 ? products : 2 * products * (1 - lag / (lags + 1));
  }
  return squares / (count * variance);
}

/** Differences until the KPSS test no longer rejects stationarity at 5 %. */
export function countDifferences(y: Float64Array, most: number): number {
  let [rest, count] = [y, 0];
  while (count < most && !isConstant(rest) && kpssStatistic(rest) > kpssCritical) {
    rest = differences(rest, 1, 1);
    count++;
  }
  return count;
}

/** One seasonal difference where the season is strong (Wang, Smith & Hyndman 2006) and two of it are there. */
export function countSeasonalDifferences(y: Float64Array, season: number): number {
  if (y.length <= 2 * season || isConstant(y)) return 0;
  const strength = decomposeSeasons(y, [season]).seasonal[0]?.strength ?? 0;
  return strength > seasonalStrengthLimit ? 1 : 0;
}
