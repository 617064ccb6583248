/** Dates and tables of the world: read, or refused with a way out that works. */
import { describe, expect, test } from 'vitest';
import {
  forecastFrame,
  frameOf,
  futureCovariates,
  naive,
  parseFrame,
  parseSeries,
  timeText,
} from '../index.js';
import type { ReadFrameOptions } from './read-frame.js';

const read = (dates: readonly string[], options: ReadFrameOptions = {}) => {
  const rows = dates.map((date, index) => `A,${date},${index}`);
  const frame = parseFrame(`unique_id,ds,y\n${rows.join('\n')}\n`, options);
  return [frame.frequency, ...Array.from(frame.times, (time) => timeText(frame, time))];
};

describe('dates', () => {
  test.each<[dates: string[], expected: string[]]>([
    [
      ['2019-01', '2019-02', '2019-03'],
      ['MS', '2019-01-01', '2019-02-01', '2019-03-01'],
    ],
    [
      ['2014Q1', '2014Q2', '2014Q3'],
      ['QS', '2014-01-01', '2014-04-01', '2014-07-01'],
    ],
    [
      ['2014-Q4', '2015-Q1'],
      ['QS', '2014-10-01', '2015-01-01'],
    ],
    [
      ['2020-W53', '2021-W01', '2021-W02'],
      ['W', '2020-12-28', '2021-01-04', '2021-01-11'],
    ],
    [
      ['31.01.2024', '1.2.2024', '02.02.2024'],
      ['D', '2024-01-31', '2024-02-01', '2024-02-02'],
    ],
  ])('%j', (dates, expected) => {
    expect(read(dates)).toEqual(expected);
  });

  test.each<[format: string, dates: string[], expected: string[]]>([
    ['DD/MM/YYYY', ['31/01/2024', '01/02/2024'], ['D', '2024-01-31', '2024-02-01']],
    ['MM/DD/YYYY', ['01/31/2024', '02/01/2024'], ['D', '2024-01-31', '2024-02-01']],
    ['D-MMM-YY', ['1-Jan-99', '1-feb-99'], ['MS', '1999-01-01', '1999-02-01']],
    ['MMMM YYYY', ['January 2024', 'February 2024'], ['MS', '2024-01-01', '2024-02-01']],
    ['YYYYMMDD', ['20240131', '20240201'], ['D', '2024-01-31', '2024-02-01']],
    [
      'DD/MM/YYYY HH:mm',
      ['31/01/2024 22:00', '31/01/2024 23:00'],
      ['h', '2024-01-31T22:00:00', '2024-01-31T23:00:00'],
    ],
  ])('as %s', (dateFormat, dates, expected) => {
    expect(read(dates, { dateFormat })).toEqual(expected);
    expect(frameOf({ ds: dates, y: dates.map(() => 1) }, { dateFormat }).frequency).toBe(expected[0]);
  });

  test.each<[what: string, dates: string[], message: string]>([
    ['an order that is clear', ['31/01/2024'], "order of its parts, dateFormat: 'DD/MM/YYYY'"],
    ['one that is not', ['01/02/2024'], "dateFormat: 'DD/MM/YYYY' or dateFormat: 'MM/DD/YYYY'"],
    ['with a time', ['01/31/2024 10:00'], "dateFormat: 'MM/DD/YYYY HH:mm'"],
    ['a week that the year has not', ['2021-W53'], 'expected a date'],
    ['a month that is none', ['2021-13'], 'expected a date'],
    ['a day that is none', ['31.02.2024'], 'expected a date'],
    ['numbers that are days', ['20240130', '20240131', '20240201'], "give dateFormat: 'YYYYMMDD'"],
    ['numbers that are months', ['202311', '202312', '202401'], "give dateFormat: 'YYYYMM'"],
  ])('%s is refused with a way out', (_, dates, message) => {
    const rows = dates.map((date, index) => `A,${date},${index}`);
    expect(() => parseFrame(`unique_id,ds,y\n${rows.join('\n')}\n`)).toThrow(message);
  });

  test('a format that says no month, or a part twice', () => {
    expect(() => read(['2024'], { dateFormat: 'YYYY' })).toThrow(/expected a year and a month/);
    expect(() => read(['2024'], { dateFormat: 'MM/MM/YYYY' })).toThrow(/each part once/);
    expect(() => read(['2024-01-31'], { dateFormat: 'DD/MM/YYYY' })).toThrow(
      "expected a date as DD/MM/YYYY, got '2024-01-31'",
    );
  });
});

describe('numbers with a decimal comma', () => {
  const text = 'unique_id;ds;y\nA;01.01.2024;1,5\nA;02.01.2024;1.234,25\nA;03.01.2024;\nA;04.01.2024;-2\n';

  test('are read when asked', () => {
    expect(parseFrame(text, { decimal: ',' }).y).toEqual(Float64Array.of(1.5, 1234.25, Number.NaN, -2));
    expect(parseSeries(text, { decimal: ',' }).series[0]?.values[1]).toBe(1234.25);
  });

  test('are refused with a way out, and points that are no groups too', () => {
    expect(() => parseFrame(text)).toThrow("a decimal comma? Give decimal: ','");
    expect(() => parseFrame('ds;A\n2024-01-01;1.5\n2024-01-02;2\n', { decimal: ',' })).toThrow(
      "a decimal point? Give decimal: '.'",
    );
    expect(() => parseFrame(text, { decimal: ';' as never })).toThrow("expected '.' or ','");
  });
});

test('columns that nothing asks for are told', () => {
  const text = 'unique_id,ds,y,price,note\nA,1,1,5,x\nA,2,2,6,y\n';
  expect(parseFrame(text).unusedColumns).toEqual(['price', 'note']);
  expect(parseFrame(text, { covariates: { past: ['price'] } }).unusedColumns).toEqual(['note']);
  expect(frameOf({ ds: [1, 2], y: [1, 2], promo: [0, 1] }).unusedColumns).toEqual(['promo']);
});

describe('covariates of the rows to come', () => {
  const frame = frameOf(
    {
      unique_id: ['A', 'A', 'B', 'B'],
      ds: ['2024-01', '2024-02', '2024-01', '2024-02'],
      y: [1, 2, 3, 4],
      price: [9, 8, 7, 6],
    },
    { covariates: { future: ['price'] } },
  );
  const ahead = [
    { unique_id: 'B', ds: '2024-03', price: 30 },
    { unique_id: 'A', ds: '2024-03', price: 10 },
    { unique_id: 'A', ds: '2024-04', price: 11 },
    { unique_id: 'B', ds: '2024-04', price: 31 },
  ];

  test('are put in the order of the frame, and a forecast takes them', async () => {
    const future = futureCovariates(frame, ahead, 2);
    expect(future).toEqual({ price: Float64Array.of(10, 11, 30, 31) });
    const { columns } = await forecastFrame(frame, { models: [naive()], horizon: 2, future, workers: 0 });
    expect(columns.Naive).toEqual(Float64Array.of(2, 2, 4, 4));
    await expect(forecastFrame(frame, { models: [naive()], horizon: 2, workers: 0 })).rejects.toThrow(
      /futureCovariates\(frame, rows, horizon\)/,
    );
  });

  test('a row that is not there is named', () => {
    expect(() => futureCovariates(frame, ahead.slice(0, 3), 2)).toThrow(
      "no 'price' of series 'B' at 2024-04-01; expected the 2 rows",
    );
    expect(() => futureCovariates(frame, ahead, 2, { colums: [] } as never)).toThrow(/columns/);
  });
});
