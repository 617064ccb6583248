/**
 * Six of the 24 noiseless functions of BBOB: sphere (1), Rastrigin (3), Rosenbrock (8), rotated ellipsoid (10), rotated
 * Rastrigin (15) and Gallagher's 101 peaks (21). Hansen, Finck, Ros & Auger: Real-Parameter Black-Box Optimization
 * Benchmarking 2009, Noiseless Functions Definitions.
 */
import { gallagher } from './gallagher.js';
import { optimumPlace, rotation } from './instance.js';

/** The value above the optimum; points are not changed. */
export type BenchmarkFunction = (point: ArrayLike<number>) => number;

export const benchmarkFunctions = [1, 3, 8, 10, 15, 21] as const;
export type BenchmarkNumber = (typeof benchmarkFunctions)[number];

/** One function of the benchmark, in the box [-5, 5]. */
export function benchmarkFunction(
  number: BenchmarkNumber,
  dimension: number,
  instance: number,
): BenchmarkFunction {
  const seed = number + 10000 * instance;
  const optimum = optimumPlace(dimension, seed);
  switch (number) {
    case 1:
      return sphere(optimum);
    case 3:
      return rastrigin(optimum);
    case 8:
      return rosenbrock(optimum);
    case 10:
      return ellipsoid(optimum, rotation(dimension, seed + 1_000_000));
    case 15:
      return rotatedRastrigin(optimum, rotation(dimension, seed + 1_000_000), rotation(dimension, seed));
    case 21:
      return gallagher(dimension, seed, 101);
  }
}

function sphere(optimum: Float64Array): BenchmarkFunction {
  return (point) => {
    let sum = 0;
    for (let place = 0; place < optimum.length; place++) {
      const z = (point[place] as number) - (optimum[place] as number);
      sum += z * z;
    }
    return sum;
  };
}

function rastrigin(optimum: Float64Array): BenchmarkFunction {
  const size = optimum.length;
  return (point) => {
    let [sum, waves] = [0, 0];
    for (let place = 0; place < size; place++) {
      const share = place / (size - 1);
      const bent = asymmetric(oscillated((point[place] as number) - (optimum[place] as number)), share);
      const z = Math.sqrt(10) ** share * bent;
      sum += z * z;
      waves += Math.cos(2 * Math.PI * z);
    }
    return 10 * (size - waves) + sum;
  };
}

function rosenbrock(optimum: Float64Array): BenchmarkFunction {
  const size = optimum.length;
  const factor = Math.max(1, Math.sqrt(size) / 8);
  return (point) => {
    let sum = 0;
    let next = 0;
    for (let place = size - 1; place >= 0; place--) {
      const z = factor * ((point[place] as number) - 0.75 * (optimum[place] as number)) + 1;
      if (place < size - 1) sum += 100 * (z * z - next) ** 2 + (z - 1) ** 2;
      next = z;
    }
    return sum;
  };
}

function ellipsoid(optimum: Float64Array, turn: Float64Array): BenchmarkFunction {
  const size = optimum.length;
  const [moved, turned] = [new Float64Array(size), new Float64Array(size)];
  return (point) => {
    for (let place = 0; place < size; place++)
      moved[place] = (point[place] as number) - (optimum[place] as number);
    multiply(turn, moved, turned);
    let sum = 0;
    for (let place = 0; place < size; place++)
      sum += 1e6 ** (place / (size - 1)) * oscillated(turned[place] as number) ** 2;
    return sum;
  };
}

function rotatedRastrigin(
  optimum: Float64Array,
  turn: Float64Array,
  otherTurn: Float64Array,
): BenchmarkFunction {
  const size = optimum.length;
  const [from, to] = [new Float64Array(size), new Float64Array(size)];
  return (point) => {
    for (let place = 0; place < size; place++)
      from[place] = (point[place] as number) - (optimum[place] as number);
    multiply(turn, from, to);
    for (let place = 0; place < size; place++)
      to[place] = asymmetric(oscillated(to[place] as number), place / (size - 1));
    multiply(otherTurn, to, from);
    for (let place = 0; place < size; place++)
      from[place] = Math.sqrt(10) ** (place / (size - 1)) * (from[place] as number);
    multiply(turn, from, to);
    let [sum, waves] = [0, 0];
    for (let place = 0; place < size; place++) {
      const z = to[place] as number;
      sum += z * z;
      waves += Math.cos(2 * Math.PI * z);
    }
    return 10 * (size - waves) + sum;
  };
}

/** T_osz: small waves on the identity. */
function oscillated(value: number): number {
  if (value === 0) return 0;
  const log = Math.log(Math.abs(value));
  const [fast, slow] = value > 0 ? [10, 7.9] : [5.5, 3.1];
  return Math.sign(value) * Math.exp(log + 0.049 * (Math.sin(fast * log) + Math.sin(slow * log)));
}

/** T_asy with β = 0.2: positive values grow faster than negative ones, the last coordinate most. */
function asymmetric(value: number, share: number): number {
  return value > 0 ? value ** (1 + 0.2 * share * Math.sqrt(value)) : value;
}

function multiply(matrix: Float64Array, vector: Float64Array, result: Float64Array): void {
  const size = vector.length;
  for (let row = 0; row < size; row++) {
    let sum = 0;
    for (let column = 0; column < size; column++)
      sum += (matrix[row * size + column] as number) * (vector[column] as number);
    result[row] = sum;
  }
}
