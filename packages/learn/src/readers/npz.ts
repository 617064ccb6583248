/** NPZ: several arrays of NumPy's by name, in a ZIP archive. */
import { knownOptions } from '@noosphere/base';
import { readBytes, type WriteOptions, writeAtomically } from '@noosphere/base/files';
import { ArgumentError, FormatError, type HostTensor, type Tensor } from '@noosphere/core';
import { refuseForeignFormat } from './foreign-formats.js';
import { decodeNpy, encodeNpy, type NpyReadOptions } from './npy.js';
import { listZip, readZipEntry, zipChunks } from './zip.js';

export interface NpzReadOptions extends NpyReadOptions {
  /** Only these arrays. @default all */
  readonly names?: readonly string[];
  /** Refuse files whose arrays take more, unpacked. @default 1 GiB */
  readonly mostBytes?: number;
}

export interface NpzOptions {
  /** Pack by deflate, as `numpy.savez_compressed`. @default false */
  readonly compress?: boolean;
}

/**
 * The tensors in the bytes of an NPZ file, by name.
 *
 * Reads what `numpy.savez` and `numpy.savez_compressed` write. Throws a `FormatError` with the place where the archive or
 * an array in it is damaged, holds other things, or unpacks to more than `mostBytes`; an `ArgumentError` where a name that
 * was asked for is not there.
 * @example
 * const bytes = encodeNpz({ x: tensor([1, 2]), y: tensor([3]) }, { compress: true });
 * const { x, y } = decodeNpz(bytes);
 * console.log(await x?.array(), await y?.array()); // → [ 1, 2 ] [ 3 ]
 */
export function decodeNpz(bytes: Uint8Array, given: NpzReadOptions = {}): Record<string, HostTensor> {
  const {
    names,
    mostBytes = 2 ** 30,
    place = 'bytes',
    ...options
  } = knownOptions('decodeNpz', given, 'names mostBytes integers place');
  refuseForeignFormat(place, bytes);
  const entries = listZip(bytes, place).map((entry) => ({
    ...entry,
    array: entry.name.replace(/\.npy$/, ''),
  }));
  const known = new Set(entries.map(({ array }) => array));
  if (known.size < entries.length)
    throw new FormatError('npz', place, 'holds two arrays of one name; it is damaged');
  const missing = names?.find((name) => !known.has(name));
  if (missing !== undefined) {
    throw new ArgumentError(
      'npz',
      `${place} has no array '${missing}', it has ${[...known].slice(0, 20).join(', ') || 'none'}`,
    );
  }
  const chosen = names ? entries.filter(({ array }) => names.includes(array)) : entries;
  const total = chosen.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  if (total > mostBytes) {
    throw new FormatError(
      'npz',
      place,
      `unpacks to ${total} bytes, expected at most ${mostBytes}; raise mostBytes, or read arrays by names`,
    );
  }
  return Object.fromEntries(
    chosen.map((entry) => {
      const where = `${place}, '${entry.array}'`;
      return [entry.array, decodeNpy(readZipEntry(bytes, entry, place), { ...options, place: where })];
    }),
  );
}

/**
 * Tensors with data as the bytes of an NPZ file; equal tensors give equal bytes.
 *
 * Throws where a tensor is not computed yet, or the archive would exceed 4 GiB.
 * @example
 * console.log(Object.keys(decodeNpz(encodeNpz({ weights: tensor([1]), bias: tensor([2]) })))); // → [ 'weights', 'bias' ]
 */
export function encodeNpz(tensors: Readonly<Record<string, Tensor>>, options: NpzOptions = {}): Uint8Array {
  knownOptions('encodeNpz', options, 'compress');
  return new Uint8Array(Buffer.concat([...chunksOf(tensors, options)]));
}

function chunksOf(tensors: Readonly<Record<string, Tensor>>, { compress = false }: NpzOptions) {
  const contents = Object.entries(tensors).values();
  function* encoded() {
    for (const [name, tensor] of contents) yield { name: `${name}.npy`, bytes: encodeNpy(tensor) };
  }
  return zipChunks(encoded(), compress);
}

/**
 * Reads an NPZ file. Throws as `decodeNpz`, and names the file.
 * @example
 * await writeNpz('data.npz', { x: tensor([1, 2]) }, { compress: true });
 * console.log(Object.keys(await readNpz('data.npz'))); // → [ 'x' ]
 */
export async function readNpz(
  path: string,
  options: Omit<NpzReadOptions, 'place'> = {},
): Promise<Record<string, HostTensor>> {
  return decodeNpz(await readBytes(path), { ...options, place: path });
}

/** Writes an NPZ file in one step; lazy tensors are computed. A file that is there stays, unless `overwrite` is set. */
export async function writeNpz(
  path: string,
  tensors: Readonly<Record<string, Tensor>>,
  given: NpzOptions & WriteOptions = {},
): Promise<void> {
  const { overwrite = false, ...options } = knownOptions('writeNpz', given, 'compress overwrite');
  for (const tensor of Object.values(tensors)) await tensor.data();
  await writeAtomically(path, chunksOf(tensors, options), { overwrite });
}
