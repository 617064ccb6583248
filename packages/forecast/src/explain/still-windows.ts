/** Windows in which nothing moves. */
import { fromData, type HostTensor, hostData, type Tensor } from '@noosphere/core';

/** Raw windows by name: y [B, L], past [B, L, X], future [B, L + H, F], static [B, S]. */
export type Windows<T extends Tensor = HostTensor> = Readonly<Record<string, T>>;

/** Every value replaced by the mean of its row and column over time; static values by that over rows. NaN stays. */
export function standingStill(windows: Windows): Record<string, HostTensor<'float32'>> {
  return Object.fromEntries(
    Object.entries(windows).map(([name, tensor]) => {
      const [rows = 1, length = 1, columns = 1] = tensor.shape as readonly number[];
      const data = hostData(tensor) as Float32Array;
      const still =
        name === 'static' ? meansAlong(data, 1, rows, length) : meansAlong(data, rows, length, columns);
      return [name, fromData('float32', tensor.shape as readonly number[], still)];
    }),
  );
}

/** [outer, length, inner] with each value replaced by the mean along the middle axis. */
function meansAlong(data: Float32Array, outer: number, length: number, inner: number): Float32Array {
  const means = new Float32Array(data.length);
  for (let block = 0; block < outer; block++) {
    for (let column = 0; column < inner; column++) {
      const at = (step: number) => (block * length + step) * inner + column;
      let [sum, count] = [0, 0];
      for (let step = 0; step < length; step++) {
        const value = data[at(step)] as number;
        if (Number.isNaN(value)) continue;
        sum += value;
        count++;
      }
      for (let step = 0; step < length; step++)
        means[at(step)] = Number.isNaN(data[at(step)] as number) ? Number.NaN : sum / count;
    }
  }
  return means;
}
