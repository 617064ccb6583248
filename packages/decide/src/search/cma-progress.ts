/** When a start of CMA-ES has nothing more to give: the ends of Hansen's 2009 benchmark. */

/** Widest deviation, in shares of the box. */
const leastWidth = 1e-12;

export class CmaProgress {
  readonly #tolerance: number;
  readonly #window: number;
  readonly #leastStagnation: number;
  readonly #mostGenerations: number;
  readonly #best: number[] = [];
  readonly #middle: number[] = [];

  constructor(size: number, samples: number, tolerance: number) {
    this.#tolerance = tolerance;
    this.#window = 10 + Math.ceil((30 * size) / samples);
    this.#leastStagnation = 120 + Math.ceil((30 * size) / samples);
    this.#mostGenerations = 100 + Math.ceil((150 * (size + 3) ** 2) / Math.sqrt(samples));
  }

  /** Takes a generation's best, middle and worst value and its widest deviation. */
  isOver(best: number, middle: number, worst: number, widest: number): boolean {
    this.#best.push(best);
    this.#middle.push(middle);
    if (widest < leastWidth || this.#best.length >= this.#mostGenerations) return true;
    return this.#isFlat(worst) || this.#isStagnant();
  }

  /** Whether the best of many generations and all of the last are equal within the tolerance. */
  #isFlat(worst: number): boolean {
    if (this.#best.length < this.#window) return false;
    let [low, high] = [Number.POSITIVE_INFINITY, worst];
    for (let back = 1; back <= this.#window; back++) {
      const value = this.#best[this.#best.length - back] as number;
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
    return high - low <= this.#tolerance + 4e-16 * Math.abs(low) || high === low;
  }

  /** Whether neither bests nor middles of the last 30 % are lower than those of the 30 % that began the newest half. */
  #isStagnant(): boolean {
    const count = this.#best.length;
    if (count < this.#leastStagnation || count % 10 !== 0) return false;
    const window = Math.min(20_000, Math.max(this.#leastStagnation, Math.floor(0.2 * count)));
    const part = Math.floor(0.3 * window);
    return [this.#best, this.#middle].every(
      (values) => median(values.slice(-part)) >= median(values.slice(-window, part - window)),
    );
  }
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] as number;
}
