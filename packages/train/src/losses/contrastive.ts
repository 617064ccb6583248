/** InfoNCE: each query must find its own key among all. */

import { knownOptions, requirePositive } from '@noosphere/base';
import {
  ArgumentError,
  add,
  concat,
  crossEntropy,
  div,
  fromData,
  l2Norm,
  matmul,
  maximum,
  mul,
  requireSameShape,
  staticDim,
  type Tensor,
} from '@noosphere/core';
import { transposeLast } from '@noosphere/core/operators';
import type { LossOptions } from './reduction.js';

export interface ContrastiveOptions extends LossOptions {
  /** Divides the similarities. @default 0.1 */
  readonly temperature?: number;
  /** Scale queries and keys to length 1, so that similarities are cosines. @default true */
  readonly normalize?: boolean;
  /** More keys [M, E] that belong to no query. */
  readonly negatives?: Tensor;
  /** Let keys look for their queries too, and take the mean of both, as CLIP does. @default false */
  readonly symmetric?: boolean;
}

/**
 * Contrastive loss (InfoNCE): -ln softmax(queries keysᵀ / temperature) at each query's own key, that of the same row.
 * Shapes: queries and keys [N, E]; the result is [] or, not reduced, [N]. van den Oord et al. 2018; symmetric: Radford et
 * al. 2021.
 * @example
 * const x = tensor([[1, 0], [0, 1]]);
 * console.log((await contrastiveLoss(x, x, { temperature: 1 }).item()).toFixed(4)); // → 0.3133
 */
export function contrastiveLoss(queries: Tensor, keys: Tensor, options: ContrastiveOptions = {}): Tensor {
  const {
    temperature = 0.1,
    normalize = true,
    negatives,
    symmetric = false,
    reduction = 'mean',
  } = knownOptions('contrastiveLoss', options, 'temperature normalize negatives symmetric reduction');
  requireSameShape('contrastiveLoss', queries, keys);
  requirePositive('contrastiveLoss', 'temperature', temperature);
  if (queries.rank !== 2)
    throw new ArgumentError('contrastiveLoss', `expects queries and keys [N, E], got ${queries}`);
  if (symmetric && negatives)
    throw new ArgumentError(
      'contrastiveLoss',
      'negatives have no query to look for; leave out negatives or symmetric',
    );
  const scaled = (x: Tensor) => (normalize ? toUnitLength(x) : x);
  const count = staticDim('contrastiveLoss', queries.shape[0]);
  const labels = fromData(
    'int32',
    [count],
    Int32Array.from({ length: count }, (_, index) => index),
  );
  const from = mul(scaled(queries), 1 / temperature);
  const candidates = scaled(keys);
  const all = negatives ? concat([candidates, scaled(negatives)]) : candidates;
  const similarities = matmul(from, transposeLast(all));
  const loss = crossEntropy(similarities, labels, { reduction });
  if (!symmetric) return loss;
  return mul(add(loss, crossEntropy(transposeLast(similarities), labels, { reduction })), 0.5);
}

/** x / ‖x‖ over the last axis; zeros stay zeros. */
function toUnitLength(x: Tensor): Tensor {
  return div(x, maximum(l2Norm(x, { axes: -1, keepDims: true }), 1e-12));
}
