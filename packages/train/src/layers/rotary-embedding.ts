/** Positions as rotations of pairs of features. */
import { knownOptions } from '@noosphere/base';
import { add, concat, fromData, gather, mul, slice, staticDim, sub, type Tensor } from '@noosphere/core';
import { requireMultiple } from './sizes.js';

export interface RotaryOptions {
  /** Wavelengths go from 2 π to 2 π base. @default 10000 */
  readonly base?: number;
  /** How many features of a head are turned, from the first on; an even number. @default all of them */
  readonly features?: number;
}

/**
 * Turns pairs of features by an angle that grows with the position, so that products of queries and keys depend on how far
 * they lie apart: (a cos - b sin, a sin + b cos) with pairs (i, i + D / 2), as the Llama and NeoX models have them.
 * Shapes: x [N, H, T, D] gives [N, H, T, D]. Su et al. 2021.
 * @example
 * const rotary = new RotaryEmbedding(4);
 * console.log(await flatten(rotary.forward(ones([1, 1, 1, 4]))).array()); // → [ 1, 1, 1, 1 ]
 */
export class RotaryEmbedding {
  readonly base: number;
  readonly features: number;

  constructor(headSize: number, options: RotaryOptions = {}) {
    const { base = 10000, features = headSize } = knownOptions('RotaryEmbedding', options, 'base features');
    requireMultiple('RotaryEmbedding', 'features', features, '2', 2);
    this.base = base;
    this.features = features;
  }

  /**
   * Turns x.
   * @param at The position of the first of the T, int32 []; then `capacity` bounds all positions. Without it, 0.
   */
  forward(x: Tensor, at?: { readonly position: Tensor<'int32'>; readonly capacity: number }): Tensor {
    const length = staticDim('RotaryEmbedding', x.shape[2]);
    const size = staticDim('RotaryEmbedding', x.shape[3]);
    const half = this.features / 2;
    const table = (turn: (angle: number) => number) => {
      const all = angleTable(at?.capacity ?? length, half, this.base, turn);
      return at ? gather(all, add(wholeNumbers(length), at.position)) : all;
    };
    const [cos, sin] = [table(Math.cos), table(Math.sin)];
    const part = (start: number, end: number) => slice(x, { starts: [start], ends: [end], axes: [3] });
    const [a, b] = [part(0, half), part(half, 2 * half)];
    const turned = [sub(mul(a, cos), mul(b, sin)), add(mul(a, sin), mul(b, cos))];
    return concat(this.features < size ? [...turned, part(this.features, size)] : turned, { axis: 3 });
  }
}

/** A function of position base^(-i / half) for each position and pair: [positions, half]. */
function angleTable(positions: number, half: number, base: number, turn: (angle: number) => number) {
  const data = new Float32Array(positions * half);
  for (let index = 0; index < data.length; index++)
    data[index] = turn(Math.floor(index / half) * base ** (-(index % half) / half));
  return fromData('float32', [positions, half], data);
}

/** 0, 1, … below a count. */
export function wholeNumbers(count: number): Tensor<'int32'> {
  return fromData(
    'int32',
    [count],
    Int32Array.from({ length: count }, (_, index) => index),
  );
}
