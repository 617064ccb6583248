/** Days and months of clocks, anchors of frequencies, and times written as they came. */
import { describe, expect, test } from 'vitest';
import { frameOf, nextTimes, parseFrame, seasonLengthOf, timeText, writeFrame } from '../index.js';
import type { FrameOptions } from './frame-options.js';
import { gridOf } from './time-grid.js';

const frame = (ds: readonly string[], options: FrameOptions = {}) =>
  frameOf({ ds, y: ds.map((_, index) => index) }, options);
const next = (ds: readonly string[], options: FrameOptions = {}, horizon = 2) => {
  const read = frame(ds, options);
  return [read.frequency, ...Array.from(nextTimes(read, 0, horizon), (time) => timeText(read, time))];
};
const berlin = { timeZone: 'Europe/Berlin' };

describe('days over a change of clocks', () => {
  test.each<[what: string, ds: string[], options: FrameOptions, expected: string[]]>([
    [
      'midnights of a clock are days',
      ['2024-03-29 00:00', '2024-03-30 00:00', '2024-03-31 00:00', '2024-04-01 00:00'],
      berlin,
      ['D', '2024-04-02', '2024-04-03'],
    ],
    [
      'first days of months',
      ['2024-01-01 00:00', '2024-02-01 00:00', '2024-03-01 00:00', '2024-04-01 00:00'],
      berlin,
      ['MS', '2024-05-01', '2024-06-01'],
    ],
    [
      'with offsets, and the zone given: offsets go on',
      ['2024-10-25T00:00+02:00', '2024-10-26T00:00+02:00', '2024-10-27T00:00+02:00'],
      berlin,
      ['D', '2024-10-28T00:00:00+01:00', '2024-10-29T00:00:00+01:00'],
    ],
    [
      'offsets that change, and no zone',
      ['2024-03-30T09:30:00+01:00', '2024-03-31T09:30:00+02:00', '2024-04-01T09:30:00+02:00'],
      {},
      ['D', '2024-04-02T09:30:00+02:00', '2024-04-03T09:30:00+02:00'],
    ],
    [
      'a time of day by the clock, without offsets',
      ['2024-03-29 09:30', '2024-03-30 09:30', '2024-03-31 09:30'],
      berlin,
      ['D', '2024-04-01T09:30:00', '2024-04-02T09:30:00'],
    ],
    [
      'UTC instants of local midnights',
      ['2024-03-29T23:00Z', '2024-03-30T23:00Z', '2024-03-31T22:00Z'],
      berlin,
      ['D', '2024-04-02T00:00:00+02:00', '2024-04-03T00:00:00+02:00'],
    ],
    [
      'hours are even: the clock skips one',
      ['2024-03-30 23:00', '2024-03-31 00:00', '2024-03-31 01:00'],
      berlin,
      ['h', '2024-03-31T03:00:00', '2024-03-31T04:00:00'],
    ],
    [
      'a midnight that clocks skip is a day all the same',
      ['2024-09-06 00:00', '2024-09-07 00:00', '2024-09-08 00:00', '2024-09-09 00:00'],
      { timeZone: 'America/Santiago' },
      ['D', '2024-09-10', '2024-09-11'],
    ],
    [
      'weekdays over the change',
      [
        '2024-03-28T08:00+01:00',
        '2024-03-29T08:00+01:00',
        '2024-04-01T08:00+02:00',
        '2024-04-02T08:00+02:00',
      ],
      { ...berlin, frequency: 'B' },
      ['B', '2024-04-03T08:00:00+02:00', '2024-04-04T08:00:00+02:00'],
    ],
  ])('%s', (_, ds, options, expected) => {
    expect(next(ds, options)).toEqual(expected);
  });

  test.each([
    [['2024-01-01T10:00', '2024-01-01T11:00'], '2024-01-01T12:00:00'],
    [['2024-01-01T10:00Z', '2024-01-01T11:00Z'], '2024-01-01T12:00:00Z'],
    [['2024-01-01T10:00+05:30', '2024-01-01T11:00+05:30'], '2024-01-01T12:00:00+05:30'],
    [['2024-01-01T10:00:00.5', '2024-01-01T10:00:01.5'], '2024-01-01T10:00:02.500'],
  ])('times come back in the form of %j', (ds, expected) => {
    expect(next(ds, {}, 1)[1]).toBe(expected);
  });

  test('local midnights in UTC say which zone to give, and it works', () => {
    const ds = ['2024-03-29T23:00Z', '2024-03-30T23:00Z', '2024-03-31T22:00Z'];
    expect(() => frame(ds)).toThrow("Give its zone: timeZone: 'Europe/Berlin'");
    expect(frame(ds, berlin).frequency).toBe('D');
  });

  test('a table with a zone is written and read again as it was', async () => {
    const ds = ['2024-10-26 12:00', '2024-10-27 12:00', '2024-10-28 12:00'];
    const before = frame(ds, berlin);
    const { mkdtemp, readFile } = await import('node:fs/promises');
    const path = `${await mkdtemp('/tmp/clock-')}/table.csv`;
    await writeFrame(path, before);
    const text = await readFile(path, 'utf8');
    expect(text).toContain('series,2024-10-27T12:00:00,1');
    expect(parseFrame(text, berlin).times).toEqual(before.times);
  });
});

describe('anchors', () => {
  const sundays = ['2024-01-07', '2024-01-14', '2024-01-21'];
  test.each<[frequency: string, ds: string[], next: string]>([
    ['W-SUN', sundays, '2024-01-28'],
    ['QS-FEB', ['2024-02-01', '2024-05-01'], '2024-08-01'],
    ['QE-JAN', ['2024-01-31', '2024-04-30'], '2024-07-31'],
    ['YS-APR', ['2022-04-01', '2023-04-01'], '2024-04-01'],
    ['MS-15', ['2024-01-15', '2024-02-15'], '2024-03-15'],
    ['BME', ['2024-03-29', '2024-04-30'], '2024-05-31'],
    ['BMS', ['2024-05-01', '2024-06-03'], '2024-07-01'],
  ])('%s', (frequency, ds, expected) => {
    expect(next(ds, { frequency }, 1)).toEqual([frequency, expected]);
  });

  test.each<[frequency: string, ds: string[], message: RegExp]>([
    ['W-MON', sundays, /2024-01-07 is not on the grid of the frequency W-MON .* frequency: 'W-SUN'/],
    ['W-ABC', sundays, /got 'W-ABC'/],
    ['QS-FEB', ['2024-01-01', '2024-04-01', '2024-07-01'], /2024-01-01 is not on the grid .*QS-FEB/],
    ['MS-FEB', ['2024-02-01'], /got 'MS-FEB'/],
    ['ME-15', ['2024-02-15'], /got 'ME-15'/],
    ['MS-31', ['2024-01-31'], /got 'MS-31'/],
    ['D-MON', ['2024-01-01'], /got 'D-MON'/],
    ['YE-JUN', ['2023-12-31', '2024-12-31'], /2023-12-31 is not on the grid .*YE-JUN/],
  ])('%s is checked', (frequency, ds, message) => {
    expect(() => frame(ds, { frequency })).toThrow(message);
  });

  test.each<[ds: string[], frequency: string]>([
    [['2024-01-15', '2024-02-15', '2024-03-15'], 'MS-15'],
    [['2024-03-29', '2024-04-30', '2024-05-31', '2024-06-28'], 'BME'],
    [['2024-04-01', '2024-05-01', '2024-06-03'], 'BMS'],
    [['2024-02-01', '2024-05-01', '2024-08-01'], 'QS'],
    [['2024-02-15', '2024-05-15', '2024-08-15'], 'QS-15'],
  ])('%j are %s', (ds, frequency) => {
    expect(frame(ds).frequency).toBe(frequency);
  });

  test('seasons and grids know them', () => {
    expect(['BME', 'MS-15', 'QS-FEB', 'W-MON'].map(seasonLengthOf)).toEqual([12, 12, 4, 52]);
    const grid = gridOf('QE-JAN');
    expect(grid.stepsBetween(Date.UTC(2024, 0, 31), Date.UTC(2025, 0, 31))).toBe(4);
  });
});
