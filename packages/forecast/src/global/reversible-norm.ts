/** Reversible instance normalisation: a window loses its level and spread, and the forecast gets them back. */
import {
  add,
  div,
  mean,
  mul,
  ones,
  reshape,
  slice,
  sqrt,
  square,
  stopGradient,
  sub,
  type Tensor,
  unsqueeze,
  zeros,
} from '@noosphere/core';

export interface ReversibleNormOptions {
  /** Learn a weight and a bias for each channel. @default false */
  readonly affine?: boolean;
  /** Subtract the last value instead of the mean. @default false */
  readonly subtractLast?: boolean;
  /** Series side by side, each with its own weight. @default 1 */
  readonly channels?: number;
}

/** Level and deviation of each window [B, 1]. */
export interface NormStatistics {
  readonly level: Tensor;
  readonly deviation: Tensor;
}

const epsilon = 1e-5;

/**
 * Reversible instance normalisation: z = (y - level) / √(variance + ε) · w + b, undone on the forecast. Kim et al. 2022;
 * as neuralforecast's RevIN. Statistics have no gradient. Shapes: y [B, L]; weight and bias [C], rows of one window's C
 * channels behind one another.
 */
export class ReversibleNorm {
  readonly affine_weight: Tensor | undefined;
  readonly affine_bias: Tensor | undefined;
  readonly subtractLast: boolean;

  constructor({ affine = false, subtractLast = false, channels = 1 }: ReversibleNormOptions = {}) {
    this.affine_weight = affine ? ones([channels]) : undefined;
    this.affine_bias = affine ? zeros([channels]) : undefined;
    this.subtractLast = subtractLast;
  }

  /** Shapes: y [B, L] gives the same. @param reference Whose statistics count. @default y */
  forward(y: Tensor, reference: Tensor = y): { normed: Tensor; statistics: NormStatistics } {
    const length = y.shape[1] as number;
    const average = mean(reference, { axes: 1, keepDims: true });
    const variance = mean(square(sub(reference, average)), { axes: 1, keepDims: true });
    const level = stopGradient(
      this.subtractLast ? slice(reference, { starts: [length - 1], ends: [length], axes: [1] }) : average,
    );
    const deviation = stopGradient(sqrt(add(variance, epsilon)));
    const normed = div(sub(y, level), deviation);
    return {
      normed: this.byChannel(normed, (z, w, b) => add(mul(z, w), b)),
      statistics: { level, deviation },
    };
  }

  /** Applies weight and bias to rows [B, ...], whose channels lie behind one another. */
  byChannel(rows: Tensor, change: (rows: Tensor, weight: Tensor, bias: Tensor) => Tensor): Tensor {
    const { affine_weight: weight, affine_bias: bias } = this;
    if (!weight || !bias) return rows;
    const inner = rows.shape.slice(1) as readonly number[];
    const channels = weight.shape[0] as number;
    const wide = [channels, ...inner.map(() => 1)];
    const groups = reshape(rows, [-1, channels, ...inner]);
    return reshape(change(groups, reshape(weight, wide), reshape(bias, wide)), [-1, ...inner]);
  }
}

/** Undoes the normalisation. Shapes: output [B, H, K]. */
export function reverse(norm: ReversibleNorm, output: Tensor, { level, deviation }: NormStatistics): Tensor {
  const plain = norm.byChannel(output, (z, w, b) => div(sub(z, b), add(w, epsilon * epsilon)));
  return add(mul(plain, unsqueeze(deviation, 2)), unsqueeze(level, 2));
}
