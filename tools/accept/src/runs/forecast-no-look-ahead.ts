/**
 * Everything after a date replaced by noise: what scalers, choices, weights, intervals and forecasts knew up to it must be
 * the same to the bit. Ten dates.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  autoEts,
  bestOf,
  conformal,
  crossValidate,
  differingBits,
  drift,
  dropTail,
  ensemble,
  fitTransform,
  forecastFrame,
  frameOf,
  lagFeatures,
  naive,
  replaceFuture,
  rollingFeature,
  type SeriesFrame,
  seasonalNaive,
  ses,
  type TransformSettings,
  transformed,
} from '@noosphere/forecast';
import { Random } from '../random.js';
import type { AcceptanceRun, Measured, RunContext } from '../run.js';

const dates = 10;
const seriesCount = 3;
const length = 240;
const season = 12;
const horizon = 6;

export const forecastNoLookAhead: AcceptanceRun = {
  name: 'forecast-no-look-ahead',
  metric: `bits that differ in scalers, choices, intervals and forecasts up to each of ${dates} dates when all after it is noise`,
  bar: { is: '<=', value: 0 },
  run: measure,
};

async function measure({ seed, folder, say }: RunContext): Promise<Measured> {
  const random = new Random(seed);
  const frame = drawFrame(random);
  const found: { origin: number; bits: number; values: number; leakBits: number }[] = [];
  for (let date = 0; date < dates; date++) {
    const origin = 100 + random.below(length - 100 - horizon);
    const other = replaceFuture(frame, { origin, seed: seed + date });
    const [known, changed] = [await allKnown(frame, origin), await allKnown(other, origin)];
    const values = known.reduce((sum, column) => sum + column.length, 0);
    const bits = differingBits(known, changed);
    // The check itself must see a scaler that is fitted on all rows.
    const leakBits = differingBits(leak(frame, origin), leak(other, origin));
    found.push({ origin, bits, values, leakBits });
    say(`rows up to ${origin}: ${bits} bits differ in ${values} numbers; in a planted leak ${leakBits}`);
  }
  const blind = found.filter(({ leakBits }) => leakBits === 0).length;
  const report = join(folder, 'dates.json');
  writeFileSync(report, JSON.stringify(found, null, 1));
  const values = found.reduce((sum, each) => sum + each.values, 0);
  return {
    // A check that misses the planted leak proves nothing.
    value: found.reduce((sum, { bits }) => sum + bits, 0) + blind,
    artifacts: [report],
    notes: [`${values} numbers at ${dates} dates; the planted leak was seen at ${dates - blind} of them`],
  };
}

function drawFrame(random: Random): SeriesFrame {
  const rows = Array.from({ length: seriesCount }, (_, series) =>
    Array.from({ length }, (__, t) => ({
      unique_id: `S${series}`,
      ds: t,
      y: 50 + series + t / 20 + 8 * Math.sin((2 * Math.PI * t) / season) + 6 * random.next(),
    })),
  );
  return frameOf(rows.flat());
}

const transforms: readonly TransformSettings[] = [
  { kind: 'standard' },
  { kind: 'minMax' },
  { kind: 'robust' },
  { kind: 'log1p' },
  { kind: 'boxCox', season },
  { kind: 'boxCox', method: 'likelihood' },
  { kind: 'difference', lag: season },
];

const members = () => [seasonalNaive({ season }), drift(), ses()];
const models = () => [
  ...members(),
  {
    ...transformed(seasonalNaive({ season }), [{ kind: 'boxCox', season }, { kind: 'standard' }]),
    name: 'Transformed',
  },
  { ...conformal(seasonalNaive({ season }), { windows: 10, step: 3 }), name: 'Split' },
  { ...conformal(naive(), { windows: 12, step: 2, method: 'adaptive' }), name: 'Adaptive' },
  { ...conformal(drift(), { windows: 10, step: 2, method: 'bootstrap' }), name: 'Bootstrap' },
  ensemble(members(), { combine: 'median' }),
  ensemble(members(), { combine: 'weighted', horizon }),
  ensemble(members(), { combine: 'stacked', horizon }),
  bestOf(members(), { horizon, windows: 2 }),
];

/** All numbers that may be known at an origin. */
async function allKnown(frame: SeriesFrame, origin: number): Promise<Float64Array[]> {
  const columns: Float64Array[] = [];
  for (let series = 0; series < seriesCount; series++) {
    const y = frame.y.slice(frame.offsets[series], frame.offsets[series + 1]);
    const training = y.slice(0, origin);
    for (const settings of transforms) {
      const transform = fitTransform(settings, training);
      columns.push(numbersIn(transform.states), transform.apply(training));
    }
    // Features are made of all rows; those up to the origin must not know the rest.
    columns.push((lagFeatures(y, [1]).lag1 as Float64Array).slice(0, origin));
    columns.push(rollingFeature(y, 7, 'mean').slice(0, origin));
    const rebuilt = bestOf(members(), { horizon, windows: 2 }).fit(training);
    columns.push(numbersIn(rebuilt.estimates), rebuilt.fitted);
  }
  const known = dropTail(frame, length - origin);
  const interval = models().map((model) =>
    /^Ensemble|^BestOf/.test(model.name) ? conformal(model, { windows: 10, step: 1 }) : model,
  );
  const table = await forecastFrame(known, {
    models: [...interval, autoEts({ season })],
    horizon,
    levels: [80],
  });
  // A backtest of all rows: its windows that end before the origin must not know what comes after.
  const backtest = await crossValidate(frame, { models: models(), horizon, windows: 8, step: 20, season });
  const rowsUpTo = Array.from(backtest.times.keys()).filter((row) => {
    const last = row - (row % horizon) + horizon - 1;
    return (backtest.times[last] as number) < origin;
  });
  for (const { name } of models())
    columns.push(Float64Array.from(rowsUpTo, (row) => backtest.columns[name]?.[row] ?? Number.NaN));
  return [...columns, ...Object.values(table.columns)];
}

/** Every number, and every text as its characters, in plain data. */
function numbersIn(data: unknown): Float64Array {
  const found: number[] = [];
  const visit = (value: unknown) => {
    if (typeof value === 'number') found.push(value);
    else if (typeof value === 'string') for (const character of value) found.push(character.charCodeAt(0));
    else if (typeof value === 'object' && value !== null) Object.values(value).forEach(visit);
  };
  visit(data);
  return Float64Array.from(found);
}

/** What a careless program does: the scaler is fitted on all rows. */
function leak(frame: SeriesFrame, origin: number): Float64Array[] {
  const y = frame.y.slice(0, length);
  return [fitTransform({ kind: 'standard' }, y).apply(y.slice(0, origin))];
}
