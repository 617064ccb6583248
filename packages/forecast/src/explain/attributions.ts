/** Which lags and covariates a neural forecast comes from. */
import { ArgumentError, knownOptions, requireWhole } from '@noosphere/base';
import { type HostTensor, hostData, mul, slice, sum, type Tensor } from '@noosphere/core';
import { integratedGradients } from '@noosphere/learn';
import { sliceRows } from '@noosphere/train';
import type { SeriesFrame } from '../frame/frame.js';
import type { FittedNeuralModel, RawWindows } from '../global/index.js';
import type { Exogenous } from '../local/local-model.js';
import { standingStill, type Windows } from './still-windows.js';

export interface ExplainOptions {
  /** The step ahead that is explained, from 1. @default the mean of the horizon */
  readonly step?: number;
  /** Points on the way from the baseline to the window. @default 32 */
  readonly points?: number;
  /** The frame's future covariates over the horizon: series × horizon values, in the frame's order. @default none */
  readonly future?: Exogenous;
}

/** What each input adds to the forecast of one series. */
export interface Attribution {
  readonly id: string;
  /** The forecast that is explained. */
  readonly forecast: number;
  /** The forecast of the baseline: history and covariates stand still at their means. */
  readonly baseline: number;
  /** The lookback's values, the oldest first. */
  readonly lags: Float64Array;
  /** By past covariate, over the lookback. */
  readonly past: Readonly<Record<string, Float64Array>>;
  /** By future covariate, over lookback and horizon. */
  readonly future: Readonly<Record<string, Float64Array>>;
  /** By static covariate. */
  readonly static: Readonly<Record<string, number>>;
}

/**
 * Integrated gradients of the last window of every series: a[i] = (x[i] - x'[i]) · mean over α of ∂f/∂x[i] at x' + α (x - x'),
 * with x' a window whose history and covariates stand still at their means, static ones at those of all series; both are
 * scaled as the window itself is, so that what is explained is the network behind the scaler. Attributions add up to forecast - baseline, as exactly as the points of the way allow. Sundararajan, Taly & Yan 2017.
 * @example
 * const y = Array.from({ length: 200 }, (_, hour) => Math.sin((2 * Math.PI * hour) / 12));
 * const frame = frameOf({ ds: y.map((_, hour) => hour), y });
 * const model = await nlinear({ horizon: 1, lookback: 24, steps: 50, loss: 'mse' }).fit(frame);
 * const [own] = await explainForecasts(model, frame);
 * const total = own?.lags.reduce((sum, part) => sum + part, 0) ?? Number.NaN;
 * console.log(Math.abs(total - ((own?.forecast ?? 0) - (own?.baseline ?? 0))) < 1e-4); // → true
 */
export async function explainForecasts(
  model: FittedNeuralModel,
  frame: SeriesFrame,
  options: ExplainOptions = {},
): Promise<readonly Attribution[]> {
  const { step, points = 32, future } = knownOptions('explainForecasts', options, 'step points future');
  requireWhole('explainForecasts', 'points', points, 1);
  if (step !== undefined && !(Number.isInteger(step) && step >= 1 && step <= model.horizon))
    throw new ArgumentError(
      'explainForecasts',
      `step must be a whole number from 1 to ${model.horizon}, got ${step}`,
    );
  const windows = model.windows(frame, future ? { future } : {}) as Windows;
  const { attributions, values, baselines } = await integratedGradients(explainedPart(model, step), windows, {
    baseline: standingStill(windows),
    // The windows scale those on the way, too.
    fixed: windows,
    points,
    // Channels of a multivariate network are rows that belong together.
    rowsPerCall: frame.ids.length,
  });
  return frame.ids.map((id, row) => ({
    id,
    forecast: values[row] as number,
    baseline: baselines[row] as number,
    ...partsOf(model, attributions, row),
  }));
}

/** The mean forecast, or that of one step: [B]. */
function explainedPart({ pipeline, horizon }: FittedNeuralModel, step: number | undefined) {
  const [first, count] = step === undefined ? [0, horizon] : [step - 1, 1];
  return (inputs: Windows<Tensor>, reference: Windows<Tensor>): Tensor => {
    const { mean } = pipeline.forecast(inputs as RawWindows, reference as RawWindows);
    const part = slice(mean as Tensor, { starts: [first], ends: [first + count], axes: [1] });
    return mul(sum(part, { axes: [1] }), 1 / count);
  };
}

/** The attributions of one row, by the names of the covariates. */
function partsOf(
  { description: { settings } }: FittedNeuralModel,
  attributions: Windows<HostTensor<'float64'>>,
  row: number,
): Pick<Attribution, 'lags' | 'past' | 'future' | 'static'> {
  const { past, future, static: fixed } = settings.covariates;
  const own = (name: string) => {
    const all = attributions[name];
    return all ? hostData(sliceRows(all, row, row + 1)) : new Float64Array();
  };
  const columns = (name: string, names: readonly string[]) =>
    Object.fromEntries(
      names.map((column, place) => [column, own(name).filter((_, at) => at % names.length === place)]),
    );
  return {
    lags: own('y').slice(),
    past: columns('past', past),
    future: columns('future', future),
    static: Object.fromEntries(fixed.map((column, place) => [column, own('static')[place] as number])),
  };
}
