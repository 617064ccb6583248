/** The power of Box and Cox that makes a series' spread even. */
import { requireNumbers } from '@noosphere/base';
import { ArgumentError } from '@noosphere/core';

const [lowest, highest] = [-1, 2];

/**
 * λ by Guerrero: over blocks of one season at the end of the series, the λ in [-1, 2] with the least variation (standard
 * deviation over mean) of s / m^(1-λ), m and s being each block's mean and deviation. Guerrero 1993; R's `BoxCox.lambda`.
 * @param season Rows of a block, 2 at least.
 * @example
 * const y = Float64Array.from({ length: 48 }, (_, t) => Math.exp(t / 12 + Math.sin(t) / 4));
 * console.log(Math.abs(guerreroLambda(y, 12)) < 0.1); // → true
 */
export function guerreroLambda(y: Float64Array, season = 2): number {
  requirePositive('guerreroLambda', y);
  const size = Math.max(2, Math.round(season));
  const count = Math.floor(y.length / size);
  if (count < 2) {
    throw new ArgumentError(
      'guerreroLambda',
      `needs two seasons of ${size} values, got ${y.length}; give a longer series, or lambda`,
    );
  }
  const first = y.length - count * size;
  const blocks = Array.from({ length: count }, (_, block) => {
    const values = y.subarray(first + block * size, first + (block + 1) * size);
    const mean = values.reduce((sum, value) => sum + value, 0) / size;
    const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
    return { mean, deviation: Math.sqrt(squares / (size - 1)) };
  });
  return minimum((lambda) => {
    const ratios = blocks.map(({ mean, deviation }) => deviation / mean ** (1 - lambda));
    const mean = ratios.reduce((sum, ratio) => sum + ratio, 0) / count;
    const squares = ratios.reduce((sum, ratio) => sum + (ratio - mean) ** 2, 0);
    return mean === 0 ? 0 : Math.sqrt(squares / (count - 1)) / mean;
  });
}

/**
 * λ in [-1, 2] with the largest profile likelihood of normal values: (λ - 1) Σ log y - n/2 log variance. Box & Cox 1964.
 */
export function likelihoodLambda(y: Float64Array): number {
  requirePositive('likelihoodLambda', y);
  const logs = y.map(Math.log);
  const sum = logs.reduce((total, each) => total + each, 0);
  return minimum((lambda) => {
    const values = logs.map((each) => (lambda === 0 ? each : Math.expm1(lambda * each) / lambda));
    const mean = values.reduce((total, each) => total + each, 0) / y.length;
    const variance = values.reduce((total, each) => total + (each - mean) ** 2, 0) / y.length;
    return variance > 0 ? (y.length / 2) * Math.log(variance) - (lambda - 1) * sum : 0;
  });
}

export function requirePositive(operation: string, y: Float64Array): void {
  requireNumbers(operation, 'y', y);
  const bad = y.findIndex((value) => !(value > 0));
  if (bad >= 0 || y.length === 0) {
    const got = y.length === 0 ? 'no value' : `${y[bad]} at row ${bad}`;
    throw new ArgumentError(operation, `needs values above zero, got ${got}; use log1p, or no transform`);
  }
}

/** Least value on a grid, then by golden section around it. */
function minimum(cost: (lambda: number) => number): number {
  const steps = 60;
  let best = 0;
  const at = (step: number) => lowest + ((highest - lowest) * step) / steps;
  for (let step = 1; step <= steps; step++) if (cost(at(step)) < cost(at(best))) best = step;
  let [left, right] = [at(Math.max(0, best - 1)), at(Math.min(steps, best + 1))];
  const golden = (Math.sqrt(5) - 1) / 2;
  while (right - left > 1e-9) {
    const [a, b] = [right - golden * (right - left), left + golden * (right - left)];
    if (cost(a) <= cost(b)) right = b;
    else left = a;
  }
  return (left + right) / 2;
}
