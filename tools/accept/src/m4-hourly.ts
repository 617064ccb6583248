/** The hourly series of the M4 competition, and the competition's two scores. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LocalModel } from '@noosphere/forecast';
import { required } from './run.js';

/** Hours of a day, and steps that are forecast. */
export const season = 24;
export const horizon = 48;

export interface M4Series {
  readonly id: string;
  readonly train: Float64Array;
  readonly test: Float64Array;
}

/** Means over series and steps, both as the competition has them: sMAPE with factor 200, MASE by the seasonal naive. */
export interface M4Score {
  readonly smape: number;
  readonly mase: number;
}

export function m4Folder(): string {
  return join(required('NOOSPHERE_DATA', 'the folder with series/m4/Hourly-train.csv'), 'series/m4');
}

export function readM4Hourly(): readonly M4Series[] {
  const folder = m4Folder();
  const tests = new Map(readRows(join(folder, 'Hourly-test.csv')));
  return readRows(join(folder, 'Hourly-train.csv')).map(([id, train]) => {
    const test = tests.get(id);
    if (test?.length !== horizon) throw new Error(`series ${id} has no ${horizon} test values`);
    return { id, train, test };
  });
}

function readRows(path: string): [string, Float64Array][] {
  const [, ...lines] = readFileSync(path, 'utf8').trim().split(/\r?\n/);
  return lines.map((line) => {
    const [id = '', ...cells] = line.split(',').map((cell) => cell.replaceAll('"', ''));
    return [id, Float64Array.from(cells.filter((cell) => cell !== '').map(Number))];
  });
}

/** One forecast a series. */
export function forecastAll(model: LocalModel, series: readonly M4Series[]): Float64Array[] {
  return series.map(({ train }) => model.fit(train).forecast(horizon).mean);
}

export function scoreAll(series: readonly M4Series[], forecasts: readonly ArrayLike<number>[]): M4Score {
  let [percent, scaled] = [0, 0];
  for (const [index, { train, test }] of series.entries()) {
    const scale = naiveError(train);
    for (const [step, value] of test.entries()) {
      const forecast = forecasts[index]?.[step] ?? Number.NaN;
      const error = Math.abs(value - forecast);
      percent += (200 * error) / (Math.abs(value) + Math.abs(forecast));
      scaled += error / scale;
    }
  }
  const count = series.length * horizon;
  return { smape: percent / count, mase: scaled / count };
}

/** Mean error of the seasonal naive inside the series. */
function naiveError(train: Float64Array): number {
  let sum = 0;
  for (let index = season; index < train.length; index++) {
    sum += Math.abs((train[index] ?? Number.NaN) - (train[index - season] ?? Number.NaN));
  }
  return sum / (train.length - season);
}
