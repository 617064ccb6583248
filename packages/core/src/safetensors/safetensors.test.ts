import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FormatError } from '@noosphere/base';
import { describe, expect, test } from 'vitest';
import { fromNumbers, hostData } from '../graph/index.js';
import '../index.js';
import { encodeSafetensors, openSafetensors, readSafetensors, writeSafetensors } from './index.js';

const fixtures = new URL('./fixtures/', import.meta.url);
const types = await readFile(new URL('types.safetensors', fixtures));
const expected: Record<string, { shape: number[]; values: unknown }> = JSON.parse(
  await readFile(new URL('types.json', fixtures), 'utf8'),
);

/** A file with the given header text and data. */
function fileOf(header: string, dataBytes = 0, claimed = BigInt(Buffer.byteLength(header))): Uint8Array {
  const prefix = Buffer.alloc(8);
  prefix.writeBigUInt64LE(claimed);
  return Buffer.concat([prefix, Buffer.from(header), Buffer.alloc(dataBytes)]);
}

describe('files that Python wrote', () => {
  test.each(Object.keys(expected))('%s is read as it was written', async (name) => {
    const { tensors } = readSafetensors(types);
    expect(tensors[name].shape).toEqual(expected[name].shape);
    expect(await tensors[name].array()).toEqual(expected[name].values);
  });

  test('metadata', () => {
    expect(readSafetensors(types).metadata).toEqual({ format: 'np', note: 'a \\ b' });
  });

  test('bfloat16 is widened, and the reader says so', async () => {
    const { tensors, notes } = readSafetensors(await readFile(new URL('bfloat16.safetensors', fixtures)));
    expect(tensors.halves.dtype).toBe('float32');
    expect(await tensors.halves.array()).toEqual([
      [1, -2.5],
      [3.140625, Number.POSITIVE_INFINITY],
    ]);
    expect(notes).toEqual(['1 of 2 tensors are stored as BF16 and read as float32']);
  });

  test('ours hold the same data and metadata', () => {
    const { tensors, metadata } = readSafetensors(types);
    const again = readSafetensors(encodeSafetensors(tensors, { metadata }));
    for (const [name, tensor] of Object.entries(tensors)) {
      expect(again.tensors[name].dtype).toBe(tensor.dtype);
      expect(hostData(again.tensors[name])).toEqual(hostData(tensor));
    }
    expect(again.metadata).toEqual(metadata);
  });
});

test('tensors are views on the bytes given', () => {
  const bytes = encodeSafetensors({ w: fromNumbers('float32', [2], [1, 2]) });
  const { w } = readSafetensors(bytes).tensors;
  expect(hostData(w).buffer).toBe(bytes.buffer);
});

test('a file is written once, and read tensor by tensor', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'noosphere-safetensors-'));
  const path = join(folder, 'w.safetensors');
  const w = fromNumbers('float32', [2], [1, 2]);
  await writeSafetensors(path, { w, n: fromNumbers('int8', [3], [1, 2, 3]) });
  await expect(writeSafetensors(path, { w })).rejects.toThrow(/overwrite: true/);
  const file = await openSafetensors(path);
  const seen: string[] = [];
  for await (const [name] of file) seen.push(name);
  expect(seen).toEqual(['w', 'n']);
  expect(await (await file.tensor('n')).array()).toEqual([1, 2, 3]);
  await expect(file.tensor('none')).rejects.toThrow(/no tensor 'none'/);
  await file.close();
  await writeFile(path, 'short');
  await expect(openSafetensors(path)).rejects.toThrow(FormatError);
  await rm(folder, { recursive: true });
});

const entry = (more: string) => `{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}${more}}`;

describe('hostile headers are refused, and the place is named', () => {
  test.each<[what: string, bytes: Uint8Array, message: RegExp]>([
    ['nothing', new Uint8Array(0), /too short/],
    ['a length beyond the file', fileOf('{}', 0, 2n ** 40n), /claims 1099511627776 bytes/],
    ['a length that overflows', fileOf('{}', 0, 2n ** 64n - 1n), /claims/],
    ['JSON that ends', fileOf('{"w":'), /'\{' at byte 13, got the end/],
    ['an unfinished text', fileOf('{"w'), /end of a text/],
    ['no object', fileOf('[[[[[[['), /expects '\{'/],
    ['bytes behind it', fileOf('{} x'), /expects the end/],
    ['text that is not UTF-8', fileOf('').fill(0xff, 8), /too short|UTF-8/],
    ['the same tensor twice', fileOf(entry(',"w":{}'), 4), /'w' is there twice/],
    ['the same key twice', fileOf('{"w":{"dtype":"F32","dtype":"F32"}}'), /'dtype' is there twice/],
    ['an unknown key', fileOf('{"w":{"offset":[0]}}'), /unknown key 'offset'/],
    ['an unknown type', fileOf(entry('').replace('F32', 'F99'), 4), /element type F99/],
    ['a missing key', fileOf('{"w":{"dtype":"F32"}}'), /must have/],
    ['sizes that do not fit', fileOf(entry('').replace('[1]', '[2]'), 4), /takes 8 bytes as F32\[2\], got 4/],
    ['huge sizes', fileOf(entry('').replace('[1]', '[9007199254740991,1024]'), 4), /tensor 'w'.*takes/],
    ['a negative size', fileOf(entry('').replace('[1]', '[-1]'), 4), /expects a size/],
    ['a fraction', fileOf(entry('').replace('[1]', '[1.5]'), 4), /expects '\]'/],
    ['a gap', fileOf(entry('').replace('[0,4]', '[4,8]'), 8), /leave a gap/],
    ['an overlap', fileOf(entry(',"v":{"dtype":"F32","shape":[1],"data_offsets":[2,6]}'), 6), /overlap/],
    ['data cut off', fileOf(entry(''), 2), /cut off/],
    ['more data than tensors', fileOf(entry(''), 8), /ends at byte/],
    ['metadata that is no text', fileOf('{"__metadata__":{"a":1}}'), /metadata/],
  ])('%s', (_, bytes, message) => {
    expect(() => readSafetensors(bytes)).toThrow(FormatError);
    expect(() => readSafetensors(bytes)).toThrow(message);
  });

  test('a header of megabytes is no header', () => {
    const bytes = new Uint8Array(2 ** 24 + 64);
    new DataView(bytes.buffer).setBigUint64(0, BigInt(2 ** 24 + 8), true);
    expect(() => readSafetensors(bytes)).toThrow(/at most/);
  });

  test('names of object internals are ordinary names', () => {
    const bytes = encodeSafetensors(Object.fromEntries([['__proto__', fromNumbers('float32', [1], [1])]]));
    expect(Object.keys(readSafetensors(bytes).tensors)).toEqual(['__proto__']);
  });
});
