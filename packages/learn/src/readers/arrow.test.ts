/** Files written by pyarrow (tools/goldens/arrow.py), what we write, and files that are not what they promise. */
import { fromData, type HostTensor, hostData, NoosphereError, tensor, toNumbers } from '@noosphere/core';
import { Random } from '@noosphere/train';
import { describe, expect, test } from 'vitest';
import { decodeArrow, decodeArrowStream, encodeArrow } from './arrow.js';
import type { ArrowTable } from './arrow-table.js';
import goldens from './goldens/arrow.json' with { type: 'json' };

const bytesFrom = (base64: string) => new Uint8Array(Buffer.from(base64, 'base64'));

/** Chunks of a size that fits nothing. */
function* chunked(bytes: Uint8Array, size: number): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.slice(at, at + size);
}

async function collected(tables: AsyncIterable<ArrowTable>): Promise<ArrowTable[]> {
  const all: ArrowTable[] = [];
  for await (const table of tables) all.push(table);
  return all;
}

/** Numbers as Python prints them, a row each. */
function texts(column: ArrowTable['columns'][string] | undefined): (string | null)[] {
  if (!column) return [];
  if (!('dtype' in column)) return [...column];
  const numbers = Array.from(toNumbers(column.dtype, hostData(column)));
  const isFloat = column.dtype.startsWith('float');
  const print = (value: number | boolean) => {
    if (typeof value === 'boolean') return value ? 'True' : 'False';
    return isFloat && Number.isInteger(value) ? `${value}.0` : String(value);
  };
  const width = column.shape[1];
  if (width === undefined) return numbers.map((value) => (Number.isNaN(value) ? null : print(value)));
  return Array.from(
    { length: column.shape[0] ?? 0 },
    (_, row) =>
      `[${numbers
        .slice(row * width, (row + 1) * width)
        .map(print)
        .join(', ')}]`,
  );
}

describe('files of pyarrow', () => {
  test.each(['file', 'stream', 'batches', 'stream of batches'] as const)('%s', async (kind) => {
    const table = await decodeArrow(bytesFrom(goldens[kind]));
    expect(table.rows).toBe(5);
    for (const [name, values] of Object.entries(goldens.values))
      expect([name, texts(table.columns[name])]).toEqual([name, values]);
    expect(table.units).toEqual({ day: 'date[day]', time: 'timestamp[us, UTC]' });
    expect(hostData(table.columns.day as HostTensor)).toEqual(Int32Array.of(1, 2, 3, 4, 5));
    expect((hostData(table.columns.time as HostTensor) as BigInt64Array)[0]).toBe(
      BigInt(Date.UTC(2024, 0, 1)) * 1000n,
    );
    for (const name of ['int8', 'uint64', 'float16', 'bool'] as const)
      expect((table.columns[name] as HostTensor).dtype).toBe(name);
  });

  test.each([3, 64, 1_000_000])('in chunks of %d bytes, a table each batch', async (size) => {
    for (const kind of ['batches', 'stream of batches'] as const) {
      const tables = await collected(decodeArrowStream(chunked(bytesFrom(goldens[kind]), size)));
      expect(tables.map(({ rows }) => rows)).toEqual([2, 2, 1]);
      for (const name of ['int64', 'category', 'text'] as const)
        expect(tables.flatMap(({ columns }) => texts(columns[name]))).toEqual(goldens.values[name]);
    }
  });

  test('without rows, by names, and missing integers', async () => {
    const { rows, columns } = await decodeArrow(bytesFrom(goldens['no rows']));
    expect([rows, String(columns.int16), columns.text]).toEqual([0, 'Tensor int16[0]', []]);
    expect(Object.keys((await decodeArrow(bytesFrom(goldens.file), { names: ['bool'] })).columns)).toEqual([
      'bool',
    ]);
    const bytes = bytesFrom(goldens['integers with nulls']);
    await expect(decodeArrow(bytes)).rejects.toThrow(/column 'x': has no value in row 1; .* nulls: 'nan'/);
    const filled = await decodeArrow(bytes, { nulls: 'nan' });
    expect(hostData(filled.columns.x as HostTensor)).toEqual(Float64Array.of(1, Number.NaN, 3));
  });

  test.each<[string, Uint8Array, RegExp]>([
    ['compressed', bytesFrom(goldens.lz4), /is compressed, .* compression='uncompressed'/],
    ['nested', bytesFrom(goldens.nested), /column 'x': holds List<Int64>, which is not carried; cast it/],
    ['Parquet', Buffer.from('PAR1 and so on'), /is Parquet; convert it in Python/],
    ['pickle', Buffer.from('80049500', 'hex'), /Python's pickle, .*python -c/],
    ['nothing', new Uint8Array(), /holds no schema/],
    ['text', Buffer.from('hello world, hello'), /metadata claims .* damaged/],
  ])('%s is refused', async (_, bytes, message) => {
    await expect(decodeArrow(bytes)).rejects.toThrow(message);
  });
});

describe('what we write', () => {
  const columns = {
    half: fromData('float16', [3], Uint16Array.of(0x3800, 0xc000, 0x7bff)),
    single: tensor([0.5, -2, Number.NaN]),
    double: tensor([0.1, 1e300, -0], { dtype: 'float64' }),
    long: fromData('int64', [3], BigInt64Array.of(2n ** 60n, -1n, 0n)),
    unsigned: fromData('uint8', [3], Uint8Array.of(0, 255, 7)),
    flag: tensor([true, false, true]),
    pair: tensor([
      [1, 2],
      [3, 4],
      [5, 6],
    ]),
    text: ['a', null, 'ü'],
  };

  test.each(['file', 'stream'] as const)('a %s reads back equal, in one batch or many', async (format) => {
    for (const batchRows of [3, 2, 1]) {
      const bytes = await encodeArrow(columns, { format, batchRows });
      const read = await decodeArrow(bytes);
      expect(read.rows).toBe(3);
      for (const [name, column] of Object.entries(columns)) {
        const got = read.columns[name];
        if (!('dtype' in column)) expect(got).toEqual(column);
        else {
          expect(String(got)).toBe(String(column));
          expect(hostData(got as HostTensor)).toEqual(hostData(column));
        }
      }
      expect(await collected(decodeArrowStream(chunked(bytes, 100)))).toHaveLength(Math.ceil(3 / batchRows));
    }
  });

  test('no rows, and columns that do not fit', async () => {
    expect(
      (await decodeArrow(await encodeArrow({ x: fromData('int8', [0], new Int8Array()), t: [] }))).rows,
    ).toBe(0);
    await expect(encodeArrow({ x: tensor([1]), y: ['a', 'b'] })).rejects.toThrow(
      /'x' has 1 rows, but 'y' has 2/,
    );
    await expect(encodeArrow({ x: tensor([[[1]]]) })).rejects.toThrow(
      /expected shape \[rows\] or \[rows, k\]; reshape/,
    );
    await expect(decodeArrow(await encodeArrow(columns), { names: ['z'] })).rejects.toThrow(
      /no column 'z', it has half, /,
    );
  });
});

test('streams with random damage end in a typed error or a table, quickly', { timeout: 60_000 }, async () => {
  const random = new Random(21);
  const below = (limit: number) => Math.floor(random.uniform() * limit);
  const sources = (['file', 'stream', 'batches'] as const).map((kind) => bytesFrom(goldens[kind]));
  let refused = 0;
  for (let trial = 0; trial < 1500; trial++) {
    const source = sources[trial % sources.length] as Uint8Array;
    const bytes = source.slice(0, trial % 6 === 0 ? below(source.length) : source.length);
    for (let change = 1 + below(3); change > 0 && bytes.length > 0; change--) {
      const at = trial % 2 === 0 ? below(Math.min(2500, bytes.length)) : below(bytes.length);
      bytes[at] = [0, 0xff, 0x7f, below(256)][below(4)] ?? 0;
    }
    const started = performance.now();
    try {
      if (trial % 4 === 0) await collected(decodeArrowStream(chunked(bytes, 1 + below(300))));
      else await decodeArrow(bytes);
    } catch (error) {
      if (!NoosphereError.isInstance(error)) throw error;
      refused++;
    }
    expect(performance.now() - started).toBeLessThan(1000);
  }
  expect(refused).toBeGreaterThan(300);
});
