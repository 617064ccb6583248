/** Files written by NumPy (tools/goldens/npy.py), what we write, and files that are not what they promise. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type DType,
  FormatError,
  fromData,
  type HostTensor,
  hostData,
  NoosphereError,
  tensor,
  toNumbers,
} from '@noosphere/core';
import { bytesOf, viewData } from '@noosphere/core/operators';
import { Random } from '@noosphere/train';
import { describe, expect, test } from 'vitest';
import { refuseForeignFormat } from './foreign-formats.js';
import goldens from './goldens/npy.json' with { type: 'json' };
import { decodeNpy, encodeNpy, readNpy, writeNpy } from './npy.js';
import { decodeNpz, encodeNpz, readNpz, writeNpz } from './npz.js';

const bytesFrom = (base64: string) => new Uint8Array(Buffer.from(base64, 'base64'));
const base64Of = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');

/** As Python prints them. */
function texts(read: HostTensor): string[] {
  const data = hostData(read);
  if (data instanceof BigInt64Array || data instanceof BigUint64Array) return Array.from(data, String);
  return Array.from(toNumbers(read.dtype, data), (value) => {
    if (typeof value === 'boolean') return value ? 'True' : 'False';
    return String(value).replace('Infinity', 'inf').replace('NaN', 'nan');
  });
}

describe('files of NumPy', () => {
  test.each(Object.entries(goldens.files))('%s', (name, { bytes, dtype, shape, values }) => {
    const read = decodeNpy(bytesFrom(bytes));
    expect([read.dtype, read.shape]).toEqual([dtype, shape]);
    const expected = dtype.startsWith('float') ? values.map(Number).map(String) : values;
    const got = dtype.startsWith('float') ? texts(read).map(Number).map(String) : texts(read);
    expect(got).toEqual(expected);
    // What NumPy writes in row-major order and little endian is what we write, byte by byte.
    if (!/fortran|endian/.test(name)) expect(base64Of(encodeNpy(read))).toBe(bytes);
  });

  test('all versions of the header', () => {
    for (const bytes of goldens.versions) expect(texts(decodeNpy(bytesFrom(bytes)))[5]).toBe('nan');
  });

  test.each(Object.entries(goldens.refused))('%s are refused with a way out', (_, bytes) => {
    expect(() => decodeNpy(bytesFrom(bytes), { place: 'x.npy' })).toThrow(
      /^npy: x.npy: .*(Python|save each|belong into)/,
    );
  });

  test('archives, stored and deflated', () => {
    const stored = decodeNpz(bytesFrom(goldens.archives.stored));
    expect(Object.keys(stored)).toEqual(['x', 'y']);
    expect(stored.y && texts(stored.y).slice(0, 5)).toEqual(['0', '1', '2', '3', '4']);
    const deflated = decodeNpz(bytesFrom(goldens.archives.deflated), { names: ['zeros'] });
    expect(Object.keys(deflated)).toEqual(['zeros']);
    expect(deflated.zeros?.shape).toEqual([50, 40]);
  });
});

describe('what we write', () => {
  const tensors = Object.fromEntries(
    Object.entries(goldens.files).map(([name, { bytes }]) => [name, decodeNpy(bytesFrom(bytes))]),
  );

  test.each([false, true])('an archive reads back equal, compress: %s', (compress) => {
    const read = decodeNpz(encodeNpz(tensors, { compress }));
    for (const [name, each] of Object.entries(tensors)) {
      expect(String(read[name])).toBe(String(each));
      expect(base64Of(bytesOf(hostData(read[name] as HostTensor)))).toBe(base64Of(bytesOf(hostData(each))));
    }
    expect(base64Of(encodeNpz(tensors, { compress }))).toBe(base64Of(encodeNpz(tensors, { compress })));
  });

  test('files, which stay unless replacing is asked for, and lazy tensors', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'noosphere-npy-'));
    try {
      const [npy, npz] = [join(folder, 'a.npy'), join(folder, 'a.npz')];
      await writeNpy(npy, tensor([1, 2]));
      await expect(writeNpy(npy, tensor([3]))).rejects.toThrow(/overwrite: true/);
      await writeNpz(npz, { x: tensor([3]) }, { compress: true });
      expect(texts(await readNpy(npy))).toEqual(['1', '2']);
      expect(Object.keys(await readNpz(npz))).toEqual(['x']);
      const pickled = join(folder, "it's a $model.pt");
      await writeFile(pickled, Buffer.from('80024b01', 'hex'));
      await expect(readNpz(pickled)).rejects.toThrow(/python -c "import pickle/);
      await writeFile(pickled, 'text');
      await expect(readNpy(pickled)).rejects.toThrow(
        /it\\\\'s a \\\$model\.pt.*weights_only=True.*safetensors'\)"$/,
      );
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

test('64-bit integers as numbers, where they are safe', () => {
  const safe = fromData('int64', [2], BigInt64Array.of(2n ** 52n, -3n));
  expect(hostData(decodeNpy(encodeNpy(safe), { integers: 'numbers' }))).toEqual(Float64Array.of(2 ** 52, -3));
  const unsafe = fromData('int64', [2], BigInt64Array.of(1n, 2n ** 60n));
  expect(() => decodeNpy(encodeNpy(unsafe), { integers: 'numbers' })).toThrow(
    /has 1152921504606846976 at 1, .*'exact'/,
  );
  expect(hostData(decodeNpy(encodeNpy(unsafe)))).toEqual(BigInt64Array.of(1n, 2n ** 60n));
});

test.each(['model.pt', 'a/b.PTH', 'x.ckpt', 'w.h5', 'w.keras', 'd.pkl', 'd.joblib'])(
  '%s is refused by its name',
  (name) => {
    expect(() => refuseForeignFormat(name)).toThrow(/not read here: .* python -c "import /);
    expect(() => refuseForeignFormat(name, encodeNpy(tensor([1])))).not.toThrow();
  },
);

/** An NPY file with this header. */
function npyWith(header: string, dataBytes = 0): Uint8Array {
  const bytes = Buffer.alloc(10 + header.length + dataBytes);
  bytes.write('\x93NUMPY\x01\x00', 'latin1');
  bytes.writeUInt16LE(header.length, 8);
  bytes.write(header, 10, 'latin1');
  return new Uint8Array(bytes);
}

describe('hostile files', () => {
  const fields = (descr: string, shape: string) =>
    `{'descr': ${descr}, 'fortran_order': False, 'shape': ${shape}, }\n`;

  test.each<[string, Uint8Array, RegExp]>([
    ['nothing', new Uint8Array(), /does not begin as an NPY file/],
    ['text', Buffer.from('hello world, hello'), /does not begin/],
    ['a cut header', npyWith(fields("'<f4'", '(1,)')).slice(0, 30), /58 bytes, 20 are there; it is cut off/],
    [
      'a huge shape',
      npyWith(fields("'<f4'", '(9999999999999999,)')),
      /promises float32\[.* bytes, but 0 follow/,
    ],
    ['an endless shape', npyWith(fields("'<f4'", `(${'1,'.repeat(5000)})`)), /expected at most 64 sizes/],
    ['sizes that overflow', npyWith(fields("'<f8'", `(${'9999999,'.repeat(9)})`)), /promises float64/],
    ['a negative size', npyWith(fields("'<f4'", '(-1,)')), /"-1,\)/],
    ['a missing field', npyWith("{'descr': '<f4'}"), /expected descr, fortran_order and shape/],
    [
      'a field twice',
      npyWith("{'descr': '<f4', 'descr': '<f4', 'fortran_order': True, 'shape': ()}"),
      /once each/,
    ],
    ['code', npyWith(fields("__import__('os').system('true')", '()')), /expected a text/],
    ['more after it', npyWith(`${fields("'<f4'", '()')}1`, 4), /expected the end/],
    ['too many bytes', npyWith(fields("'<f4'", '()'), 5), /4 bytes, but 5 follow the header; it is damaged/],
    ['a wrong bool', npyWith(fields("'|b1'", '(1,)'), 1).fill(7, -1), /has the bool 7 at 0/],
  ])('%s', (_, bytes, message) => {
    expect(() => decodeNpy(bytes)).toThrow(message);
    expect(() => decodeNpy(bytes)).toThrow(FormatError);
  });

  test('an archive that unpacks to more than is allowed, or shares its bytes', () => {
    const bomb = encodeNpz(
      { x: fromData('uint8', [8_000_000], new Uint8Array(8_000_000)) },
      { compress: true },
    );
    expect(bomb.byteLength).toBeLessThan(10_000);
    expect(() => decodeNpz(bomb, { mostBytes: 1_000_000 })).toThrow(
      /unpacks to 8000128 bytes.*raise mostBytes/,
    );
    const two = Buffer.from(encodeNpz({ a: tensor([1]), b: tensor([1]) }));
    const last = two.lastIndexOf('PK\x01\x02');
    two.writeUInt32LE(0, last + 42);
    expect(() => decodeNpz(new Uint8Array(two))).toThrow(/begins at byte 0, inside another entry/);
    expect(() => decodeNpz(encodeNpz({ a: tensor([1]) }), { names: ['b'] })).toThrow(
      /no array 'b', it has a/,
    );
  });

  test('files with random damage end in a typed error or a tensor, quickly', () => {
    const sources = [
      ...Object.values(goldens.archives).map(bytesFrom),
      ...['float32', 'fortran', 'bool', 'big endian int64'].map((name) =>
        bytesFrom(goldens.files[name as keyof typeof goldens.files].bytes),
      ),
    ];
    const random = new Random(11);
    const below = (limit: number) => Math.floor(random.uniform() * limit);
    let refused = 0;
    for (let trial = 0; trial < 3000; trial++) {
      const source = sources[trial % sources.length] as Uint8Array;
      let bytes = source.slice(0, trial % 5 === 0 ? below(source.length) : source.length);
      for (let change = 1 + below(4); change > 0 && bytes.length > 0; change--) {
        const at = trial % 3 === 0 ? below(Math.min(128, bytes.length)) : below(bytes.length);
        bytes[at] = [0, 0xff, 0x7f, below(256)][below(4)] ?? 0;
      }
      if (trial % 7 === 0)
        bytes = new Uint8Array(Buffer.concat([bytes, bytes.subarray(below(bytes.length))]));
      const started = performance.now();
      try {
        if (source.subarray(0, 2).join() === '80,75') decodeNpz(bytes);
        else decodeNpy(bytes);
      } catch (error) {
        if (!NoosphereError.isInstance(error)) throw error;
        refused++;
      }
      expect(performance.now() - started).toBeLessThan(1000);
    }
    expect(refused).toBeGreaterThan(1500);
  });
});

test('bytes at odd places of a larger buffer are read', () => {
  const inner = encodeNpy(tensor([[1.5, 2.5]], { dtype: 'float64' }));
  const outer = new Uint8Array(inner.length + 3);
  outer.set(inner, 3);
  const dtype: DType = 'float64';
  expect(hostData(decodeNpy(outer.subarray(3)))).toEqual(viewData(dtype, inner.slice(128)));
});
