/** Tensors made from numbers: constants on the host, no operators. */
import { ArgumentError, knownOptions } from '@noosphere/base';
import { fill, fromData, fromNumbers, type HostTensor, type NestedArray } from '../graph/index.js';
import { type AnyData, type DataOf, type DType, elementCount, requireDims } from '../shape/index.js';

/** dtype of a new tensor. @default float32 */
export interface DTypeOption<D extends DType> {
  readonly dtype?: D;
}

export interface TensorOptions<D extends DType> extends DTypeOption<D> {
  /** @default the nesting of the array, or one axis for a typed array */
  readonly shape?: readonly number[];
}

type TypedDType<A> = A extends Float32Array
  ? 'float32'
  : A extends Float64Array
    ? 'float64'
    : A extends Int32Array
      ? 'int32'
      : A extends BigInt64Array
        ? 'int64'
        : A extends Int8Array
          ? 'int8'
          : A extends Uint8Array
            ? 'uint8'
            : never;

/**
 * A tensor from nested arrays (float32, or bool for booleans, unless a dtype is given) or from a typed array, which is shared, not copied.
 * @example
 * console.log(tensor([[1, 2], [3, 4]]).shape); // → [ 2, 2 ]
 * console.log(tensor(new Int32Array([1, 2, 3, 4]), { shape: [2, 2] }).dtype); // → int32
 */
export function tensor<A extends AnyData>(
  data: A,
  options?: { shape?: readonly number[] },
): HostTensor<TypedDType<A>>;
export function tensor<D extends DType>(
  data: NestedArray | AnyData,
  options: TensorOptions<D> & { dtype: D },
): HostTensor<D>;
export function tensor(
  data: boolean | readonly boolean[] | readonly (readonly boolean[])[],
  options?: { shape?: readonly number[] },
): HostTensor<'bool'>;
export function tensor(data: NestedArray, options?: { shape?: readonly number[] }): HostTensor<'float32'>;
export function tensor(data: NestedArray | AnyData, options: TensorOptions<DType> = {}): HostTensor {
  knownOptions('tensor', options, 'shape dtype');
  if (ArrayBuffer.isView(data)) return fromTypedArray(data, options);
  const shape = nestingOf(data);
  const flat: (number | boolean)[] = [];
  flatten(data, shape, 0, flat);
  const dtype = options.dtype ?? (typeof flat[0] === 'boolean' ? 'bool' : 'float32');
  const values = flat.map(Number);
  requireFit(dtype, values);
  return fromNumbers(dtype, options.shape ?? shape, values);
}

function fromTypedArray(data: AnyData, options: TensorOptions<DType>): HostTensor {
  const own = dtypeOfArray(data);
  const dtype = options.dtype ?? own;
  const shape = options.shape ?? [data.length];
  const shares =
    dtype === own ||
    (data instanceof Uint8Array && dtype === 'bool') ||
    (data instanceof Uint16Array && dtype === 'float16');
  if (shares) return fromData(dtype, shape, data as DataOf<DType>);
  const values = Array.from(data as ArrayLike<number | bigint>, Number);
  requireFit(dtype, values);
  return fromNumbers(dtype, shape, values);
}

/** Whole numbers that each dtype holds, from the least to the greatest. */
const wholeRanges: Readonly<Partial<Record<DType, readonly [number, number]>>> = {
  bool: [0, 1],
  int8: [-(2 ** 7), 2 ** 7 - 1],
  uint8: [0, 2 ** 8 - 1],
  int16: [-(2 ** 15), 2 ** 15 - 1],
  uint16: [0, 2 ** 16 - 1],
  int32: [-(2 ** 31), 2 ** 31 - 1],
  uint32: [0, 2 ** 32 - 1],
  // The last numbers of 64 bits are none of JavaScript's.
  int64: [-(2 ** 63), 2 ** 63 - 1024],
  uint64: [0, 2 ** 64 - 2048],
};
/** The greatest numbers that are rounded to a finite one. */
const floatLimits: Readonly<Partial<Record<DType, number>>> = {
  float16: 65519,
  float32: 3.4028235677973362e38,
};

/** Refuses values that would wrap round, lose their fraction or become infinite. */
function requireFit(dtype: DType, values: readonly number[]): void {
  const range = wholeRanges[dtype];
  const limit = floatLimits[dtype] ?? Number.POSITIVE_INFINITY;
  const wrong = range
    ? values.findIndex((value) => !(Number.isInteger(value) && value >= range[0] && value <= range[1]))
    : values.findIndex((value) => Number.isFinite(value) && Math.abs(value) > limit);
  if (wrong < 0) return;
  const what = range ? `whole numbers from ${range[0]} to ${range[1]}` : `numbers up to ${limit}`;
  throw new ArgumentError(
    'tensor',
    `${dtype} holds ${what}, got ${values[wrong]} at ${wrong}; choose another dtype, or round and clip before`,
  );
}

function dtypeOfArray(data: AnyData): DType {
  if (data instanceof Float32Array) return 'float32';
  if (data instanceof Float64Array) return 'float64';
  if (data instanceof Int32Array) return 'int32';
  if (data instanceof BigInt64Array) return 'int64';
  if (data instanceof BigUint64Array) return 'uint64';
  if (data instanceof Int8Array) return 'int8';
  if (data instanceof Int16Array) return 'int16';
  if (data instanceof Uint16Array) return 'uint16';
  if (data instanceof Uint32Array) return 'uint32';
  return 'uint8';
}

function nestingOf(data: NestedArray): number[] {
  const shape: number[] = [];
  for (let level = data; Array.isArray(level); level = level[0] as NestedArray) shape.push(level.length);
  return shape;
}

function flatten(
  data: NestedArray,
  shape: readonly number[],
  axis: number,
  into: (number | boolean)[],
): void {
  if (axis === shape.length) {
    if (typeof data !== 'number' && typeof data !== 'boolean') {
      throw new ArgumentError(
        'tensor',
        `expects numbers or booleans ${axis} levels deep, got ${typeof data}`,
      );
    }
    into.push(data);
    return;
  }
  if (!Array.isArray(data) || data.length !== shape[axis]) {
    throw new ArgumentError(
      'tensor',
      `rows differ in length: expected ${shape[axis]} entries at level ${axis}, got ${Array.isArray(data) ? data.length : 'a number'}; pad the rows first`,
    );
  }
  for (const row of data) flatten(row, shape, axis + 1, into);
}

/**
 * A tensor filled with one value.
 * @example
 * console.log(await full([2], 7).array()); // → [ 7, 7 ]
 */
export function full(shape: readonly number[], value: number | boolean): HostTensor<'float32'>;
export function full<D extends DType>(
  shape: readonly number[],
  value: number | boolean,
  options: DTypeOption<D>,
): HostTensor<D>;
export function full(shape: readonly number[], value: number | boolean, options: DTypeOption<DType> = {}) {
  const { dtype = 'float32' } = knownOptions('full', options, 'dtype');
  requireDims('full', shape);
  return fill(dtype, shape, value);
}

/**
 * A tensor of zeros.
 * @example
 * console.log(await zeros([2]).array()); // → [ 0, 0 ]
 */
export function zeros(shape: readonly number[]): HostTensor<'float32'>;
export function zeros<D extends DType>(shape: readonly number[], options: DTypeOption<D>): HostTensor<D>;
export function zeros(shape: readonly number[], options: DTypeOption<DType> = {}) {
  const { dtype = 'float32' } = knownOptions('zeros', options, 'dtype');
  requireDims('zeros', shape);
  return fill(dtype, shape, 0);
}

/**
 * A tensor of ones.
 * @example
 * console.log(await ones([2]).array()); // → [ 1, 1 ]
 */
export function ones(shape: readonly number[]): HostTensor<'float32'>;
export function ones<D extends DType>(shape: readonly number[], options: DTypeOption<D>): HostTensor<D>;
export function ones(shape: readonly number[], options: DTypeOption<DType> = {}) {
  const { dtype = 'float32' } = knownOptions('ones', options, 'dtype');
  requireDims('ones', shape);
  return fill(dtype, shape, 1);
}

/**
 * Whole steps from start up to, without, stop.
 * @example
 * console.log(await arange(0, 6, 2).array()); // → [ 0, 2, 4 ]
 */
export function arange(start: number, stop: number, step = 1): HostTensor<'float32'> {
  if (step === 0) throw new ArgumentError('arange', 'step must not be 0');
  const length = Math.max(0, Math.ceil((stop - start) / step));
  return fromNumbers(
    'float32',
    [length],
    Float64Array.from({ length }, (_, index) => start + index * step),
  );
}

/**
 * `count` evenly spaced values from start to stop, both included.
 * @example
 * console.log(await linspace(0, 1, 3).array()); // → [ 0, 0.5, 1 ]
 */
export function linspace(start: number, stop: number, count: number): HostTensor<'float32'> {
  const gap = count > 1 ? (stop - start) / (count - 1) : 0;
  return fromNumbers(
    'float32',
    [count],
    Float64Array.from({ length: count }, (_, index) => start + index * gap),
  );
}

/**
 * The identity matrix.
 * @example
 * console.log(await eye(2).array()); // → [ [ 1, 0 ], [ 0, 1 ] ]
 */
export function eye(size: number): HostTensor<'float32'> {
  const data = new Float32Array(elementCount([size, size]));
  for (let index = 0; index < size; index++) data[index * (size + 1)] = 1;
  return fromData('float32', [size, size], data);
}
