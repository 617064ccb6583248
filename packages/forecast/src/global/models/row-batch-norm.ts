/** Batch normalisation of rows [M, D] while training, by products with a row of ones: faster than the runtime's operator. */
import {
  add,
  customGradient,
  div,
  matmul,
  mul,
  ones,
  reshape,
  rsqrt,
  square,
  sub,
  type Tensor,
} from '@noosphere/core';
import type { BatchNorm1d, ForwardContext } from '@noosphere/train';

/**
 * What `norm.forward(rows, context)` gives, gradients and running statistics included (Ioffe & Szegedy 2015). Sums over
 * rows are products with ones. Shapes: rows [M, D] give the same.
 */
export function normalizeRows(norm: BatchNorm1d, rows: Tensor, context: ForwardContext): Tensor {
  const { weight, bias, running_mean: runningMean, running_var: runningVariance, momentum, epsilon } = norm;
  const count = rows.shape[0];
  const isPlain = weight && bias && runningMean && runningVariance && typeof momentum === 'number';
  if (!context.training || !isPlain || typeof count !== 'number' || count < 2)
    return norm.forward(rows, context);
  const { mean, variance } = statistics(rows, count);
  const blend = (old: Tensor, batch: Tensor) =>
    add(mul(context.current(old), 1 - momentum), mul(batch, momentum));
  const flat = (row: Tensor) => asVector(row, norm.channels);
  context.update(runningMean, blend(runningMean, flat(mean)));
  context.update(runningVariance, blend(runningVariance, flat(mul(variance, count / (count - 1)))));
  const tracked = norm.num_batches_tracked;
  if (tracked) context.update(tracked, add(context.current(tracked), 1));
  return normalized(count, epsilon)(rows, weight, bias);
}

const total = (rows: Tensor, count: number) => matmul(ones([1, count]), rows);

/** Mean and variance of each column [1, D]. */
function statistics(rows: Tensor, count: number) {
  const mean = div(total(rows, count), count);
  const centred = sub(rows, mean);
  return { mean, centred, variance: div(total(square(centred), count), count) };
}

function normalized(count: number, epsilon: number) {
  const parts = (rows: Tensor) => {
    const { centred, variance } = statistics(rows, count);
    return { centred, inverse: rsqrt(add(variance, epsilon)) };
  };
  return customGradient(
    (rows: Tensor, weight: Tensor, bias: Tensor) => {
      const { centred, inverse } = parts(rows);
      return add(mul(centred, mul(inverse, weight)), bias);
    },
    // With c = x - mean and r = 1 / deviation: dx = w r (g - mean g - c r² mean(g c)), dw = r Σ g c, db = Σ g.
    (g, [rows, weight, bias]) => {
      const { centred, inverse } = parts(rows);
      const [sum, product] = [total(g, count), total(mul(g, centred), count)];
      const slope = mul(inverse, weight);
      const along = mul(mul(square(inverse), div(product, count)), slope);
      const change = sub(sub(mul(g, slope), mul(centred, along)), mul(div(sum, count), slope));
      return [
        change,
        asVector(mul(product, inverse), weight.shape[0] as number),
        asVector(sum, bias.shape[0] as number),
      ];
    },
  );
}

/** [1, D] -> [D] */
function asVector(row: Tensor, width: number): Tensor {
  return reshape(row, [width]);
}
