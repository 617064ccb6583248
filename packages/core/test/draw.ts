import { fromData, type Tensor } from '../src/index.js';

/** Values between -1 and 1 from a seed. */
export function draw(shape: readonly number[], seed: number): Tensor {
  let state = seed;
  const data = new Float32Array(shape.reduce((product, dim) => product * dim, 1));
  for (let index = 0; index < data.length; index++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    data[index] = state / 2 ** 31 - 1;
  }
  return fromData('float32', shape, data);
}
