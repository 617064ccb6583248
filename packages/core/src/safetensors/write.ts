/** safetensors out. */
import { ArgumentError, knownOptions } from '@noosphere/base';
import { type WriteOptions, writeAtomically } from '@noosphere/base/files';
import { hostData, notTensor, Tensor } from '../graph/index.js';
import { bytesOf, bytesPerElement, type DType, staticShape } from '../shape/index.js';
import { storedTypes } from './header.js';

export interface SafetensorsOptions {
  /** Texts stored in the header. */
  readonly metadata?: Readonly<Record<string, string>>;
}

const storedNames: ReadonlyMap<DType, string> = new Map(
  Object.entries(storedTypes)
    .filter(([stored]) => stored !== 'BF16')
    .map(([stored, dtype]) => [dtype, stored]),
);

/**
 * Tensors with data as the bytes of a safetensors file.
 * @example
 * console.log(encodeSafetensors({ weight: tensor([1, 2]) }).byteLength % 8); // → 0
 */
export function encodeSafetensors(
  tensors: Readonly<Record<string, Tensor>>,
  options: SafetensorsOptions = {},
): Uint8Array {
  knownOptions('encodeSafetensors', options, 'metadata');
  const { header, ordered } = layOut(tensors, options);
  const bytes = new Uint8Array(
    header.byteLength + ordered.reduce((sum, [, { byteLength }]) => sum + byteLength, 0),
  );
  bytes.set(header);
  let at = header.byteLength;
  for (const [, tensor] of ordered) {
    bytes.set(bytesOf(hostData(tensor)), at);
    at += tensor.byteLength;
  }
  return bytes;
}

/**
 * Writes tensors to a safetensors file, in one step: a reader sees the whole file or none.
 * A file that is there already stays, unless `overwrite` is set. Lazy tensors are computed.
 * @example
 * await writeSafetensors('one.safetensors', { one: tensor([1]) }, { metadata: { format: 'pt' } });
 * const file = await openSafetensors('one.safetensors');
 * console.log(file.metadata); // → { format: 'pt' }
 * await file.close();
 */
export async function writeSafetensors(
  path: string,
  tensors: Readonly<Record<string, Tensor>>,
  given: SafetensorsOptions & WriteOptions = {},
): Promise<void> {
  const { overwrite = false, ...options } = knownOptions('writeSafetensors', given, 'metadata overwrite');
  const { header, ordered } = layOut(tensors, options);
  async function* chunks(): AsyncGenerator<Uint8Array> {
    yield header;
    for (const [, tensor] of ordered) yield bytesOf(await tensor.data());
  }
  await writeAtomically(path, chunks(), { overwrite });
}

/** Wider elements first, so that each tensor lies where its elements may be read in place. */
function layOut(
  tensors: Readonly<Record<string, Tensor>>,
  { metadata }: SafetensorsOptions,
): { header: Uint8Array; ordered: [string, Tensor][] } {
  if (typeof tensors !== 'object' || tensors === null)
    throw new ArgumentError('safetensors', `expects tensors by name, got ${String(tensors)}`);
  for (const tensor of Object.values(tensors))
    if (!(tensor instanceof Tensor)) throw new ArgumentError('safetensors', notTensor(tensor));
  if (Object.hasOwn(tensors, '__metadata__'))
    throw new ArgumentError('safetensors', "no tensor may be called '__metadata__'; rename it");
  const ordered = Object.entries(tensors).sort(
    ([nameA, a], [nameB, b]) =>
      bytesPerElement(b.dtype) - bytesPerElement(a.dtype) || (nameA < nameB ? -1 : nameA > nameB ? 1 : 0),
  );
  let at = 0;
  const entries = ordered.map(([name, tensor]) => {
    const begin = at;
    at += tensor.byteLength;
    const entry = {
      dtype: storedNames.get(tensor.dtype),
      shape: staticShape('safetensors', tensor.shape),
      data_offsets: [begin, at],
    };
    return [name, entry] as const;
  });
  const all = Object.fromEntries([...(metadata ? [['__metadata__', metadata] as const] : []), ...entries]);
  const json = new TextEncoder().encode(JSON.stringify(all));
  const length = Math.ceil(json.byteLength / 8) * 8;
  const header = new Uint8Array(8 + length).fill(0x20);
  new DataView(header.buffer).setBigUint64(0, BigInt(length), true);
  header.set(json, 8);
  return { header, ordered };
}
