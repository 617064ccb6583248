/** NPY: one array of NumPy's, as bytes. Arrays of several are NPZ. */
import { knownOptions } from '@noosphere/base';
import { readBytes, type WriteOptions, writeAtomically } from '@noosphere/base/files';
import {
  ArgumentError,
  bytesPerElement,
  type DType,
  FormatError,
  fromData,
  type HostTensor,
  hostData,
  type Tensor,
} from '@noosphere/core';
import { bytesOf, createData, viewData } from '@noosphere/core/operators';
import { codeOf, readNpyHeader } from './npy-header.js';

export interface NpyReadOptions {
  /**
   * What 64-bit integers become: tensors of bigints (`exact`), or float64 (`numbers`) where all are safe whole numbers
   * and an error where one is not.
   * @default 'exact'
   */
  readonly integers?: 'exact' | 'numbers';
  /** What errors call the bytes. @default 'bytes' */
  readonly place?: string;
}

/**
 * The tensor in the bytes of an NPY file.
 *
 * All of NumPy's numbers but complex ones, in either byte order; Fortran order is turned into row-major. Float16 keeps its
 * bits. Throws a `FormatError` with the place where the bytes are no NPY file, damaged, cut off, or hold other things.
 * Source: NumPy's format description (NEP 1), versions 1 to 3.
 * @example
 * const bytes = encodeNpy(tensor([[1, 2], [3, 4]]));
 * console.log(await decodeNpy(bytes).array()); // → [ [ 1, 2 ], [ 3, 4 ] ]
 */
export function decodeNpy(bytes: Uint8Array, options: NpyReadOptions = {}): HostTensor {
  const { integers = 'exact', place = 'bytes' } = knownOptions('decodeNpy', options, 'integers place');
  const { dtype, isBigEndian, isFortranOrder, shape, offset } = readNpyHeader(bytes, place);
  const count = shape.reduce((product, dim) => product * dim, 1);
  const expected = count * bytesPerElement(dtype);
  const found = bytes.byteLength - offset;
  if (!Number.isSafeInteger(expected) || expected !== found) {
    throw new FormatError(
      'npy',
      place,
      `promises ${dtype}[${shape.join(', ')}], ${expected} bytes, but ${found} follow the header; it is ${found < expected ? 'cut off' : 'damaged'}`,
    );
  }
  const stored = bytes.subarray(offset);
  const ordered = isBigEndian ? byteSwapped(stored, bytesPerElement(dtype)) : stored;
  const flat = fromData(dtype, [count], viewData(dtype, ordered));
  const data = isFortranOrder ? fromFortranOrder(flat, shape) : hostData(flat);
  const tensor = fromData(dtype, shape, dtype === 'bool' ? zeroOrOne(data as Uint8Array, place) : data);
  return integers === 'numbers' ? asNumbers(tensor, place) : tensor;
}

/** A copy with the bytes of each number turned around. */
export function byteSwapped(bytes: Uint8Array, width: number): Uint8Array {
  const swapped = bytes.slice();
  const copy = Buffer.from(swapped.buffer, swapped.byteOffset, swapped.byteLength);
  if (width === 2) copy.swap16();
  if (width === 4) copy.swap32();
  if (width === 8) copy.swap64();
  return swapped;
}

/** Row-major elements from column-major ones: the first axis changes fastest in what is stored. */
function fromFortranOrder(flat: HostTensor, shape: readonly number[]) {
  const source = hostData(flat) as Float64Array;
  const data = createData(flat.dtype, source.length) as Float64Array;
  const strides = shape.map((_, axis) => shape.slice(0, axis).reduce((product, dim) => product * dim, 1));
  const index = shape.map(() => 0);
  let from = 0;
  for (let to = 0; to < data.length; to++) {
    data[to] = source[from] as number;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const [place = 0, dim = 0, stride = 0] = [index[axis], shape[axis], strides[axis]];
      if (place + 1 < dim) {
        index[axis] = place + 1;
        from += stride;
        break;
      }
      index[axis] = 0;
      from -= place * stride;
    }
  }
  return data;
}

function zeroOrOne(data: Uint8Array, place: string): Uint8Array {
  const wrong = data.findIndex((value) => value > 1);
  if (wrong < 0) return data;
  throw new FormatError(
    'npy',
    place,
    `has the bool ${data[wrong]} at ${wrong}, expected 0 or 1; it is damaged`,
  );
}

function asNumbers(tensor: HostTensor, place: string): HostTensor {
  if (tensor.dtype !== 'int64' && tensor.dtype !== 'uint64') return tensor;
  const numbers = new Float64Array(tensor.size);
  for (const [at, value] of (hostData(tensor) as BigInt64Array).entries()) {
    const number = Number(value);
    if (!Number.isSafeInteger(number)) {
      throw new FormatError(
        'npy',
        place,
        `has ${value} at ${at}, which a number cannot hold exactly; read it with integers: 'exact'`,
      );
    }
    numbers[at] = number;
  }
  return fromData('float64', tensor.shape, numbers);
}

/**
 * A tensor with data as the bytes of an NPY file, version 1.0, little endian, row-major: what `numpy.save` writes.
 *
 * Throws where the tensor is not computed yet; await its `data()` first.
 * @example
 * console.log(encodeNpy(tensor([1, 2, 3])).byteLength); // → 140
 */
export function encodeNpy(tensor: Tensor): Uint8Array {
  const data = bytesOf(hostData(tensor));
  const header = npyHeader(tensor.dtype, tensor.shape);
  const bytes = new Uint8Array(header.byteLength + data.byteLength);
  bytes.set(header);
  bytes.set(data, header.byteLength);
  return bytes;
}

function npyHeader(dtype: DType, shape: Tensor['shape']): Uint8Array {
  const sizes = shape.length === 1 ? `${shape[0]},` : shape.join(', ');
  const dictionary = `{'descr': '${codeOf(dtype)}', 'fortran_order': False, 'shape': (${sizes}), }`;
  // Spaces up to a multiple of 64 bytes with the line's end, so that the numbers are aligned.
  const length = Math.ceil((10 + dictionary.length + 1) / 64) * 64 - 10;
  if (length > 0xffff)
    throw new ArgumentError('npy', `a shape of ${shape.length} sizes does not fit; reshape it`);
  const header = Buffer.alloc(10 + length, ' ', 'latin1');
  header.write('\x93NUMPY\x01\x00', 'latin1');
  header.writeUInt16LE(length, 8);
  header.write(dictionary, 10, 'latin1');
  header[header.length - 1] = 0x0a;
  return header;
}

/**
 * Reads an NPY file. Throws as `decodeNpy`, and names the file.
 * @example
 * await writeNpy('x.npy', tensor([1, 2, 3]));
 * console.log(await (await readNpy('x.npy')).array()); // → [ 1, 2, 3 ]
 */
export async function readNpy(
  path: string,
  options: Omit<NpyReadOptions, 'place'> = {},
): Promise<HostTensor> {
  return decodeNpy(await readBytes(path), { ...options, place: path });
}

/** Writes an NPY file in one step; a lazy tensor is computed. A file that is there stays, unless `overwrite` is set. */
export async function writeNpy(path: string, tensor: Tensor, options: WriteOptions = {}): Promise<void> {
  knownOptions('writeNpy', options, 'overwrite');
  await tensor.data();
  await writeAtomically(path, [encodeNpy(tensor)], options);
}
