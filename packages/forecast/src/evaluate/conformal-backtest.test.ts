// Expected widths are read off: errors are made by hand, or are the distances that the data are built from.
import { expect, test } from 'vitest';
import { frameOf } from '../frame/index.js';
import { naive, windowAverage } from '../local/index.js';
import { forecastFrame } from '../run/index.js';
import { conformalBacktest, conformalForecasts } from './conformal-backtest.js';
import { crossValidate } from './cross-validate.js';
import { evaluate } from './evaluate.js';

/** Steps of 1, 2, 3, … so that the naive forecast one step ahead is off by the step's number. */
const growing = Float64Array.from({ length: 41 }, (_, t) => (t * (t + 1)) / 2);
const frame = frameOf({ ds: Array.from(growing, (_, t) => t), y: Array.from(growing) });
const plan = { models: [naive()], horizon: 1 };

test('each window is as wide as the errors before it say, and the first ones are left out', async () => {
  const table = await crossValidate(frame, { ...plan, windows: 12 });
  const { columns, y, manifest, cutoffs } = conformalBacktest(table, { levels: [90] });
  // 90 % needs 9 errors; windows 9, 10 and 11 remain, with the largest or second largest error before them.
  expect([manifest.windows, y.length, cutoffs.length]).toEqual([3, 3, 3]);
  const widths = Array.from(
    columns['Naive-hi-90'] ?? [],
    (upper, row) => upper - (columns.Naive?.[row] ?? 0),
  );
  // Errors are 29 to 40; before window 9 they are 29 to 37, and ⌈0.9 · 10⌉ = 9 is the largest of them.
  expect(widths).toEqual([37, 38, 39]);
});

test('errors that are not known yet at an origin do not count', async () => {
  const table = await crossValidate(frame, { models: [naive()], horizon: 2, step: 1, windows: 12 });
  const { columns, manifest } = conformalBacktest(table, { levels: [80] });
  // 80 % needs 4 errors; those of the window right before end behind the origin.
  expect(manifest.windows).toBe(12 - 5);
  const lower = columns['Naive-lo-80'] as Float64Array;
  // Origins lie behind values 27 to 38; window 5 forecasts steps 33 and 34 and knows windows 0 to 3.
  expect((columns.Naive?.[0] ?? 0) - (lower[0] ?? 0)).toBe(31);
  expect((columns.Naive?.[1] ?? 0) - (lower[1] ?? 0)).toBe(31 + 32);
});

test('covers as asked where errors are exchangeable', async () => {
  let state = 1;
  const noise = Float64Array.from({ length: 600 }, () => {
    state = (state * 16807) % 2147483647;
    return state / 2147483647;
  });
  const plain = frameOf({ ds: Array.from(noise, (_, t) => t), y: Array.from(noise) });
  const table = await crossValidate(plain, { ...plan, windows: 500 });
  const [row] = evaluate(conformalBacktest(table, { levels: [80] }), { metrics: ['coverage'] }).rows;
  expect(row?.values.coverage).toBeGreaterThan(76);
  expect(row?.values.coverage).toBeLessThan(84);
});

test('forecasts take all errors of the backtest', async () => {
  const errors = await crossValidate(frame, { ...plan, windows: 9 });
  const { columns, levels } = conformalForecasts(await forecastFrame(frame, plan), errors, { levels: [90] });
  expect(levels).toEqual([90]);
  expect((columns['Naive-hi-90']?.[0] ?? 0) - (columns.Naive?.[0] ?? 0)).toBe(40);
});

test('what cannot be calibrated is refused with the way out', async () => {
  const table = await crossValidate(frame, { ...plan, windows: 5 });
  expect(() => conformalBacktest(table, { levels: [95] })).toThrow(
    /need 19 windows .* got 5.*backtest more windows/,
  );
  expect(() => conformalBacktest(table, { levels: [120] })).toThrow(/between 0 and 100/);
  const far = await forecastFrame(frame, { models: [naive()], horizon: 3 });
  expect(() => conformalForecasts(far, table, { levels: [80] })).toThrow(/backtest that horizon/);
});

test('a series whose model failed in some windows has the intervals that its errors are enough for', async () => {
  const values = Array.from({ length: 30 }, (_, t) => t + (t % 4));
  const short = frameOf({ ds: values.map((_, t) => t), y: values });
  // A mean of 24 values fails on the first four of ten windows: six errors serve 80 % (4 needed), not 90 % (9 needed).
  const plan = { models: [windowAverage({ window: 24 })], horizon: 1, workers: 0 };
  const errors = await crossValidate(short, { ...plan, windows: 10 });
  const forecasts = await forecastFrame(short, plan);
  const { columns } = conformalForecasts(forecasts, errors, { levels: [80, 90] });
  expect(errors.columns.WindowAverage?.filter(Number.isNaN).length).toBe(4);
  expect(columns['WindowAverage-lo-80']?.[0]).toBeLessThan(columns.WindowAverage?.[0] ?? Number.NaN);
  expect(columns['WindowAverage-lo-90']?.[0]).toBeNaN();
});
