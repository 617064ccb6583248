/**
 * The state space form of the Theta method: simple exponential smoothing, and a line that is known from the start
 * (standard, optimised) or is that of the values seen so far (dynamic). Fiorucci, Pellegrini, Louzada, Petropoulos &
 * Koehler 2016, as forecTheta and statsforecast have it.
 */

/** What a Theta model has: θ is estimated or 2, the line moves or stands. */
export interface ThetaKind {
  readonly isDynamic: boolean;
  readonly isOptimized: boolean;
}

/** Places of the parameters: ℓ0, α and θ. */
export const thetaParameters = { level: 0, alpha: 1, theta: 2 } as const;

/** One series under one model; a pass leaves its states behind the last value. */
export class ThetaRecursion {
  readonly y: Float64Array;
  readonly isDynamic: boolean;
  /** [ℓ0, α, θ] */
  readonly parameters = Float64Array.of(0, 0.5, 2);
  /** [level, mean, A, B, α̅ⁿ], with α̅ = 1 - α. */
  readonly states = new Float64Array(5);
  /** One-step forecasts. */
  readonly fitted: Float64Array;
  /** [intercept, slope] of the line through all values. */
  readonly #line: Float64Array;
  readonly #meanSize: number;

  constructor(
    y: Float64Array,
    line: { readonly intercept: number; readonly slope: number },
    isDynamic: boolean,
  ) {
    this.y = y;
    this.isDynamic = isDynamic;
    this.fitted = new Float64Array(y.length);
    this.#line = Float64Array.of(line.intercept, line.slope);
    this.#meanSize = y.reduce((sum, value) => sum + Math.abs(value), 0) / y.length || 1;
  }

  /** One pass; gives Σ e² from the fourth value on, over the mean of |y|. */
  run(): number {
    return pass(this, this.#line) / this.#meanSize;
  }
}

/** A power so small that it moves nothing: smaller ones would be slow to multiply. */
const vanishing = 1e-290;

function pass({ y, parameters, states, fitted, isDynamic }: ThetaRecursion, line: Float64Array): number {
  const start = parameters[0] as number;
  const alpha = parameters[1] as number;
  const weight = 1 - 1 / (parameters[2] as number);
  const rest = 1 - alpha;
  const first = y[0] as number;
  let intercept = isDynamic ? first : (line[0] as number);
  let slope = isDynamic ? 0 : (line[1] as number);
  fitted[0] = isDynamic ? first : start + weight * (intercept + slope);
  let level = alpha * first + rest * start;
  let mean = first;
  let power = rest;
  let squares = 0;
  for (let index = 1; index < y.length; index++) {
    const next = power * rest;
    const forecast = level + weight * (intercept * power + (slope * (1 - next)) / alpha);
    const value = y[index] as number;
    fitted[index] = forecast;
    if (index > 2) squares += (value - forecast) ** 2;
    level = alpha * value + rest * level;
    if (isDynamic) {
      slope = ((index - 1) * slope + (6 * (value - mean)) / (index + 1)) / (index + 2);
      mean = (index * mean + value) / (index + 1);
      intercept = mean - (slope * (index + 2)) / 2;
    }
    power = next < vanishing ? 0 : next;
  }
  states[0] = level;
  states[1] = mean;
  states[2] = intercept;
  states[3] = slope;
  states[4] = power;
  return squares;
}

/**
 * Forecasts from states behind value `count`: each is taken for the value itself, and the states go on. With `shock`, the
 * next value is off by it; the difference to the forecasts without is what one error moves.
 */
export function thetaForecasts(
  recursion: ThetaRecursion,
  horizon: number,
  shock: { readonly step: number; readonly size: number } = { step: -1, size: 0 },
): Float64Array {
  const { parameters, isDynamic } = recursion;
  const [, alpha = 0.5, theta = 2] = parameters;
  let [level = 0, mean = 0, intercept = 0, slope = 0, power = 0] = recursion.states;
  const [rest, weight] = [1 - alpha, 1 - 1 / theta];
  return Float64Array.from({ length: horizon }, (_, step) => {
    const index = recursion.y.length + step;
    const forecast = level + weight * (intercept * power + (slope * (1 - power * rest)) / alpha);
    const value = step === shock.step ? forecast + shock.size : forecast;
    level = alpha * value + rest * level;
    power *= rest;
    if (isDynamic) {
      slope = ((index - 1) * slope + (6 * (value - mean)) / (index + 1)) / (index + 2);
      mean = (index * mean + value) / (index + 1);
      intercept = mean - (slope * (index + 2)) / 2;
    }
    return forecast;
  });
}
