/** How much worse a neural model forecasts when one of its inputs says nothing. */
import { requireWhole } from '@noosphere/base';
import { ArgumentError, compile, fromData, type HostTensor, hostData, type Tensor } from '@noosphere/core';
import { Random } from '@noosphere/train';
import type { SeriesFrame } from '../frame/frame.js';
import type { FittedNeuralModel, RawWindows } from '../global/index.js';
import { trainingWindows } from '../global/window-batches.js';
import { validationWindows } from '../global/windows.js';
import type { Windows } from './still-windows.js';

export interface LagImportanceOptions {
  /** Values at each series' end whose windows, stride 1, are judged. @default twice the horizon */
  readonly size?: number;
  /** Lags that are shuffled together. @default the lookback in eight parts */
  readonly lagGroup?: number;
  /** Shuffles, whose mean counts. @default 5 */
  readonly repeats?: number;
  /** @default 0 */
  readonly seed?: number;
}

export interface LagImportance {
  /** `lags 1 to 24`, or the name of a covariate. */
  readonly input: string;
  readonly role: 'lags' | 'past' | 'future';
  /** Mean absolute error with this input shuffled, less that with everything as it is. */
  readonly increase: number;
  /** Mean absolute error with everything as it is. */
  readonly error: number;
}

/** One input: which columns of which table move together. */
interface Group {
  readonly input: string;
  readonly role: 'lags' | 'past' | 'future';
  /** Table of the windows, and places in a row of it. */
  readonly table: string;
  readonly has: (place: number) => boolean;
}

/**
 * Permutation importance: an input's values change places between the windows of the same series, and the error grows by
 * what the input was worth. Sorted, the most important first. Inputs that say the same share their worth, so each looks
 * dispensable. Breiman 2001; Fisher, Rudin & Dominici 2019.
 * @example
 * const y = Array.from({ length: 200 }, (_, hour) => Math.sin((2 * Math.PI * hour) / 12));
 * const frame = frameOf({ ds: y.map((_, hour) => hour), y });
 * const model = await nlinear({ horizon: 1, lookback: 12, steps: 50, loss: 'mse' }).fit(frame);
 * const found = await lagImportance(model, frame, { size: 24, lagGroup: 6 });
 * console.log(found.map(({ input }) => input).sort()); // → [ 'lags 1 to 6', 'lags 7 to 12' ]
 */
export async function lagImportance(
  model: FittedNeuralModel,
  frame: SeriesFrame,
  options: LagImportanceOptions = {},
): Promise<readonly LagImportance[]> {
  const { lookback, horizon, covariates } = model.description.settings;
  const { size = 2 * horizon, lagGroup = Math.ceil(lookback / 8), repeats = 5, seed = 0 } = options;
  requireWhole('lagImportance', 'lagGroup', lagGroup, 1);
  requireWhole('lagImportance', 'repeats', repeats, 1);
  requireWhole('lagImportance', 'size', size, horizon + 1);
  const rows = validationWindows(frame, size, horizon);
  if (rows.ends.length === 0)
    throw new ArgumentError(
      'lagImportance',
      `no series has more than ${size} values; ask for a smaller size`,
    );
  const { target, ...windows } = trainingWindows(
    { frame, plan: { lookback, horizon }, columns: covariates },
    rows,
  );
  const forecast = compile(
    (inputs: Windows) => model.pipeline.forecast(inputs as RawWindows).mean as Tensor,
    {
      name: 'importance',
    },
  );
  try {
    const errorOf = async (inputs: Windows) => meanAbsolute(await forecast(inputs), target);
    const error = await errorOf(windows);
    const found: LagImportance[] = [];
    for (const group of groupsOf(model, lagGroup)) {
      const random = new Random(seed);
      let sum = 0;
      for (let repeat = 0; repeat < repeats; repeat++)
        sum += await errorOf(shuffled(windows, group, rows.series, random));
      found.push({ input: group.input, role: group.role, increase: sum / repeats - error, error });
    }
    return found.sort((a, b) => b.increase - a.increase);
  } finally {
    await forecast.dispose();
  }
}

/** Lags by groups, counted from the last value, then each covariate. */
function groupsOf({ description: { settings } }: FittedNeuralModel, lagGroup: number): Group[] {
  const { lookback, covariates } = settings;
  const groups: Group[] = [];
  for (let first = 1; first <= lookback; first += lagGroup) {
    const last = Math.min(lookback, first + lagGroup - 1);
    const has = (place: number) => lookback - place >= first && lookback - place <= last;
    groups.push({ input: `lags ${first} to ${last}`, role: 'lags', table: 'y', has });
  }
  for (const role of ['past', 'future'] as const) {
    const names = covariates[role];
    names.forEach((input, column) => {
      groups.push({ input, role, table: role, has: (place) => place % names.length === column });
    });
  }
  return groups;
}

/** The windows with a group's values from other windows of the same series. */
function shuffled(
  windows: Windows,
  { table, has }: Group,
  series: Uint32Array,
  random: Random,
): Record<string, Tensor> {
  const tensor = windows[table] as HostTensor<'float32'>;
  const data = hostData(tensor) as Float32Array;
  const width = data.length / series.length;
  const mixed = data.slice();
  for (const rows of rowsBySeries(series).values()) {
    const order = random.permutation(rows.length);
    rows.forEach((row, at) => {
      const from = rows[order[at] as number] as number;
      for (let place = 0; place < width; place++)
        if (has(place)) mixed[row * width + place] = data[from * width + place] as number;
    });
  }
  return { ...windows, [table]: fromData('float32', tensor.shape as readonly number[], mixed) };
}

function rowsBySeries(series: Uint32Array): Map<number, number[]> {
  const found = new Map<number, number[]>();
  series.forEach((own, row) => {
    const rows = found.get(own);
    if (rows) rows.push(row);
    else found.set(own, [row]);
  });
  return found;
}

/** Over targets that are there. */
function meanAbsolute(forecast: Tensor, target: Tensor): number {
  const [values, wanted] = [forecast, target].map((each) => hostData(each) as Float32Array);
  let [sum, count] = [0, 0];
  wanted?.forEach((actual, at) => {
    if (Number.isNaN(actual)) return;
    sum += Math.abs(actual - (values?.[at] as number));
    count++;
  });
  return sum / count;
}
