/** Comparing tensors: types, shapes, then values; integers and bools exactly. */
import { type HostTensor, hostData, toNumbers } from '@noosphere/core';

export interface Tolerance {
  readonly relative: number;
  readonly absolute: number;
}

/** What differs, or `undefined` where nothing does. */
export function difference(got: HostTensor, expected: HostTensor, tolerance: Tolerance): string | undefined {
  if (got.dtype !== expected.dtype) return `type ${got.dtype}, expected ${expected.dtype}`;
  if (got.shape.join() !== expected.shape.join()) return `shape [${got.shape}], expected [${expected.shape}]`;
  const isFloat = got.dtype.startsWith('float');
  const [a, b] = [toNumbers(got.dtype, hostData(got)), toNumbers(expected.dtype, hostData(expected))];
  let worst = 0;
  let place = -1;
  for (let index = 0; index < b.length; index++) {
    const [x, y] = [Number(a[index]), Number(b[index])];
    if (Object.is(x, y) || x === y || (Number.isNaN(x) && Number.isNaN(y))) continue;
    const excess = Math.abs(x - y) - (isFloat ? tolerance.absolute + tolerance.relative * Math.abs(y) : 0);
    if (Number.isNaN(excess) || excess > worst) {
      worst = Number.isNaN(excess) ? Number.POSITIVE_INFINITY : excess;
      place = index;
    }
  }
  return place < 0 ? undefined : `element ${place} is ${a[place]}, expected ${b[place]}`;
}
