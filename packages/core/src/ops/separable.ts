/** Linear maps along single axes as matrices made on the host: averaging windows, interpolation. */
import { fromNumbers, type Tensor } from '../graph/index.js';
import { productAlong } from './matrix.js';

/** Along one axis: each output position as a weighted sum of input positions. */
export interface AxisMap {
  readonly inputSize: number;
  /** For each output position its terms. */
  readonly outputs: readonly (readonly Term[])[];
}

export interface Term {
  readonly from: number;
  readonly weight: number;
}

/** Applies a map to each spatial axis of x [N, C, ...]; `undefined` leaves an axis as it is. */
export function mapSpatial(x: Tensor, maps: readonly (AxisMap | undefined)[]): Tensor {
  return maps.reduce<Tensor>((result, map, k) => (map ? mapAxis(result, k + 2, map) : result), x);
}

/** Applies a map along one axis, by a product. */
export function mapAxis(x: Tensor, axis: number, { inputSize, outputs }: AxisMap): Tensor {
  const data = new Float64Array(inputSize * outputs.length);
  outputs.forEach((terms, to) => {
    for (const { from, weight } of terms) data[from * outputs.length + to] += weight;
  });
  return productAlong(x, axis, fromNumbers(x.dtype, [inputSize, outputs.length], data));
}

/** The map the other way: what gradients go through. */
export function transposeMap({ inputSize, outputs }: AxisMap): AxisMap {
  const rows: Term[][] = Array.from({ length: inputSize }, () => []);
  outputs.forEach((terms, to) => {
    for (const { from, weight } of terms) rows[from]?.push({ from: to, weight });
  });
  return { inputSize: outputs.length, outputs: rows };
}
