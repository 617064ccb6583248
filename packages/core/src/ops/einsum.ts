/** Sums of products by an equation over named axes, taken apart into matrix products. */
import { ArgumentError } from '@noosphere/base';
import { apply1, defineOperator, pullback, type Tensor } from '../graph/index.js';
import { type Dim, type DType, staticDim } from '../shape/index.js';
import { add, mul } from './arithmetic.js';
import { type Label, parseEquation } from './einsum-equation.js';
import { slice } from './joining.js';
import { expandLike, Reshape, reshape, shapeInput, transpose } from './layout.js';
import { required, requireSameDType } from './like.js';
import { matmul } from './matrix.js';
import { sum } from './reduce.js';

export const Einsum = defineOperator({
  name: 'Einsum',
  opset: 12,
  attributes: { equation: 'string' },
  infer: ({ inputs, attributes }) => {
    const tensors = inputs.filter((input) => input !== undefined);
    const first = required('Einsum', tensors, 0);
    requireSameDType('einsum', first, ...tensors.slice(1));
    const { result, sizes } = parseEquation(attributes.equation, tensors);
    return [{ dtype: first.dtype, shape: result.map((label) => sizes.get(label) as Dim) }];
  },
  formula: (inputs, { equation }) => [contract(equation, inputs as readonly Tensor[])],
  gradient: ({ inputs, outputGradients, attributes }) => {
    const tensors = inputs as readonly Tensor[];
    return pullback([contract(attributes.equation, tensors)], outputGradients, tensors, add);
  },
  flops: ({ inputs, attributes }) => {
    const { sizes } = parseEquation(attributes.equation, inputs as readonly Tensor[]);
    return [...sizes.values()].reduce<number>(
      (product, dim) => product * staticDim('cost', dim),
      inputs.length,
    );
  },
  doc: 'Σ over the labels that the result does not name of the products of the operands. Gradient: that of its products.',
});

/** A tensor whose axes have labels. */
interface Labelled {
  readonly tensor: Tensor;
  readonly labels: readonly Label[];
}

/**
 * Sum of products by an equation: `'ij,jk->ik'` is the matrix product. A label twice in one operand is its diagonal,
 * `...` stands for further axes, which broadcast; without `->` the result has the labels that occur once, in order.
 * @example
 * const rows = tensor([[1, 2], [3, 4]]);
 * console.log(await einsum('ij,kj->ik', rows, rows).array()); // → [ [ 5, 11 ], [ 11, 25 ] ]
 */
export function einsum<D extends DType>(equation: string, ...tensors: readonly Tensor<D>[]): Tensor<D> {
  const [first, ...others] = tensors;
  if (!first) throw new ArgumentError('einsum', 'needs at least one tensor, got none');
  requireSameDType('einsum', first, ...others);
  return contract(equation, tensors) as Tensor<D>;
}

/** Operands are multiplied from left to right; a label is summed as soon as nothing behind needs it. */
function contract(equation: string, tensors: readonly Tensor[]): Tensor {
  const { operands, result } = parseEquation(equation, tensors);
  const parts = operands.map((labels, index) => diagonals({ tensor: tensors[index] as Tensor, labels }));
  const total = parts.reduce((left, right, index) => {
    const needed = new Set([...result, ...parts.slice(index + 1).flatMap((part) => part.labels)]);
    const one = summedTo(left, new Set([...needed, ...right.labels]));
    return product(one, summedTo(right, new Set([...needed, ...left.labels])), needed);
  });
  const { tensor, labels } = summedTo(total, new Set(result));
  return transpose(
    tensor,
    result.map((label) => labels.indexOf(label)),
  );
}

/** Repeated labels of one operand: only the diagonal stays. */
function diagonals(part: Labelled): Labelled {
  const { tensor, labels } = part;
  const second = labels.findIndex((label, axis) => labels.indexOf(label) !== axis);
  if (second < 0) return part;
  const first = labels.indexOf(labels[second] as Label);
  const others = labels.map((_, axis) => axis).filter((axis) => axis !== first && axis !== second);
  const kept = others.map((axis) => tensor.shape[axis] as Dim);
  const size = staticDim('einsum', tensor.shape[first]);
  const flat = reshape(transpose(tensor, [...others, first, second]), [...kept, size * size]);
  const diagonal = slice(flat, { starts: [0], ends: [size * size], axes: [kept.length], steps: [size + 1] });
  return diagonals({
    tensor: diagonal,
    labels: [...others.map((axis) => labels[axis] as Label), labels[first] as Label],
  });
}

/** Without the axes whose labels nobody needs. */
function summedTo(part: Labelled, needed: ReadonlySet<Label>): Labelled {
  const axes = part.labels.flatMap((label, axis) => (needed.has(label) ? [] : [axis]));
  if (axes.length === 0) return part;
  return { tensor: sum(part.tensor, { axes }), labels: part.labels.filter((label) => needed.has(label)) };
}

/** Two operands as one: labels of both that nobody needs are summed by a matrix product. */
function product(left: Labelled, right: Labelled, needed: ReadonlySet<Label>): Labelled {
  const shared = left.labels.filter((label) => right.labels.includes(label));
  const batch = shared.filter((label) => needed.has(label));
  const inner = shared.filter((label) => !needed.has(label));
  const rows = left.labels.filter((label) => !shared.includes(label));
  const columns = right.labels.filter((label) => !shared.includes(label));
  if (inner.length === 0) {
    const a = grouped(left, [batch, rows, []]);
    const b = grouped(right, [batch, [], columns]);
    return ungrouped(mul(a, b), [...batch, ...rows, ...columns], [left, right], batch.length);
  }
  const [a, b] = [left, right].map((part) => withFullSizes(part, inner, [left, right])) as [
    Labelled,
    Labelled,
  ];
  const multiplied = matmul(grouped(a, [batch, rows, inner]), grouped(b, [batch, inner, columns]));
  return ungrouped(multiplied, [...batch, ...rows, ...columns], [left, right], batch.length);
}

/** Summed axes that broadcast are repeated: a matrix product cannot. */
function withFullSizes(part: Labelled, inner: readonly Label[], both: readonly Labelled[]): Labelled {
  const sizeOf = (label: Label) =>
    both.map((each) => dimOf(each, label)).find((dim) => dim !== undefined && dim !== 1);
  const shape = part.labels.map((label, axis) => {
    const own = part.tensor.shape[axis] as Dim;
    return inner.includes(label) && own === 1 ? (sizeOf(label) ?? 1) : own;
  });
  if (shape.every((dim, axis) => dim === part.tensor.shape[axis])) return part;
  return {
    ...part,
    tensor: expandLike(
      part.tensor,
      shape,
      both.map((each) => each.tensor),
    ),
  };
}

function dimOf(part: Labelled, label: Label): Dim | undefined {
  const axis = part.labels.indexOf(label);
  return axis < 0 ? undefined : part.tensor.shape[axis];
}

/** The axes of the first group as they are, those of the second and third each as one. */
function grouped(
  part: Labelled,
  [batch, second, third]: [readonly Label[], readonly Label[], readonly Label[]],
): Tensor {
  const order = [...batch, ...second, ...third];
  const moved = transpose(
    part.tensor,
    order.map((label) => part.labels.indexOf(label)),
  );
  const size = (labels: readonly Label[]): Dim => {
    const dims = labels.map((label) => dimOf(part, label) as Dim);
    if (dims.length === 1) return dims[0] as Dim;
    return dims.every((dim) => typeof dim === 'number') ? dims.reduce((total, dim) => total * dim, 1) : -1;
  };
  const shape = [...batch.map((label) => dimOf(part, label) as Dim), size(second), size(third)];
  return apply1(Reshape, [moved, shapeInput(shape, [moved], true)], { allowzero: shape.includes(0) ? 1 : 0 });
}

/** The result of a product with each label an axis of its own again. */
function ungrouped(
  x: Tensor,
  labels: readonly Label[],
  sources: readonly Labelled[],
  batch: number,
): Labelled {
  const shape = labels.map((label, axis) =>
    axis < batch
      ? (x.shape[axis] as Dim)
      : (sources.map((part) => dimOf(part, label)).find((dim) => dim !== undefined) as Dim),
  );
  const tensors = [x, ...sources.map((part) => part.tensor)];
  const tensor = apply1(Reshape, [x, shapeInput(shape, tensors)], {
    allowzero: shape.includes(0) ? 1 : 0,
  });
  return { tensor, labels };
}
