// Times: tools/goldens/frame.py (pandas). Tables are written by hand; what a frame should make of them can be read off.
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NoosphereError } from '@noosphere/core';
import { afterAll, describe, expect, expectTypeOf, test } from 'vitest';
import goldens from '../goldens/frame.json' with { type: 'json' };
import {
  concatFrames,
  dropTail,
  fillGaps,
  frameOf,
  gapReport,
  headRows,
  nextTimes,
  observedCalendar,
  parseFrame,
  readFrame,
  sliceTimes,
  tailRows,
  takeSeries,
  tradingCalendar,
  weekdayCalendar,
  withFrequency,
  writeFrame,
} from './index.js';
import { gridOf } from './time-grid.js';

const folder = mkdtempSync(join(tmpdir(), 'noosphere-frame-'));
afterAll(() => rmSync(folder, { recursive: true }));
const day = (text: string) => Date.parse(`${text}T00:00:00Z`);

describe.each(goldens.ranges)('frequency $frequency', ({ frequency, times }) => {
  test('steps forwards and back as pandas does', () => {
    const grid = gridOf(frequency);
    const first = times[0] as number;
    expect(times.map((_, step) => grid.shift(first, step))).toEqual(times);
    expect(grid.shift(times.at(-1) as number, 1 - times.length)).toBe(first);
    expect(times.map((time) => grid.stepsBetween(first, time))).toEqual(times.map((_, step) => step));
    expect(grid.stepsBetween(first, first + 500)).toBeNaN();
  });

  test('is inferred', () => {
    const frame = frameOf({ ds: times.map((time) => new Date(time)), y: times });
    expect(frame.frequency).toBe(frequency);
    expect(frame.frequencyReason).toMatch(/^inferred/);
    expect(nextTimes(headRows(frame, times.length - 2), 0, 2)).toEqual(Float64Array.from(times.slice(-2)));
  });
});

test('series may be mixed; each is in the order of time', () => {
  const rows = [
    { unique_id: 'B', ds: 1, y: 10 },
    { unique_id: 'A', ds: 1, y: 1 },
    { unique_id: 'B', ds: 2, y: 20 },
    { unique_id: 'A', ds: 2, y: null },
  ];
  const frame = frameOf(rows);
  expect(frame).toMatchObject({ ids: ['B', 'A'], timeKind: 'step', frequency: 'step', wasSorted: false });
  expect(frame.offsets).toEqual(Uint32Array.of(0, 2, 4));
  expect(frame.y).toEqual(Float64Array.of(10, 20, 1, Number.NaN));
  const sorted = frameOf(rows.toReversed(), { unordered: 'sort' });
  expect(sorted.wasSorted).toBe(true);
  expect(takeSeries(sorted, ['B', 'A']).y).toEqual(frame.y);
});

test('names of covariates are part of the type', () => {
  const data = { ds: [1, 2], y: [1, 2], volume: [3, 4], holiday: [true, false], country: [7, 7] };
  const covariates = { past: ['volume'], future: ['holiday'], static: ['country'] } as const;
  const frame = frameOf(data, { covariates });
  expectTypeOf(frame.past).toEqualTypeOf<Readonly<Record<'volume', Float64Array>>>();
  expectTypeOf(frame.future).toEqualTypeOf<Readonly<Record<'holiday', Float64Array>>>();
  // @ts-expect-error There is no such covariate.
  expect(frame.future.volume).toBeUndefined();
  expect([frame.past.volume, frame.future.holiday, frame.static.country]).toEqual([
    Float64Array.of(3, 4),
    Float64Array.of(1, 0),
    Float64Array.of(7),
  ]);
  expect(() => frameOf(data, { covariates: { past: ['volumes'], static: ['land'] } })).toThrow(
    "the past covariate 'volumes' and the static covariate 'land' is missing, got the columns ds, y, volume, holiday, country",
  );
});

describe('calendars', () => {
  const christmas = weekdayCalendar('X', {
    from: '2024-12-20',
    to: '2025-01-03',
    holidays: ['2024-12-25', '2025-01-01'],
  });

  test('days off are no gaps, and forecasts skip them', () => {
    const data = { ds: ['2024-12-23', '2024-12-24', '2024-12-26'], y: [1, 2, 3] };
    const frame = frameOf(data, { frequency: christmas });
    expect(gapReport(frame).missingCount).toBe(0);
    expect(gapReport(frameOf(data, { frequency: 'B' })).missingCount).toBe(1);
    expect(nextTimes(frame, 0, 4)).toEqual(
      Float64Array.from(['2024-12-27', '2024-12-30', '2024-12-31', '2025-01-02'], day),
    );
    expect(() => nextTimes(frame, 0, 6)).toThrow(/no day 6 steps after 2024-12-26; give it the days to come/);
    expect(
      gapReport(withFrequency(frameOf(data, { frequency: 'B' }), observedCalendar(frame))).series,
    ).toEqual([]);
  });

  test('a day that is not one of its days is refused', () => {
    expect(() => frameOf({ ds: ['2024-12-24', '2024-12-25'], y: [1, 2] }, { frequency: christmas })).toThrow(
      /rows|row 1.*2024-12-25 is not on the grid of the frequency X/,
    );
    expect(() => tradingCalendar('T', ['17'])).toThrow(/expected days/);
  });
});

describe('gaps', () => {
  const frame = frameOf(
    {
      unique_id: ['A', 'A', 'A', 'B', 'B'],
      ds: ['2024-01-01', '2024-01-02', '2024-01-05', '2024-01-01', '2024-01-02'],
      y: [1, null, 4, 5, 6],
      sale: [1, 1, 0, 0, 0],
    },
    { frequency: 'D', covariates: { future: ['sale'] } },
  );

  test('are counted with their times', () => {
    expect(gapReport(frame)).toEqual({
      rowCount: 5,
      emptyCount: 1,
      missingCount: 2,
      series: [{ id: 'A', emptyCount: 1, missingCount: 2, longest: 3, firstTime: day('2024-01-02') }],
    });
  });

  test.each([
    ['forward', [1, 1, 1, 1, 4]],
    ['linear', [1, 1.75, 2.5, 3.25, 4]],
    ['zero', [1, 0, 0, 0, 4]],
    ['mean', [1, 2.5, 2.5, 2.5, 4]],
    ['none', [1, NaN, NaN, NaN, 4]],
  ] as const)('%s', (method, expected) => {
    const filled = fillGaps(frame, method, { covariates: { sale: 'zero' } });
    expect(filled.y).toEqual(Float64Array.from([...expected, 5, 6]));
    expect(filled.offsets).toEqual(Uint32Array.of(0, 5, 7));
    expect(filled.future.sale).toEqual(Float64Array.of(1, 1, 0, 0, 0, 0, 0));
    expect(gapReport(filled).missingCount).toBe(0);
    expect(frame.y.length).toBe(5);
  });

  test('at the ends of a series', () => {
    const ends = frameOf({ ds: [1, 2, 3, 4], y: [null, 2, 4, null] });
    expect(fillGaps(ends, 'linear').y).toEqual(Float64Array.of(2, 2, 4, 4));
    expect(fillGaps(ends, 'forward').y).toEqual(Float64Array.of(NaN, 2, 4, 4));
    expect(() => fillGaps(ends, 'linear', { covariates: { none: 'zero' } })).toThrow(/no covariate 'none'/);
  });
});

test('slices and joins', () => {
  const frame = frameOf({ unique_id: ['A', 'A', 'B', 'B', 'B'], ds: [1, 2, 1, 2, 3], y: [1, 2, 3, 4, 5] });
  expect(tailRows(frame, 2).y).toEqual(Float64Array.of(1, 2, 4, 5));
  expect(dropTail(frame, 1).y).toEqual(Float64Array.of(1, 3, 4));
  const late = sliceTimes(frame, { from: 3 });
  expect([late.ids, late.y]).toEqual([['B'], Float64Array.of(5)]);
  const [a, b] = [takeSeries(frame, ['A']), takeSeries(frame, ['B'])];
  expect(concatFrames([a, b])).toEqual(frame);
  expect(() => concatFrames([a, frame])).toThrow(/'A' is in two frames/);
  expect(() => takeSeries(frame, ['C'])).toThrow(/no series 'C' among the 2/);
});

describe('files', () => {
  test('a Parquet file of pandas', async () => {
    const path = join(folder, 'pandas.parquet');
    writeFileSync(path, Buffer.from(goldens.parquet, 'base64'));
    const frame = await readFrame(path, { covariates: { past: ['price'] }, frequency: 'D' });
    expect(frame).toMatchObject({ ids: ['A', 'B'], timeKind: 'day' });
    expect(frame.y).toEqual(Float64Array.of(1.5, NaN, 3.25, 4, 5));
    expect(frame.past.price).toEqual(Float64Array.of(1, 2, 3, 4, 5));
    expect(frame.times).toEqual(
      Float64Array.from(['2024-01-01', '2024-01-02', '2024-01-04', '2024-01-01', '2024-01-02'], day),
    );
    await expect(readFrame(path, { covariates: { past: ['cost'] } })).rejects.toThrow(
      /past covariate 'cost' is missing/,
    );
    writeFileSync(path, 'no parquet');
    await expect(readFrame(path)).rejects.toThrow(/is not a Parquet file/);
  });

  test.each(['csv', 'parquet'])('%s round trip', async (ending) => {
    const frame = frameOf(
      {
        unique_id: ['A,"1"', 'A,"1"', 'B'],
        ds: ['2024-01-01T10:00', '2024-01-01T11:00', '2024-01-01T10:00'],
        y: [0.1, null, 3],
        note: [1, 2, 3],
        size: [5, 5, 6],
      },
      { covariates: { future: ['note'], static: ['size'] } },
    );
    const path = join(folder, `table.${ending}`);
    await writeFrame(path, frame);
    await expect(writeFrame(path, frame)).rejects.toThrow(/one is there; choose another name or pass/);
    const again = await readFrame(path, { covariates: { future: ['note'], static: ['size'] } });
    // Parquet's times are instants.
    const timeZone = { name: 'UTC', withOffset: true };
    expect(again).toEqual(ending === 'parquet' ? { ...frame, timeZone } : frame);
    expect(existsSync(`${path}.part`)).toBe(false);
  });

  test('a wide table: series begin and end with their values', () => {
    const frame = parseFrame('day,A,B\n2024-01-01,1,\n2024-01-02,,2\n2024-01-03,3,\n2024-01-04,4,\n');
    expect(frame.ids).toEqual(['A', 'B']);
    expect(frame.y).toEqual(Float64Array.of(1, NaN, 3, 4, 2));
  });
});

describe('what is refused, with its place', () => {
  test.each<[string, string, RegExp]>([
    [
      'a time twice',
      'unique_id,ds,y\nA,2024-01-01,1\nA,2024-01-02,1\nA,2024-01-02,2\n',
      /row 4: series 'A': 2024-01-02 comes twice, first in row 3/,
    ],
    [
      'an earlier row',
      'unique_id,ds,y\nA,2024-01-02,1\nA,2024-01-01,1\n',
      /row 3: series 'A': 2024-01-01 comes after a later row, 2024-01-02 in row 2.*unordered: 'sort'/,
    ],
    ['infinity', 'unique_id,ds,y\nA,2024-01-02,1\nA,2024-01-03,inf\n', /row 3, column 'y'.*got 'inf'/],
    [
      'a mixed frequency in a series',
      'unique_id,ds,y\nA,2024-01-01T00:00,1\nA,2024-01-01T01:00,1\nA,2024-01-01T02:00,1\nA,2024-01-01T02:30,1\n',
      /row 5: series 'A': 2024-01-01T02:30:00 is not on the grid of the frequency h/,
    ],
    [
      'a series of another frequency',
      'unique_id,ds,y\nA,2024-01-01,1\nA,2024-01-02,1\nA,2024-01-03,1\nA,2024-01-04,1\nA,2024-01-05,1\nA,2024-01-06,1\nB,2024-01-01,1\nB,2024-01-08,1\nB,2024-01-15,1\nB,2024-01-22,2\n',
      /row 9: series 'B' has no two rows one D apart/,
    ],
    [
      'mixed offsets',
      'unique_id,ds,y\nA,2024-03-30T10:00+01:00,1\nA,2024-03-31T10:00+05:00,1\n',
      /row 3: 2024-03-31T10:00\+05:00 of series 'A' has the offset \+05:00, and row 2 has the offset \+01:00/,
    ],
    [
      'offsets in some rows',
      'unique_id,ds,y\nA,2024-03-30T10:00Z,1\nA,2024-03-31T10:00,1\n',
      /row 3.*has no offset, and row 2 has the offset Z/,
    ],
    [
      'local hours twice',
      'unique_id,ds,y\nA,2024-10-27T01:00,1\nA,2024-10-27T02:00,1\nA,2024-10-27T02:00,1\nA,2024-10-27T03:00,1\n',
      /row 4.*comes twice.*clocks show this hour twice, in Europe\/Berlin/,
    ],
    [
      'a local hour that is skipped',
      'unique_id,ds,y\nA,2024-03-31T00:00,1\nA,2024-03-31T01:00,1\nA,2024-03-31T03:00,1\nA,2024-03-31T04:00,1\n',
      /row 4: series 'A' lacks the hour from 2024-03-31T02:00:00, which clocks skip in Europe\/Berlin/,
    ],
    ['no covariate', 'unique_id,ds,y\nA,1,1\n', /future covariate 'sale' is missing/],
    [
      'a static covariate that changes',
      'unique_id,ds,y,sale,size\nA,1,1,0,5\nA,2,1,0,6\n',
      /row 3: the static covariate 'size' of series 'A' is 6, and 5/,
    ],
    ['nothing but gaps', 'unique_id,ds,y\nA,1,1\nA,2,1\nB,1,\nB,2,\n', /series 'B' has no value at all/],
    [
      'one row, no frequency',
      'unique_id,ds,y\nA,2024-01-01,1\n',
      /cannot infer the frequency: no series has two rows/,
    ],
    [
      'days here and there in months',
      'unique_id,ds,y\nA,2024-01-15,1\nA,2024-02-16,2\nA,2024-03-18,3\n',
      /cannot infer the frequency.*not on one day of their months; write the months alone/,
    ],
  ])('%s', (name, text, message) => {
    const covariates = name.includes('covariate')
      ? { future: ['sale'], static: name.startsWith('a ') ? ['size'] : [] }
      : {};
    expect(() => parseFrame(text, { covariates })).toThrow(message);
    expect(() => parseFrame(text, { covariates })).toThrow(NoosphereError);
  });

  test.each<[string, Parameters<typeof frameOf>[0], RegExp]>([
    [
      'infinity',
      { ds: [1, 2], y: [1, Infinity] },
      /row 1 \(from 0\): expected 'y' to be a finite number.*Infinity/,
    ],
    ['an infinite row', [{ ds: 1, y: -Infinity }], /rows\[0\]: expected 'y'/],
    ['text for a number', { ds: [1], y: ['5'] }, /got '5'/],
    ['an invalid Date', { ds: [new Date('x')], y: [1] }, /invalid Date/],
    ['half a step', { ds: [1.5], y: [1] }, /expected a date/],
    ['columns of different length', { ds: [1, 2], y: [1] }, /equal length, got 2 of 'ds' and 1 of 'y'/],
    ['no times', { y: [1] }, /expected a column 'ds', got y/],
    ['nothing', [], /has no row/],
    ['an empty id', { unique_id: [''], ds: [1], y: [1] }, /the name of a series, got ''/],
    ['days among steps', { ds: [1, '2024-01-01'], y: [1, 2] }, /expected a step.*got the day/],
  ])('%s in memory', (_, data, message) => {
    expect(() => frameOf(data)).toThrow(message);
  });

  test('frequencies and zones that do not exist', () => {
    expect(() => frameOf({ ds: [1], y: [1] }, { frequency: 'fortnight' })).toThrow(
      /expected one of s, min, h, D.*got 'fortnight'/,
    );
    expect(() => frameOf({ ds: [1], y: [1] }, { timeZone: 'Mars/Base' })).toThrow(
      /a time zone such as Europe\/Berlin/,
    );
  });
});

test('local times become UTC by their zone: skipped hours are refused, repeated ones told apart', () => {
  const hours = ['2024-10-27T01:00', '2024-10-27T02:00', '2024-10-27T02:00', '2024-10-27T03:00'];
  const frame = frameOf({ ds: hours, y: [1, 2, 3, 4] }, { timeZone: 'Europe/Berlin' });
  expect(Array.from(frame.times, (time) => new Date(time).getUTCHours())).toEqual([23, 0, 1, 2]);
  expect(() => frameOf({ ds: ['2024-03-31T02:30'], y: [1] }, { timeZone: 'Europe/Berlin' })).toThrow(
    /does not exist in Europe\/Berlin/,
  );
  const gap = { ds: ['2024-03-31T00:00', '2024-03-31T01:00', '2024-03-31T03:00'], y: [1, 2, 3] };
  expect(gapReport(frameOf(gap, { timeZone: 'Europe/Berlin' })).missingCount).toBe(0);
  expect(gapReport(frameOf(gap, { timeZone: 'UTC' })).missingCount).toBe(1);
});
