/** Several neural models trained within one budget of time; what each counts is chosen on the last training values. */
import { knownOptions, requireList } from '@noosphere/base';
import { ArgumentError } from '@noosphere/core';
import type { SeriesFrame } from '../frame/frame.js';
import type { LocalForecast } from '../local/local-model.js';
import { countPicks, greedyPicks } from '../wrappers/greedy-picks.js';
import type { FittedNeuralModel } from './fitted-neural-model.js';
import type {
  FittedGlobalModel,
  GlobalFitOptions,
  GlobalForecastOptions,
  GlobalModel,
} from './global-model.js';
import type { NeuralModel } from './neural-model.js';
import { rowsOf, type WindowRows } from './windows.js';

export interface NeuralEnsembleOptions {
  /** Trained one after the other; each gets an equal share of the time that is left. */
  readonly members: readonly NeuralModel[];
  /** Time of all fits together. @default none */
  readonly timeBudgetMs?: number;
  /** Draws of the greedy choice: a member counts as often as it is drawn. @default 10 */
  readonly draws?: number;
  /** @default 'NeuralEnsemble' */
  readonly name?: string;
}

/** A member, and what came of it. */
export interface EnsembleMember {
  readonly model: FittedNeuralModel;
  /** sMAPE (0 to 200) on the last horizon of the training values. */
  readonly smape: number;
  /** How often it was drawn; 0 leaves it out. */
  readonly weight: number;
}

/**
 * An ensemble of neural models of one horizon. Each is trained without the last values of every series, which are also its
 * validation; there the members are drawn greedily, with repetition, by the mean sMAPE of the ensemble so far (Caruana et
 * al. 2004). The forecast is the mean of what was drawn.
 * @example
 * const y = Array.from({ length: 120 }, (_, hour) => 5 + Math.sin((2 * Math.PI * hour) / 12));
 * const frame = frameOf({ ds: y.map((_, hour) => hour), y });
 * const size = { horizon: 4, lookback: 24, steps: 40, learningRate: 0.01 };
 * const fitted = await neuralEnsemble({ members: [nlinear(size), dlinear(size)], draws: 4 }).fit(frame);
 * console.log(fitted.members.reduce((sum, { weight }) => sum + weight, 0)); // → 4
 */
export function neuralEnsemble(options: NeuralEnsembleOptions): NeuralEnsemble {
  knownOptions('neuralEnsemble', options, 'members timeBudgetMs draws name');
  return new NeuralEnsemble(options);
}

export class NeuralEnsemble implements GlobalModel {
  readonly name: string;
  readonly kind = 'neuralEnsemble';
  readonly horizon: number;
  readonly #options: Required<NeuralEnsembleOptions>;

  constructor(given: NeuralEnsembleOptions) {
    const {
      members,
      timeBudgetMs = Number.POSITIVE_INFINITY,
      draws = 10,
      name = 'NeuralEnsemble',
    } = knownOptions('NeuralEnsemble', given, 'members timeBudgetMs draws name');
    requireList('neuralEnsemble', 'members', members);
    const [first] = members;
    if (!first) throw new ArgumentError('neuralEnsemble', 'needs at least one member, got none');
    const odd = members.find(({ horizon }) => horizon !== first.horizon);
    if (odd)
      throw new ArgumentError(
        'neuralEnsemble',
        `members must share a horizon, got ${first.horizon} and ${odd.horizon}`,
      );
    if (!(timeBudgetMs > 0) || !Number.isInteger(draws) || draws < 1) {
      throw new ArgumentError(
        'neuralEnsemble',
        `needs a timeBudgetMs above 0 and a whole number of draws from 1, got ${timeBudgetMs} and ${draws}`,
      );
    }
    this.name = name;
    this.horizon = first.horizon;
    this.#options = { members, timeBudgetMs, draws, name };
  }

  /** Settings as plain data. */
  get options(): Readonly<Record<string, unknown>> {
    const { members, timeBudgetMs, draws } = this.#options;
    const models = members.map(({ name, kind, options }) => ({ name, kind, options }));
    return { models, draws, ...(Number.isFinite(timeBudgetMs) && { timeBudgetMs }) };
  }

  /** Trains all members. `validationSize` is the horizon unless it is given. */
  async fit(frame: SeriesFrame, options: GlobalFitOptions = {}): Promise<FittedNeuralEnsemble> {
    const { members, timeBudgetMs, draws } = this.#options;
    if (options.decisionLoss)
      throw new ArgumentError(
        'neuralEnsemble',
        'draws its members by the error of their forecasts, and decisionLoss trains for a decision; train a member alone',
      );
    const begun = performance.now();
    const {
      validationSize = this.horizon,
      checkpoint: _,
      ...others
    } = knownOptions(
      'fit',
      options,
      'validationSize decisionLoss signal timeLimitMs callbacks meters checkpoint',
    );
    const fitted: FittedNeuralModel[] = [];
    for (const [index, member] of members.entries()) {
      const left = timeBudgetMs - (performance.now() - begun);
      const timeLimitMs = Number.isFinite(left) ? Math.max(0, left) / (members.length - index) : undefined;
      const limit = timeLimitMs === undefined ? {} : { timeLimitMs };
      fitted.push(await member.fit(frame, { ...others, validationSize, ...limit }));
      if (options.signal?.aborted) break;
    }
    const windows = lastHorizon(frame, this.horizon);
    const forecasts: Float32Array[] = [];
    for (const model of fitted) forecasts.push(await model.forecastAt(frame, windows));
    const errorOf = smapeAgainst(actualOf(frame, windows, this.horizon));
    const weights = countPicks(greedyPicks(forecasts, errorOf, draws), fitted.length);
    return new FittedNeuralEnsemble(
      fitted.map((model, index) => ({
        model,
        smape: errorOf((place) => forecasts[index]?.[place] ?? Number.NaN),
        weight: weights[index] ?? 0,
      })),
    );
  }
}

export class FittedNeuralEnsemble implements FittedGlobalModel {
  readonly members: readonly EnsembleMember[];

  constructor(members: readonly EnsembleMember[]) {
    this.members = members;
  }

  /** The weighted mean of the members' forecasts; an ensemble has no intervals of its own. */
  async forecast(frame: SeriesFrame, options: GlobalForecastOptions = {}): Promise<readonly LocalForecast[]> {
    knownOptions('forecast', options, 'levels future');
    if (options.levels && options.levels.length > 0)
      throw new ArgumentError('neuralEnsemble', 'has no intervals; wrap it for conformal ones');
    const drawn = this.members.filter(({ weight }) => weight > 0);
    const total = drawn.reduce((sum, { weight }) => sum + weight, 0);
    const all: (readonly LocalForecast[])[] = [];
    for (const { model } of drawn) all.push(await model.forecast(frame, options));
    return frame.ids.map((_, series) => {
      const mean = new Float64Array(drawn[0]?.model.horizon ?? 0);
      drawn.forEach(({ weight }, index) => {
        all[index]?.[series]?.mean.forEach((value, step) => {
          mean[step] = (mean[step] as number) + (value * weight) / total;
        });
      });
      return { mean, intervals: [] };
    });
  }
}

/** The windows that end a horizon before the last row. */
function lastHorizon(frame: SeriesFrame, horizon: number): WindowRows {
  const places = Array.from(frame.ids.keys()).filter((series) => {
    const [start, stop] = rowsOf(frame, series);
    return stop - start > horizon;
  });
  const series = Uint32Array.from(places);
  return { series, ends: series.map((own) => rowsOf(frame, own)[1] - horizon) };
}

function actualOf({ y }: SeriesFrame, { ends }: WindowRows, horizon: number): Float64Array {
  return Float64Array.from(
    { length: ends.length * horizon },
    (_, place) => y[(ends[Math.floor(place / horizon)] as number) + (place % horizon)] ?? Number.NaN,
  );
}

/** Mean of 200 |y - ŷ| / (|y| + |ŷ|) over values that are there. */
function smapeAgainst(actual: Float64Array): (forecastAt: (place: number) => number) => number {
  return (forecastAt) => {
    let [total, count] = [0, 0];
    for (const [place, value] of actual.entries()) {
      if (Number.isNaN(value)) continue;
      const forecast = forecastAt(place);
      const size = Math.abs(value) + Math.abs(forecast);
      total += size === 0 ? 0 : (200 * Math.abs(value - forecast)) / size;
      count++;
    }
    return count === 0 ? Number.NaN : total / count;
  };
}
