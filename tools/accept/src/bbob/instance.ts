/**
 * What makes an instance of a BBOB function its own: the optimum's place and rotations, drawn as the benchmark's code of 2009
 * draws them, so that instance 7 is everyone's instance 7. Hansen, Finck, Ros & Auger 2009.
 */

/** `count` uniform numbers in (0, 1): a linear congruential generator, shuffled (Bays and Durham). */
export function uniformNumbers(count: number, seed: number): Float64Array {
  let state = Math.max(1, Math.abs(seed));
  const advance = () => {
    state = 16807 * (state % 127773) - 2836 * Math.floor(state / 127773);
    if (state < 0) state += 2147483647;
    return state;
  };
  const table = new Float64Array(32);
  for (let place = 39; place >= 0; place--) {
    const drawn = advance();
    if (place < 32) table[place] = drawn;
  }
  let last = table[0] as number;
  return Float64Array.from({ length: count }, () => {
    const drawn = advance();
    const place = Math.floor(last / 67108865);
    last = table[place] as number;
    table[place] = drawn;
    return last === 0 ? 1e-99 : last / 2147483647;
  });
}

function normalNumbers(count: number, seed: number): Float64Array {
  const uniform = uniformNumbers(2 * count, seed);
  return Float64Array.from({ length: count }, (_, place) => {
    const radius = Math.sqrt(-2 * Math.log(uniform[place] as number));
    const drawn = radius * Math.cos(2 * Math.PI * (uniform[count + place] as number));
    return drawn === 0 ? 1e-99 : drawn;
  });
}

/** A random orthogonal matrix [D, D] in rows: columns of normal numbers, made orthonormal one after the other. */
export function rotation(dimension: number, seed: number): Float64Array {
  const drawn = normalNumbers(dimension * dimension, seed);
  const columns = Array.from({ length: dimension }, (_, column) =>
    drawn.subarray(column * dimension, (column + 1) * dimension),
  );
  for (const [place, column] of columns.entries()) {
    for (const earlier of columns.slice(0, place)) {
      const share = dot(column, earlier);
      for (let row = 0; row < dimension; row++)
        column[row] = (column[row] as number) - share * (earlier[row] as number);
    }
    const norm = Math.sqrt(dot(column, column));
    for (let row = 0; row < dimension; row++) column[row] = (column[row] as number) / norm;
  }
  return Float64Array.from({ length: dimension * dimension }, (_, place) => {
    const column = columns[place % dimension] as Float64Array;
    return column[Math.floor(place / dimension)] as number;
  });
}

/** Where the function is least: four decimals, in [-4, 4]. */
export function optimumPlace(dimension: number, seed: number): Float64Array {
  return uniformNumbers(dimension, seed).map((drawn) => {
    const place = (8 * Math.floor(1e4 * drawn)) / 1e4 - 4;
    return place === 0 ? -1e-5 : place;
  });
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let place = 0; place < a.length; place++) sum += (a[place] as number) * (b[place] as number);
  return sum;
}
