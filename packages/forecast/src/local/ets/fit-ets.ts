/** Maximum likelihood of one exponential smoothing model: parameters and initial states, and its information criteria. */
import { nelderMead } from '@noosphere/statistics';
import { unitOf } from '../unit-of.js';
import { countEtsParameters, type EtsComponents } from './components.js';
import { initialStates } from './initial-states.js';
import { EtsRecursion, smoothing } from './recursion.js';

/** α, β, γ, φ; β and γ are 0 and φ is 1 where the model has none. */
export interface SmoothingParameters {
  readonly alpha: number;
  readonly beta: number;
  readonly gamma: number;
  readonly phi: number;
}

/** Box of the smoothing parameters. */
export interface EtsBounds {
  readonly lower: SmoothingParameters;
  readonly upper: SmoothingParameters;
}

/** The usual bounds, of R's `ets`. */
export const usualBounds: EtsBounds = {
  lower: { alpha: 1e-4, beta: 1e-4, gamma: 1e-4, phi: 0.8 },
  upper: { alpha: 0.9999, beta: 0.9999, gamma: 0.9999, phi: 0.98 },
};

/** Parameters that are held at a value instead of estimated. */
export type FixedParameters = Partial<SmoothingParameters>;

/** One model with its estimates. */
export interface EstimatedEts {
  readonly components: EtsComponents;
  /** 1 without a season. */
  readonly period: number;
  readonly parameters: SmoothingParameters;
  readonly initial: { readonly level: number; readonly growth: number; readonly seasons: Float64Array };
  /** Without its constant, as R gives it. */
  readonly logLikelihood: number;
  readonly aic: number;
  readonly aicc: number;
  readonly bic: number;
  /** Variance of the errors, which are relative where the error multiplies. */
  readonly variance: number;
}

/** The model at the end of a series; the states are those behind the last value. */
export interface EtsFit extends EstimatedEts {
  readonly level: number;
  readonly growth: number;
  /** Of the next values, the next one first. */
  readonly seasons: Float64Array;
  readonly fitted: Float64Array;
}

interface Start {
  readonly start: SmoothingParameters;
  readonly bounds: EtsBounds;
}

/**
 * Where the search begins, and the box it stays in. β ends at the α, and γ at the 1 - α, that the search begins with; the
 * box is handed on, so that it narrows from one candidate to the next, as it does in statsforecast: equal choices need it.
 */
function startOf(
  { trend, season, damped }: EtsComponents,
  period: number,
  { lower, upper }: EtsBounds,
): Start {
  const alpha = lower.alpha + (0.2 * (upper.alpha - lower.alpha)) / period;
  const narrowed = { ...upper };
  let [beta, gamma, phi] = [0, 0, 1];
  if (trend !== 'N') {
    narrowed.beta = Math.min(upper.beta, alpha);
    beta = lower.beta + 0.1 * (narrowed.beta - lower.beta);
  }
  if (season !== 'N') {
    narrowed.gamma = Math.min(upper.gamma, 1 - alpha);
    gamma = lower.gamma + 0.05 * (narrowed.gamma - lower.gamma);
  }
  if (damped) phi = lower.phi + 0.99 * (upper.phi - lower.phi);
  return { start: { alpha, beta, gamma, phi }, bounds: { lower, upper: narrowed } };
}

export interface EtsFitOptions {
  readonly bounds?: EtsBounds;
  readonly fixed?: FixedParameters;
}

/**
 * Fits one model by the simplex search; gives the narrowed bounds too, and no fit where the series is too short for its
 * parameters (AICc needs n > k + 1).
 */
export function fitEts(
  y: Float64Array,
  components: EtsComponents,
  seasonLength: number,
  { bounds = usualBounds, fixed = {} }: EtsFitOptions = {},
): { readonly fit: EtsFit | undefined; readonly bounds: EtsBounds } {
  const period = components.season === 'N' ? 1 : seasonLength;
  const { start, bounds: narrowed } = startOf(components, period, bounds);
  if (countEtsParameters(components, period) >= y.length - 2) return { fit: undefined, bounds: narrowed };
  const search = new EtsSearch(y, components, period, { ...start, ...fixed });
  const free = search.free.filter((name) => fixed[name] === undefined);
  return { fit: search.run(free, narrowed), bounds: narrowed };
}

const names = ['alpha', 'beta', 'gamma', 'phi'] as const;

/** The search of one model: between its vector of parameters and the recursion. */
class EtsSearch {
  readonly #y: Float64Array;
  readonly #components: EtsComponents;
  readonly #period: number;
  readonly #parameters: SmoothingParameters;
  readonly #recursion: EtsRecursion;

  constructor(y: Float64Array, components: EtsComponents, period: number, parameters: SmoothingParameters) {
    this.#y = y;
    this.#components = components;
    this.#period = period;
    this.#parameters = parameters;
    this.#recursion = new EtsRecursion(y, components, period);
    this.#recursion.parameters.set(names.map((name) => parameters[name]));
  }

  /** Smoothing parameters that the model has. */
  get free(): readonly (keyof SmoothingParameters)[] {
    const { trend, season, damped } = this.#components;
    const has = { alpha: true, beta: trend !== 'N', gamma: season !== 'N', phi: damped };
    return names.filter((name) => has[name]);
  }

  run(free: readonly (keyof SmoothingParameters)[], { lower, upper }: EtsBounds): EtsFit {
    const { trend, season } = this.#components;
    const { level, growth, seasons } = initialStates(this.#y, this.#period, trend, season);
    // statsforecast's vector has the seasons the other way round: the same simplex needs the same order.
    const states = [level, ...(trend === 'N' ? [] : [growth]), ...[...seasons].reverse()];
    const places = Int32Array.from(free, (name) => smoothing[name]);
    const minimum = nelderMead(
      (point) => this.#evaluate(point, places),
      [...free.map((name) => this.#parameters[name]), ...states],
      {
        lower: [...free.map((name) => lower[name]), ...states.map(() => Number.NEGATIVE_INFINITY)],
        upper: [...free.map((name) => upper[name]), ...states.map(() => Number.POSITIVE_INFINITY)],
        zeroStep: 1e-4 * unitOf(this.#y),
      },
    );
    return this.#finish(minimum.point, places);
  }

  /** Sets the recursion to a vector; false where a season that multiplies is below zero. */
  #prepare(point: Float64Array, places: Int32Array): boolean {
    const { parameters, seasons, trend } = this.#recursion;
    const components = this.#components;
    let at = 0;
    for (; at < places.length; at++) parameters[places[at] as number] = point[at] as number;
    trend[0] = point[at++] as number;
    trend[1] = components.trend === 'N' ? 0 : (point[at++] as number);
    seasons[0] = 0;
    if (components.season === 'N') return true;
    let sum = 0;
    let lowest = 0;
    for (let place = seasons.length - 1; place > 0; place--) {
      const value = point[at++] as number;
      seasons[place] = value;
      sum += value;
      if (value < lowest) lowest = value;
    }
    const first = (components.season === 'M' ? seasons.length : 0) - sum;
    seasons[0] = first;
    return components.season === 'A' || (lowest === 0 && first >= 0);
  }

  #evaluate(point: Float64Array, places: Int32Array): number {
    return this.#prepare(point, places) ? this.#recursion.run() : Number.POSITIVE_INFINITY;
  }

  #finish(point: Float64Array, places: Int32Array): EtsFit {
    const recursion = this.#recursion;
    const { parameters, trend, seasons, sums } = recursion;
    this.#prepare(point, places);
    const [level = 0, growth = 0] = trend;
    const initial = { level, growth, seasons: seasons.slice() };
    const criterion = recursion.run();
    const count = this.#y.length;
    // And the variance of the errors.
    const estimated = countEtsParameters(this.#components, this.#period) + 1;
    const aic = criterion + 2 * estimated;
    const [alpha = 0, beta = 0, gamma = 0, phi = 1] = parameters;
    return {
      components: this.#components,
      period: this.#period,
      parameters: { alpha, beta, gamma, phi },
      initial,
      level: trend[0] ?? 0,
      growth: trend[1] ?? 0,
      seasons: fromNext(seasons, count),
      fitted: recursion.fitted,
      logLikelihood: -criterion / 2,
      aic,
      aicc: aic + (2 * estimated * (estimated + 1)) / (count - estimated - 1),
      bic: criterion + Math.log(count) * estimated,
      // By way of the deviation that is told: from that, and from that alone, the variance comes back to the bit.
      variance: Math.sqrt((sums[0] ?? 0) / (count - estimated - 1)) ** 2,
    };
  }
}

/** Seasons from that of the next value on, behind so many values. */
function fromNext(seasons: Float64Array, count: number): Float64Array {
  return seasons.map((_, step) => seasons[(count + step) % seasons.length] as number);
}

/** The same estimates over other values, such as those of the series as it went on. */
export function continueEts(fit: EstimatedEts, y: Float64Array): EtsFit {
  const recursion = new EtsRecursion(y, fit.components, fit.period);
  recursion.parameters.set(names.map((name) => fit.parameters[name]));
  recursion.trend.set([fit.initial.level, fit.initial.growth]);
  recursion.seasons.set(fit.initial.seasons);
  recursion.run();
  const [level = 0, growth = 0] = recursion.trend;
  return { ...fit, level, growth, seasons: fromNext(recursion.seasons, y.length), fitted: recursion.fitted };
}
