/** A trained global model: it forecasts any frame, learns on, and is saved as a folder with an ONNX file. */

import { knownOptions } from '@noosphere/base';
import { ArgumentError, exportOnnx, hostData, spec, type Tensor } from '@noosphere/core';
import { saveModel, withRunner } from '@noosphere/learn';
import { stateDict } from '@noosphere/train';
import type { SeriesFrame } from '../frame/frame.js';
import type { Exogenous, LocalForecast } from '../local/local-model.js';
import type {
  FittedGlobalModel,
  GlobalFitOptions,
  GlobalForecastOptions,
  GlobalModel,
} from './global-model.js';
import { intervalMaker } from './intervals.js';
import type { Architecture } from './network.js';
import { type NeuralDescription, type TrainingReport, trainPipeline } from './neural-model.js';
import type { Pipeline, RawWindows } from './pipeline.js';
import { forecastWindows, requireCovariates, type WindowSource } from './window-batches.js';
import { lastWindows, type WindowRows } from './windows.js';

export interface FineTuneOptions extends GlobalFitOptions {
  /** @default those of the model */
  readonly steps?: number;
  /** @default that of the model */
  readonly learningRate?: number;
}

type Results = Readonly<Record<string, Tensor>>;

/** Rows of one call. */
const forecastRows = 1024;

export class FittedNeuralModel implements FittedGlobalModel {
  /** What it is, as plain data. */
  readonly description: NeuralDescription;
  readonly report: TrainingReport;
  readonly #architecture: Architecture;
  readonly #pipeline: Pipeline;

  constructor(
    architecture: Architecture,
    description: NeuralDescription,
    pipeline: Pipeline,
    report: TrainingReport,
  ) {
    this.#architecture = architecture;
    this.description = description;
    this.#pipeline = pipeline;
    this.report = report;
  }

  get name(): string {
    return this.description.settings.name;
  }

  get horizon(): number {
    return this.description.settings.horizon;
  }

  /** The graph's function from raw windows to a loss or to forecasts, with its weights. */
  get pipeline(): Pipeline {
    return this.#pipeline;
  }

  /** Weights by name. */
  get weights(): ReturnType<typeof stateDict> {
    return stateDict(this.#pipeline);
  }

  /** The raw window at the end of each series, as `pipeline` takes it. */
  windows(frame: SeriesFrame, options: Pick<GlobalForecastOptions, 'future'> = {}): RawWindows {
    const { future } = knownOptions('windows', options, 'future');
    return forecastWindows(this.#endsOf(frame, future), lastWindows(frame));
  }

  async forecast(frame: SeriesFrame, options: GlobalForecastOptions = {}): Promise<readonly LocalForecast[]> {
    knownOptions('forecast', options, 'levels future');
    const { settings } = this.description;
    const source = this.#endsOf(frame, options.future);
    const rows = lastWindows(frame);
    const levels = options.levels ?? [];
    const intervalsOf = intervalMaker(settings.kind, settings.loss, levels);
    const forecasts: LocalForecast[] = [];
    await this.#run(source, rows, (results, count) => {
      const data = Object.fromEntries(
        Object.entries(results).map(([name, tensor]) => [name, hostData(tensor) as Float32Array]),
      );
      for (let row = 0; row < count; row++) {
        const part = (name: string) => {
          const all = data[name] ?? new Float32Array();
          const width = all.length / count;
          return Float64Array.from(all.subarray(row * width, (row + 1) * width));
        };
        forecasts.push({ mean: part('mean'), intervals: intervalsOf(part) });
      }
    });
    return forecasts;
  }

  /**
   * Point forecasts of windows anywhere in a frame, as a backtest without refits needs them.
   * @returns [rows, horizon], one row a window.
   */
  async forecastAt(frame: SeriesFrame, windows: WindowRows): Promise<Float32Array> {
    this.#requireFrame(frame, undefined, true);
    const { horizon } = this;
    const means = new Float32Array(windows.ends.length * horizon);
    let done = 0;
    await this.#run(this.#sourceOf(frame), windows, ({ mean }, count) => {
      means.set(hostData(mean as Tensor) as Float32Array, done * horizon);
      done += count;
    });
    return means;
  }

  /**
   * The model for tables and backtests that are to use these weights: its `fit` trains nothing.
   * @example
   * const frame = frameOf({ ds: [1, 2, 3, 4, 5, 6, 7, 8], y: [1, 2, 1, 2, 1, 2, 1, 2] });
   * const fitted = await nlinear({ horizon: 2, lookback: 4, steps: 3 }).fit(frame);
   * const { models, columns } = await forecastFrame(frame, { models: [fitted.asModel(), naive()], horizon: 2 });
   * console.log(models, columns.NLinear?.length); // → [ 'NLinear', 'Naive' ] 2
   */
  asModel(): GlobalModel {
    const { name, horizon } = this;
    const { settings, network, trainedFor } = this.description;
    const options = { ...settings, ...network, pretrained: true, ...(trainedFor ? { trainedFor } : {}) };
    return { name, kind: settings.kind, options, horizon, fit: async () => this };
  }

  /** Goes on learning from these weights, on other series or newer values; this model stays as it is. */
  async fineTune(frame: SeriesFrame, options: FineTuneOptions = {}): Promise<FittedNeuralModel> {
    const { steps, learningRate, ...others } = knownOptions(
      'fineTune',
      options,
      'steps learningRate validationSize decisionLoss signal timeLimitMs callbacks meters',
      'checkpoint',
    );
    this.#requireChannels(frame);
    const settings = {
      ...this.description.settings,
      ...(steps === undefined ? {} : { steps }),
      ...(learningRate === undefined ? {} : { learningRate }),
    };
    return trainPipeline(
      this.#architecture,
      { ...this.description, settings },
      this.#pipeline,
      frame,
      others,
    );
  }

  /**
   * The whole way from raw values to forecasts as the bytes of an ONNX file: missing values, scaling, network, quantiles
   * and the way back. Inputs: `y` [batch, lookback] with NaN where a value is missing, and `past` [batch, lookback, X],
   * `future` [batch, lookback + horizon, F], `static` [batch, S] where the model takes them. Outputs: `mean`
   * [batch, horizon], and `quantiles` [batch, horizon, Q] or the distribution's parameters.
   */
  toOnnx(): Uint8Array {
    const { trainedFor } = this.description;
    const inputs = Object.fromEntries(
      Object.entries(this.#inputShapes()).map(([name, shape]) => [
        name,
        spec('float32', ['batch', ...shape]),
      ]),
    );
    return exportOnnx((given) => this.#pipeline.forecast(given as RawWindows), {
      inputs,
      metadata: { model: this.name, ...(trainedFor ? { trainedFor } : {}) },
      name: this.description.settings.kind,
    });
  }

  /** Saves a model folder: settings, weights, ONNX file. `loadNeuralModel` reads it. */
  async save(folder: string, options: { readonly overwrite?: boolean } = {}): Promise<void> {
    const { overwrite = false } = knownOptions('save', options, 'overwrite');
    const { settings } = this.description;
    await saveModel(folder, {
      kind: `forecast/${settings.kind}`,
      forward: (given) => this.#pipeline.forecast(given as RawWindows),
      inputs: Object.fromEntries(
        Object.entries(this.#inputShapes()).map(([name, shape]) => [
          name,
          { dtype: 'float32' as const, shape, mayBeMissing: name === 'y' },
        ]),
      ),
      weights: this.weights,
      config: { ...this.description },
      seeds: { seed: settings.seed },
      overwrite,
    });
  }

  #inputShapes(): Record<string, number[]> {
    const { lookback, horizon, covariates } = this.description.settings;
    const { past, future, static: fixed } = covariates;
    return {
      y: [lookback],
      ...(past.length > 0 ? { past: [lookback, past.length] } : {}),
      ...(future.length > 0 ? { future: [lookback + horizon, future.length] } : {}),
      ...(fixed.length > 0 ? { static: [fixed.length] } : {}),
    };
  }

  /** What forecasts behind the last rows are cut from. */
  #endsOf(frame: SeriesFrame, future: Exogenous | undefined): WindowSource {
    this.#requireFrame(frame, future);
    return { ...this.#sourceOf(frame), ...(future ? { ahead: future } : {}) };
  }

  #sourceOf(frame: SeriesFrame): WindowSource {
    const { lookback, horizon, covariates } = this.description.settings;
    return { frame, plan: { lookback, horizon }, columns: covariates };
  }

  /** Runs windows call by call. */
  async #run(
    source: WindowSource,
    { series, ends }: WindowRows,
    take: (results: Results, count: number) => void,
  ): Promise<void> {
    const { settings, channels } = this.description;
    const { kind, threads } = settings;
    const rowsPerCall = Math.max(1, Math.floor(forecastRows / channels)) * channels;
    const options = { name: `${kind} forecast`, rowsPerCall, ...(threads === undefined ? {} : { threads }) };
    const forecast = (model: Pipeline, windows: RawWindows): Results => model.forecast(windows);
    await withRunner(forecast, options, async (runner) => {
      const part = (first: number, last: number) =>
        forecastWindows(source, { series: series.subarray(first, last), ends: ends.subarray(first, last) });
      for await (const { first, last, result } of runner.chunks(ends.length, (from, to) => [
        this.#pipeline,
        part(from, to),
      ]))
        take(result, last - first);
    });
  }

  #requireFrame(frame: SeriesFrame, future: Exogenous | undefined, hasFuture = false): void {
    const { settings } = this.description;
    requireCovariates(settings.kind, frame, settings.covariates);
    this.#requireChannels(frame);
    const empty = frame.ids.findIndex((_, series) => frame.offsets[series] === frame.offsets[series + 1]);
    if (empty >= 0)
      throw new ArgumentError(settings.kind, `series '${frame.ids[empty]}' has no rows; leave it out`);
    if (hasFuture) return;
    for (const name of settings.covariates.future) {
      const values = future?.[name];
      const expected = frame.ids.length * settings.horizon;
      if (values?.length === expected && values.every(Number.isFinite)) continue;
      throw new ArgumentError(
        settings.kind,
        `expects ${expected} finite values of the future covariate '${name}' (${frame.ids.length} series × ${settings.horizon} steps) in 'future', got ${values ? values.length : 'none'}`,
      );
    }
  }

  #requireChannels(frame: SeriesFrame): void {
    const { channels, settings } = this.description;
    if (this.#architecture.isMultivariate && frame.ids.length !== channels) {
      throw new ArgumentError(
        settings.kind,
        `was trained on ${channels} series side by side, got a frame of ${frame.ids.length}; give the same series`,
      );
    }
  }
}
