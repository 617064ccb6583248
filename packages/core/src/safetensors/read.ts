/** safetensors in: tensors as views on the file's bytes, or one after the other from disk. */
import { ArgumentError, requireBytes } from '@noosphere/base';
import { openFile, type RandomAccessFile } from '@noosphere/base/files';
import { fromData, type HostTensor } from '../graph/index.js';
import { viewData } from '../shape/index.js';
import { headerLength, prefixBytes, readHeader, type TensorEntry } from './header.js';

/** The tensors of a safetensors file. */
export interface Safetensors {
  readonly tensors: Readonly<Record<string, HostTensor>>;
  readonly metadata: Readonly<Record<string, string>>;
  /** What was converted on the way: BF16 is widened to float32, without loss. */
  readonly notes: readonly string[];
}

/**
 * Reads a safetensors file held in memory. Tensors are views on its bytes, not copies (but BF16, widened to float32).
 * @example
 * const bytes = encodeSafetensors({ weight: tensor([1, 2]) });
 * const { tensors } = readSafetensors(bytes);
 * console.log(Object.keys(tensors), await tensors.weight?.array()); // → [ 'weight' ] [ 1, 2 ]
 */
export function readSafetensors(bytes: Uint8Array): Safetensors {
  requireBytes('readSafetensors', bytes);
  const length = headerLength(bytes.subarray(0, prefixBytes), bytes.byteLength);
  const { entries, metadata } = readHeader(
    bytes.subarray(prefixBytes, prefixBytes + length),
    bytes.byteLength,
  );
  const tensors = entries.map((entry) => {
    const { name, offset, lengthBytes } = entry;
    return [name, tensorOf(entry, bytes.subarray(offset, offset + lengthBytes))] as const;
  });
  return { tensors: Object.fromEntries(tensors), metadata, notes: notesOf(entries) };
}

/** A safetensors file on disk, read tensor by tensor. */
export interface SafetensorsFile {
  readonly entries: readonly TensorEntry[];
  readonly metadata: Readonly<Record<string, string>>;
  readonly notes: readonly string[];
  /** Reads one tensor. */
  tensor(name: string): Promise<HostTensor>;
  /** Reads the tensors one after the other, in the order of the file: only one is in memory unless you keep it. */
  [Symbol.asyncIterator](): AsyncIterator<readonly [name: string, tensor: HostTensor]>;
  close(): Promise<void>;
}

/**
 * Opens a safetensors file and reads only its header; tensors follow when asked for.
 * @example
 * await writeSafetensors('weights.safetensors', { weight: tensor([1, 2]), bias: tensor([3]) });
 * const file = await openSafetensors('weights.safetensors');
 * console.log(await (await file.tensor('bias')).array()); // → [ 3 ]
 * await file.close();
 */
export async function openSafetensors(path: string): Promise<SafetensorsFile> {
  const file = await openFile(path);
  try {
    const prefix = await file.read(0, Math.min(prefixBytes, file.sizeBytes));
    const length = headerLength(prefix, file.sizeBytes);
    const { entries, metadata } = readHeader(await file.read(prefixBytes, length), file.sizeBytes);
    return new OpenSafetensors(file, entries, metadata);
  } catch (error) {
    await file.close();
    throw error;
  }
}

class OpenSafetensors implements SafetensorsFile {
  readonly entries: readonly TensorEntry[];
  readonly metadata: Readonly<Record<string, string>>;
  readonly notes: readonly string[];
  readonly #file: RandomAccessFile;
  readonly #byName: ReadonlyMap<string, TensorEntry>;

  constructor(
    file: RandomAccessFile,
    entries: readonly TensorEntry[],
    metadata: Readonly<Record<string, string>>,
  ) {
    this.#file = file;
    this.entries = entries;
    this.metadata = metadata;
    this.notes = notesOf(entries);
    this.#byName = new Map(entries.map((entry) => [entry.name, entry]));
  }

  async tensor(name: string): Promise<HostTensor> {
    const entry = this.#byName.get(name);
    if (!entry) {
      throw new ArgumentError('safetensors', `${this.#file.path} has no tensor '${name}'; see its entries`);
    }
    return tensorOf(entry, await this.#file.read(entry.offset, entry.lengthBytes));
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<readonly [name: string, tensor: HostTensor]> {
    for (const { name } of this.entries) yield [name, await this.tensor(name)];
  }

  close(): Promise<void> {
    return this.#file.close();
  }
}

function tensorOf({ stored, dtype, shape }: TensorEntry, bytes: Uint8Array): HostTensor {
  if (stored !== 'BF16') return fromData(dtype, shape, viewData(dtype, bytes));
  // bfloat16 is the upper half of a float32.
  const halves = viewData('uint16', bytes);
  const words = new Uint32Array(halves.length);
  for (let index = 0; index < halves.length; index++) words[index] = halves[index] << 16;
  return fromData('float32', shape, new Float32Array(words.buffer));
}

function notesOf(entries: readonly TensorEntry[]): string[] {
  const widened = entries.filter(({ stored }) => stored === 'BF16').length;
  return widened === 0
    ? []
    : [`${widened} of ${entries.length} tensors are stored as BF16 and read as float32`];
}
