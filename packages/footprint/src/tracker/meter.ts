/** A tracked run in the shape that training loops ask for: begin, read, end, and a look at the events between. */
import { knownOptions } from '@noosphere/base';
import { type Prediction, predictRun } from '../predict/predict-run.js';
import { predictStop, type StopOptions } from '../predict/predict-stop.js';
import type { Totals } from './ledger.js';
import type { TrackOptions } from './options.js';
import type { Report } from './report.js';
import { Run } from './run.js';

/** What is to be done, told before the first step. */
export interface TrainingPlan {
  readonly steps: number;
  readonly epochs: number;
  readonly stepsPerEpoch: number;
  readonly doneSteps: number;
}

/** What a training loop tells while it runs. */
export interface TrainingCallback {
  onStart(plan: TrainingPlan): void;
  onStep(result: { readonly step: number }): void;
  onValidation(result: { readonly step: number }): void;
  onEnd(): void;
}

/**
 * Tracks a training: pass it as a meter, and its `callback` as a callback for epochs and phases.
 *
 * `fit({ …, meters: [meter], callbacks: [meter.callback] })` of @noosphere/train stops with a checkpoint when a budget
 * is used up. Windows: `epoch 1`, `epoch 1/train`, `epoch 1/validation`, …;
 * epochs that take less than half a second are booked together: `epochs 1 to 9`.
 *
 * @example
 * const meter = footprintMeter({ place: 'FRA', budget: { minutes: 10 } });
 * meter.start({ steps: 4, epochs: 2, stepsPerEpoch: 2, doneSteps: 0 });
 * for (const step of [1, 2, 3, 4]) meter.callback.onStep({ step });
 * await meter.stop();
 * console.log(meter.isExhausted(), meter.report?.windows.map(({ path }) => path)); // → false [ 'epochs 1 to 2' ]
 */
export function footprintMeter(options: TrackOptions = {}): FootprintMeter {
  knownOptions(
    'footprintMeter',
    options,
    'name view scope pid intervalMs manual record budget idleWatts functionalUnit onWarning',
    'onStop host place gramsPerKilowattHour marginalGramsPerKilowattHour pue',
    'waterLitresPerKilowattHour tariff embodied sources cpuTdpWatts memoryWattsPerGigabyte',
    'psys models commands',
  );
  return new FootprintMeter(options);
}

/** Epochs are booked together until so much time has passed: a sample at the end of each would cost too much. */
const shortestEpochSeconds = 0.5;
/** Moments kept for prediction; when full, every other one is dropped. */
const mostMoments = 256;

export class FootprintMeter {
  readonly callback: TrainingCallback = {
    onStart: () => {},
    onStep: ({ step }) => this.#step(step),
    onValidation: () => this.#validated(),
    onEnd: () => this.#endEpoch(),
  };
  readonly #options: TrackOptions;
  #run: Run | undefined;
  #report: Report | undefined;
  #plan: TrainingPlan = { steps: 0, epochs: 0, stepsPerEpoch: 1, doneSteps: 0 };
  #moments: { readonly step: number; readonly elapsedSeconds: number }[] = [];
  /** Steps between two moments that are kept. */
  #every = 1;
  #lastStep = 0;
  #epoch = 1;
  #epochStart: Totals | undefined;
  /** Set between the last step of an epoch and what follows it. */
  #trainEnd: Totals | undefined;
  #validationEnd: Totals | undefined;

  /** @internal Made by `footprintMeter`. */
  constructor(options: TrackOptions) {
    knownOptions(
      'FootprintMeter',
      options,
      'name view scope pid intervalMs manual record budget idleWatts functionalUnit onWarning',
      'onStop host place gramsPerKilowattHour marginalGramsPerKilowattHour pue',
      'waterLitresPerKilowattHour tariff embodied sources cpuTdpWatts memoryWattsPerGigabyte',
      'psys models commands',
    );
    this.#options = options;
  }

  /** Begins to track. */
  start(plan: TrainingPlan): void {
    this.#plan = plan;
    this.#report = undefined;
    this.#lastStep = plan.doneSteps;
    this.#epoch = 1 + Math.floor(plan.doneSteps / plan.stepsPerEpoch);
    this.#run = new Run(this.#options);
    this.#epochStart = this.#run.mark();
    this.#moments = [];
    this.#every = 1;
    this.#remember(plan.doneSteps);
  }

  /** What was used so far, by names with their unit. */
  read(): Record<string, number> {
    return this.#run?.read() ?? {};
  }

  /** Whether a budget with `onExceeded: 'stop'` is used up. */
  isExhausted(): boolean {
    return this.#run?.isExhausted() ?? false;
  }

  async stop(): Promise<void> {
    this.#endEpoch();
    this.#report = await this.#run?.stop();
  }

  /** What the training took; `undefined` before its end. */
  get report(): Report | undefined {
    return this.#report;
  }

  /**
   * What the whole training will take; `undefined` in the first steps. Energy, carbon and cost go with the time, at
   * the mean power so far.
   *
   * @param stopping - where early stopping is on: its patience and the scores so far
   */
  predict(stopping?: Pick<StopOptions, 'scores' | 'patience' | 'better'>): Prediction | undefined {
    const run = this.#run;
    if (run === undefined || this.#moments.length < 4) return undefined;
    const { steps, epochs, stepsPerEpoch } = this.#plan;
    const totalSteps = Math.max(steps, this.#lastStep);
    const progress = this.#moments.map((moment) => ({ ...moment, ...run.usedAt(moment.elapsedSeconds) }));
    if (stopping === undefined) return predictRun(progress, { totalSteps });
    const end = predictStop({ ...stopping, maxEpochs: Math.max(epochs, stopping.scores.length) });
    const [low, high] = end.range;
    return predictRun(progress, {
      totalSteps,
      stopSteps: { value: end.value * stepsPerEpoch, range: [low * stepsPerEpoch, high * stepsPerEpoch] },
    });
  }

  #step(step: number): void {
    if (this.#trainEnd !== undefined) this.#endEpoch();
    this.#lastStep = step;
    if (step % this.#every === 0) this.#remember(step);
    // Samples at the ends of epochs alone: a step may be shorter than a sample.
    if (step % this.#plan.stepsPerEpoch !== 0) return;
    const sinceSeconds = (this.#run?.elapsedSeconds ?? 0) - (this.#epochStart?.seconds ?? 0);
    if (sinceSeconds >= shortestEpochSeconds) this.#trainEnd = this.#run?.mark();
  }

  #validated(): void {
    if (this.#trainEnd !== undefined) this.#validationEnd = this.#run?.mark();
  }

  /** Books the epoch that lies behind; what comes after belongs to the next one. */
  #endEpoch(): void {
    const [run, start] = [this.#run, this.#epochStart];
    const hasSteps = this.#lastStep > (this.#epoch - 1) * this.#plan.stepsPerEpoch;
    if (run === undefined || start === undefined || !hasSteps) return;
    const trainEnd = this.#trainEnd ?? run.mark();
    const end = this.#validationEnd ?? trainEnd;
    const last = Math.max(this.#epoch, Math.ceil(this.#lastStep / this.#plan.stepsPerEpoch));
    if (last === this.#epoch) {
      const path = `epoch ${last}`;
      run.span(path, start, end);
      run.span(`${path}/train`, start, trainEnd);
      if (this.#validationEnd !== undefined) run.span(`${path}/validation`, trainEnd, this.#validationEnd);
    } else run.span(`epochs ${this.#epoch} to ${last}`, start, end);
    this.#epoch = last + 1;
    this.#epochStart = end;
    this.#trainEnd = undefined;
    this.#validationEnd = undefined;
  }

  #remember(step: number): void {
    const elapsedSeconds = this.#run?.elapsedSeconds ?? 0;
    this.#moments.push({ step, elapsedSeconds });
    if (this.#moments.length <= mostMoments) return;
    this.#moments = this.#moments.filter((_, index) => index % 2 === 0);
    this.#every *= 2;
  }
}
