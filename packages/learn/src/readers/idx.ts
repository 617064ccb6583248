/** IDX: one array of numbers, as MNIST's files are; packed by gzip or not. */
import { gunzipSync } from 'node:zlib';
import { FormatError, knownOptions } from '@noosphere/base';
import { readBytes } from '@noosphere/base/files';
import { bytesPerElement, type DType, fromData, type HostTensor } from '@noosphere/core';
import { viewData } from '@noosphere/core/operators';
import { byteSwapped } from './npy.js';

const dtypes = new Map<number, DType>([
  [0x08, 'uint8'],
  [0x09, 'int8'],
  [0x0b, 'int16'],
  [0x0c, 'int32'],
  [0x0d, 'float32'],
  [0x0e, 'float64'],
]);

export interface IdxReadOptions {
  /** What errors call the bytes. @default 'bytes' */
  readonly place?: string;
  /** Refuse packed files that unpack to more. @default 1 GiB */
  readonly mostBytes?: number;
}

/**
 * The tensor in the bytes of an IDX file: two zero bytes, the type, the rank, each size, then the numbers, big endian.
 * What begins as gzip is unpacked. Throws a `FormatError` where the sizes and the bytes that follow do not agree.
 * Source: http://yann.lecun.com/exdb/mnist.
 * @example
 * console.log(await decodeIdx(Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 3, 7, 8, 9)).array()); // → [ 7, 8, 9 ]
 */
export function decodeIdx(given: Uint8Array, options: IdxReadOptions = {}): HostTensor {
  const { place = 'bytes', mostBytes = 2 ** 30 } = knownOptions('decodeIdx', options, 'place mostBytes');
  const bytes = given[0] === 0x1f && given[1] === 0x8b ? unpacked(given, place, mostBytes) : given;
  const fail = (what: string): never => {
    throw new FormatError('idx', place, what);
  };
  const [first, second, kind = 0, rank = 0] = bytes;
  const dtype = dtypes.get(kind);
  if (bytes.byteLength < 4 || first !== 0 || second !== 0)
    fail('does not begin as an IDX file, with two zero bytes');
  if (!dtype)
    return fail(
      `has elements of type 0x${kind.toString(16)}, expected 0x8, 0x9 or 0xb to 0xe; it is damaged`,
    );
  const offset = 4 + 4 * rank;
  if (bytes.byteLength < offset)
    fail(`promises ${rank} sizes and ends after ${bytes.byteLength} bytes; it is cut off`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, offset);
  const shape = Array.from({ length: rank }, (_, axis) => view.getUint32(4 + 4 * axis));
  const width = bytesPerElement(dtype);
  const expected = shape.reduce((product, size) => product * size, width);
  const found = bytes.byteLength - offset;
  if (expected !== found)
    fail(
      `promises ${dtype}[${shape.join(', ')}], ${expected} bytes, but ${found} follow; it is ${found < expected ? 'cut off' : 'damaged'}`,
    );
  return fromData(dtype, shape, viewData(dtype, byteSwapped(bytes.subarray(offset), width)));
}

function unpacked(bytes: Uint8Array, place: string, mostBytes: number): Uint8Array {
  try {
    return gunzipSync(bytes, { maxOutputLength: mostBytes });
  } catch (cause) {
    throw new FormatError(
      'idx',
      place,
      `cannot be unpacked to at most ${mostBytes} bytes (${String(cause)}); it is cut off, damaged or larger than mostBytes`,
      { cause },
    );
  }
}

/** Reads an IDX file, packed by gzip or not. Throws as `decodeIdx`, and names the file. */
export async function readIdx(
  path: string,
  options: Omit<IdxReadOptions, 'place'> = {},
): Promise<HostTensor> {
  return decodeIdx(await readBytes(path), { ...options, place: path });
}
