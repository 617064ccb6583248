/** What plain JavaScript lets through is refused by an error of ours that says what to give. */
import { NoosphereError } from '@noosphere/base';
import { expect, test } from 'vitest';
import * as forecast from './index.js';

const rows = [{ ds: 1, y: 2 }];

test.each<[call: () => unknown, message: string]>([
  [
    () => forecast.forecastFrame(rows as never, { models: [forecast.naive()], horizon: 1 }),
    'forecastFrame: expects a frame of series, got an object without ids and y; frameOf({ ds, y }) or readFrame(path) makes one',
  ],
  [
    () => forecast.crossValidate(undefined as never, { models: [forecast.naive()], horizon: 1, windows: 1 }),
    'crossValidate: expects a frame of series, got undefined',
  ],
  [() => forecast.takeSeries('x' as never, []), 'takeSeries: expects a frame of series, got x'],
  [() => forecast.selectModels(undefined as never), 'selectModels: the table must be an object such as'],
  [
    () => forecast.fitTransform({ kind: 'standard' } as never, 3 as never),
    'the training values must be numbers',
  ],
  [() => forecast.lagFeatures([1] as never, 1 as never), 'lagFeatures: lags must be an array'],
  [
    () => forecast.frameOf(undefined as never),
    'frameOf: the columns must be an object such as { ds: [1, 2], y: [3, 4] }',
  ],
  [() => forecast.driftReport({}, null as never), 'driftReport: the fresh columns must be an object'],
  [() => forecast.gapReport(null as never), 'gapReport: expects a frame of series, got null'],
  [
    () =>
      forecast.forecastFrame(forecast.frameOf({ ds: [1, 2], y: [1, 2] }), {
        models: forecast.naive(),
        horizon: 1,
      } as never),
    'forecastFrame: models must be an array',
  ],
  [
    () => forecast.meanAbsolute(1 as never, [1]),
    'the values must be numbers, in an array or a Float64Array, got 1',
  ],
  [
    () => forecast.meanAbsolute([1], {} as never),
    'the forecasts must be numbers, in an array or a Float64Array, got an object',
  ],
  [
    () => forecast.coverage([1], undefined as never),
    'coverage: the interval must be an object such as { lower: [0], upper: [2] }',
  ],
  [() => forecast.mstl({ seasons: 7 } as never), 'seasons must be an array'],
])('%s', async (call, message) => {
  const error = await Promise.resolve()
    .then(call)
    .catch((found: unknown) => found);
  expect(NoosphereError.isInstance(error)).toBe(true);
  expect(String(error)).toContain(message);
});
