/** Focal losses: cross-entropy that counts what is right already for less. */
import { knownOptions } from '@noosphere/base';
import {
  ArgumentError,
  add,
  crossEntropy,
  div,
  equal,
  exp,
  gather,
  logicalNot,
  maximum,
  mul,
  neg,
  pow,
  sigmoid,
  sub,
  sum,
  type Tensor,
  where,
} from '@noosphere/core';
import { binaryCrossEntropyWithLogits } from './binary-cross-entropy.js';
import { type LossOptions, reduceLoss } from './reduction.js';

export interface SigmoidFocalOptions extends LossOptions {
  /** Weight of the positive targets; the negative ones weigh 1 - alpha. `undefined` weighs none. @default 0.25 */
  readonly alpha?: number | undefined;
  /** How much less a right answer counts; 0 is plain cross-entropy. @default 2 */
  readonly gamma?: number;
}

/**
 * Focal loss of yes-or-no targets: -α_t (1 - p_t)^γ ln p_t, with p_t the probability given to the truth; as torchvision's
 * `sigmoid_focal_loss`, which sums or leaves where this averages by default.
 * Shapes: logits and targets (0 or 1) of one shape; the result is [] or, not reduced, of that shape. Lin et al. 2017.
 * @example
 * console.log((await sigmoidFocalLoss(tensor([0]), tensor([1])).item()).toFixed(4)); // → 0.0433
 */
export function sigmoidFocalLoss(logits: Tensor, targets: Tensor, options: SigmoidFocalOptions = {}): Tensor {
  const { gamma = 2, reduction } = knownOptions('sigmoidFocalLoss', options, 'alpha gamma reduction');
  const alpha = 'alpha' in options ? options.alpha : 0.25;
  requireGamma('sigmoidFocalLoss', gamma);
  const losses = binaryCrossEntropyWithLogits(logits, targets, { reduction: 'none' });
  const positive = sigmoid(logits);
  // 1 - p_t is 1 - p where the target is 1, and p where it is 0.
  const missed = add(mul(targets, sub(1, positive)), mul(sub(1, targets), positive));
  const focused = mul(losses, missedPower(missed, gamma));
  if (alpha === undefined) return reduceLoss('sigmoidFocalLoss', focused, reduction);
  const weight = add(mul(targets, 2 * alpha - 1), 1 - alpha);
  return reduceLoss('sigmoidFocalLoss', mul(focused, weight), reduction);
}

export interface FocalOptions extends LossOptions {
  /** How much less a right answer counts; 0 is plain cross-entropy. @default 2 */
  readonly gamma?: number;
  /** A weight per class, shape [C]. */
  readonly weights?: Tensor;
  /** Samples with this label count nothing. */
  readonly ignoreIndex?: number;
}

/**
 * Focal loss over classes: -w (1 - p)^γ ln p, with p the probability given to the label and w its class's weight.
 * `mean` divides by the sum of the weights of the labels that count, as `crossEntropy` does.
 * Shapes: logits [N, C, ...], integer labels [N, ...]; the result is [] or, not reduced, [N, ...]. Lin et al. 2017.
 * @example
 * const loss = focalLoss(tensor([[0, 0]]), tensor([1], { dtype: 'int32' }));
 * console.log((await loss.item()).toFixed(4)); // → 0.1733
 */
export function focalLoss(logits: Tensor, labels: Tensor, options: FocalOptions = {}): Tensor {
  const {
    gamma = 2,
    weights,
    ignoreIndex,
    reduction,
  } = knownOptions('focalLoss', options, 'gamma weights ignoreIndex reduction');
  requireGamma('focalLoss', gamma);
  const ignoring = ignoreIndex === undefined ? {} : { ignoreIndex };
  const losses = crossEntropy(logits, labels, { reduction: 'none', ...ignoring });
  const focused = mul(losses, missedPower(sub(1, exp(neg(losses))), gamma));
  const counts = ignoreIndex === undefined ? undefined : logicalNot(equal(labels, ignoreIndex));
  const classWeights = weights && gather(weights, counts ? where(counts, labels, 0) : labels);
  const sampleWeights = counts ? where(counts, classWeights ?? 1, 0) : classWeights;
  if (!sampleWeights) return reduceLoss('focalLoss', focused, reduction);
  const weighted = mul(focused, sampleWeights);
  if (reduction === undefined || reduction === 'mean') return div(sum(weighted), sum(sampleWeights));
  return reduceLoss('focalLoss', weighted, reduction);
}

/** (1 - p)^γ; kept off 0, where the slope of a root is infinite. */
function missedPower(missed: Tensor, gamma: number): Tensor {
  return pow(maximum(missed, 1e-12), gamma);
}

function requireGamma(operation: string, gamma: number): void {
  if (!(gamma >= 0)) throw new ArgumentError(operation, `gamma must be 0 or more, got ${gamma}`);
}
