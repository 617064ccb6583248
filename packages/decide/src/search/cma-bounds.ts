/**
 * Bounds of CMA-ES: a sample outside of the box is evaluated at the nearest point inside, and pays for the distance. What it
 * pays grows while the mean stays far outside. Hansen, Niederberger, Guzzella & Koumoutsakos 2009, appendix.
 */

export class BoundPenalty {
  readonly #weights: Float64Array;
  readonly #spreads: number[] = [];
  readonly #mostSpreads: number;
  #isSet = false;

  constructor(size: number, samples: number) {
    this.#weights = new Float64Array(size);
    this.#mostSpreads = Math.ceil(20 + (3 * size) / samples);
  }

  /** What a sample pays; coordinates of the box are from 0 to 1. */
  of(samples: Float64Array, offset: number): number {
    let penalty = 0;
    for (let place = 0; place < this.#weights.length; place++) {
      const out = outside(samples[offset + place] as number);
      if (out !== 0) penalty += (this.#weights[place] as number) * out * out;
    }
    return penalty / this.#weights.length;
  }

  /** Sets and raises the weights by a generation's values; `deviations` are σ √C_ii, `move` is that of the mean. */
  update(
    values: Float64Array,
    mean: Float64Array,
    move: Float64Array,
    deviations: Float64Array,
    effective: number,
  ): void {
    const size = mean.length;
    this.#rememberSpread(values, deviations);
    let isOut = false;
    for (let place = 0; place < size; place++) if (outside(mean[place] as number) !== 0) isOut = true;
    if (!isOut || this.#spreads.length === 0) return;
    if (!this.#isSet) {
      this.#weights.fill(2.0002 * median(this.#spreads));
      this.#isSet = true;
    }
    const farFrom = 3 * Math.max(1, Math.sqrt(size) / effective);
    const growth = 1.2 ** Math.min(1, effective / (10 * size));
    for (let place = 0; place < size; place++) {
      const out = outside(mean[place] as number);
      const isFar = Math.abs(out) > farFrom * (deviations[place] as number);
      if (isFar && out * (move[place] as number) > 0)
        this.#weights[place] = (this.#weights[place] as number) * growth;
    }
  }

  /** The values' interquartile range in units of the squared step. */
  #rememberSpread(values: Float64Array, deviations: Float64Array): void {
    const sorted = values.filter(Number.isFinite).sort();
    const quarter = Math.floor(sorted.length / 4);
    const range = (sorted[sorted.length - 1 - quarter] ?? 0) - (sorted[quarter] ?? 0);
    const meanSquare = deviations.reduce((sum, each) => sum + each * each, 0) / deviations.length;
    const spread = range / meanSquare;
    if (!(spread > 0 && Number.isFinite(spread))) return;
    this.#spreads.push(spread);
    if (this.#spreads.length > this.#mostSpreads) this.#spreads.shift();
  }
}

/** How far a coordinate lies above 1 or, negative, below 0. */
function outside(value: number): number {
  return value > 1 ? value - 1 : Math.min(0, value);
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
