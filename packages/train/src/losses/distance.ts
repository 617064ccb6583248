/** Losses of vectors by how near they lie: cosine embedding and triplets. */
import { knownOptions } from '@noosphere/base';
import {
  ArgumentError,
  abs,
  add,
  div,
  formatShape,
  greater,
  isFloat,
  minimum,
  mul,
  pow,
  relu,
  requireSameShape,
  ShapeError,
  sqrt,
  square,
  sub,
  sum,
  type Tensor,
  where,
} from '@noosphere/core';
import { type LossOptions, reduceLoss } from './reduction.js';

export interface CosineEmbeddingOptions extends LossOptions {
  /** Cosine up to which an unlike pair costs nothing. @default 0 */
  readonly margin?: number;
}

/**
 * Cosine embedding loss: 1 - cos(a, b) for pairs labelled 1, max(0, cos(a, b) - margin) for those labelled -1; as
 * PyTorch's `cosine_embedding_loss`.
 * Shapes: a and b [N, E], labels [N] (1 or -1, floats or integers); the result is [] or, not reduced, [N].
 * @example
 * const a = tensor([[1, 0]]);
 * console.log(await cosineEmbeddingLoss(a, tensor([[0, 1]]), tensor([1])).item()); // → 1
 */
export function cosineEmbeddingLoss(
  a: Tensor,
  b: Tensor,
  labels: Tensor,
  options: CosineEmbeddingOptions = {},
): Tensor {
  const { margin = 0, reduction } = knownOptions('cosineEmbeddingLoss', options, 'margin reduction');
  requireSameShape('cosineEmbeddingLoss', a, b);
  if (a.rank !== 2 || labels.rank !== 1 || labels.shape[0] !== a.shape[0]) {
    throw new ShapeError(
      'cosineEmbeddingLoss',
      `expects vectors [N, E] and labels [N], got ${formatShape(a.shape)} and ${formatShape(labels.shape)}`,
    );
  }
  const product = (x: Tensor, y: Tensor) => sum(mul(x, y), { axes: -1 });
  // As PyTorch: the squares are kept off 0 by 1e-12.
  const norms = sqrt(mul(add(product(a, a), 1e-12), add(product(b, b), 1e-12)));
  const cosine = div(product(a, b), norms);
  const losses = where(greater(labels, 0), sub(1, cosine), relu(sub(cosine, margin)));
  return reduceLoss('cosineEmbeddingLoss', losses, reduction);
}

export interface TripletOptions extends LossOptions {
  /** How much farther the negative must lie. @default 1 */
  readonly margin?: number;
  /** Degree of the norm. @default 2 */
  readonly p?: number;
  /** Take the negative's distance from the positive where that is smaller (Balntas et al. 2016). @default false */
  readonly swap?: boolean;
  /** Added to differences, so that a distance of 0 has a slope. @default 1e-6 */
  readonly epsilon?: number;
}

/**
 * Triplet loss: max(0, ‖anchor - positive‖ - ‖anchor - negative‖ + margin), as PyTorch's `triplet_margin_loss`.
 * Shapes: all three [..., E] of one shape; the result is [] or, not reduced, [...]. Schroff et al. 2015.
 * @example
 * const [anchor, positive, negative] = [tensor([[0, 0]]), tensor([[0, 3]]), tensor([[2, 0]])];
 * console.log((await tripletLoss(anchor, positive, negative).item()).toFixed(3)); // → 2.000
 */
export function tripletLoss(
  anchor: Tensor,
  positive: Tensor,
  negative: Tensor,
  options: TripletOptions = {},
): Tensor {
  const {
    margin = 1,
    p = 2,
    swap = false,
    epsilon = 1e-6,
    reduction,
  } = knownOptions('tripletLoss', options, 'margin p swap epsilon reduction');
  requireSameShape('tripletLoss', anchor, positive);
  requireSameShape('tripletLoss', anchor, negative);
  if (!isFloat(anchor.dtype) || !(p > 0))
    throw new ArgumentError('tripletLoss', `expects floats and p above 0, got ${anchor} and ${p}`);
  const distance = (x: Tensor, y: Tensor) => norm(add(sub(x, y), epsilon), p);
  const toNegative = distance(anchor, negative);
  const farther = swap ? minimum(toNegative, distance(positive, negative)) : toNegative;
  const losses = relu(add(sub(distance(anchor, positive), farther), margin));
  return reduceLoss('tripletLoss', losses, reduction);
}

/** (Σ |x|^p)^(1/p) over the last axis. */
function norm(x: Tensor, p: number): Tensor {
  if (p === 1) return sum(abs(x), { axes: -1 });
  if (p === 2) return sqrt(sum(square(x), { axes: -1 }));
  return pow(sum(pow(abs(x), p), { axes: -1 }), 1 / p);
}
