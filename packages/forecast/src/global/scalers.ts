/** Scaling inside a window: every window is scaled by its own history, as part of the graph. */
import {
  abs,
  add,
  cast,
  div,
  equal,
  gatherElements,
  greater,
  max,
  maximum,
  min,
  mul,
  sqrt,
  square,
  sub,
  sum,
  type Tensor,
  topK,
  where,
  zeros,
} from '@noosphere/core';

export const scalerKinds = ['identity', 'standard', 'robust', 'minmax'] as const;

/**
 * How a window is scaled: (y - shift) / scale.
 *
 * | kind | shift | scale |
 * |---|---|---|
 * | `identity` | 0 | 1 |
 * | `standard` | mean | standard deviation |
 * | `robust` | median | median of the distances from it (the deviation times 0.6745 where that is 0) |
 * | `minmax` | smallest | largest - smallest |
 *
 * A scale of 0, as of a constant window, becomes 1. As neuralforecast's `scaler_type`.
 */
export type ScalerKind = (typeof scalerKinds)[number];

export interface WindowScale {
  /** Like the values, 1 long on the last axis. */
  readonly shift: Tensor;
  readonly scale: Tensor;
}

const epsilon = 1e-6;
const farAway = 3e38;

/**
 * Shift and scale of each window from what its mask shows.
 * @param values [..., T], finite everywhere; one scale for each window and column.
 * @param mask [B, T] or [B, 1, T], 1 where a value counts.
 */
export function windowScale(
  kind: Exclude<ScalerKind, 'identity'>,
  values: Tensor,
  mask: Tensor,
): WindowScale {
  const over = { axes: -1, keepDims: true };
  if (kind === 'minmax') {
    const isSeen = greater(mask, 0);
    const smallest = min(where(isSeen, values, farAway), over);
    const largest = max(where(isSeen, values, -farAway), over);
    const isEmpty = greater(smallest, largest);
    const range = sub(largest, smallest);
    return { shift: where(isEmpty, 0, smallest), scale: nonZero(where(isEmpty, 0, range)) };
  }
  const count = maximum(sum(mask, over), 1);
  const mean = div(sum(mul(values, mask), over), count);
  const deviation = sqrt(div(sum(mul(square(sub(values, mean)), mask), over), count));
  if (kind === 'standard') return { shift: mean, scale: nonZero(deviation) };
  const shift = maskedMedian(values, mask, count);
  const distance = maskedMedian(abs(sub(values, shift)), mask, count);
  return { shift, scale: nonZero(where(equal(distance, 0), mul(deviation, 0.6744897501960817), distance)) };
}

/** The scale, 1 where it is 0; a little more than that, as neuralforecast has it. */
function nonZero(scale: Tensor): Tensor {
  return add(where(equal(scale, 0), 1, scale), epsilon);
}

/** The lower median of what the mask shows; 0 where it shows nothing. */
function maskedMedian(values: Tensor, mask: Tensor, count: Tensor): Tensor {
  const length = values.shape.at(-1) as number;
  // The missing come last in the order, so the median lies in the first half.
  const { values: sorted } = topK(where(greater(mask, 0), values, farAway), {
    k: Math.floor((length + 1) / 2),
    largest: false,
  });
  const place = cast(mul(sub(count, 1), 0.5), 'int32');
  const isTable = values.rank === 3;
  // [B, 1, 1] -> [B, C, 1]
  const places = isTable ? add(place, zeros([values.shape[1] as number, 1], { dtype: 'int32' })) : place;
  const median = gatherElements(sorted, places, { axis: values.rank - 1 });
  return where(greater(median, farAway / 2), 0, median);
}
