/** TensorProto: the sizes its header claims are checked against the bytes that are there before anything is allocated. */
import { FormatError } from '@noosphere/base';
import { fromData, type HostTensor } from '../graph/index.js';
import { bytesPerElement, createData, type DType, dtypeFromOnnx, viewData } from '../shape/index.js';
import type { ExternalLocation, OnnxTensor, OnnxTensorData } from './model.js';
import { readFields, readText, readVarints } from './wire.js';

/** More axes than any operator takes. */
const highestRank = 64;

/** Reads a tensor's header and finds its data; copies none of it. */
export function readTensor(message: Uint8Array, where: string): OnnxTensor {
  const draft = new TensorDraft(where);
  for (const field of readFields(message, where)) {
    if (field.kind === 'varint') draft.integer(field.number, BigInt.asIntN(64, field.value));
    else draft.bytes(field.number, field.value);
  }
  return draft.finish();
}

/** What has been read of a tensor. */
class TensorDraft {
  readonly #where: string;
  readonly #dims: bigint[] = [];
  readonly #words: Uint8Array[] = [];
  readonly #integers: BigInt64Array[] = [];
  readonly #loose: bigint[] = [];
  readonly #external: [string, string][] = [];
  #width: 4 | 8 = 4;
  #strings = 0;
  #type = 0n;
  #name = '';
  #raw: Uint8Array | undefined;
  #isExternal = false;

  constructor(where: string) {
    this.#where = where;
  }

  integer(field: number, value: bigint): void {
    if (field === 1) this.#dims.push(value);
    else if (field === 2) this.#type = value;
    else if (field === 5 || field === 7 || field === 11) this.#loose.push(value);
    else if (field === 14) this.#isExternal = value === 1n;
  }

  bytes(field: number, value: Uint8Array): void {
    if (field === 1) this.#dims.push(...readVarints(value.subarray(0, 10 * (highestRank + 1)), this.#where));
    else if (field === 3) this.#fail('is split into segments, which no exporter writes; save it whole');
    else if (field === 4 || field === 10) {
      this.#width = field === 4 ? 4 : 8;
      this.#words.push(value);
    } else if (field === 5 || field === 7 || field === 11)
      this.#integers.push(readVarints(value, this.#where));
    else if (field === 6) this.#strings += 1;
    else if (field === 8) this.#name = readText(value, this.#where);
    else if (field === 9) this.#raw = value;
    else if (field === 13) this.#external.push(readEntry(value, this.#where));
  }

  finish(): OnnxTensor {
    const dims = this.#dims.map((dim) => {
      if (dim < 0n || dim > BigInt(Number.MAX_SAFE_INTEGER))
        this.#fail(`a dimension is ${dim}, expected a size`);
      return Number(dim);
    });
    if (dims.length > highestRank) this.#fail(`has more than ${highestRank} dimensions; the file is damaged`);
    const count = dims.reduce((product, dim) => product * dim, 1);
    if (!Number.isSafeInteger(count)) this.#fail(`dimensions [${dims.join(', ')}] are beyond any memory`);
    const tensor = {
      name: this.#name,
      place: this.#place(),
      type: Number(this.#type),
      dims,
      data: this.#data(),
    };
    checkSize(tensor, count);
    return tensor;
  }

  #data(): OnnxTensorData {
    if (this.#isExternal) return { kind: 'external', location: this.#location() };
    if (this.#raw) return { kind: 'raw', bytes: this.#raw };
    if (this.#words.length > 0) return { kind: 'words', width: this.#width, pieces: this.#words };
    if (this.#strings > 0) return { kind: 'strings', count: this.#strings };
    return { kind: 'integers', values: joined([...this.#integers, BigInt64Array.from(this.#loose)]) };
  }

  #location(): ExternalLocation {
    const entries = new Map(this.#external);
    const path = entries.get('location');
    if (path === undefined) this.#fail('keeps its data elsewhere but names no file');
    const number = (key: string): number | undefined => {
      const text = entries.get(key);
      if (text === undefined) return undefined;
      const value = Number(text);
      if (!/^\d+$/.test(text) || !Number.isSafeInteger(value))
        this.#fail(`${key} of its external data is '${text}'`);
      return value;
    };
    return { path: path ?? '', offset: number('offset') ?? 0, lengthBytes: number('length') };
  }

  #place(): string {
    return this.#name ? `${this.#where} '${this.#name}'` : this.#where;
  }

  #fail(what: string): never {
    throw new FormatError('onnx', this.#place(), what);
  }
}

function readEntry(message: Uint8Array, place: string): [string, string] {
  const texts = ['', ''];
  for (const field of readFields(message, place)) {
    if (field.kind === 'bytes' && field.number >= 1 && field.number <= 2)
      texts[field.number - 1] = readText(field.value, place);
  }
  return [texts[0], texts[1]];
}

function joined(parts: readonly BigInt64Array[]): BigInt64Array {
  const filled = parts.filter((part) => part.length > 0);
  if (filled.length === 1) return filled[0];
  const all = new BigInt64Array(filled.reduce((total, part) => total + part.length, 0));
  let at = 0;
  for (const part of filled) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** Throws unless the data has exactly the elements that the dimensions claim. */
function checkSize({ place, type, dims, data }: Omit<OnnxTensor, 'name'>, count: number): void {
  const dtype = dtypeFromOnnx(type);
  const width = dtype && bytesPerElement(dtype);
  const claim = `dimensions [${dims.join(', ')}] of ${dtype ?? elementTypeName(type)}`;
  const mismatch = (expected: number, got: number, unit: string): never => {
    throw new FormatError(
      'onnx',
      place,
      `${claim} take ${expected} ${unit}, got ${got}; the file is damaged`,
    );
  };
  if (type === 0) throw new FormatError('onnx', place, 'has no element type; the file is damaged');
  if (data.kind === 'raw') {
    if (width && data.bytes.byteLength !== count * width)
      mismatch(count * width, data.bytes.byteLength, 'bytes');
  } else if (data.kind === 'words') {
    const bytes = data.pieces.reduce((total, piece) => total + piece.byteLength, 0);
    if (width && bytes !== count * data.width) mismatch(count * data.width, bytes, 'bytes');
  } else if (data.kind === 'integers') {
    if (width && data.values.length !== count) mismatch(count, data.values.length, 'elements');
  } else if (data.kind === 'external') {
    const { lengthBytes } = data.location;
    if (width && lengthBytes !== undefined && lengthBytes !== count * width)
      mismatch(count * width, lengthBytes, 'bytes');
  }
}

/** Gives the bytes of external data; `lengthBytes` is what the tensor needs. */
export type ExternalData = (location: ExternalLocation, lengthBytes: number, place: string) => Uint8Array;

/** The tensor with its data: a view on the file's bytes where they lie as they are needed. */
export function hostTensor(tensor: OnnxTensor, external?: ExternalData): HostTensor {
  const { place, type, dims, data } = tensor;
  const dtype = dtypeFromOnnx(type);
  if (!dtype || data.kind === 'strings') {
    throw new FormatError(
      'onnx',
      place,
      `has element type ${elementTypeName(type)}, which Noosphere does not carry`,
    );
  }
  const count = dims.reduce((product, dim) => product * dim, 1);
  if (data.kind === 'raw') return fromData(dtype, dims, viewData(dtype, data.bytes));
  if (data.kind === 'external') {
    if (!external) {
      throw new FormatError(
        'onnx',
        place,
        `keeps its data in '${data.location.path}'; loadOnnx(path) reads it from beside the model, importOnnx(bytes, { external }) from a function`,
      );
    }
    const bytes = external(data.location, count * bytesPerElement(dtype), place);
    return fromData(dtype, dims, viewData(dtype, bytes));
  }
  if (data.kind === 'words') return fromWords(dtype, tensor, data.width, data.pieces);
  return fromIntegers(dtype, tensor, data.values);
}

function fromWords(
  dtype: DType,
  { place, dims }: OnnxTensor,
  width: 4 | 8,
  pieces: readonly Uint8Array[],
): HostTensor {
  if (dtype !== (width === 4 ? 'float32' : 'float64'))
    throw new FormatError('onnx', place, `${dtype} elements cannot be kept as floats of ${width} bytes`);
  const [first] = pieces;
  if (first && pieces.length === 1) return fromData(dtype, dims, viewData(dtype, first));
  const bytes = new Uint8Array(pieces.reduce((total, piece) => total + piece.byteLength, 0));
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.byteLength;
  }
  return fromData(dtype, dims, viewData(dtype, bytes));
}

function fromIntegers(dtype: DType, { place, dims }: OnnxTensor, values: BigInt64Array): HostTensor {
  if ((dtype === 'float32' || dtype === 'float64') && values.length > 0)
    throw new FormatError('onnx', place, `${dtype} elements cannot be kept as integers`);
  const target = createData(dtype, values.length);
  if (target instanceof BigInt64Array || target instanceof BigUint64Array) target.set(values);
  else for (let index = 0; index < values.length; index++) target[index] = Number(values[index]);
  return fromData(dtype, dims, target);
}

const elementTypeNames: Readonly<Record<number, string>> = {
  8: 'string',
  14: 'complex64',
  15: 'complex128',
  16: 'bfloat16',
  17: 'float8e4m3fn',
  18: 'float8e4m3fnuz',
  19: 'float8e5m2',
  20: 'float8e5m2fnuz',
  21: 'uint4',
  22: 'int4',
  23: 'float4e2m1',
};

/** The name of an ONNX element type, for messages. */
export function elementTypeName(type: number): string {
  return dtypeFromOnnx(type) ?? elementTypeNames[type] ?? `number ${type}`;
}

/** A tensor from the bytes of a TensorProto, the `.pb` files beside ONNX test models. */
export function readTensorProto(bytes: Uint8Array): HostTensor {
  return hostTensor(readTensor(bytes, 'tensor'));
}
