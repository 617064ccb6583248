/** Running sums, and the products of all other elements that the gradient of a product needs. */
import { knownOptions } from '@noosphere/base';
import { apply1, constantNumbers, defineOperator, scalar, type Tensor } from '../graph/index.js';
import { type DType, normalizeAxis, staticDim } from '../shape/index.js';
import { mul } from './arithmetic.js';
import { ones } from './creation.js';
import { concat, slice } from './joining.js';
import { reshape, reshapeLike, transpose } from './layout.js';
import { countOf, required, requireTensors, sameInfo } from './like.js';

export const CumSum = defineOperator({
  name: 'CumSum',
  opset: 14,
  attributes: { exclusive: 'int', reverse: 'int' },
  defaults: { exclusive: 0, reverse: 0 },
  infer: ({ inputs }) => sameInfo('CumSum', inputs),
  gradient: ({ inputs, outputGradients, attributes }) => {
    const [axis = 0] = constantNumbers('gradient of cumsum', 'the axis', required('CumSum', inputs, 1));
    const g = required('CumSum', outputGradients, 0);
    return [
      cumsum(g, { axis, exclusive: attributes.exclusive === 1, reverse: attributes.reverse !== 1 }),
      undefined,
    ];
  },
  flops: ({ inputs }) => countOf(inputs[0]),
  doc: 'Running sum along an axis. Gradient: the running sum of g from the other end.',
});

export interface CumsumOptions {
  /** @default 0 */
  readonly axis?: number;
  /** Leave the element itself out. @default false */
  readonly exclusive?: boolean;
  /** Sum from the end. @default false */
  readonly reverse?: boolean;
}

/**
 * Running sum along an axis.
 * @example
 * console.log(await cumsum(tensor([1, 2, 3])).array()); // → [ 1, 3, 6 ]
 */
export function cumsum<D extends DType>(x: Tensor<D>, options: CumsumOptions = {}): Tensor<D> {
  requireTensors('cumsum', x);
  const {
    axis = 0,
    exclusive = false,
    reverse = false,
  } = knownOptions('cumsum', options, 'axis exclusive reverse');
  const at = normalizeAxis('cumsum', axis, x.rank);
  return apply1(CumSum, [x, scalar('int64', at)], {
    exclusive: exclusive ? 1 : 0,
    reverse: reverse ? 1 : 0,
  }) as Tensor<D>;
}

/** For each element the product of the others along the axes: exclusive running products from both ends, in log n steps. */
export function cumulativeProducts(x: Tensor, axes: readonly number[]): Tensor {
  const kept = x.shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis));
  const order = [...kept, ...axes];
  const moved = transpose(x, order);
  const length = axes.reduce((product, axis) => product * staticDim('gradient of prod', x.shape[axis]), 1);
  const rows = reshape(moved, [-1, length]);
  const others = mul(productsBefore(rows, length, 1), productsBefore(rows, length, -1));
  const restored = reshape(others, moved.shape);
  return transpose(
    restored,
    order.map((_, position) => order.indexOf(position)),
  );
}

/** Running products along an axis of known size, as ONNX's CumProd. */
export function cumulativeProduct(
  x: Tensor,
  { axis, exclusive, reverse }: { axis: number; exclusive: boolean; reverse: boolean },
): Tensor {
  const at = normalizeAxis('cumulativeProduct', axis, x.rank);
  const order = [...x.shape.keys()].filter((each) => each !== at).concat(at);
  const moved = transpose(x, order);
  const length = staticDim('cumulativeProduct', x.shape[at]);
  const rows = reshape(moved, [-1, length]);
  const before = productsBefore(rows, length, reverse ? -1 : 1);
  return transpose(
    reshapeLike(exclusive ? before : mul(before, rows), moved),
    order.map((_, position) => order.indexOf(position)),
  );
}

/** Exclusive running product along axis 1, from the front (1) or the end (-1), by doubling. */
function productsBefore(rows: Tensor, length: number, direction: 1 | -1): Tensor {
  let products = shifted(rows, length, 1, direction);
  for (let reach = 1; reach < length; reach *= 2)
    products = mul(products, shifted(products, length, reach, direction));
  return products;
}

/** Rows moved by `by` places in a direction, ones moving in. */
function shifted(rows: Tensor, length: number, by: number, direction: 1 | -1): Tensor {
  const filler = ones([rows.shape[0] as number, Math.min(by, length)], { dtype: rows.dtype });
  if (by >= length) return filler;
  const kept =
    direction === 1
      ? slice(rows, { starts: [0], ends: [length - by], axes: [1] })
      : slice(rows, { starts: [by], ends: [length], axes: [1] });
  return concat(direction === 1 ? [filler, kept] : [kept, filler], { axis: 1 });
}
