/**
 * Constants computed while a file is read: the shape arithmetic that exporters write (Shape → Gather → Concat → Reshape)
 * must be numbers before shapes can be inferred. Small tensors only; everything else is left to the runtime.
 */
import { fromData, type HostTensor, hostData, isHostTensor, type Node } from '../graph/index.js';
import { reversedAxes } from '../ops/index.js';
import { sliceRanges } from '../ops/joining.js';
import {
  createData,
  type DType,
  elementCount,
  isFloat,
  isStatic,
  normalizeAxes,
  normalizeAxis,
  stridesOf,
} from '../shape/index.js';
import { numericFolders, type Value } from './fold-numbers.js';

/** Elements of the largest constant that is folded: shapes are far smaller, and tables fold faster in the runtime. */
const largest = 4096;

type Folder = (node: Node, inputs: readonly HostTensor[]) => readonly HostTensor[] | undefined;

/** The outputs of a node as data, or `undefined` where it is not folded. `isConstant` says which inputs may be read. */
export function foldNode(
  node: Node,
  isConstant: (tensor: HostTensor) => boolean,
): readonly HostTensor[] | undefined {
  const { name, domain } = node.operator;
  if (domain !== '' || node.attributes.fmod === 1) return undefined;
  if (name === 'Shape' || name === 'Size') return foldShape(node);
  const folder = folderOf(name);
  if (!folder) return undefined;
  const inputs: HostTensor[] = [];
  for (const input of node.inputs) {
    if (!input) continue;
    if (!isHostTensor(input) || !isConstant(input) || input.size > largest) return undefined;
    inputs.push(input);
  }
  const fits = node.outputs.every(
    ({ shape }) => !isStatic(shape) || shape.reduce((count, dim) => count * dim, 1) <= largest,
  );
  return fits ? folder(node, inputs) : undefined;
}

function folderOf(name: string): Folder | undefined {
  if (Object.hasOwn(moves, name)) return moves[name];
  if (!Object.hasOwn(numericFolders, name)) return undefined;
  const compute = numericFolders[name];
  return compute && ((node, inputs) => elementwise(node, inputs, compute));
}

/** The dimensions of a tensor, where the asked ones are known; its values are not needed. */
function foldShape({ operator, inputs, attributes }: Node): readonly HostTensor[] | undefined {
  const shape = inputs[0]?.shape ?? [];
  const asked =
    operator.name === 'Shape'
      ? shape.slice(attributes.start as number, attributes.end as number | undefined)
      : shape;
  if (!isStatic(asked)) return undefined;
  if (operator.name === 'Size') return [withValues('int64', [], [elementCount(asked)])];
  return [withValues('int64', [asked.length], asked)];
}

/** A constant from numbers of either kind. */
function withValues(dtype: DType, shape: readonly number[], values: readonly Value[]): HostTensor {
  const data = createData(dtype, values.length);
  if (data instanceof BigInt64Array || data instanceof BigUint64Array) {
    values.forEach((value, index) => {
      data[index] = BigInt(value);
    });
  } else {
    values.forEach((value, index) => {
      data[index] = Number(value);
    });
  }
  return fromData(dtype, shape, data);
}

/** One output of the inferred type and shape, computed element by element with broadcasting. */
function elementwise(
  node: Node,
  inputs: readonly HostTensor[],
  compute: (values: readonly Value[], dtype: DType) => Value | undefined,
): readonly HostTensor[] | undefined {
  const [output] = node.outputs;
  const hasHalves = [output, ...inputs].some((tensor) => tensor?.dtype === 'float16');
  if (!output || !isStatic(output.shape) || hasHalves) return undefined;
  const { shape, dtype } = output;
  const sources = inputs.map((input) => ({
    data: hostData(input),
    place: broadcastPlace(input.shape, shape),
  }));
  const values: Value[] = [];
  for (let index = 0, count = elementCount(shape); index < count; index++) {
    const value = compute(
      sources.map(({ data, place }) => data[place(index)] as Value),
      dtype,
    );
    // No integer stands for NaN or infinity, and some (a division by 0) have no value at all.
    const hasValue =
      value !== undefined && (typeof value === 'bigint' || isFloat(dtype) || Number.isFinite(value));
    if (!hasValue) return undefined;
    values.push(typeof value === 'number' && !isFloat(dtype) ? Math.trunc(value) : value);
  }
  return [withValues(dtype, shape, values)];
}

/** Where in a tensor of shape `from` an element of the broadcast shape `to` comes from. */
function broadcastPlace(from: readonly number[], to: readonly number[]): (index: number) => number {
  const fromStrides = stridesOf(from);
  const toStrides = stridesOf(to);
  const offset = to.length - from.length;
  return (index) =>
    from.reduce((place, dim, axis) => {
      const position = Math.floor(index / toStrides[axis + offset]) % to[axis + offset];
      return place + (dim === 1 ? 0 : position * fromStrides[axis]);
    }, 0);
}

/** A tensor whose element at each multi-index is the element of `x` at the place that `source` gives. */
function moved(
  x: HostTensor,
  shape: readonly number[],
  source: (position: readonly number[]) => number,
): HostTensor {
  const from = hostData(x);
  const count = elementCount(shape);
  const data = createData(x.dtype, count);
  const strides = stridesOf(shape);
  for (let index = 0; index < count; index++) {
    const position = shape.map((dim, axis) => Math.floor(index / strides[axis]) % dim);
    data[index] = from[source(position)];
  }
  return fromData(x.dtype, shape, data);
}

/** The place of a multi-index in a tensor of the given shape. */
function placeOf(shape: readonly number[], position: readonly number[]): number {
  return position.reduce((place, at, axis) => place * shape[axis] + at, 0);
}

function staticOutput(node: Node, index = 0): readonly number[] | undefined {
  const shape = node.outputs[index]?.shape;
  return shape && isStatic(shape) ? shape : undefined;
}

/** The same elements in the inferred shape. */
const reshaped: Folder = (node, [x]) => {
  const shape = staticOutput(node);
  return x && shape ? [fromData(x.dtype, shape, hostData(x))] : undefined;
};

/** Operators that move elements without looking at them, any type alike. */
const moves: Readonly<Record<string, Folder>> = {
  Reshape: reshaped,
  Squeeze: reshaped,
  Unsqueeze: reshaped,
  Flatten: reshaped,
  Identity: reshaped,
  Transpose: (node, [x]) => {
    const shape = staticOutput(node);
    if (!x || !shape) return undefined;
    const permutation = (node.attributes.perm as readonly number[] | undefined) ?? reversedAxes(x.rank);
    const strides = stridesOf(x.shape);
    return [
      moved(x, shape, (position) =>
        position.reduce((place, at, axis) => place + at * strides[permutation[axis]], 0),
      ),
    ];
  },
  Expand: (node, [x]) => {
    const shape = staticOutput(node);
    if (!x || !shape) return undefined;
    const place = broadcastPlace(x.shape, shape);
    return [moved(x, shape, (position) => place(placeOf(shape, position)))];
  },
  Tile: (node, [x]) => {
    const shape = staticOutput(node);
    if (!x || !shape) return undefined;
    return [
      moved(x, shape, (position) =>
        placeOf(
          x.shape,
          position.map((at, axis) => at % x.shape[axis]),
        ),
      ),
    ];
  },
  Slice: (node, [x]) => {
    const shape = staticOutput(node);
    if (!x || !shape) return undefined;
    const ranges = sliceRanges(x.shape, node.inputs);
    return [
      moved(x, shape, (position) =>
        placeOf(
          x.shape,
          position.map((at, axis) => {
            const range = ranges.get(axis);
            return range ? range.start + at * range.step : at;
          }),
        ),
      ),
    ];
  },
  Gather: (node, [x, indices]) => foldGather(node, x, indices),
  Concat: (node, inputs) => foldConcat(node, inputs),
  Split: (node, [x]) => foldSplit(node, x),
  ConstantOfShape: (node) => {
    const shape = staticOutput(node);
    const value = node.attributes.value as HostTensor | undefined;
    if (!shape) return undefined;
    if (!value) return [withValues('float32', shape, new Array<number>(elementCount(shape)).fill(0))];
    return [moved(value, shape, () => 0)];
  },
  Range: (node, [start, , delta]) => {
    const shape = staticOutput(node);
    if (!start || !delta || !shape || start.dtype === 'float16') return undefined;
    const from = hostData(start)[0] as Value;
    const step = hostData(delta)[0] as Value;
    const at = (index: number): Value =>
      typeof from === 'bigint' && typeof step === 'bigint'
        ? from + BigInt(index) * step
        : Number(from) + index * Number(step);
    return [
      withValues(
        start.dtype,
        shape,
        Array.from({ length: shape[0] }, (_, index) => at(index)),
      ),
    ];
  },
  ReduceSum: reduction((a, b) => (typeof a === 'bigint' ? a + BigInt(b) : a + Number(b))),
  ReduceProd: reduction((a, b) => (typeof a === 'bigint' ? a * BigInt(b) : a * Number(b))),
  // biome-ignore lint/complexity/useMathMinMax: Math.max refuses 64-bit integers
  ReduceMax: reduction((a, b) => (a > b ? a : b)),
  // biome-ignore lint/complexity/useMathMinMax: Math.min refuses 64-bit integers
  ReduceMin: reduction((a, b) => (a < b ? a : b)),
  NonZero: (_, [x]) => {
    if (!x || x.dtype === 'float16') return undefined;
    const strides = stridesOf(x.shape);
    const found = Array.from(hostData(x) as ArrayLike<Value>, Number).flatMap((value, index) =>
      value === 0 ? [] : [index],
    );
    const rows = x.shape.map((dim, axis) => found.map((index) => Math.floor(index / strides[axis]) % dim));
    return [withValues('int64', [x.rank, found.length], rows.flat())];
  },
};

function foldGather(node: Node, x?: HostTensor, indices?: HostTensor): readonly HostTensor[] | undefined {
  const shape = staticOutput(node);
  if (!x || !indices || !shape) return undefined;
  const axis = normalizeAxis('Gather', (node.attributes.axis as number | undefined) ?? 0, x.rank);
  const size = x.shape[axis];
  const wanted = Array.from(hostData(indices) as ArrayLike<Value>, Number);
  if (wanted.some((index) => index < -size || index >= size)) return undefined;
  return [
    moved(x, shape, (position) => {
      const chosen = wanted[placeOf(indices.shape, position.slice(axis, axis + indices.rank))];
      const at = chosen < 0 ? chosen + size : chosen;
      return placeOf(x.shape, [...position.slice(0, axis), at, ...position.slice(axis + indices.rank)]);
    }),
  ];
}

function foldConcat(node: Node, inputs: readonly HostTensor[]): readonly HostTensor[] | undefined {
  const shape = staticOutput(node);
  const [first] = inputs;
  if (!shape || !first) return undefined;
  const axis = normalizeAxis('Concat', node.attributes.axis as number, first.rank);
  const data = createData(first.dtype, elementCount(shape));
  const after = elementCount(shape.slice(axis + 1));
  const rows = elementCount(shape.slice(0, axis));
  let at = 0;
  for (let row = 0; row < rows; row++) {
    for (const input of inputs) {
      const length = input.shape[axis] * after;
      const from = hostData(input);
      for (let each = 0; each < length; each++) data[at++] = from[row * length + each];
    }
  }
  return [fromData(first.dtype, shape, data)];
}

function foldSplit(node: Node, x?: HostTensor): readonly HostTensor[] | undefined {
  if (!x) return undefined;
  const axis = normalizeAxis('Split', (node.attributes.axis as number | undefined) ?? 0, x.rank);
  let start = 0;
  const pieces: HostTensor[] = [];
  for (let index = 0; index < node.outputs.length; index++) {
    const shape = staticOutput(node, index);
    if (!shape) return undefined;
    const from = start;
    pieces.push(
      moved(x, shape, (position) =>
        placeOf(
          x.shape,
          position.map((at, k) => (k === axis ? at + from : at)),
        ),
      ),
    );
    start += shape[axis];
  }
  return pieces;
}

/** A reduction of integers over the axes of the second input; floats are left to the runtime's order of summing. */
function reduction(combine: (a: Value, b: Value) => Value): Folder {
  return (node, [x, axes]) => {
    const shape = staticOutput(node);
    if (!x || !shape || isFloat(x.dtype) || x.size === 0) return undefined;
    if (!axes && node.attributes.noop_with_empty_axes === 1) return [x];
    const listed = axes && Array.from(hostData(axes) as ArrayLike<Value>, Number);
    const reduced = normalizeAxes(node.operator.name, listed?.length ? listed : undefined, x.rank);
    const strides = stridesOf(x.shape);
    const kept = x.shape.flatMap((dim, axis) =>
      reduced.includes(axis) ? [] : [{ dim, stride: strides[axis] }],
    );
    const sums: Value[] = [];
    Array.from(hostData(x) as ArrayLike<Value>).forEach((value, index) => {
      const place = kept.reduce((at, { dim, stride }) => at * dim + (Math.floor(index / stride) % dim), 0);
      const before = sums[place];
      sums[place] = before === undefined ? value : combine(before, value);
    });
    return [withValues(x.dtype, shape, sums)];
  };
}
