/** Adafactor: second moments of a matrix by rows and columns. Shazeer & Stern 2018, in PyTorch's form. */
import { knownOptions } from '@noosphere/base';
import {
  add,
  div,
  maximum,
  mean,
  mul,
  rsqrt,
  type Shape,
  sqrt,
  square,
  sub,
  type Tensor,
} from '@noosphere/core';
import { type LearningRate, type Optimizer, rateOf } from './optimizer.js';

export interface AdafactorOptions {
  /** Relative to the root mean square of each parameter. @default 0.01 */
  readonly learningRate?: LearningRate;
  /** The decay of squared gradients at step t (from 1) is 1 - t ^ beta2Decay. @default -0.8 */
  readonly beta2Decay?: number;
  /** Least root mean square that a parameter is taken to have. @default 0.001 */
  readonly leastScale?: number;
  /** Updates of a larger root mean square are scaled down to it. @default 1 */
  readonly clipThreshold?: number;
  /** Shrinks parameters by lr · weightDecay at each step. @default 0 */
  readonly weightDecay?: number;
}

/** Squared gradients are kept above this, so that a row of zeros does not divide by zero. */
const leastSquare = 1.1920928955078125e-7 ** 2;

/**
 * Adafactor keeps for a matrix [R, C] only R + C numbers: V̂ = r cᵀ / mean(r), with r and c decayed means of g² over
 * columns and rows; u = g / √V̂, clipped to a root mean square of `clipThreshold`; p -= lr · max(leastScale, RMS(p)) · u.
 * Vectors keep g² whole. Each parameter is updated on its own.
 * @example
 * console.log(adafactor().slotShape?.('rows', [30, 20]), adafactor().slotShape?.('columns', [30, 20])); // → [ 30, 1 ] [ 1, 20 ]
 */
export function adafactor(options: AdafactorOptions = {}): Optimizer {
  const {
    learningRate = 0.01,
    beta2Decay = -0.8,
    leastScale = 1e-3,
    clipThreshold = 1,
    weightDecay = 0,
  } = knownOptions('adafactor', options, 'learningRate beta2Decay leastScale clipThreshold weightDecay');
  const rate = rateOf(learningRate);
  return {
    slots: ['rows', 'columns'],
    slotShape: factorShape,
    // PyTorch's rule: never above 1 / √t.
    learningRate: (step) => Math.min(rate(step), 1 / Math.sqrt(step + 1)),
    scalars: (step, current) => [(step + 1) ** beta2Decay, current, 1 - rate(step) * weightDecay],
    update: (parameter, gradient, [rows, columns], [enter, current, keep]) => {
      const decay = (old: Tensor, value: Tensor) => add(old, mul(sub(value, old), enter as Tensor));
      const squared = square(gradient);
      const kept = weightDecay === 0 ? parameter : mul(parameter, keep as Tensor);
      const rank = parameter.rank;
      const nextRows = decay(
        rows as Tensor,
        rank > 1 ? mean(squared, { axes: -1, keepDims: true }) : squared,
      );
      const nextColumns =
        rank > 1
          ? decay(columns as Tensor, mean(squared, { axes: -2, keepDims: true }))
          : (columns as Tensor);
      const variance =
        rank > 1
          ? div(
              mul(nextRows, nextColumns),
              maximum(mean(nextRows, { axes: -2, keepDims: true }), Math.sqrt(leastSquare)),
            )
          : nextRows;
      const change = mul(gradient, rsqrt(maximum(variance, leastSquare)));
      const size = maximum(rootMeanSquare(parameter), leastScale);
      const brake = maximum(div(rootMeanSquare(change), clipThreshold), 1);
      const step = div(mul(current as Tensor, size), brake);
      return { parameter: sub(kept, mul(change, step)), slots: [nextRows, nextColumns] };
    },
  };
}

/** Rows [..., R, 1] and columns [..., 1, C] of a matrix; a vector keeps all of it as rows and one spare number. */
function factorShape(slot: string, parameter: Shape): Shape {
  if (parameter.length < 2) return slot === 'rows' ? parameter : [1];
  const [rows, columns] = parameter.slice(-2) as [number, number];
  return [...parameter.slice(0, -2), ...(slot === 'rows' ? [rows, 1] : [1, columns])];
}

function rootMeanSquare(x: Tensor): Tensor {
  return sqrt(mean(square(x)));
}
