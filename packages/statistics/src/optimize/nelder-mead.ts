/** The simplex search of Nelder & Mead in a box: no gradients, some dozens of parameters, a few thousand evaluations. */
import { knownOptions } from '@noosphere/base';

export interface NelderMeadOptions {
  readonly lower: ArrayLike<number>;
  readonly upper: ArrayLike<number>;
  /** The first simplex moves each coordinate by this share of itself. @default 0.05 */
  readonly initialStep?: number;
  /** The same, where the coordinate is 0: an absolute move. @default 1e-4 */
  readonly zeroStep?: number;
  /** @default 1000 */
  readonly maxIterations?: number;
  /** Ends where the values at the corners have a standard deviation below this. @default 1e-4 */
  readonly tolerance?: number;
}

export interface Minimum {
  readonly point: Float64Array;
  readonly value: number;
  readonly iterations: number;
}

/**
 * Minimises f over a box, from a start. Coefficients adapt to the number of parameters n: expansion 1 + 2/n, contraction
 * 3/4 - 1/(2n), shrinkage 1 - 1/n (Gao & Han 2012); points outside the box are moved to its border. An objective that
 * is NaN or infinite at a point makes it a bad one.
 * Nelder & Mead 1965; steps and coefficients are those of statsforecast 2.1.1, so that the same start ends at the same place.
 */
export function nelderMead(
  objective: (point: Float64Array) => number,
  start: ArrayLike<number>,
  options: NelderMeadOptions,
): Minimum {
  const { maxIterations = 1000, tolerance = 1e-4 } = knownOptions(
    'nelderMead',
    options,
    'lower upper initialStep zeroStep maxIterations tolerance',
  );
  const simplex = new Simplex(objective, start, options);
  let iterations = 0;
  while (iterations < maxIterations && !(simplex.deviation() < tolerance)) {
    simplex.move();
    iterations++;
  }
  return { point: simplex.best.slice(), value: simplex.bestValue, iterations };
}

class Simplex {
  readonly #objective: (point: Float64Array) => number;
  readonly #lower: Float64Array;
  readonly #upper: Float64Array;
  readonly #size: number;
  /** Corners from best to worst: points and values are moved together. */
  readonly #points: Float64Array[];
  readonly #values: Float64Array;
  readonly #centroid: Float64Array;
  #reflected: Float64Array;
  #second: Float64Array;

  constructor(
    objective: (point: Float64Array) => number,
    start: ArrayLike<number>,
    { lower, upper, initialStep = 0.05, zeroStep = 1e-4 }: NelderMeadOptions,
  ) {
    this.#size = start.length;
    this.#lower = Float64Array.from(lower);
    this.#upper = Float64Array.from(upper);
    // NaN would stay on top of every order.
    this.#objective = (point) => {
      const value = objective(point);
      return Number.isNaN(value) ? Number.POSITIVE_INFINITY : value;
    };
    const first = Float64Array.from(start);
    this.#clamp(first);
    this.#points = Array.from({ length: this.#size + 1 }, () => first.slice());
    for (let index = 0; index < this.#size; index++) {
      const point = this.#points[index] as Float64Array;
      const value = point[index] as number;
      point[index] = value === 0 ? zeroStep : value * (1 + initialStep);
      this.#clamp(point);
    }
    this.#values = Float64Array.from(this.#points, (point) => this.#objective(point));
    this.#centroid = new Float64Array(this.#size);
    this.#reflected = new Float64Array(this.#size);
    this.#second = new Float64Array(this.#size);
    this.#sort();
  }

  get best(): Float64Array {
    return this.#points[0] as Float64Array;
  }

  get bestValue(): number {
    return this.#values[0] as number;
  }

  /** Standard deviation of the values; NaN while one is infinite. */
  deviation(): number {
    const values = this.#values;
    let sum = 0;
    for (let index = 0; index < values.length; index++) sum += values[index] as number;
    const mean = sum / values.length;
    let squares = 0;
    for (let index = 0; index < values.length; index++) squares += ((values[index] as number) - mean) ** 2;
    return Math.sqrt(squares / values.length);
  }

  move(): void {
    const size = this.#size;
    const values = this.#values;
    const [best, nextToWorst, worst] = [
      values[0] as number,
      values[size - 1] as number,
      values[size] as number,
    ];
    this.#findCentroid();
    const reflected = this.#step(this.#points[size] as Float64Array, -1, this.#reflected);
    if (reflected < best) {
      const expanded = this.#step(this.#reflected, 1 + 2 / size, this.#second);
      if (expanded < reflected) this.#acceptSecond(expanded);
      else this.#acceptReflected(reflected);
    } else if (reflected < nextToWorst) {
      this.#acceptReflected(reflected);
    } else {
      const contraction = 0.75 - 1 / (2 * size);
      const outside = reflected < worst;
      // Away from the reflected point even where the box has moved it.
      const contracted = this.#step(this.#reflected, outside ? contraction : -contraction, this.#second);
      if (outside ? contracted <= reflected : contracted < worst) this.#acceptSecond(contracted);
      else this.#shrink();
    }
  }

  /** Mean of all corners but the worst. */
  #findCentroid(): void {
    const centroid = this.#centroid.fill(0);
    for (let row = 0; row < this.#size; row++) {
      const point = this.#points[row] as Float64Array;
      for (let index = 0; index < centroid.length; index++) {
        centroid[index] = (centroid[index] as number) + (point[index] as number);
      }
    }
    for (let index = 0; index < centroid.length; index++) {
      centroid[index] = (centroid[index] as number) / this.#size;
    }
  }

  /** Value at centroid + share · (point - centroid), which is left in `target`. */
  #step(point: Float64Array, share: number, target: Float64Array): number {
    const centroid = this.#centroid;
    for (let index = 0; index < target.length; index++) {
      const middle = centroid[index] as number;
      target[index] = middle + share * ((point[index] as number) - middle);
    }
    this.#clamp(target);
    return this.#objective(target);
  }

  #acceptReflected(value: number): void {
    this.#reflected = this.#replaceWorst(this.#reflected, value);
  }

  #acceptSecond(value: number): void {
    this.#second = this.#replaceWorst(this.#second, value);
  }

  /** Puts a point where it belongs in the order; gives the room of the worst, which is gone. */
  #replaceWorst(point: Float64Array, value: number): Float64Array {
    const [points, values] = [this.#points, this.#values];
    let place = this.#size;
    const free = points[place] as Float64Array;
    while (place > 0 && (values[place - 1] as number) > value) {
      values[place] = values[place - 1] as number;
      points[place] = points[place - 1] as Float64Array;
      place--;
    }
    values[place] = value;
    points[place] = point;
    return free;
  }

  #shrink(): void {
    const share = 1 - 1 / this.#size;
    const best = this.best;
    for (let row = 1; row <= this.#size; row++) {
      const point = this.#points[row] as Float64Array;
      for (let index = 0; index < point.length; index++) {
        const middle = best[index] as number;
        point[index] = middle + share * ((point[index] as number) - middle);
      }
      this.#clamp(point);
      this.#values[row] = this.#objective(point);
    }
    this.#sort();
  }

  #sort(): void {
    const order = Array.from(this.#values.keys());
    order.sort((a, b) => compare(this.#values[a] as number, this.#values[b] as number));
    const points = order.map((row) => this.#points[row] as Float64Array);
    const values = order.map((row) => this.#values[row] as number);
    this.#values.set(values);
    for (const [row, point] of points.entries()) this.#points[row] = point;
  }

  #clamp(point: Float64Array): void {
    for (let index = 0; index < point.length; index++) {
      const [value, low, high] = [
        point[index] as number,
        this.#lower[index] as number,
        this.#upper[index] as number,
      ];
      if (value < low) point[index] = low;
      else if (value > high) point[index] = high;
    }
  }
}

/** Infinities have no difference. */
function compare(a: number, b: number): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
