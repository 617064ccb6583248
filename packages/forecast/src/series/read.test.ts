// Tables are written by hand here; what a reader should make of them can be read off.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FormatError } from '@noosphere/core';
import { maxLineLength } from '@noosphere/learn';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { parseSeries, readSeries } from './read.js';
import { withoutGaps } from './table.js';

const folder = mkdtempSync(join(tmpdir(), 'noosphere-series-'));
afterAll(() => rmSync(folder, { recursive: true }));

function fileOf(content: string | Uint8Array): string {
  const path = join(folder, 'table.csv');
  writeFileSync(path, content);
  return path;
}

describe('layouts', () => {
  test('wide: the first column holds dates', () => {
    const table = parseSeries('date,A,B\n2024-01-02,10,1e2\n2024-01-03,11.5,-.5\n');
    expect(table.layout).toBe('wide');
    expect(table.layoutReason).toBe('the first column holds dates');
    expect(table.series).toEqual([
      { name: 'A', dates: ['2024-01-02', '2024-01-03'], values: Float64Array.of(10, 11.5) },
      { name: 'B', dates: ['2024-01-02', '2024-01-03'], values: Float64Array.of(100, -0.5) },
    ]);
    expect([table.rowCount, table.gapCount, table.wasSorted]).toEqual([2, 0, true]);
  });

  test('long: by the names unique_id, ds, y, in any order and beside other columns', () => {
    const table = parseSeries('y,note,ds,unique_id\n1,x,1,H1\n2,x,2,H1\n7,x,1,H2\n');
    expect(table.layout).toBe('long');
    expect(table.series).toEqual([
      { name: 'H1', dates: ['1', '2'], values: Float64Array.of(1, 2) },
      { name: 'H2', dates: ['1'], values: Float64Array.of(7) },
    ]);
  });

  test('long: by three columns of which the second holds dates', () => {
    const table = parseSeries('ticker,day,close\nIBM,2024-01-02,5\n');
    expect([table.layout, table.layoutReason]).toEqual(['long', 'three columns, and the second holds dates']);
  });

  test('the user overrides: steps in the first two columns could be either', () => {
    const text = 'a,b,c\n1,2,3\n';
    expect(parseSeries(text).layout).toBe('wide');
    const long = parseSeries(text, { layout: 'long' });
    expect([long.layout, long.layoutReason]).toEqual(['long', 'as asked']);
    expect(long.series[0]).toEqual({ name: '1', dates: ['2'], values: Float64Array.of(3) });
  });

  test('semicolons, tabs, quotes, a byte order mark, Windows line ends and no last line end', async () => {
    const expected = parseSeries('date,A\n2024-01-02,1\n2024-01-03,2\n').series;
    expect(parseSeries('date;A\n2024-01-02;1\n2024-01-03;2').series).toEqual(expected);
    expect(parseSeries('date\tA\r\n"2024-01-02"\t1\r\n2024-01-03\t2\r\n\r\n').series).toEqual(expected);
    expect((await readSeries(fileOf('\uFEFFdate,"A"\r\n2024/1/2,"1"\r\n2024/1/3,2\r'))).series).toEqual(
      expected,
    );
  });
});

test('gaps become NaN, are counted, and can be left out', () => {
  const { series, gapCount } = parseSeries(
    'date,A\n2024-01-02,N/A\n2024-01-03,.\n2024-01-04,5\n2024-01-05,\n',
  );
  expect(gapCount).toBe(3);
  expect(series[0]?.values).toEqual(Float64Array.of(Number.NaN, Number.NaN, 5, Number.NaN));
  expect(series.map(withoutGaps)).toEqual([{ name: 'A', dates: ['2024-01-04'], values: Float64Array.of(5) }]);
});

test('newest first is sorted, and said', () => {
  const { series, wasSorted } = parseSeries('date,A,B\n2024-01-04,3,30\n2024-01-02,1,10\n2024-01-03,2,20\n');
  expect(wasSorted).toBe(false);
  expect(series.map(({ values }) => values)).toEqual([Float64Array.of(1, 2, 3), Float64Array.of(10, 20, 30)]);
  expect(series[1]?.dates).toEqual(['2024-01-02', '2024-01-03', '2024-01-04']);
});

test('a file of many pieces gives the same as the text', async () => {
  const day = (index: number) => new Date(Date.UTC(1950, 0, 1 + index)).toISOString().slice(0, 10);
  const lines = Array.from({ length: 30_000 }, (_, index) => `${day(index)},${index / 8}`);
  const text = `date,Zürich\n${lines.join('\n')}\n`;
  const fromFile = await readSeries(fileOf(text));
  expect(fromFile).toEqual(parseSeries(text));
  expect(fromFile.series[0]?.values.at(-1)).toBe(29_999 / 8);
});

describe('what is refused, with its place', () => {
  test.each([
    ['nothing', '', /text: is empty/],
    ['a header alone', 'date,A\n', /no row of values/],
    ['one column', 'hello\nworld\n', /row 1: expected a header .* got 'hello'/],
    [
      'no header',
      '2024-01-02,1\n2024-01-03,2\n',
      /row 1: expected a header, got a row that starts with the date/,
    ],
    ['a column without a name', 'date,A,\n', /row 1, column 3: has no name/],
    ['a name twice', 'date,A,A\n', /row 1, column 'A': comes twice/],
    ['words', 'date,A\n2024-01-02,1\n2024-01-03,abc\n', /row 3, column 'A': expected a number.*got 'abc'/],
    ['infinity', 'date,A\n2024-01-02,inf\n', /row 2, column 'A'.*got 'inf'/],
    ['a number beyond float64', 'date,A\n2024-01-02,1e999\n', /row 2, column 'A'.*got '1e999'/],
    ['thousands separators', 'date;A\n2024-01-02;1.234,5\n', /row 2, column 'A'.*got '1.234,5'/],
    [
      'a day that does not exist',
      'date,A\n2024-01-30,1\n2024-02-30,1\n',
      /row 3, column 'date'.*'2024-02-30'/,
    ],
    [
      'days without a year first',
      'date,A\n2024-01-30,1\n2/1/2024,1\n',
      /row 3, column 'date': expected a date/,
    ],
    ['days among steps', 'ds,A\n1,1\n2024-01-30,1\n', /row 3, column 'ds': expected a step.*got the day/],
    ['a short row', 'date,A,B\n2024-01-02,1\n', /row 2: expected 3 cells as in the header, got 2/],
    ['a long row', 'date,A\n2024-01-02,1,2\n', /row 2: expected 2 cells as in the header, got 3/],
    [
      'a date twice',
      'date,A\n2024-01-03,1\n2024-01-02,1\n2024-01-03,2\n',
      /row 4: the date 2024-01-03 comes twice, first in row 2/,
    ],
    [
      'a date twice in one series',
      'unique_id,ds,y\nA,1,1\nB,1,1\nB,1,1\n',
      /row 4: the date 1 of 'B' comes twice, first in row 3/,
    ],
    ['a series without values', 'date,A,B\n2024-01-02,1,\n', /series 'B': has no value at all/],
    ['an open quote', 'date,A\n2024-01-02,"1\n2024-01-03,2\n', /row \d.*quote/],
    ['a quote over two lines', 'date,A\n2024-01-02,"1\n"\n', /quote/],
    ['a zero byte', 'date,A\n2024-01-02,1\n2024-01-03,\0\n', /line 3: holds a zero byte/],
    ['an unclear layout', 'a,b\nx,y\n', /row 2: cannot tell the layout/],
    ['a series without a name', 'unique_id,ds,y\n,1,1\n', /row 2, column 'unique_id': is empty/],
  ])('%s', (_, text, message) => {
    expect(() => parseSeries(text)).toThrow(message);
    expect(() => parseSeries(text)).toThrow(FormatError);
  });

  test('bytes that are no text', async () => {
    const bytes = Uint8Array.from({ length: 5000 }, (_, index) => (index * 167 + 200) % 256);
    await expect(readSeries(fileOf(bytes))).rejects.toThrow(/table.csv, after line 0: is not UTF-8 text/);
  });

  test('a line that never ends, before it is in memory', async () => {
    const path = fileOf(`date,A\n2024-01-02,${'1'.repeat(20 * maxLineLength)}`);
    await expect(readSeries(path)).rejects.toThrow(/line 2: is longer than 1048576 characters/);
  });

  test('a file that is not there', async () => {
    await expect(readSeries(join(folder, 'none.csv'))).rejects.toThrow(/readSeries: cannot read .*none.csv/);
  });

  test('characters that a terminal would obey do not reach the message', () => {
    expect(() => parseSeries('date,A\n2024-01-02,\u001b[2J\n')).toThrow(/got '\?\[2J'/);
  });
});

test('whatever the text, the answer is a table or a FormatError', () => {
  const cell = fc.oneof(fc.constantFrom('2024-01-02', '1', '2', '', 'NaN', '"', 'é', '1e9'), fc.string());
  const table = fc.array(fc.array(cell, { maxLength: 4 }), { maxLength: 8 });
  fc.assert(
    fc.property(table, fc.constantFrom('\n', '\r\n', '\r'), (rows, lineEnd) => {
      const text = rows.map((row) => row.join(',')).join(lineEnd);
      try {
        const { series } = parseSeries(text);
        for (const { dates, values } of series) expect(dates.length).toBe(values.length);
      } catch (error) {
        expect(error).toBeInstanceOf(FormatError);
      }
    }),
    { numRuns: 1000, seed: 7 },
  );
});
