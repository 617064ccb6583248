import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readCsv } from '../readers/csv.js';
import { ColumnEncoder, fitColumns } from './column-encoder.js';

const cars = { maker: ['Ford', 'Audi', 'Ford'], power: Float64Array.of(80, 120, 100) };
// √(800 / 3).
const deviation = Math.sqrt(800 / 3);

test('a CSV file becomes a matrix', async () => {
  const path = join(tmpdir(), `cars-${process.pid}.csv`);
  await writeFile(path, 'maker,power,price\nFord,80,1\nAudi,120,2\nFord,100,3\n');
  const { maker, power } = await readCsv(path, { columns: { maker: 'text', power: 'number' } });
  const encoder = fitColumns({ maker, power });
  const rows = (await encoder.encode({ maker, power }).array()) as number[][];
  expect(encoder.names).toEqual(['maker=Audi', 'maker=Ford', 'power']);
  expect(rows.map((row) => row.slice(0, 2))).toEqual([
    [0, 1],
    [1, 0],
    [0, 1],
  ]);
  [-20, 20, 0].forEach((from, row) => {
    expect(rows[row]?.[2]).toBeCloseTo(from / deviation, 6);
  });
});

test('the training rows decide, and the state is plain data', async () => {
  const encoder = new ColumnEncoder(JSON.parse(JSON.stringify(fitColumns(cars).state)));
  const [row] = (await encoder
    .encode({ maker: ['Audi'], power: Float64Array.of(140) })
    .array()) as number[][];
  expect(row).toEqual([1, 0, expect.closeTo(40 / deviation, 6)]);
});

test('constants become zeros, whatever their size; names like __proto__ stay apart', async () => {
  const table = Object.fromEntries([
    ['__proto__', Float64Array.of(0.1 * 3, 0.3)],
    ['b', ['constructor', ' x']],
  ]);
  const encoder = fitColumns(table as never);
  expect(encoder.names).toEqual(['__proto__', 'b= x', 'b=constructor']);
  expect(await encoder.encode(table as never).array()).toEqual([
    [0, 0, 1],
    [0, 1, 0],
  ]);
});

describe('gaps and unknown texts', () => {
  const gaps = { maker: ['Audi', undefined, 'Seat'], power: Float64Array.of(100, Number.NaN, 100) };

  test('are zeros where that is asked for', async () => {
    const encoder = fitColumns(cars, { missing: 'mean', unknown: 'zeros' });
    expect(await encoder.encode(gaps).array()).toEqual([
      [1, 0, 0],
      [0, 0, 0],
      [0, 0, 0],
    ]);
  });

  test('are refused with their row otherwise', () => {
    expect(() => fitColumns(cars).encode(gaps)).toThrow("'maker' has a gap in row 1");
    expect(() => fitColumns(cars, { missing: 'mean' }).encode(gaps)).toThrow(
      "'maker' is 'Seat' in row 2, which was not there at the fit; unknown: 'zeros'",
    );
  });
});

test.each<[call: () => unknown, message: RegExp]>([
  [() => fitColumns({}), /expects columns by name/],
  [() => fitColumns({ a: new Float64Array() }), /has no rows/],
  [() => fitColumns({ a: Float64Array.of(1), b: [] }), /got 1 of 'a' and 0 of 'b'/],
  [() => fitColumns({ a: Float64Array.of(Number.NaN) }), /'a' needs finite numbers, got gaps only/],
  [() => fitColumns(cars, { mising: 'mean' } as never), /did you mean missing/],
  [
    () => fitColumns(cars).encode({ maker: ['Ford'], pover: Float64Array.of(1) }),
    /no column 'power'; did you mean pover/,
  ],
  [
    () => fitColumns(cars).encode({ maker: Float64Array.of(1), power: Float64Array.of(1) }),
    /'maker' must be texts/,
  ],
])('%s is refused', (call, message) => {
  expect(call).toThrow(message);
});
