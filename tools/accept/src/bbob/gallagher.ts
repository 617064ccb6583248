/** Gallagher's peaks (BBOB 21): many Gaussian hills at random places, each with a shape of its own. */
import { rotation, uniformNumbers } from './instance.js';

const largestCondition = 1000;

/** The function with `count` peaks; the first is the optimum. */
export function gallagher(
  dimension: number,
  seed: number,
  count: number,
): (point: ArrayLike<number>) => number {
  const turn = rotation(dimension, seed);
  const { heights, scales } = peaksOf(dimension, seed, count);
  const centers = centersOf(turn, dimension, seed, count);
  const turned = new Float64Array(dimension);
  return (point) => {
    let penalty = 0;
    for (let row = 0; row < dimension; row++) {
      penalty += Math.max(0, Math.abs(point[row] as number) - 5) ** 2;
      turned[row] = rowTimes(turn, row, dimension, (place) => point[place] as number);
    }
    let highest = 0;
    for (let peak = 0; peak < count; peak++) {
      let distance = 0;
      for (let place = 0; place < dimension; place++) {
        const at = peak * dimension + place;
        distance += (scales[at] as number) * ((turned[place] as number) - (centers[at] as number)) ** 2;
      }
      highest = Math.max(highest, (heights[peak] as number) * Math.exp((-0.5 / dimension) * distance));
    }
    return oscillated(10 - highest) ** 2 + penalty;
  };
}

/** Heights, and for each coordinate of each peak how steep it is. */
function peaksOf(dimension: number, seed: number, count: number) {
  const order = ranked(count - 1, seed);
  const heights = new Float64Array(count);
  const scales = new Float64Array(count * dimension);
  for (let peak = 0; peak < count; peak++) {
    heights[peak] = peak === 0 ? 10 : 1.1 + ((peak - 1) / (count - 2)) * 8;
    const condition =
      peak === 0
        ? Math.sqrt(largestCondition)
        : largestCondition ** ((order[peak - 1] as number) / (count - 2));
    const exponents = ranked(dimension, seed + 1000 * peak);
    for (let place = 0; place < dimension; place++)
      scales[peak * dimension + place] = condition ** ((exponents[place] as number) / (dimension - 1) - 0.5);
  }
  return { heights, scales };
}

/** The turned centre of each peak. */
function centersOf(turn: Float64Array, dimension: number, seed: number, count: number): Float64Array {
  const drawn = uniformNumbers(dimension * count, seed);
  const centers = new Float64Array(count * dimension);
  for (let peak = 0; peak < count; peak++) {
    for (let row = 0; row < dimension; row++) {
      const center = rowTimes(
        turn,
        row,
        dimension,
        (place) => 10 * (drawn[peak * dimension + place] as number) - 5,
      );
      centers[peak * dimension + row] = peak === 0 ? 0.8 * center : center;
    }
  }
  return centers;
}

/** The places of random numbers, from the least number to the greatest. */
function ranked(count: number, seed: number): number[] {
  const drawn = uniformNumbers(count, seed);
  return Array.from(drawn.keys()).sort((a, b) => (drawn[a] as number) - (drawn[b] as number));
}

function rowTimes(matrix: Float64Array, row: number, size: number, value: (place: number) => number): number {
  let sum = 0;
  for (let place = 0; place < size; place++) sum += (matrix[row * size + place] as number) * value(place);
  return sum;
}

/** T_osz as this function has it: on tenth powers. */
function oscillated(value: number): number {
  if (value === 0) return 0;
  const log = Math.log(Math.abs(value)) / 0.1;
  const [fast, slow] = value > 0 ? [1, 0.79] : [0.55, 0.31];
  return Math.sign(value) * Math.exp(0.1 * (log + 0.49 * (Math.sin(fast * log) + Math.sin(slow * log))));
}
