/** How genetic algorithms make children: simulated binary crossover and polynomial mutation, in the box. */
import type { Random } from '@noosphere/train';
import { drawCoordinate } from './sampling.js';
import type { SearchSpace } from './variables.js';

export interface VariationOptions {
  /** Share of pairs that cross. @default 0.9 */
  readonly crossover?: number;
  /** Distribution index of crossover: larger keeps children nearer to their parents. @default 2 */
  readonly crossoverIndex?: number;
  /** Probability that a number of the point mutates. @default 1 / numbers */
  readonly mutation?: number;
  /** Distribution index of mutation: larger makes steps smaller. @default 20 */
  readonly mutationIndex?: number;
}

/** Makes children in place. Deb & Agrawal 1995; Deb & Goyal 1996; the box as in Deb's code of NSGA-II. */
export class Variation {
  readonly #space: SearchSpace;
  readonly #random: Random;
  readonly #crossover: number;
  readonly #crossoverPower: number;
  readonly #mutation: number;
  readonly #mutationIndex: number;

  constructor(space: SearchSpace, random: Random, options: VariationOptions) {
    this.#space = space;
    this.#random = random;
    this.#crossover = options.crossover ?? 0.9;
    this.#crossoverPower = (options.crossoverIndex ?? 2) + 1;
    this.#mutation = options.mutation ?? 1 / space.size;
    this.#mutationIndex = options.mutationIndex ?? 20;
  }

  /** Crosses two rows of `rows`, which hold copies of their parents. */
  cross(rows: Float64Array, first: number, second: number): void {
    const { size, kinds, lower, upper } = this.#space;
    if (this.#random.uniform() >= this.#crossover) return;
    for (let place = 0; place < size; place++) {
      if (this.#random.uniform() < 0.5) continue;
      const [a, b] = [rows[first * size + place] as number, rows[second * size + place] as number];
      if (Math.abs(a - b) <= 1e-14) continue;
      const isSwapped = this.#random.uniform() < 0.5;
      let [left, right] = [a, b];
      if (kinds[place] !== 'nominal') {
        const [low, high] = [Math.min(a, b), Math.max(a, b)];
        const draw = this.#random.uniform();
        const reach = high - low;
        const below = this.#spread(draw, 1 + (2 * (low - (lower[place] as number))) / reach);
        const above = this.#spread(draw, 1 + (2 * ((upper[place] as number) - high)) / reach);
        left = Math.max(lower[place] as number, 0.5 * (low + high - below * reach));
        right = Math.min(upper[place] as number, 0.5 * (low + high + above * reach));
      }
      rows[first * size + place] = isSwapped ? right : left;
      rows[second * size + place] = isSwapped ? left : right;
    }
  }

  /** The factor β_q on the parents' distance, for a border at β. */
  #spread(draw: number, border: number): number {
    const power = this.#crossoverPower;
    const alpha = 2 - border ** -power;
    return draw <= 1 / alpha ? (draw * alpha) ** (1 / power) : (1 / (2 - draw * alpha)) ** (1 / power);
  }

  /** Mutates a row; at least one coordinate where `isForced`. */
  mutate(rows: Float64Array, row: number, isForced = false): void {
    const { size } = this.#space;
    const forced = isForced ? Math.floor(this.#random.uniform() * size) : -1;
    for (let place = 0; place < size; place++) {
      if (place !== forced && this.#random.uniform() >= this.#mutation) continue;
      const at = row * size + place;
      rows[at] = this.#mutated(rows[at] as number, place);
    }
  }

  #mutated(value: number, place: number): number {
    const [space, random] = [this.#space, this.#random];
    const kind = space.kinds[place];
    if (kind === 'nominal') return this.#otherCategory(value, place);
    const [low, high] = [space.lower[place] as number, space.upper[place] as number];
    const draw = random.uniform();
    const power = this.#mutationIndex + 1;
    const share =
      draw < 0.5
        ? (2 * draw + (1 - 2 * draw) * (1 - (value - low) / (high - low)) ** power) ** (1 / power) - 1
        : 1 - (2 * (1 - draw) + (2 * draw - 1) * (1 - (high - value) / (high - low)) ** power) ** (1 / power);
    const moved = value + share * (high - low);
    // A step that rounds to none would leave a whole number as it is.
    const step = kind === 'ordered' && Math.round(moved) === Math.round(value) ? Math.sign(share) : 0;
    return Math.min(high, Math.max(low, moved + step));
  }

  #otherCategory(value: number, place: number): number {
    const count = (this.#space.upper[place] as number) + 0.5;
    if (count < 2) return value;
    if (count === 2) return 1 - Math.round(value);
    let drawn = Math.round(value);
    while (drawn === Math.round(value))
      drawn = Math.min(count - 1, Math.round(drawCoordinate(this.#space, this.#random, place)));
    return drawn;
  }
}
