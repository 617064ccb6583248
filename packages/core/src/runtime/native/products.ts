/** Which products the native kernel takes over: those large enough that packing pays, with the transposes around them. */
import type { Graph, Node, RewriteRule, Tensor } from '../../graph/index.js';
import { nativeProduct, type Precision, type ProductLayout } from '../../ops/native-product.js';
import { isStatic, stridesOf } from '../../shape/index.js';

/** Smaller products are left to the runtime, which packs nothing. */
const leastSize = 8;
const leastWork = 64 ** 3;

/** Axes [...outer, lines, depth] of an operand in memory. */
interface Operand {
  readonly tensor: Tensor;
  readonly shape: readonly number[];
  readonly strides: readonly number[];
}

interface Factors {
  readonly left: Operand;
  readonly right: Operand;
  readonly bias?: Tensor | undefined;
  readonly alpha: number;
}

/** Puts the native product in the place of MatMul, Gemm and FusedMatMul, and of transposes around them. */
export function nativeProducts(graph: Graph, precision: Precision): RewriteRule {
  const readers = countReaders(graph);
  return (node, original) => {
    if (node.operator.name === 'Transpose') {
      const [before] = original.inputs;
      return before && readers.get(before) === 1 ? turned(node) : undefined;
    }
    const factors = factorsOf(node);
    const shape = node.outputs[0]?.shape;
    if (!factors || !shape || !isStatic(shape)) return undefined;
    const layout = layoutOf(factors, shape);
    if (!isWorthIt(layout)) return undefined;
    return [nativeProduct(factors.left.tensor, factors.right.tensor, factors.bias, layout, precision)];
  };
}

function countReaders({ nodes, outputs }: Graph): Map<Tensor, number> {
  const readers = new Map<Tensor, number>();
  for (const tensor of [...outputs, ...nodes.flatMap(({ inputs }) => inputs)])
    if (tensor) readers.set(tensor, (readers.get(tensor) ?? 0) + 1);
  return readers;
}

function isWorthIt({ outer, sizes }: ProductLayout): boolean {
  const work = [...outer, ...sizes].reduce((product, size) => product * size, 1);
  return Math.min(...sizes) >= leastSize && work >= leastWork;
}

/** What a node multiplies; `undefined` where it is no product that the kernel knows. */
function factorsOf({ operator, inputs, attributes }: Node): Factors | undefined {
  const [a, b, c] = inputs;
  if (!['MatMul', 'Gemm', 'FusedMatMul'].includes(operator.name) || a?.dtype !== 'float32' || !b)
    return undefined;
  if (a.rank < 2 || b.rank < 2 || !isStatic(a.shape) || !isStatic(b.shape)) return undefined;
  const { alpha = 1, beta = 1, transA = 0, transB = 0 } = attributes as Record<string, number>;
  const isRow = c && c.size === b.shape.at(transB ? -2 : -1) && c.shape.at(-1) === c.size;
  if (c && (!isRow || beta !== 1)) return undefined;
  return { left: operandOf(a, !!transA), right: operandOf(b, !transB), bias: c, alpha };
}

/** @param turns Whether lines are the last axis. */
function operandOf(tensor: Tensor, turns: boolean): Operand {
  const { tensor: source, shape, strides } = behindTranspose(tensor);
  const axes = shape.map((_, axis) => axis);
  const order = turns ? [...axes.slice(0, -2), axes.length - 1, axes.length - 2] : axes;
  const pick = (values: readonly number[]) => order.map((axis) => values[axis] as number);
  return { tensor: source, shape: pick(shape), strides: pick(strides) };
}

/** A transpose is read where its input lies. */
function behindTranspose(tensor: Tensor): Operand {
  const shape = tensor.shape as readonly number[];
  const node = tensor.origin.kind === 'node' ? tensor.origin.node : undefined;
  const [source] = node?.inputs ?? [];
  const permutation = node?.operator.name === 'Transpose' && permutationOf(node);
  if (!permutation || !source || !isStatic(source.shape)) return { tensor, shape, strides: stridesOf(shape) };
  const strides = stridesOf(source.shape);
  return { tensor: source, shape, strides: permutation.map((axis) => strides[axis] as number) };
}

/** The order of a transpose's axes; without one they are turned round. */
function permutationOf({ inputs, attributes }: Node): readonly number[] {
  const axes = [...(inputs[0]?.shape.keys() ?? [])];
  return (attributes.perm as readonly number[] | undefined) ?? axes.reverse();
}

function layoutOf({ left, right, alpha }: Factors, shape: readonly number[]): ProductLayout {
  const outer = shape.slice(0, -2);
  const inner = stridesOf(shape);
  const layout = {
    outer,
    sizes: [shape.at(-2), shape.at(-1), left.shape.at(-1)] as [number, number, number],
    left: broadcastTo(outer.length, left),
    right: broadcastTo(outer.length, right),
    result: inner.slice(0, -1),
    shape,
    alpha,
  };
  return withoutOuterRows(layout);
}

/** Strides over all outer axes: none along those that the operand repeats. */
function broadcastTo(rank: number, { shape, strides }: Operand): number[] {
  const missing = rank + 2 - shape.length;
  const outer = Array.from({ length: rank }, (_, axis) =>
    axis < missing || shape[axis - missing] === 1 ? 0 : (strides[axis - missing] as number),
  );
  return [...outer, ...strides.slice(-2)];
}

/** Outer axes over which the right operand stays the same become rows, where the left one goes on evenly. */
function withoutOuterRows(layout: ProductLayout): ProductLayout {
  const { outer, sizes, left, right, result } = layout;
  const last = outer.length - 1;
  const [rows, columns, depth] = sizes;
  const goesOn = (strides: readonly number[]) => strides[last] === rows * (strides[last + 1] as number);
  if (last < 0 || right[last] !== 0 || !goesOn(left) || !goesOn(result)) return layout;
  const without = (strides: readonly number[]) => strides.filter((_, axis) => axis !== last);
  return withoutOuterRows({
    ...layout,
    outer: outer.slice(0, -1),
    sizes: [rows * (outer[last] as number), columns, depth],
    left: without(left),
    right: without(right),
    result: without(result),
  });
}

/** The product that writes a transpose of what it wrote; `undefined` where its rows and columns both end up further in front. */
function turned(node: Node): Tensor[] | undefined {
  const { inputs, outputs } = node;
  const [product] = inputs;
  const producer = product?.origin.kind === 'node' ? product.origin.node : undefined;
  const shape = outputs[0]?.shape;
  if (producer?.operator.name !== 'Product' || !product || !shape || !isStatic(shape)) return undefined;
  const [left, right, bias] = producer.inputs as [Tensor, Tensor, Tensor?];
  const { precision, ...rest } = producer.attributes;
  const layout = rest as unknown as ProductLayout;
  const { outer, sizes } = layout;
  const isDense = outer.length + 2 === product.rank && isSame(layout.result, stridesOf(layout.shape));
  const permutation = permutationOf(node);
  const strides = stridesOf(shape);
  const result = permutation.map((_, axis) => strides[permutation.indexOf(axis)] as number);
  const [rows, columns] = [result.at(-2) as number, result.at(-1) as number];
  if (!isDense) return undefined;
  const moved = { ...layout, shape, result: [...result.slice(0, -2), rows] };
  if (permutation.at(-1) === product.rank - 1)
    return [nativeProduct(left, right, bias, moved, precision as Precision)];
  if (permutation.at(-1) !== product.rank - 2 || bias) return undefined;
  // Columns of A Bᵀ are rows of B Aᵀ.
  const swapped = {
    ...moved,
    sizes: [sizes[1], sizes[0], sizes[2]] as const,
    left: layout.right,
    right: layout.left,
    result: [...result.slice(0, -2), columns],
  };
  return [nativeProduct(right, left, undefined, swapped, precision as Precision)];
}

/** Whether the strides in front of the last axis are those of a dense result. */
function isSame(strides: readonly number[], dense: readonly number[]): boolean {
  return strides.every((stride, axis) => stride === dense[axis]);
}
