/** What a model is trained for: losses of points, of quantiles, and likelihoods. */
import {
  ArgumentError,
  abs,
  add,
  clamp,
  div,
  equal,
  maximum,
  mul,
  reshape,
  slice,
  square,
  sub,
  sum,
  type Tensor,
  topK,
  unsqueeze,
  where,
} from '@noosphere/core';
import { quantileLoss } from '@noosphere/train';
import { type DistributionKind, distributionKinds, distributionObjective } from './distributions.js';

/**
 * What is made small, as a name or with its settings:
 *
 * - `mae`, `mse`: |e|, e²; `huber`: e²/2 up to δ, δ (|e| - δ/2) beyond
 * - `smape`: 2 |e| / (|y| + |ŷ|), on the original scale
 * - `mase`: |e| over the mean |y[t] - y[t - season]| of the window
 * - `quantiles`: the pinball loss of several quantiles; the point forecast is the median
 * - `gaussian`, `studentT`, `negativeBinomial`: minus the log-likelihood of a distribution
 */
export type ForecastLoss =
  | 'mae'
  | 'mse'
  | 'smape'
  | DistributionKind
  | { readonly kind: 'huber' /** @default 1 */; readonly delta?: number }
  | { readonly kind: 'mase'; readonly season: number }
  /** Percent of the intervals that the quantiles bound; the median is always there. */
  | { readonly kind: 'quantiles'; readonly levels: readonly number[] };

/** What a loss is told of a batch. Scaled values, except where it says raw. */
export interface LossInputs {
  /** [B, H, K] */
  readonly output: Tensor;
  /** [B, H], 0 where it is missing. */
  readonly target: Tensor;
  /** [B, H] on the original scale. */
  readonly rawTarget: Tensor;
  /** [B, H], 1 where there is a target. */
  readonly mask: Tensor;
  /** [B, L] */
  readonly history: Tensor;
  /** [B, 1] */
  readonly shift: Tensor;
  readonly scale: Tensor;
}

/** A loss, ready to train and to forecast with. */
export interface Objective {
  /** K, outputs for each step of the horizon. */
  readonly outputs: number;
  /** Mean over the targets that are there. */
  loss(inputs: LossInputs): Tensor;
  /** From the network's output to results on the original scale: `mean` [B, H] and what intervals are made of. */
  results(output: Tensor, shift: Tensor, scale: Tensor): Readonly<Record<string, Tensor>>;
}

/** The quantiles that bound central intervals, with the median, rising. */
export function quantilesOf(levels: readonly number[]): number[] {
  return [0.5, ...levels.flatMap((level) => [0.5 - level / 200, 0.5 + level / 200])].sort((a, b) => a - b);
}

/** The objective of a loss. Throws where a setting is out of range. */
export function objectiveOf(operation: string, loss: ForecastLoss): Objective {
  const { kind } = typeof loss === 'string' ? { kind: loss } : loss;
  if (distributionKinds.includes(kind as DistributionKind))
    return distributionObjective(kind as DistributionKind);
  if (typeof loss === 'object' && loss.kind === 'quantiles') return quantileObjective(operation, loss.levels);
  return pointObjective(pointLoss(operation, loss));
}

type PointLoss = (inputs: LossInputs & { readonly point: Tensor }) => Tensor;

function pointLoss(operation: string, loss: ForecastLoss): PointLoss {
  if (loss === 'mae') return ({ point, target }) => abs(sub(target, point));
  if (loss === 'mse') return ({ point, target }) => square(sub(target, point));
  if (loss === 'smape') return smape;
  if (typeof loss === 'object' && loss.kind === 'huber') {
    const { delta = 1 } = loss;
    if (!(delta > 0)) throw new ArgumentError(operation, `delta of huber must be above 0, got ${delta}`);
    return ({ point, target }) => {
      const error = sub(point, target);
      const cut = clamp(error, { min: -delta, max: delta });
      return mul(cut, sub(error, mul(cut, 0.5)));
    };
  }
  if (typeof loss === 'object' && loss.kind === 'mase') return scaledLoss(operation, loss.season);
  throw new ArgumentError(
    operation,
    `expects a loss 'mae', 'mse', 'smape', ${distributionKinds.map((each) => `'${each}'`).join(', ')} or { kind: 'huber', 'mase' or 'quantiles' }, got ${JSON.stringify(loss)}`,
  );
}

function smape({ point, rawTarget, shift, scale }: Parameters<PointLoss>[0]): Tensor {
  const forecast = add(mul(point, scale), shift);
  const size = add(abs(rawTarget), abs(forecast));
  return div(mul(abs(sub(rawTarget, forecast)), 2), where(equal(size, 0), 1, size));
}

function scaledLoss(operation: string, season: number): PointLoss {
  return ({ point, target, history }) => {
    const length = history.shape[1] as number;
    if (!Number.isInteger(season) || season < 1 || season >= length) {
      throw new ArgumentError(
        operation,
        `the season of mase must be a whole number from 1 and shorter than the lookback, got ${season} and ${length}`,
      );
    }
    const change = sub(
      slice(history, { starts: [season], ends: [length], axes: [1] }),
      slice(history, { starts: [0], ends: [length - season], axes: [1] }),
    );
    const size = div(sum(abs(change), { axes: 1, keepDims: true }), length - season);
    return div(abs(sub(target, point)), where(equal(size, 0), 1, size));
  };
}

function pointObjective(loss: PointLoss): Objective {
  const pointOf = (output: Tensor) => reshape(output, [-1, output.shape[1] as number]); // [B, H, 1] -> [B, H]
  return {
    outputs: 1,
    loss: (inputs) => maskedMean(loss({ ...inputs, point: pointOf(inputs.output) }), inputs.mask),
    results: (output, shift, scale) => ({ mean: add(mul(pointOf(output), scale), shift) }),
  };
}

function quantileObjective(operation: string, levels: readonly number[]): Objective {
  if (levels.length === 0 || levels.some((level) => !(level > 0 && level < 100))) {
    throw new ArgumentError(
      operation,
      `quantiles need levels, percents between 0 and 100 such as [80, 95], got [${levels.join(', ')}]`,
    );
  }
  const quantiles = quantilesOf(levels);
  const middle = quantiles.indexOf(0.5);
  return {
    outputs: quantiles.length,
    loss: ({ output, target, mask }) => {
      const losses = quantileLoss(output, target, { quantiles, reduction: 'none' });
      return div(maskedMean(sum(losses, { axes: 2 }), mask), quantiles.length);
    },
    results: (output, shift, scale) => {
      // Learnt one by one, quantiles may cross; in order they are never worse (Chernozhukov et al. 2010).
      const { values: inOrder } = topK(output, { k: quantiles.length, axis: 2, largest: false });
      const all = add(mul(inOrder, unsqueeze(scale, 2)), unsqueeze(shift, 2));
      const median = slice(all, { starts: [middle], ends: [middle + 1], axes: [2] });
      return { mean: reshape(median, [-1, output.shape[1] as number]), quantiles: all };
    },
  };
}

/** The mean of what the mask shows; 0 where it shows nothing. */
export function maskedMean(losses: Tensor, mask: Tensor): Tensor {
  return div(sum(mul(losses, mask)), maximum(sum(mask), 1));
}
