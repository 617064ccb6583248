/** Tests of forecasts of value at risk: were there as many exceptions as promised, and did they come one by one? */
import { requireNumbers, requireShare } from '@noosphere/base';
import { ArgumentError } from '@noosphere/core';
import { chiSquaredTail } from '@noosphere/statistics';

export interface CoverageTest {
  /** Likelihood ratio. */
  readonly statistic: number;
  /** P value: small where the forecasts are wrong. */
  readonly probability: number;
}

export interface KupiecTest extends CoverageTest {
  readonly exceptions: number;
  readonly observations: number;
  /** Share of exceptions that was promised. */
  readonly expectedShare: number;
}

/**
 * Kupiec's test of the number of exceptions: chi-squared with 1 degree of freedom.
 *
 * @param exceeded - 1 where the loss was greater than the value at risk
 * @param level - of the value at risk, such as 0.95
 *
 * Kupiec 1995, Techniques for verifying the accuracy of risk measurement models.
 *
 * @example
 * const exceeded = Uint8Array.from({ length: 500 }, (_, day) => (day % 10 === 0 ? 1 : 0));
 * const { exceptions, probability } = kupiecTest(exceeded, 0.95);
 * console.log(exceptions, probability < 0.001); // → 50 true
 */
export function kupiecTest(exceeded: ArrayLike<number>, level: number): KupiecTest {
  const observations = requireExceeded('kupiecTest', exceeded, 1);
  requireShare('kupiecTest', 'level', level);
  const expectedShare = 1 - level;
  const exceptions = countOf(exceeded);
  const statistic = ratio(
    likelihood(expectedShare, exceptions, observations - exceptions),
    likelihood(exceptions / observations, exceptions, observations - exceptions),
  );
  return { statistic, probability: chiSquaredTail(statistic, 1), exceptions, observations, expectedShare };
}

/**
 * Christoffersen's test of independence: is an exception likelier on the day after one? Chi-squared with 1 degree of freedom.
 *
 * Christoffersen 1998, Evaluating interval forecasts.
 *
 * @example
 * const clustered = Uint8Array.from({ length: 500 }, (_, day) => (day % 100 < 5 ? 1 : 0));
 * console.log(independenceTest(clustered).probability < 0.001); // → true
 */
export function independenceTest(exceeded: ArrayLike<number>): CoverageTest {
  const observations = requireExceeded('independenceTest', exceeded, 2);
  /** Days by whether the day before, and they themselves, were exceptions. */
  const pairs = [
    [0, 0],
    [0, 0],
  ] as [[number, number], [number, number]];
  for (let day = 1; day < observations; day++) {
    pairs[exceeded[day - 1] ? 1 : 0][exceeded[day] ? 1 : 0]++;
  }
  const [[quiet, first], [last, again]] = pairs;
  const together = likelihood((first + again) / (observations - 1), first + again, quiet + last);
  const apart = likelihood(share(first, quiet), first, quiet) + likelihood(share(again, last), again, last);
  const statistic = ratio(together, apart);
  return { statistic, probability: chiSquaredTail(statistic, 1) };
}

/**
 * Christoffersen's test of conditional coverage: the number of exceptions and their independence together, chi-squared with 2
 * degrees of freedom.
 *
 * @example
 * const exceeded = Uint8Array.from({ length: 500 }, (_, day) => (day % 20 === 7 ? 1 : 0));
 * console.log(conditionalCoverageTest(exceeded, 0.95).probability > 0.05); // → true
 */
export function conditionalCoverageTest(exceeded: ArrayLike<number>, level: number): CoverageTest {
  const statistic = kupiecTest(exceeded, level).statistic + independenceTest(exceeded).statistic;
  return { statistic, probability: chiSquaredTail(statistic, 2) };
}

export type TrafficLightZone = 'green' | 'yellow' | 'red';

export interface TrafficLight {
  readonly zone: TrafficLightZone;
  readonly exceptions: number;
  /** P(at most so many exceptions) of a right model; yellow from 95 %, red from 99.99 %. */
  readonly cumulativeProbability: number;
  /** What Basel adds to the multiplier of 3. */
  readonly multiplierIncrease: number;
}

/**
 * Basel's traffic light: the zone by the binomial probability of at most so many exceptions. 250 days at 99 %: up to 4 are green,
 * up to 9 yellow, more red.
 *
 * Basel Committee 1996, Supervisory framework for the use of backtesting.
 *
 * @example
 * const exceeded = Uint8Array.from({ length: 250 }, (_, day) => (day < 6 ? 1 : 0));
 * const { zone, multiplierIncrease } = trafficLight(exceeded, 0.99);
 * console.log(zone, multiplierIncrease); // → yellow 0.5
 */
export function trafficLight(exceeded: ArrayLike<number>, level = 0.99): TrafficLight {
  const observations = requireExceeded('trafficLight', exceeded, 1);
  requireShare('trafficLight', 'level', level);
  const exceptions = countOf(exceeded);
  const cumulativeProbability = binomialCumulative(exceptions, observations, 1 - level);
  const zone = cumulativeProbability >= 0.9999 ? 'red' : cumulativeProbability >= 0.95 ? 'yellow' : 'green';
  return {
    zone,
    exceptions,
    cumulativeProbability,
    multiplierIncrease: increaseOf(zone, cumulativeProbability),
  };
}

/** The yellow zone's steps of 0.4, 0.5, 0.65, 0.75 and 0.85, by the probabilities of 5 … 9 exceptions in 250 days at 99 %. */
function increaseOf(zone: TrafficLightZone, cumulative: number): number {
  if (zone === 'green') return 0;
  if (zone === 'red') return 1;
  const steps = [0.4, 0.5, 0.65, 0.75, 0.85];
  const reached = [6, 7, 8, 9].filter((count) => cumulative >= binomialCumulative(count, 250, 0.01) - 1e-12);
  return steps[reached.length] as number;
}

/**
 * Mean pinball loss of forecasts of value at risk, in units of the returns: Σ (τ - (r < -VaR)) (r + VaR) / n with τ = 1 - level.
 * Lower is better; no other forecast than the true quantile is better on average.
 *
 * Koenker & Bassett 1978.
 *
 * @example
 * console.log(pinballLoss(Float64Array.of(-0.03, 0.01), [0.02, 0.02], 0.95).toFixed(5)); // → 0.00550
 */
export function pinballLoss(
  returns: ArrayLike<number>,
  valueAtRisk: ArrayLike<number>,
  level: number,
): number {
  requireShare('pinballLoss', 'level', level);
  if (returns.length !== valueAtRisk.length || returns.length === 0) {
    throw new ArgumentError(
      'pinballLoss',
      `expected one forecast a return, got ${returns.length} returns and ${valueAtRisk.length} forecasts`,
    );
  }
  let sum = 0;
  for (let day = 0; day < returns.length; day++) {
    const above = (returns[day] as number) + (valueAtRisk[day] as number);
    if (!Number.isFinite(above))
      throw new ArgumentError('pinballLoss', `day ${day} must be finite, got ${above}`);
    sum += (1 - level - (above < 0 ? 1 : 0)) * above;
  }
  return sum / returns.length;
}

/** ln of p^ones (1 - p)^zeros, with 0 · ln 0 = 0. */
function likelihood(probability: number, ones: number, zeros: number): number {
  return (ones > 0 ? ones * Math.log(probability) : 0) + (zeros > 0 ? zeros * Math.log1p(-probability) : 0);
}

/** Never below zero, which rounding may bring. */
function ratio(null_: number, alternative: number): number {
  return Math.max(0, -2 * (null_ - alternative));
}

function share(ones: number, zeros: number): number {
  return ones + zeros > 0 ? ones / (ones + zeros) : 0;
}

function countOf(exceeded: ArrayLike<number>): number {
  return Array.from(exceeded).reduce((sum, one) => sum + (one ? 1 : 0), 0);
}

/** P(X ≤ k), term by term. */
function binomialCumulative(count: number, trials: number, probability: number): number {
  let term = trials * Math.log1p(-probability);
  let sum = Math.exp(term);
  for (let k = 1; k <= count; k++) {
    term += Math.log((trials - k + 1) / k) + Math.log(probability) - Math.log1p(-probability);
    sum += Math.exp(term);
  }
  return Math.min(1, sum);
}

function requireExceeded(operation: string, exceeded: ArrayLike<number>, minimum: number): number {
  requireNumbers(operation, 'exceeded', exceeded);
  if (exceeded.length < minimum) {
    throw new ArgumentError(operation, `needs at least ${minimum} days, got ${exceeded.length}`);
  }
  for (let day = 0; day < exceeded.length; day++) {
    if (exceeded[day] !== 0 && exceeded[day] !== 1) {
      throw new ArgumentError(
        operation,
        `exceeded[${day}] must be 0 or 1, got ${exceeded[day]}; compare the losses first`,
      );
    }
  }
  return exceeded.length;
}
