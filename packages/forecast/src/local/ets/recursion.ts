/**
 * The recursion of exponential smoothing over a series: one-step forecasts, and the likelihood of the errors. Seasons lie
 * in a ring, nothing is allocated: it runs some thousand times a fit.
 */
import { unitOf } from '../unit-of.js';
import type { EtsComponents } from './components.js';

/** Closer to zero than this, in the unit of the values, nothing is divided by. */
const tiny = 1e-10;
const huge = 1e10;

/** Places of α, β, γ, φ; β and γ are 0 and φ is 1 where the model has none. */
export const smoothing = { alpha: 0, beta: 1, gamma: 2, phi: 3 } as const;

/** What a pass works on. Typed arrays all through: fields of objects would make the loops slow. */
interface Pass {
  readonly y: Float64Array;
  /** [α, β, γ, φ] */
  readonly parameters: Float64Array;
  /** Season i is that of every period-th value from i; without a season there is one of zero that never changes. */
  readonly seasons: Float64Array;
  /** [level, growth] before the first value, and behind the last when the pass has ended. */
  readonly trend: Float64Array;
  /** One-step forecasts. */
  readonly fitted: Float64Array;
  /** What is closer to zero is taken for it, in the unit of the values. */
  readonly least: number;
  /** [Σ e², Σ log |forecast|]: e is relative to the forecast where errors multiply, and only there are there logs. */
  readonly sums: Float64Array;
}

/** One model over one series y. `trend` and `seasons` are set before each pass. */
export class EtsRecursion implements Pass {
  readonly y: Float64Array;
  readonly parameters = Float64Array.of(0, 0, 0, 1);
  readonly seasons: Float64Array;
  readonly trend = new Float64Array(2);
  readonly fitted: Float64Array;
  readonly sums = new Float64Array(2);
  readonly least: number;
  readonly #components: EtsComponents;

  constructor(y: Float64Array, components: EtsComponents, period: number) {
    this.y = y;
    this.least = tiny * unitOf(y);
    this.#components = components;
    this.seasons = new Float64Array(components.season === 'N' ? 1 : period);
    this.fitted = new Float64Array(y.length);
  }

  /** One pass; gives -2 log L without its constant: n log Σe² + 2 Σ log |forecast|. NaN where a state is not a number. */
  run(): number {
    const { error, trend, season } = this.#components;
    if (trend === 'M') growthMultiplies(this, season === 'M');
    else if (season === 'M') seasonsMultiply(this);
    else seasonsAdd(this, error === 'M');
    const [squares, logs] = [this.sums[0] as number, this.sums[1] as number];
    const fit = this.y.length * Math.log(squares > 0 ? squares : 1e-8);
    return Math.max(-huge, error === 'M' ? fit + 2 * logs : fit);
  }
}

/** Additive trend or none (growth and β are 0), additive seasons or none (season and γ are 0). */
function seasonsAdd(pass: Pass, isRelative: boolean): void {
  const { y, parameters, seasons, fitted, least } = pass;
  const alpha = parameters[0] as number;
  const beta = parameters[1] as number;
  const gamma = parameters[2] as number;
  const phi = parameters[3] as number;
  const count = y.length;
  const period = seasons.length;
  const gain = alpha + phi * beta;
  let level = pass.trend[0] as number;
  let growth = pass.trend[1] as number;
  let fade = phi * growth;
  let trend = level + fade;
  let squares = 0;
  let logs = 0;
  let product = 1;
  let at = 0;
  for (let index = 0; index < count; index++) {
    const season = seasons[at] as number;
    const forecast = trend + season;
    fitted[index] = forecast;
    const step = (y[index] as number) - season - trend;
    let error = step;
    if (isRelative) {
      const size = Math.abs(forecast);
      error = step / (size < least ? forecast + least : forecast);
      product *= size > 0 ? size : 1e-8;
      if (product > 1e100 || product < 1e-100) {
        logs += Math.log(product);
        product = 1;
      }
    }
    squares += error * error;
    level = trend + alpha * step;
    growth = fade + beta * step;
    // level + φ · growth, written so that the next trend waits for three operations only.
    trend = trend + phi * fade + gain * step;
    fade = phi * growth;
    seasons[at] = season + gamma * step;
    at = at + 1 === period ? 0 : at + 1;
  }
  pass.trend[0] = level;
  pass.trend[1] = growth;
  pass.sums[0] = squares;
  pass.sums[1] = logs + Math.log(product);
}

/** Additive trend or none, seasons and errors that multiply. */
function seasonsMultiply(pass: Pass): void {
  const { y, parameters, seasons, fitted, least } = pass;
  const alpha = parameters[0] as number;
  const beta = parameters[1] as number;
  const gamma = parameters[2] as number;
  const phi = parameters[3] as number;
  const count = y.length;
  const period = seasons.length;
  const gain = alpha + phi * beta;
  let level = pass.trend[0] as number;
  let growth = pass.trend[1] as number;
  let fade = phi * growth;
  let trend = level + fade;
  let squares = 0;
  let logs = 0;
  let product = 1;
  let at = 0;
  for (let index = 0; index < count; index++) {
    const value = y[index] as number;
    const season = seasons[at] as number;
    const forecast = trend * season;
    fitted[index] = forecast;
    const size = Math.abs(forecast);
    const step = (Math.abs(season) < tiny ? huge : value / season) - trend;
    const error = size < least ? (value - forecast) / (forecast + least) : step / trend;
    squares += error * error;
    product *= size > 0 ? size : 1e-8;
    if (product > 1e100 || product < 1e-100) {
      logs += Math.log(product);
      product = 1;
    }
    level = trend + alpha * step;
    growth = fade + beta * step;
    // value / trend - season is season · error.
    seasons[at] = season + gamma * (Math.abs(trend) < least ? huge : season * error);
    trend = trend + phi * fade + gain * step;
    fade = phi * growth;
    at = at + 1 === period ? 0 : at + 1;
  }
  pass.trend[0] = level;
  pass.trend[1] = growth;
  pass.sums[0] = squares;
  pass.sums[1] = logs + Math.log(product);
}

/** A trend that multiplies, with errors that do, and seasons that do or none. */
function growthMultiplies(pass: Pass, hasSeason: boolean): void {
  const { y, parameters, seasons, fitted, least } = pass;
  const alpha = parameters[0] as number;
  const beta = parameters[1] as number;
  const gamma = parameters[2] as number;
  const phi = parameters[3] as number;
  const count = y.length;
  const period = seasons.length;
  const rate = beta / alpha;
  let level = pass.trend[0] as number;
  let growth = pass.trend[1] as number;
  let squares = 0;
  let logs = 0;
  let at = 0;
  for (let index = 0; index < count; index++) {
    const value = y[index] as number;
    const season = hasSeason ? (seasons[at] as number) : 1;
    // A power of a negative growth is NaN, and with it the likelihood: such a start is refused.
    const fade = phi === 1 && growth >= 0 ? growth : growth ** phi;
    const trend = level * fade;
    const forecast = trend * season;
    fitted[index] = forecast;
    const size = Math.abs(forecast);
    const error = (value - forecast) / (size < least ? forecast + least : forecast);
    squares += error * error;
    logs += Math.log(size > 0 ? size : 1e-8);
    const adjusted = Math.abs(season) < tiny ? huge : value / season;
    const next = trend + alpha * (adjusted - trend);
    growth = fade + rate * ((Math.abs(level) < least ? huge : next / level) - fade);
    if (hasSeason) {
      const share = Math.abs(trend) < least ? huge : value / trend;
      seasons[at] = season + gamma * (share - season);
      at = at + 1 === period ? 0 : at + 1;
    }
    level = next;
  }
  pass.trend[0] = level;
  pass.trend[1] = growth;
  pass.sums[0] = squares;
  pass.sums[1] = logs;
}
