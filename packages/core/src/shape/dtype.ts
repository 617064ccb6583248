/** Element types: their names, sizes, typed arrays and ONNX codes. Nothing here knows tensors. */
import { DTypeError } from '@noosphere/base';

interface DTypeArrays {
  float32: Float32Array;
  float64: Float64Array;
  /** Raw half-precision bits; see `float16ToNumber`. */
  float16: Uint16Array;
  int8: Int8Array;
  int16: Int16Array;
  int32: Int32Array;
  int64: BigInt64Array;
  uint8: Uint8Array;
  uint16: Uint16Array;
  uint32: Uint32Array;
  uint64: BigUint64Array;
  /** One byte an element, 0 or 1. */
  bool: Uint8Array;
}

/** Name of an element type. float32, int32 and bool are first-class; the others are carried. */
export type DType = keyof DTypeArrays;
/** The typed array that holds elements of `D`. */
export type DataOf<D extends DType> = DTypeArrays[D];
export type AnyData = DataOf<DType>;
export type FloatDType = 'float32' | 'float64' | 'float16';

interface DTypeFacts<D extends DType> {
  readonly bytes: number;
  /** `TensorProto.DataType` of ONNX. */
  readonly onnx: number;
  readonly create: (length: number) => DataOf<D>;
  readonly view: (buffer: ArrayBufferLike, byteOffset: number, length: number) => DataOf<D>;
}

const facts: { readonly [D in DType]: DTypeFacts<D> } = {
  float32: {
    bytes: 4,
    onnx: 1,
    create: (n) => new Float32Array(n),
    view: (b, o, n) => new Float32Array(b, o, n),
  },
  uint8: { bytes: 1, onnx: 2, create: (n) => new Uint8Array(n), view: (b, o, n) => new Uint8Array(b, o, n) },
  int8: { bytes: 1, onnx: 3, create: (n) => new Int8Array(n), view: (b, o, n) => new Int8Array(b, o, n) },
  uint16: {
    bytes: 2,
    onnx: 4,
    create: (n) => new Uint16Array(n),
    view: (b, o, n) => new Uint16Array(b, o, n),
  },
  int16: { bytes: 2, onnx: 5, create: (n) => new Int16Array(n), view: (b, o, n) => new Int16Array(b, o, n) },
  int32: { bytes: 4, onnx: 6, create: (n) => new Int32Array(n), view: (b, o, n) => new Int32Array(b, o, n) },
  int64: {
    bytes: 8,
    onnx: 7,
    create: (n) => new BigInt64Array(n),
    view: (b, o, n) => new BigInt64Array(b, o, n),
  },
  bool: { bytes: 1, onnx: 9, create: (n) => new Uint8Array(n), view: (b, o, n) => new Uint8Array(b, o, n) },
  float16: {
    bytes: 2,
    onnx: 10,
    create: (n) => new Uint16Array(n),
    view: (b, o, n) => new Uint16Array(b, o, n),
  },
  float64: {
    bytes: 8,
    onnx: 11,
    create: (n) => new Float64Array(n),
    view: (b, o, n) => new Float64Array(b, o, n),
  },
  uint32: {
    bytes: 4,
    onnx: 12,
    create: (n) => new Uint32Array(n),
    view: (b, o, n) => new Uint32Array(b, o, n),
  },
  uint64: {
    bytes: 8,
    onnx: 13,
    create: (n) => new BigUint64Array(n),
    view: (b, o, n) => new BigUint64Array(b, o, n),
  },
};

export const dtypes = Object.keys(facts) as readonly DType[];

/** Whether a text names an element type. */
export function isDType(name: string): name is DType {
  return Object.hasOwn(facts, name);
}

function requireKnownDType(operation: string, dtype: string): void {
  if (isDType(dtype)) return;
  throw new DTypeError(operation, `there is no element type '${String(dtype)}', only ${dtypes.join(', ')}`);
}

/** Bytes of one element. */
export function bytesPerElement(dtype: DType): number {
  return facts[dtype].bytes;
}

/** ONNX `TensorProto.DataType` code of an element type. */
export function onnxDType(dtype: DType): number {
  requireKnownDType('cast', dtype);
  return facts[dtype].onnx;
}

/** The element type of an ONNX code, or `undefined` where Noosphere does not carry it. */
export function dtypeFromOnnx(code: number): DType | undefined {
  return dtypes.find((dtype) => facts[dtype].onnx === code);
}

/** A zero-filled typed array for `length` elements of `dtype`. */
export function createData<D extends DType>(dtype: D, length: number): DataOf<D> {
  requireKnownDType('tensor', dtype);
  return facts[dtype].create(length);
}

/** A typed view on bytes; copies only where the offset is not aligned for the element type. */
export function viewData<D extends DType>(dtype: D, bytes: Uint8Array): DataOf<D> {
  const { bytes: width, view } = facts[dtype];
  // `new`, because slice() of a Buffer is no copy.
  const aligned = bytes.byteOffset % width === 0 ? bytes : new Uint8Array(bytes);
  return view(aligned.buffer, aligned.byteOffset, Math.floor(aligned.byteLength / width));
}

/** The bytes of a typed array, without a copy. */
export function bytesOf(data: AnyData): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

/** Whether elements are floating-point numbers. */
export function isFloat(dtype: DType): dtype is FloatDType {
  return dtype === 'float32' || dtype === 'float64' || dtype === 'float16';
}

/** Whether elements are integers; bool is none. */
export function isInteger(dtype: DType): boolean {
  return !isFloat(dtype) && dtype !== 'bool';
}

/** Throws unless `dtype` is one of `allowed`. */
export function requireDType(operation: string, what: string, dtype: DType, allowed: readonly DType[]): void {
  if (!allowed.includes(dtype)) {
    throw new DTypeError(
      operation,
      `${what} must be ${allowed.join(' or ')}, got ${dtype}; cast(x, '${allowed[0]}') converts`,
    );
  }
}
