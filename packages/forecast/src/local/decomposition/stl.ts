/** STL: a series as the sum of trend, season and remainder, by local regression. */
import { knownOptions, requireWhole } from '@noosphere/base';
import { ArgumentError } from '@noosphere/core';
import { requireSeason, requireSeries } from '../require-series.js';
import { type Loess, loessOf } from './loess.js';
import { type Strengths, strengthsOf } from './strength.js';

export interface StlOptions {
  /** Window of the seasonal smoother in seasons, odd, at least 3: larger ones let the season change less. @default 7 */
  readonly seasonalWindow?: number;
  /** Window of the trend smoother in values, odd. @default the first odd number from 1.5 season / (1 - 1.5 / seasonalWindow) on */
  readonly trendWindow?: number;
  /** Window of the low-pass filter in values, odd. @default the first odd number above the season */
  readonly lowPassWindow?: number;
  /** 0 lets seasons be local means, 1 local lines. @default 1 */
  readonly seasonalDegree?: 0 | 1;
  /** @default 1 */
  readonly trendDegree?: 0 | 1;
  /** @default 1 */
  readonly lowPassDegree?: 0 | 1;
  /** The smoothers fit every jump-th value and interpolate between: faster, and less exact. @default 1 */
  readonly seasonalJump?: number;
  /** @default 1 */
  readonly trendJump?: number;
  /** @default 1 */
  readonly lowPassJump?: number;
  /** Whether outliers are weighed down. @default false */
  readonly robust?: boolean;
  /** Rounds of season and trend. @default 5, and 2 where robust */
  readonly innerRounds?: number;
  /** Rounds of weights. @default 0, and 15 where robust */
  readonly outerRounds?: number;
}

/** y = trend + seasonal + remainder. */
export interface StlDecomposition extends Strengths {
  readonly trend: Float64Array;
  readonly seasonal: Float64Array;
  readonly remainder: Float64Array;
  /** Weights of robustness, 1 for all where it was not asked for. */
  readonly weights: Float64Array;
}

/**
 * Decomposes y of one season: y = trend + seasonal + remainder, each [N]. Needs two whole seasons.
 * Cleveland, Cleveland, McRae & Terpenning 1990; equal to statsmodels' `STL`.
 * @example
 * const y = Float64Array.from({ length: 48 }, (_, t) => t + 10 * Math.sin((t * Math.PI) / 6));
 * const { trend, seasonalStrength } = stl(y, 12);
 * console.log(trend[24]?.toFixed(1), seasonalStrength.toFixed(2)); // → 24.0 1.00
 */
export function stl(y: Float64Array, season: number, options: StlOptions = {}): StlDecomposition {
  requireSeason('stl', season, 2);
  requireSeries('stl', y, 2 * season);
  const {
    robust = false,
    innerRounds = robust ? 2 : 5,
    outerRounds = robust ? 15 : 0,
  } = knownOptions(
    'stl',
    options,
    'seasonalWindow trendWindow lowPassWindow seasonalDegree trendDegree lowPassDegree',
    'seasonalJump trendJump lowPassJump robust innerRounds outerRounds',
  );
  requireWhole('stl', 'innerRounds', innerRounds, 1);
  requireWhole('stl', 'outerRounds', outerRounds, 0);
  const smoothing = new StlSmoothing(y, season, options);
  for (let round = 0; ; round++) {
    for (let inner = 0; inner < innerRounds; inner++) smoothing.step(round > 0);
    if (round === outerRounds) break;
    smoothing.weigh();
  }
  const { trend, seasonal, weights } = smoothing;
  const remainder = y.map((value, index) => value - (trend[index] as number) - (seasonal[index] as number));
  return { trend, seasonal, remainder, weights, ...strengthsOf(y, trend, seasonal, remainder) };
}

class StlSmoothing {
  readonly trend: Float64Array;
  readonly seasonal: Float64Array;
  readonly weights: Float64Array;
  readonly #y: Float64Array;
  readonly #season: number;
  /** Smoothers of the values at one place of the season, which are one more or one fewer, by their number. */
  readonly #ofPlaces: ReadonlyMap<number, Loess>;
  readonly #ofTrend: Loess;
  readonly #lowPass: Loess;
  readonly #detrended: Float64Array;
  /** One season longer at both ends. */
  readonly #cycles: Float64Array;

  constructor(y: Float64Array, season: number, options: StlOptions) {
    const count = y.length;
    const { seasonalWindow = 7, seasonalDegree = 1, trendDegree = 1, lowPassDegree = 1 } = options;
    const { seasonalJump = 1, trendJump = 1, lowPassJump = 1 } = options;
    requireWindow('seasonalWindow', seasonalWindow, 3);
    const { trendWindow = nextOdd(Math.ceil((1.5 * season) / (1 - 1.5 / seasonalWindow))) } = options;
    const { lowPassWindow = nextOdd(season + 1) } = options;
    requireWindow('trendWindow', trendWindow, season + 1);
    requireWindow('lowPassWindow', lowPassWindow, season + 1);
    for (const [name, jump] of Object.entries({ seasonalJump, trendJump, lowPassJump })) {
      requireWhole('stl', name, jump, 1);
    }
    this.#y = y;
    this.#season = season;
    this.#ofPlaces = new Map(
      [Math.floor(count / season), Math.ceil(count / season)].map((places) => [
        places,
        loessOf({ count: places, length: seasonalWindow, degree: seasonalDegree, jump: seasonalJump }),
      ]),
    );
    this.#ofTrend = loessOf({ count, length: trendWindow, degree: trendDegree, jump: trendJump });
    this.#lowPass = loessOf({ count, length: lowPassWindow, degree: lowPassDegree, jump: lowPassJump });
    this.trend = new Float64Array(count);
    this.seasonal = new Float64Array(count);
    this.weights = new Float64Array(count).fill(1);
    this.#detrended = new Float64Array(count);
    this.#cycles = new Float64Array(count + 2 * season);
  }

  /** One round: season of what is left beside the trend, then trend of what is left beside the season. */
  step(isWeighted: boolean): void {
    const [y, season] = [this.#y, this.#season];
    for (let index = 0; index < y.length; index++) {
      this.#detrended[index] = (y[index] as number) - (this.trend[index] as number);
    }
    this.#smoothPlaces(isWeighted);
    const slow = movingMean(movingMean(movingMean(this.#cycles, season), season), 3);
    const level = new Float64Array(y.length);
    this.#lowPass.smooth(slow, level);
    for (let index = 0; index < y.length; index++) {
      const seasonal = (this.#cycles[index + season] as number) - (level[index] as number);
      this.seasonal[index] = seasonal;
      this.#detrended[index] = (y[index] as number) - seasonal;
    }
    this.#ofTrend.smooth(this.#detrended, this.trend, isWeighted ? this.weights : undefined);
  }

  /** Each place of the season by itself, and one value more before and behind. */
  #smoothPlaces(isWeighted: boolean): void {
    const [values, season] = [this.#detrended, this.#season];
    for (let place = 0; place < season; place++) {
      const count = Math.ceil((values.length - place) / season);
      const pick = (from: Float64Array) =>
        Float64Array.from({ length: count }, (_, cycle) => from[place + cycle * season] as number);
      const own = pick(values);
      const weights = isWeighted ? pick(this.weights) : undefined;
      const loess = this.#ofPlaces.get(count) as Loess;
      const smooth = new Float64Array(count);
      loess.smooth(own, smooth, weights);
      for (let cycle = 0; cycle < count; cycle++) {
        this.#cycles[place + (cycle + 1) * season] = smooth[cycle] as number;
      }
      this.#cycles[place] = endValue(loess, -1, own, smooth, weights);
      this.#cycles[place + (count + 1) * season] = endValue(loess, count, own, smooth, weights);
    }
  }

  /** Bisquare weights of the remainders, against six times their median size. */
  weigh(): void {
    const sizes = this.#y.map((value, index) =>
      Math.abs(value - (this.trend[index] as number) - (this.seasonal[index] as number)),
    );
    const sorted = sizes.slice().sort();
    const half = Math.floor(sizes.length / 2);
    const scale = 3 * ((sorted[half] as number) + (sorted[sizes.length - half - 1] as number));
    for (let index = 0; index < sizes.length; index++) {
      const share = scale === 0 ? 0 : (sizes[index] as number) / scale;
      this.weights[index] = share <= 0.001 ? 1 : share <= 0.999 ? (1 - share ** 2) ** 2 : 0;
    }
  }
}

/** The value beyond an end; where nothing weighs, that of the end. */
function endValue(
  loess: Loess,
  place: number,
  own: Float64Array,
  smooth: Float64Array,
  weights: Float64Array | undefined,
): number {
  const isWeightless = weights?.every((weight) => weight === 0);
  if (isWeightless) return (place < 0 ? smooth[0] : smooth[smooth.length - 1]) as number;
  return loess.valueAt(place, own, weights);
}

/** Means of `length` values each, as many fewer than there are values. */
function movingMean(values: Float64Array, length: number): Float64Array {
  const means = new Float64Array(values.length - length + 1);
  let sum = 0;
  for (let index = 0; index < length; index++) sum += values[index] as number;
  means[0] = sum / length;
  for (let index = 1; index < means.length; index++) {
    sum += (values[index + length - 1] as number) - (values[index - 1] as number);
    means[index] = sum / length;
  }
  return means;
}

function nextOdd(value: number): number {
  return value % 2 === 0 ? value + 1 : value;
}

function requireWindow(name: string, value: number, minimum: number): void {
  if (!Number.isInteger(value) || value % 2 === 0 || value < minimum) {
    throw new ArgumentError('stl', `${name} must be an odd whole number from ${minimum}, got ${value}`);
  }
}
