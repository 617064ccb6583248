/** Seeded numbers for initial weights and shuffles: the same seed gives the same bits on every machine. */
import { type HostTensor, tensor } from '@noosphere/core';

/** A stream of random numbers from a 32-bit seed (mulberry32; not for cryptography). */
export class Random {
  #state: number;
  #spare: number | undefined;

  constructor(seed: number) {
    this.#state = mix(seed >>> 0);
  }

  /** Uniform in [0, 1). */
  uniform(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    return mix(this.#state) / 4294967296;
  }

  /** Standard normal, by Box and Muller. */
  normal(): number {
    if (this.#spare !== undefined) {
      const spare = this.#spare;
      this.#spare = undefined;
      return spare;
    }
    const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()));
    const angle = 2 * Math.PI * this.uniform();
    this.#spare = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  }

  /** The whole numbers below `count` in random order (Fisher and Yates). */
  permutation(count: number): Uint32Array {
    const order = Uint32Array.from({ length: count }, (_, index) => index);
    for (let last = count - 1; last > 0; last--) {
      const other = Math.floor(this.uniform() * (last + 1));
      const moved = order[last] as number;
      order[last] = order[other] as number;
      order[other] = moved;
    }
    return order;
  }

  /** A tensor uniform in [-bound, bound). */
  uniformTensor(shape: readonly number[], bound: number): HostTensor<'float32'> {
    return this.#tensor(shape, () => (2 * this.uniform() - 1) * bound);
  }

  /** A normal tensor with mean 0. */
  normalTensor(shape: readonly number[], deviation: number): HostTensor<'float32'> {
    return this.#tensor(shape, () => this.normal() * deviation);
  }

  #tensor(shape: readonly number[], draw: () => number): HostTensor<'float32'> {
    const data = new Float32Array(shape.reduce((product, dim) => product * dim, 1));
    for (let index = 0; index < data.length; index++) data[index] = draw();
    return tensor(data, { shape });
  }
}

function mix(state: number): number {
  let mixed = Math.imul(state ^ (state >>> 15), state | 1);
  mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
  return (mixed ^ (mixed >>> 14)) >>> 0;
}
