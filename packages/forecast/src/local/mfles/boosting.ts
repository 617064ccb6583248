/** The rounds of MFLES: median, seasons, trend and smoothed residuals, each fitted to what is left and kept if it helps. */

import { meanOf, medianOf } from '@noosphere/base';
import { lineThrough } from '../theta/m4-benchmarks.js';
import { fourierSeason } from './fourier-season.js';
import { piecewiseTrend } from './piecewise-trend.js';
import { repeatedMediansLine } from './repeated-medians.js';

export interface BoostingSettings {
  readonly seasons: readonly number[];
  readonly waves: readonly number[];
  readonly rounds: number;
  readonly seasonalRate: number;
  readonly trendRate: number;
  readonly residualRate: number;
  readonly changepoints: boolean;
  readonly penalty: number;
  readonly window: number;
  readonly smoother: boolean;
  readonly robust: boolean | undefined;
  readonly variationLimit: number;
  readonly isLogarithmic: boolean;
}

/** A residual part has to lower the error by at least this share. */
const residualGain = 1e-4;

/** State of the rounds over one series, already on the scale that is fitted. */
export class Boosting {
  readonly fitted: Float64Array;
  /** By season, from the place of the first value on. */
  readonly seasons: readonly Float64Array[];
  /** Level at the last value, and its step from the one before. */
  level: number;
  slope = 0;
  /** R² of the first line, by which its slope is weakened; none where it did not help. */
  linearity: number | undefined;
  isRobust: boolean;
  readonly #y: Float64Array;
  readonly #settings: BoostingSettings;
  readonly #fourier: readonly ReturnType<typeof fourierSeason>[];
  #error: number;

  constructor(y: Float64Array, settings: BoostingSettings) {
    this.#y = y;
    this.#settings = settings;
    this.level = medianOf(y);
    this.fitted = new Float64Array(y.length).fill(this.level);
    this.seasons = settings.seasons.map((season) => new Float64Array(season));
    this.#fourier = settings.seasons.map((season, index) =>
      fourierSeason(y.length, season, settings.waves[index] as number),
    );
    this.isRobust = settings.robust ?? false;
    this.#error = meanSquare(y, this.fitted);
  }

  run(): void {
    for (let round = 0; round < this.#settings.rounds; round++) {
      this.#addSeason(round);
      if (round === 0 && this.#settings.robust === undefined) this.isRobust = this.#varies();
      if (round % 2 === 1) this.#addTrend(round);
      else if (round > 4) this.#addResiduals();
    }
  }

  get #residuals(): Float64Array {
    return this.#y.map((value, index) => value - (this.fitted[index] as number));
  }

  /** One season a round, in turn. */
  #addSeason(round: number): void {
    if (this.seasons.length === 0) return;
    const which = round % this.seasons.length;
    const places = (this.#fourier[which] as ReturnType<typeof fourierSeason>)
      .fit(this.#residuals)
      .map((value) => value * this.#settings.seasonalRate);
    const part = this.#y.map((_, index) => places[index % places.length] as number);
    if (!this.#keep(part)) return;
    const season = this.seasons[which] as Float64Array;
    for (let place = 0; place < season.length; place++) {
      season[place] = (season[place] as number) + (places[place] as number);
    }
  }

  #addTrend(round: number): void {
    const residuals = this.#residuals;
    const part = this.#trendOf(residuals, round);
    if (!this.#keep(part)) return;
    const last = part[part.length - 1] as number;
    this.level += last;
    this.slope += last - (part[part.length - 2] as number);
    if (round === 1)
      this.linearity = 1 - squareSum(residuals, part) / squareSum(residuals, meanOf(residuals));
  }

  #trendOf(residuals: Float64Array, round: number): Float64Array {
    if (this.isRobust) return repeatedMediansLine(residuals);
    if (round === 1 || !this.#settings.changepoints) {
      const { intercept, slope } = lineThrough(residuals);
      return residuals.map((_, index) => intercept + slope * (index + 1));
    }
    // At most one changepoint in ten values.
    const changepoints = Math.floor(0.1 * residuals.length);
    const rate = this.#settings.trendRate;
    return piecewiseTrend(residuals, changepoints, this.#settings.penalty).map((value) => value * rate);
  }

  /** Residuals smoothed by a moving average or by an ensemble of exponential ones; the last moves the level. */
  #addResiduals(): void {
    const { smoother, window, residualRate } = this.#settings;
    const residuals = this.#residuals;
    const smooth = smoother ? smoothingEnsemble(residuals) : movingAverage(residuals, window + 1);
    const part = smooth.map((value) => value * residualRate);
    if (this.#keep(part, residualGain)) this.level += part[part.length - 1] as number;
  }

  /** Adds a part if the error falls, by more than a share of it. */
  #keep(part: Float64Array, gain = 0): boolean {
    const sum = this.fitted.map((value, index) => value + (part[index] as number));
    const error = meanSquare(this.#y, sum);
    if (!(this.#error > error + gain * this.#error)) return false;
    this.#error = error;
    this.fitted.set(sum);
    return true;
  }

  /** Whether what the season leaves varies so much that lines have to be robust. */
  #varies(): boolean {
    const residuals = this.#residuals;
    const mean = meanOf(residuals);
    const variance = squareSum(residuals, mean) / residuals.length;
    const variation = this.#settings.isLogarithmic
      ? Math.exp((Math.LN10 * variance - 1) / 2)
      : Math.sqrt(variance) / (mean || 1);
    return variation > this.#settings.variationLimit;
  }
}

function smoothingEnsemble(values: Float64Array): Float64Array {
  const shares = Array.from({ length: 19 }, (_, index) => 0.05 * (index + 1));
  const sum = new Float64Array(values.length);
  for (const share of shares) {
    let level = values[0] as number;
    for (let index = 0; index < values.length; index++) {
      level += share * ((values[index] as number) - level);
      sum[index] = (sum[index] as number) + level;
    }
  }
  return sum.map((value) => value / shares.length);
}

/** Means of the last `length` values; the first `length` stay as they are. */
function movingAverage(values: Float64Array, length: number): Float64Array {
  return values.map((value, index) => {
    if (index < length) return value;
    let sum = 0;
    for (let back = 0; back < length; back++) sum += values[index - back] as number;
    return sum / length;
  });
}

function meanSquare(a: Float64Array, b: Float64Array): number {
  return squareSum(a, b) / a.length;
}

function squareSum(values: Float64Array, other: Float64Array | number): number {
  let sum = 0;
  for (let index = 0; index < values.length; index++) {
    const from = typeof other === 'number' ? other : (other[index] as number);
    sum += ((values[index] as number) - from) ** 2;
  }
  return sum;
}
