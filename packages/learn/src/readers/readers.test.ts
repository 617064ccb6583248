// Files made here, byte by byte, and real ones where NOOSPHERE_DATA names them.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, test } from 'vitest';
import {
  decodeIdx,
  decodeWav,
  readCsv,
  readCsvRows,
  readFolder,
  readIdx,
  readJsonLines,
  readWav,
} from './index.js';

const folder = mkdtempSync(join(tmpdir(), 'noosphere-readers-'));
afterAll(() => rmSync(folder, { recursive: true }));
let files = 0;
const fileOf = (content: string | Uint8Array) => {
  const path = join(folder, `file-${files++}`);
  writeFileSync(path, content);
  return path;
};
const data = process.env.NOOSPHERE_DATA ?? '';
const all = async <T>(rows: AsyncIterable<T>) => {
  const found: T[] = [];
  for await (const row of rows) found.push(row);
  return found;
};

describe('IDX', () => {
  const idx = (kind: number, sizes: readonly number[], numbers: Uint8Array) => {
    const head = Buffer.alloc(4 + 4 * sizes.length);
    head.writeUInt16BE((kind << 8) | sizes.length, 2);
    for (const [axis, size] of sizes.entries()) head.writeUInt32BE(size, 4 + 4 * axis);
    return Buffer.concat([head, numbers]);
  };
  const values = [1, 2, -3, 4, 5, 6];
  const written = (width: number, write: (bytes: Buffer, value: number, at: number) => void) => {
    const bytes = Buffer.alloc(6 * width);
    for (const [at, value] of values.entries()) write(bytes, value, at * width);
    return bytes;
  };

  test.each([
    [0x09, 'int8', written(1, (bytes, value, at) => bytes.writeInt8(value, at))],
    [0x0b, 'int16', written(2, (bytes, value, at) => bytes.writeInt16BE(value, at))],
    [0x0c, 'int32', written(4, (bytes, value, at) => bytes.writeInt32BE(value, at))],
    [0x0d, 'float32', written(4, (bytes, value, at) => bytes.writeFloatBE(value, at))],
    [0x0e, 'float64', written(8, (bytes, value, at) => bytes.writeDoubleBE(value, at))],
  ] as const)('type %i is %s, packed or not', async (kind, dtype, numbers) => {
    const bytes = idx(kind, [1, 3, 2], numbers);
    for (const path of [fileOf(bytes), fileOf(gzipSync(bytes))]) {
      const read = await readIdx(path);
      expect([read.dtype, await read.array()]).toEqual([
        dtype,
        [
          [
            [1, 2],
            [-3, 4],
            [5, 6],
          ],
        ],
      ]);
    }
  });

  test('what does not hold what it promises is refused with the file', async () => {
    const whole = idx(8, [2, 3], Uint8Array.of(1, 2, 3, 4, 5, 6));
    for (let length = 0; length < whole.length; length++)
      expect(() => decodeIdx(whole.subarray(0, length))).toThrow(/^idx: bytes: /);
    expect(() => decodeIdx(idx(8, [2 ** 32 - 1, 2 ** 32 - 1, 9], whole))).toThrow('it is cut off');
    expect(() => decodeIdx(idx(7, [1], Uint8Array.of(1)))).toThrow('type 0x7');
    expect(() => decodeIdx(Buffer.concat([whole, whole]))).toThrow('it is damaged');
    const packed = gzipSync(idx(8, [5000], new Uint8Array(5000)));
    expect(() => decodeIdx(packed, { mostBytes: 1000 })).toThrow('larger than mostBytes');
    const path = fileOf(packed.subarray(0, 30));
    await expect(readIdx(path)).rejects.toThrow(`${path}: cannot be unpacked`);
  });
});

describe('JSON lines', () => {
  test('rows come one by one, over chunks and blank lines', async () => {
    const rows = Array.from({ length: 9000 }, (_, id) => ({ id, text: 'ä€😀'.repeat(id % 30) }));
    const path = fileOf(`${rows.map((row) => JSON.stringify(row)).join('\r\n\n')}\n`);
    expect(await all(readJsonLines(path))).toEqual(rows);
    expect(await all(readJsonLines(fileOf('')))).toEqual([]);
    expect(await all(readJsonLines(fileOf('1\n{"a":2}')))).toEqual([1, { a: 2 }]);
  });

  test('a broken line is named, and a last one that is cut off', async () => {
    const path = fileOf('{"a":1}\n{"a":\n{"a":3}\n');
    await expect(all(readJsonLines(path))).rejects.toThrow(`${path}, line 2: is no JSON`);
    await expect(all(readJsonLines(fileOf('{"a":1}\n{"a":1')))).rejects.toThrow(
      'line 2: the last line is cut off',
    );
    await expect(all(readJsonLines(fileOf('1\n12')))).rejects.toThrow('no line break');
    await expect(all(readJsonLines(join(folder, 'none')))).rejects.toThrow('cannot read');
  });
});

describe('CSV', () => {
  const columns = { name: 'text', value: 'number' } as const;

  test('quotes, line breaks within them, and empty cells', async () => {
    const path = fileOf('\uFEFFname,other,value\r\n"a, ""b""",x,1e3\r\n\r\n"two\nlines",y,NA\r\n ,z,\r\n');
    expect(await readCsv(path, { columns, missing: ['NA'] })).toEqual({
      name: ['a, "b"', 'two\nlines', undefined],
      value: Float64Array.of(1000, Number.NaN, Number.NaN),
    });
    const bare = fileOf('1;x\n2;y');
    expect(await all(readCsvRows(bare, { columns, header: ['value', 'name'], delimiter: ';' }))).toEqual([
      { name: 'x', value: 1 },
      { name: 'y', value: 2 },
    ]);
  });

  test('long files with quoted line breaks at every place', async () => {
    const texts = Array.from({ length: 40_000 }, (_, row) => `row\n${row}\n"${'x'.repeat(row % 17)}"`);
    const path = fileOf(
      `name,value\n${texts.map((text, row) => `"${text.replaceAll('"', '""')}",${row}`).join('\n')}\n`,
    );
    const read = await readCsv(path, { columns });
    expect(read.name).toEqual(texts);
    expect(read.value[39_999]).toBe(39_999);
  });

  test.each([
    ['name,value\na,1\nb\n', 'row 3: has 1 cells, expected 2'],
    ['name,value\na,1\n\nb,2,3\n', 'row 4: has 3 cells, expected 2'],
    ['name,value\na,1x\n', "row 2, column 'value': is '1x', expected a number"],
    ['name,value\na,0x10\n', "is '0x10'"],
    ['name,value\n"a,1\nb,2\n', 'check the quotes'],
    ['name,valve\na,1\n', 'did you mean valve?'],
    ['name,value,name\na,1,b\n', "has the column 'name' twice"],
    ['', 'is empty'],
  ])('%j is refused', async (text, message) => {
    await expect(readCsv(fileOf(text), { columns })).rejects.toThrow(message);
  });

  test('unknown options are refused', async () => {
    await expect(readCsv(fileOf('a\n'), { columns: {}, delimeter: ';' } as never)).rejects.toThrow(
      'did you mean delimiter?',
    );
  });
});

describe('folders of classes', () => {
  test('classes and files are sorted, hidden ones skipped, empty ones refused', async () => {
    const place = join(folder, 'classes');
    for (const name of ['b', 'a', '.hidden']) {
      mkdirSync(join(place, name), { recursive: true });
      for (const file of ['2.PNG', '1.png', '.DS_Store', 'notes.txt'])
        writeFileSync(join(place, name, file), '');
    }
    const rows = await readFolder(place, { extensions: ['.png'] });
    expect(rows.map(({ path, ...row }) => ({ ...row, file: path.slice(place.length) }))).toEqual([
      { label: 0, className: 'a', file: join('/a', '1.png') },
      { label: 0, className: 'a', file: join('/a', '2.PNG') },
      { label: 1, className: 'b', file: join('/b', '1.png') },
      { label: 1, className: 'b', file: join('/b', '2.PNG') },
    ]);
    await expect(readFolder(place, { extensions: ['.jpg'] })).rejects.toThrow(
      "the class 'a' has no files that end in .jpg",
    );
    await expect(readFolder(join(place, 'a'))).rejects.toThrow('expected one for each class');
    await expect(readFolder(join(place, 'none'))).rejects.toThrow('cannot list');
  });

  test.skipIf(!existsSync(join(data, 'images/gtsrb/train')))('traffic signs (NOOSPHERE_DATA)', async () => {
    const rows = await readFolder(join(data, 'images/gtsrb/train'));
    expect([rows.length, new Set(rows.map(({ label }) => label)).size]).toEqual([609, 43]);
  });
});

/** A WAV file of parts; `format` is tag, channels, rate, bits. */
function wav(
  format: readonly [number, number, number, number],
  samples: Uint8Array,
  extensible = false,
  block?: number,
) {
  const [tag, channels, rate, bits] = format;
  const width = block ?? (channels * bits) / 8;
  const head = Buffer.alloc(extensible ? 40 : 16);
  head.writeUInt16LE(extensible ? 0xfffe : tag, 0);
  head.writeUInt16LE(channels, 2);
  head.writeUInt32LE(rate, 4);
  head.writeUInt32LE(rate * width, 8);
  head.writeUInt16LE(width, 12);
  head.writeUInt16LE(bits, 14);
  if (extensible) head.writeUInt16LE(tag, 24);
  const part = (name: string, body: Uint8Array) => {
    const size = Buffer.alloc(4);
    size.writeUInt32LE(body.length);
    return Buffer.concat([Buffer.from(name), size, body, new Uint8Array(body.length % 2)]);
  };
  const body = Buffer.concat([
    Buffer.from('WAVE'),
    part('LIST', Uint8Array.of(1, 2, 3)),
    part('fmt ', head),
    part('data', samples),
  ]);
  return Buffer.concat([part('RIFF', body)]);
}

describe('WAV', () => {
  const floats = Buffer.alloc(8);
  floats.writeFloatLE(0.25, 0);
  floats.writeFloatLE(-1.5, 4);
  const doubles = Buffer.alloc(16);
  doubles.writeDoubleLE(0.25, 0);
  doubles.writeDoubleLE(-1.5, 8);

  test.each([
    [[1, 1, 8000, 8], Uint8Array.of(0, 128, 192), [[-1, 0, 0.5]]],
    [
      [1, 2, 44100, 16],
      Uint8Array.of(0, 0x80, 0, 0x40, 0, 0, 0, 0xc0),
      [
        [-1, 0],
        [0.5, -0.5],
      ],
    ],
    [[1, 1, 48000, 24], Uint8Array.of(0, 0, 0x80, 0, 0, 0x40, 1, 0, 0), [[-1, 0.5, 2 ** -23]]],
    [[1, 1, 96000, 32], Uint8Array.of(0, 0, 0, 0x80, 0, 0, 0, 0x40), [[-1, 0.5]]],
    [[3, 2, 16000, 32], floats, [[0.25], [-1.5]]],
    [[3, 1, 16000, 64], doubles, [[0.25, -1.5]]],
  ] as const)('format %j', async (format, samples, channels) => {
    for (const isExtensible of [false, true]) {
      const read = await readWav(fileOf(wav(format, samples, isExtensible)));
      expect(read.sampleRate).toBe(format[2]);
      expect(read.channels.map((channel) => Array.from(channel))).toEqual(channels);
    }
  });

  test('every cut, and headers that lie, are refused with the place', () => {
    const whole = wav([1, 2, 8000, 16], new Uint8Array(8));
    for (let length = 0; length < whole.length; length++)
      expect(() => decodeWav(whole.subarray(0, length), { place: 'x.wav' })).toThrow(
        /^wav: x\.wav, byte \d+: .*(cut off|damaged)/,
      );
    const lying = Buffer.from(whole);
    lying.writeUInt32LE(0xffffffff, lying.length - 12);
    expect(() => decodeWav(lying)).toThrow("byte 48: the part 'data' promises 4294967295 bytes and 8 follow");
    expect(() => decodeWav(wav([1, 65535, 8000, 16], new Uint8Array(8), false, 4))).toThrow(
      'in blocks of 4 bytes',
    );
    expect(() => decodeWav(wav([1, 0, 8000, 16], new Uint8Array(8)))).toThrow('has 0 channels');
    expect(() => decodeWav(wav([1, 2, 8000, 16], new Uint8Array(6)))).toThrow('no multiple of 4');
    expect(() => decodeWav(wav([2, 1, 8000, 4], new Uint8Array(6), false, 1))).toThrow(
      'has format 2 of 4 bits',
    );
    expect(decodeWav(wav([1, 1, 8000, 16], new Uint8Array(0))).channels).toEqual([new Float32Array()]);
  });

  test.skipIf(!existsSync(join(data, 'audio/fsdd')))('speech (NOOSPHERE_DATA)', async () => {
    execFileSync('tar', ['-xzf', join(data, 'audio/fsdd/fsdd-900.tar.gz'), '-C', folder, '--no-same-owner']);
    const digits = readdirSync(join(folder, 'recordings')).filter((name) => name.endsWith('.wav'));
    expect(digits).toHaveLength(900);
    const spoken = ['audio/librivox', 'audio/speechbrain'].flatMap((name) =>
      readdirSync(join(data, name)).map((file) => join(data, name, file)),
    );
    const paths = [...digits.map((name) => join(folder, 'recordings', name)), ...spoken].filter((path) =>
      path.endsWith('.wav'),
    );
    for (const path of paths) {
      const { sampleRate, channels } = await readWav(path);
      expect([8000, 16000]).toContain(sampleRate);
      const [samples = new Float32Array()] = channels;
      expect(samples.length).toBeGreaterThan(sampleRate / 10);
      expect(
        samples.some((value) => Math.abs(value) > 1e-4) && samples.every((value) => Math.abs(value) <= 1),
      ).toBe(true);
    }
  });
});
