/** One start of CMA-ES: a normal distribution whose mean, scale and covariance follow the better samples. */

import { diagonalize } from '@noosphere/statistics';
import type { Random } from '@noosphere/train';
import { BoundPenalty } from './cma-bounds.js';
import { type CmaParameters, cmaParameters } from './cma-parameters.js';
import { CmaProgress } from './cma-progress.js';
import type { Engine } from './engine-run.js';
import { isBetter } from './method.js';
import type { SearchSpace } from './variables.js';

export interface CmaStart {
  /** Mean, in shares of the box. */
  readonly mean: Float64Array;
  /** Standard deviation, in shares of the box. */
  readonly deviation: number;
  readonly samples: number;
  /** Ends where values of many generations differ by less. */
  readonly tolerance: number;
}

/** Coordinates are shares of the box, from 0 to 1 along each of its sides. */
export class CmaEngine implements Engine {
  readonly candidates: Float64Array;
  isConverged = false;
  readonly #space: SearchSpace;
  readonly #random: Random;
  readonly #size: number;
  readonly #constants: CmaParameters;
  readonly #bounds: BoundPenalty;
  readonly #progress: CmaProgress;
  readonly #mean: Float64Array;
  readonly #move: Float64Array;
  readonly #weightedNormal: Float64Array;
  readonly #path: Float64Array;
  readonly #stepPath: Float64Array;
  readonly #covariance: Float64Array;
  readonly #scratch: Float64Array;
  readonly #half: Float64Array;
  /** Eigenvectors in columns, and the square roots of the eigenvalues. */
  readonly #basis: Float64Array;
  readonly #lengths: Float64Array;
  readonly #deviations: Float64Array;
  /** Rows z ~ N(0, I) and y = B D z. */
  readonly #normals: Float64Array;
  readonly #steps: Float64Array;
  readonly #samples: Float64Array;
  readonly #penalized: Float64Array;
  readonly #order: Uint32Array;
  readonly #generationsPerEigen: number;
  #scale: number;
  #generation = 0;

  constructor(space: SearchSpace, random: Random, { mean, deviation, samples, tolerance }: CmaStart) {
    const size = space.size;
    this.#space = space;
    this.#random = random;
    this.#size = size;
    this.#constants = cmaParameters(size, samples);
    this.#bounds = new BoundPenalty(size, samples);
    this.#progress = new CmaProgress(size, samples, tolerance);
    this.#mean = mean;
    this.#scale = deviation;
    [this.#move, this.#weightedNormal, this.#path, this.#stepPath, this.#lengths, this.#deviations] = [
      new Float64Array(size),
      new Float64Array(size),
      new Float64Array(size),
      new Float64Array(size),
      new Float64Array(size).fill(1),
      new Float64Array(size),
    ];
    this.#covariance = identity(size);
    this.#basis = identity(size);
    this.#scratch = new Float64Array(size * size);
    this.#half = new Float64Array(size * size);
    [this.#normals, this.#steps, this.#samples, this.candidates] = [
      new Float64Array(samples * size),
      new Float64Array(samples * size),
      new Float64Array(samples * size),
      new Float64Array(samples * size),
    ];
    this.#penalized = new Float64Array(samples);
    this.#order = Uint32Array.from({ length: samples }, (_, row) => row);
    const { rankOneRate, rankMuRate } = this.#constants;
    this.#generationsPerEigen = Math.max(1, Math.floor(1 / (10 * size * (rankOneRate + rankMuRate))));
  }

  propose(): number {
    const size = this.#size;
    const [normals, steps, basis, lengths] = [this.#normals, this.#steps, this.#basis, this.#lengths];
    const { lower, upper } = this.#space;
    for (let row = 0; row < this.#constants.samples; row++) {
      const offset = row * size;
      for (let place = 0; place < size; place++) normals[offset + place] = this.#random.normal();
      for (let place = 0; place < size; place++) {
        let step = 0;
        for (let k = 0; k < size; k++)
          step +=
            (basis[place * size + k] as number) * (lengths[k] as number) * (normals[offset + k] as number);
        steps[offset + place] = step;
        const sample = (this.#mean[place] as number) + this.#scale * step;
        this.#samples[offset + place] = sample;
        const [low, high] = [lower[place] as number, upper[place] as number];
        this.candidates[offset + place] =
          sample <= 0 ? low : sample >= 1 ? high : Math.min(high, low + (high - low) * sample);
      }
    }
    return this.#constants.samples;
  }

  learn(values: Float64Array, violations: Float64Array): void {
    this.#generation++;
    this.#rank(values, violations);
    const isStalled = this.#follow();
    this.#learnCovariance(isStalled);
    const { stepPathRate, stepDamping, expectedNorm } = this.#constants;
    this.#scale *= Math.exp(
      Math.min(1, (stepPathRate / stepDamping) * (norm(this.#stepPath) / expectedNorm - 1)),
    );
    if (this.#generation % this.#generationsPerEigen === 0) this.#decompose();
    for (let place = 0; place < this.#size; place++)
      this.#deviations[place] =
        this.#scale * Math.sqrt(Math.max(0, this.#covariance[place * (this.#size + 1)] as number));
    this.#bounds.update(values, this.#mean, this.#move, this.#deviations, this.#constants.effective);
    this.#judge();
  }

  /** Orders rows by violation, then by value with what they pay for leaving the box. */
  #rank(values: Float64Array, violations: Float64Array): void {
    const penalized = this.#penalized;
    for (let row = 0; row < values.length; row++)
      penalized[row] = (values[row] as number) + this.#bounds.of(this.#samples, row * this.#size);
    this.#order.sort((a, b) => {
      const [first, second] = [penalized[a] as number, penalized[b] as number];
      const [left, right] = [violations[a] as number, violations[b] as number];
      if (isBetter(first, left, second, right)) return -1;
      return isBetter(second, right, first, left) ? 1 : 0;
    });
  }

  /** Moves the mean and both paths; whether the step path is so long that the other one waits. */
  #follow(): boolean {
    const size = this.#size;
    const { parents, weights, effective, pathRate, stepPathRate, expectedNorm } = this.#constants;
    const [move, weighted] = [this.#move.fill(0), this.#weightedNormal.fill(0)];
    for (let rank = 0; rank < parents; rank++) {
      const offset = (this.#order[rank] as number) * size;
      const weight = weights[rank] as number;
      for (let place = 0; place < size; place++) {
        move[place] = (move[place] as number) + weight * (this.#steps[offset + place] as number);
        weighted[place] = (weighted[place] as number) + weight * (this.#normals[offset + place] as number);
      }
    }
    const stepShare = Math.sqrt(stepPathRate * (2 - stepPathRate) * effective);
    for (let place = 0; place < size; place++) {
      // C^(-1/2) y = B z.
      let whitened = 0;
      for (let k = 0; k < size; k++)
        whitened += (this.#basis[place * size + k] as number) * (weighted[k] as number);
      this.#stepPath[place] = (1 - stepPathRate) * (this.#stepPath[place] as number) + stepShare * whitened;
      this.#mean[place] = (this.#mean[place] as number) + this.#scale * (move[place] as number);
    }
    const settled = Math.sqrt(1 - (1 - stepPathRate) ** (2 * this.#generation));
    const isStalled = norm(this.#stepPath) / settled >= (1.4 + 2 / (size + 1)) * expectedNorm;
    const share = isStalled ? 0 : Math.sqrt(pathRate * (2 - pathRate) * effective);
    for (let place = 0; place < size; place++)
      this.#path[place] = (1 - pathRate) * (this.#path[place] as number) + share * (move[place] as number);
    return isStalled;
  }

  /** C ← (1 - c₁ - c_μ Σw) C + c₁ p pᵀ + c_μ Σ w y yᵀ, the last also with negative weights. */
  #learnCovariance(isStalled: boolean): void {
    const [size, covariance] = [this.#size, this.#covariance];
    const { samples, weights, weightSum, pathRate, rankOneRate, rankMuRate } = this.#constants;
    const missing = isStalled ? pathRate * (2 - pathRate) : 0;
    const keep = 1 + rankOneRate * missing - rankOneRate - rankMuRate * weightSum;
    for (let row = 0; row < size; row++) {
      const pathShare = rankOneRate * (this.#path[row] as number);
      for (let column = 0; column <= row; column++) {
        const at = row * size + column;
        covariance[at] = keep * (covariance[at] as number) + pathShare * (this.#path[column] as number);
      }
    }
    for (let rank = 0; rank < samples; rank++) {
      const offset = (this.#order[rank] as number) * size;
      const weight = weights[rank] as number;
      const share = rankMuRate * (weight >= 0 ? weight : (weight * size) / this.#squaredNormal(offset));
      for (let row = 0; row < size; row++) {
        const rowShare = share * (this.#steps[offset + row] as number);
        for (let column = 0; column <= row; column++) {
          const at = row * size + column;
          covariance[at] = (covariance[at] as number) + rowShare * (this.#steps[offset + column] as number);
        }
      }
    }
  }

  #squaredNormal(offset: number): number {
    let sum = 0;
    for (let place = 0; place < this.#size; place++) sum += (this.#normals[offset + place] as number) ** 2;
    return sum;
  }

  #decompose(): void {
    const size = this.#size;
    this.#turnCovariance();
    diagonalize(this.#scratch, this.#basis, this.#lengths);
    let [least, most] = [Number.POSITIVE_INFINITY, 0];
    for (let place = 0; place < size; place++) {
      const value = this.#lengths[place] as number;
      least = Math.min(least, value);
      most = Math.max(most, value);
      this.#lengths[place] = Math.sqrt(Math.max(0, value));
    }
    if (!(most < 1e14 * least)) this.isConverged = true;
  }

  /** BᵀCB into the scratch: C, of which the lower half is kept, in the basis of the last decomposition. */
  #turnCovariance(): void {
    const [size, covariance, basis, half] = [this.#size, this.#covariance, this.#basis, this.#half];
    for (let row = 0; row < size; row++) {
      for (let k = 0; k < size; k++) {
        let sum = 0;
        for (let column = 0; column < size; column++) {
          const at = column <= row ? row * size + column : column * size + row;
          sum += (covariance[at] as number) * (basis[column * size + k] as number);
        }
        half[row * size + k] = sum;
      }
    }
    for (let j = 0; j < size; j++) {
      for (let k = 0; k <= j; k++) {
        let sum = 0;
        for (let row = 0; row < size; row++)
          sum += (basis[row * size + j] as number) * (half[row * size + k] as number);
        this.#scratch[j * size + k] = sum;
        this.#scratch[k * size + j] = sum;
      }
    }
  }

  #judge(): void {
    const best = this.#penalized[this.#order[0] as number] as number;
    const worst = this.#penalized[this.#order[this.#order.length - 1] as number] as number;
    const middle = this.#penalized[this.#order[this.#order.length >> 1] as number] as number;
    let widest = 0;
    let isLost = false;
    for (let place = 0; place < this.#size; place++) {
      const deviation = this.#deviations[place] as number;
      widest = Math.max(widest, deviation, this.#scale * Math.abs(this.#path[place] as number));
      const mean = this.#mean[place] as number;
      if (mean + 0.2 * deviation === mean) isLost = true;
    }
    if (isLost || !(this.#scale < 1e6) || this.#progress.isOver(best, middle, worst, widest))
      this.isConverged = true;
  }
}

function identity(size: number): Float64Array {
  const matrix = new Float64Array(size * size);
  for (let place = 0; place < size; place++) matrix[place * (size + 1)] = 1;
  return matrix;
}

function norm(vector: Float64Array): number {
  let sum = 0;
  for (let place = 0; place < vector.length; place++) sum += (vector[place] as number) ** 2;
  return Math.sqrt(sum);
}
