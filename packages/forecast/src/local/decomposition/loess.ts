/** Local regression over evenly spaced values: each is the value at its place of a line (or a mean) through its neighbours. */

export interface LoessSettings {
  /** Values in the series. */
  readonly count: number;
  /** Neighbours that count, an odd number; more than there are values make the weights flatter. */
  readonly length: number;
  /** 0 for a local mean, 1 for a local line. */
  readonly degree: 0 | 1;
  /** Only every jump-th place is fitted, the ones between are interpolated. */
  readonly jump: number;
}

/** The last smoothers that were made: series of a frame mostly have one length, and their weights take long to make. */
const recent = new Map<string, Loess>();
const kept = 16;

/** The smoother of these settings. */
export function loessOf(settings: LoessSettings): Loess {
  const key = `${settings.count} ${settings.length} ${settings.degree} ${settings.jump}`;
  const loess = recent.get(key) ?? new Loess(settings);
  recent.delete(key);
  recent.set(key, loess);
  for (const oldest of recent.keys()) {
    if (recent.size <= kept) break;
    recent.delete(oldest);
  }
  return loess;
}

/**
 * Smoother of one series length. Weights are tricube, (1 - (d / h)³)³, h being the distance of the farthest neighbour; they
 * depend on the place only and are kept, so that smoothing is a sum of products. Only weights of robustness make new ones.
 * Cleveland 1979; the rules at the ends are those of the netlib program of Cleveland et al. 1990.
 */
export class Loess {
  readonly #settings: LoessSettings;
  readonly #width: number;
  /** Tricube weights, and those with line and sum, by the place in the window from -1 to its width. */
  readonly #tricubes: Float64Array[] = [];
  readonly #kernels: Float64Array[] = [];
  readonly #weights: Float64Array;

  constructor(settings: LoessSettings) {
    this.#settings = settings;
    this.#width = Math.min(settings.length, settings.count);
    this.#weights = new Float64Array(this.#width);
  }

  /** Smooths y into `target`. With `robustness`, one weight a value. */
  smooth(y: Float64Array, target: Float64Array, robustness?: Float64Array): void {
    const { count } = this.#settings;
    const jump = Math.max(1, Math.min(this.#settings.jump, count - 1));
    let before = 0;
    for (let place = 0; ; place = Math.min(place + jump, count - 1)) {
      target[place] = this.valueAt(place, y, robustness);
      const from = target[before] as number;
      const slope = ((target[place] as number) - from) / (place - before);
      for (let index = before + 1; index < place; index++) target[index] = from + slope * (index - before);
      before = place;
      if (place === count - 1) return;
    }
  }

  /** The smooth value at a place, which may be one before the first or one behind the last; that of y where nothing weighs. */
  valueAt(place: number, y: Float64Array, robustness?: Float64Array): number {
    const { count } = this.#settings;
    const width = this.#width;
    const first = Math.min(Math.max(place - Math.floor(width / 2), 0), count - width);
    const offset = place - first;
    const weights = robustness ? this.#robust(offset, first, robustness) : this.#kernel(offset);
    if (!weights) return y[Math.min(Math.max(place, 0), count - 1)] as number;
    return product(weights, y, first);
  }

  #kernel(offset: number): Float64Array {
    let kernel = this.#kernels[offset + 1];
    if (!kernel) {
      kernel = this.#tricube(offset).slice();
      this.#finish(kernel, offset);
      this.#kernels[offset + 1] = kernel;
    }
    return kernel;
  }

  #robust(offset: number, first: number, robustness: Float64Array): Float64Array | undefined {
    const tricube = this.#tricube(offset);
    const weights = this.#weights;
    for (let index = 0; index < weights.length; index++) {
      weights[index] = (tricube[index] as number) * (robustness[first + index] as number);
    }
    return this.#finish(weights, offset) ? weights : undefined;
  }

  #tricube(offset: number): Float64Array {
    const known = this.#tricubes[offset + 1];
    if (known) return known;
    const { count, length } = this.#settings;
    const width = this.#width;
    const farthest = Math.max(offset, width - 1 - offset) + Math.floor(Math.max(0, length - count) / 2);
    const tricube = Float64Array.from({ length: width }, (_, index) => {
      const distance = Math.abs(index - offset);
      if (distance > 0.999 * farthest && farthest > 0) return 0;
      return distance <= 0.001 * farthest ? 1 : (1 - (distance / farthest) ** 3) ** 3;
    });
    this.#tricubes[offset + 1] = tricube;
    return tricube;
  }

  /** Makes the weights add up to 1 and, for a line, follow it; false where all are 0. */
  #finish(weights: Float64Array, offset: number): boolean {
    let sum = 0;
    for (let index = 0; index < weights.length; index++) sum += weights[index] as number;
    if (!(sum > 0)) return false;
    let mean = 0;
    for (let index = 0; index < weights.length; index++) {
      weights[index] = (weights[index] as number) / sum;
      mean += index * (weights[index] as number);
    }
    if (this.#settings.degree === 0) return true;
    let variance = 0;
    for (let index = 0; index < weights.length; index++) {
      variance += (weights[index] as number) * (index - mean) ** 2;
    }
    // Neighbours that all lie at one place have no slope.
    if (Math.sqrt(variance) <= 0.001 * (this.#settings.count - 1)) return true;
    const slope = (offset - mean) / variance;
    for (let index = 0; index < weights.length; index++) {
      weights[index] = (weights[index] as number) * (1 + slope * (index - mean));
    }
    return true;
  }
}

/** Σ weight · y from a place on; four sums side by side, as one alone waits for each addition. */
function product(weights: Float64Array, y: Float64Array, first: number): number {
  const whole = weights.length - (weights.length % 4);
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  for (let index = 0; index < whole; index += 4) {
    const place = first + index;
    a += (weights[index] as number) * (y[place] as number);
    b += (weights[index + 1] as number) * (y[place + 1] as number);
    c += (weights[index + 2] as number) * (y[place + 2] as number);
    d += (weights[index + 3] as number) * (y[place + 3] as number);
  }
  for (let index = whole; index < weights.length; index++) {
    a += (weights[index] as number) * (y[first + index] as number);
  }
  return a + b + (c + d);
}
