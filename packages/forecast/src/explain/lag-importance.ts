/** How much worse a neural model forecasts when one of its inputs says nothing. */
import { ArgumentError, knownOptions, requireWhole } from '@noosphere/base';
import { type HostTensor, hostData, type Tensor } from '@noosphere/core';
import { permutationImportance } from '@noosphere/learn';
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
  const {
    size = 2 * horizon,
    lagGroup = Math.ceil(lookback / 8),
    repeats = 5,
    seed = 0,
  } = knownOptions('lagImportance', options, 'size lagGroup repeats seed');
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
  const forecast = (inputs: Windows<Tensor>) => model.pipeline.forecast(inputs as RawWindows).mean as Tensor;
  const { named, groups } = groupsOf(model, lagGroup);
  const asked = {
    score: meanAbsolute,
    groups,
    repeats,
    seed,
    within: rows.series,
    rowsPerCall: rows.ends.length,
  };
  const { score, importances } = await permutationImportance(
    forecast,
    windows as Windows,
    target as HostTensor,
    asked,
  );
  return importances.map(({ group, importance }) => ({
    ...(named.get(group) ?? { input: group, role: 'lags' }),
    increase: importance,
    error: score,
  }));
}

/** Lags by groups, counted from the last value, then each covariate. */
function groupsOf({ description: { settings } }: FittedNeuralModel, lagGroup: number) {
  const { lookback, horizon, covariates } = settings;
  const named = new Map<string, Pick<LagImportance, 'input' | 'role'>>();
  const groups: Record<string, Record<string, number[]>> = {};
  for (let first = 1; first <= lookback; first += lagGroup) {
    const last = Math.min(lookback, first + lagGroup - 1);
    const input = `lags ${first} to ${last}`;
    named.set(input, { input, role: 'lags' });
    groups[input] = { y: Array.from({ length: last - first + 1 }, (_, at) => lookback - last + at) };
  }
  for (const role of ['past', 'future'] as const) {
    const names = covariates[role];
    const length = lookback + (role === 'future' ? horizon : 0);
    for (const [column, input] of names.entries()) {
      // A column may be known in the past and in the future.
      named.set(`${role} ${input}`, { input, role });
      groups[`${role} ${input}`] = {
        [role]: Array.from({ length }, (_, step) => step * names.length + column),
      };
    }
  }
  return { named, groups };
}

/** Over targets that are there. */
function meanAbsolute(target: HostTensor, forecast: HostTensor): number {
  const [values, wanted] = [forecast, target].map((each) => hostData(each) as Float32Array);
  let [sum, count] = [0, 0];
  wanted?.forEach((actual, at) => {
    if (Number.isNaN(actual)) return;
    sum += Math.abs(actual - (values?.[at] as number));
    count++;
  });
  return sum / count;
}
