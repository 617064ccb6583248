/** Settings of differential evolution that succeeded lately, and draws around them (Tanabe & Fukunaga 2013). */
import type { Random } from '@noosphere/train';

const places = 6;

export class SuccessMemory {
  readonly #random: Random;
  readonly #factors = new Float64Array(places).fill(0.5);
  /** NaN: crossover of a single coordinate has proved best, for good. */
  readonly #rates = new Float64Array(places).fill(0.5);
  #next = 0;
  readonly #drawn = { factor: 0, rate: 0 };
  #gains = 0;
  #factorSum = 0;
  #factorSquares = 0;
  #rateSum = 0;
  #rateSquares = 0;

  constructor(random: Random) {
    this.#random = random;
  }

  /** A factor F ~ Cauchy in (0, 1] and a rate CR ~ normal in [0, 1]; the object is used again. */
  draw(): { readonly factor: number; readonly rate: number } {
    const random = this.#random;
    const place = Math.floor(random.uniform() * places);
    let factor = 0;
    while (factor <= 0)
      factor = (this.#factors[place] as number) + 0.1 * Math.tan(Math.PI * (random.uniform() - 0.5));
    const mean = this.#rates[place] as number;
    this.#drawn.factor = Math.min(1, factor);
    this.#drawn.rate = Number.isNaN(mean) ? 0 : Math.min(1, Math.max(0, mean + 0.1 * random.normal()));
    return this.#drawn;
  }

  /** Settings whose child was better by `gain`. */
  add(factor: number, rate: number, gain: number): void {
    const weight = Number.isFinite(gain) ? Math.max(gain, Number.MIN_VALUE) : 1;
    this.#gains += weight;
    this.#factorSum += weight * factor;
    this.#factorSquares += weight * factor * factor;
    this.#rateSum += weight * rate;
    this.#rateSquares += weight * rate * rate;
  }

  /** Ends a generation: the weighted Lehmer means Σ w s² / Σ w s take the oldest place. */
  learn(): void {
    if (this.#gains > 0 && Number.isFinite(this.#factorSquares) && this.#factorSum > 0) {
      this.#factors[this.#next] = this.#factorSquares / this.#factorSum;
      const isEnded = Number.isNaN(this.#rates[this.#next] as number) || this.#rateSum === 0;
      this.#rates[this.#next] = isEnded ? Number.NaN : this.#rateSquares / this.#rateSum;
      this.#next = (this.#next + 1) % places;
    }
    [this.#gains, this.#factorSum, this.#factorSquares, this.#rateSum, this.#rateSquares] = [0, 0, 0, 0, 0];
  }
}
