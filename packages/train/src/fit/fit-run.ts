/** One fit under way: what it has done, and what comes next. */
import { pickOptions } from '@noosphere/base';
import { ArgumentError, cpuExecutor, productPrecision } from '@noosphere/core';
import { treeSignature } from '@noosphere/core/operators';
import { CheckpointFolder, type FitProgress, type RunPace } from '../files/checkpoint.js';
import type { FitEvent, FitPlan, StopReason } from '../step/callback.js';
import { NonFiniteLossError } from '../step/non-finite-loss-error.js';
import { type StepResult, stepOptionNames, TrainStep } from '../step/train-step.js';
import type { FitOptions, FitResult } from './fit.js';
import { EpochHistory } from './history.js';
import { readMeters } from './meter.js';
import { hasStalled, isBetter, monitoredValue, plateauScale, requireMetrics } from './monitor.js';

/** A checkpoint on its way to the disk. */
interface Saving {
  isDone: boolean;
  /** Never rejects. */
  done: Promise<void>;
  path?: string;
  error?: unknown;
}

export class FitRun<Model extends object, Batch extends object> {
  readonly #options: FitOptions<Model, Batch>;
  readonly #step: TrainStep<Model, Batch>;
  readonly #checkpoints: CheckpointFolder | undefined;
  readonly #plan: Omit<FitPlan, 'doneSteps'>;
  readonly #pace: RunPace;
  readonly #startedMs = performance.now();
  #progress: FitProgress = { validations: [], best: undefined, bestParameters: undefined };
  readonly #history: EpochHistory;
  #last: StepResult | undefined;
  #savedStep = -1;
  #saving: Saving | undefined;

  constructor(options: FitOptions<Model, Batch>) {
    this.#options = options;
    this.#step = new TrainStep(pickOptions(options, stepOptionNames));
    this.#checkpoints = options.checkpoint && new CheckpointFolder(options.checkpoint);
    const { accumulate = 1 } = options;
    const { batchesPerEpoch } = options.batches;
    // The last step of an epoch takes the batches that are left.
    const stepsPerEpoch = Math.ceil(batchesPerEpoch / accumulate);
    this.#pace = { batchesPerEpoch, accumulate, steps: options.epochs * stepsPerEpoch };
    this.#plan = { steps: options.epochs * stepsPerEpoch, epochs: options.epochs, stepsPerEpoch };
    this.#history = new EpochHistory(stepsPerEpoch);
  }

  async *events(): AsyncGenerator<FitEvent, FitResult<Model>> {
    const { meters = [] } = this.#options;
    await this.#resume();
    const plan = { ...this.#plan, doneSteps: this.#step.step };
    const started: (typeof meters)[number][] = [];
    try {
      for (const meter of meters) {
        await meter.start(plan);
        started.push(meter);
      }
      yield { kind: 'start', plan };
      const reason = yield* this.#train();
      yield* this.#save();
      yield* this.#saved();
      yield { kind: 'end', reason };
      return this.#result(reason);
    } finally {
      await this.#saving?.done;
      for (const meter of started) await meter.stop();
    }
  }

  /** Steps until the end, or until something stops them. */
  async *#train(): AsyncGenerator<FitEvent, StopReason> {
    const { signal, timeLimitMs = Number.POSITIVE_INFINITY, meters = [], checkpoint } = this.#options;
    const every = checkpoint?.everySteps;
    // A run that had ended before it was begun again ends here as it did then.
    if (hasStalled(this.#progress.validations, this.#options.patience)) return 'early stopping';
    while (this.#step.step < this.#plan.steps) {
      if (signal?.aborted) return 'aborted';
      if (performance.now() - this.#startedMs >= timeLimitMs) return 'time limit';
      if (meters.some((meter) => meter.isExhausted?.())) return 'budget';
      if (this.#saving?.isDone) yield* this.#saved();
      for (const result of await this.#advance()) {
        this.#last = result;
        this.#history.onStep(result);
        yield { kind: 'step', result };
      }
      if (this.#isValidationDue()) {
        yield* this.#validate();
        if (hasStalled(this.#progress.validations, this.#options.patience)) return 'early stopping';
      }
      if (every && this.#step.step % every === 0) yield* this.#save();
    }
    return 'finished';
  }

  /** One call of as many steps as fit before the next validation, checkpoint or end of epoch. */
  async #advance(): Promise<StepResult[]> {
    const { batches, accumulate = 1 } = this.#options;
    const first = this.#step.step;
    const epoch = Math.floor(first / this.#plan.stepsPerEpoch);
    const chosen: Batch[] = [];
    let signature: string | undefined;
    const last = this.#nextStop(first);
    for (let step = first; step < last; step++) {
      const begin = (step - epoch * this.#plan.stepsPerEpoch) * accumulate;
      const own: Batch[] = [];
      const end = Math.min(begin + accumulate, batches.batchesPerEpoch);
      for (let index = begin; index < end; index++)
        own.push(requireBatch(await batches.batch(epoch, index), epoch, index));
      // Batches of another size, or fewer of them, get a call of their own.
      if (last - first > 1) {
        const shape = own.map((batch) => treeSignature(batch)).join(' ');
        signature ??= shape;
        if (shape !== signature) break;
      }
      chosen.push(...own);
    }
    try {
      return await this.#step.run(chosen);
    } catch (error) {
      if (!(error instanceof NonFiniteLossError)) throw error;
      const place = (error.step - 1 - epoch * this.#plan.stepsPerEpoch) * accumulate;
      throw error.inBatch(epoch, place);
    }
  }

  #nextStop(step: number): number {
    const { stepsPerCall = 1, checkpoint } = this.#options;
    const boundaries = [this.#plan.stepsPerEpoch, this.#validateEvery(), checkpoint?.everySteps];
    const next = boundaries.map((every) =>
      every ? (Math.floor(step / every) + 1) * every : Number.POSITIVE_INFINITY,
    );
    return Math.min(step + stepsPerCall, this.#plan.steps, ...next);
  }

  #validateEvery(): number | undefined {
    return this.#options.validate && (this.#options.validateEvery ?? this.#plan.stepsPerEpoch);
  }

  #isValidationDue(): boolean {
    const every = this.#validateEvery();
    return !!every && (this.#step.step % every === 0 || this.#step.step === this.#plan.steps);
  }

  async *#validate(): AsyncGenerator<FitEvent, void> {
    const { validate, monitor } = this.#options;
    if (!validate) return;
    const model = this.#currentModel();
    const metrics = requireMetrics(await validate(model));
    const value = monitoredValue(metrics, monitor, this.#step.step);
    const { best, validations } = this.#progress;
    const isBest = isBetter(value, best?.value, this.#options);
    const result = { step: this.#step.step, metrics, isBest };
    this.#progress = {
      validations: [...validations, result],
      best: isBest ? { step: result.step, value } : best,
      bestParameters: isBest ? this.#step.weightsOf(model) : this.#progress.bestParameters,
    };
    if (this.#options.plateau)
      this.#step.learningRateScale = plateauScale(this.#progress.validations, this.#options);
    this.#history.onValidation(result);
    yield { kind: 'validation', result };
    if (isBest && this.#checkpoints && this.#progress.bestParameters) {
      const path = await this.#checkpoints.saveBest(this.#progress.bestParameters);
      if (path) yield { kind: 'checkpoint', path };
    }
  }

  async #resume(): Promise<void> {
    await this.#checkpoints?.open();
    const saved = await this.#checkpoints?.latest(this.#step.state(), this.#pace);
    if (!saved) return;
    this.#step.restore(saved.state);
    this.#progress = saved.progress;
    this.#savedStep = saved.state.step;
  }

  /** Begins to save; the next steps go on meanwhile, as they make new tensors and leave those of this step alone. */
  async *#save(): AsyncGenerator<FitEvent, void> {
    if (!this.#checkpoints || this.#savedStep === this.#step.step) return;
    yield* this.#saved();
    const saving: Saving = { isDone: false, done: Promise.resolve() };
    saving.done = this.#checkpoints.save(this.#step.state(), this.#progress, this.#pace).then(
      (path) => {
        saving.isDone = true;
        saving.path = path;
      },
      (error: unknown) => {
        saving.isDone = true;
        saving.error = error;
      },
    );
    this.#saving = saving;
    this.#savedStep = this.#step.step;
  }

  /** Waits for the checkpoint that is being written, and tells of it; its error ends the fit. */
  async *#saved(): AsyncGenerator<FitEvent, void> {
    const saving = this.#saving;
    if (!saving) return;
    await saving.done;
    this.#saving = undefined;
    if (saving.error !== undefined) throw saving.error;
    if (saving.path !== undefined) yield { kind: 'checkpoint', path: saving.path };
  }

  #currentModel(): Model {
    return this.#step.keepsAverage ? this.#step.averagedModel : this.#step.model;
  }

  async #result(reason: StopReason): Promise<FitResult<Model>> {
    const { bestParameters, validations } = this.#progress;
    const { executor = cpuExecutor, precision } = this.#options;
    this.#history.onEnd();
    return {
      model: bestParameters ? this.#step.modelWith(bestParameters) : this.#currentModel(),
      steps: this.#step.step,
      reason,
      validations,
      history: this.#history.records,
      lastStep: this.#last,
      elapsedMs: performance.now() - this.#startedMs,
      // Other executors run the stock runtime, which multiplies in float32.
      precision: executor === cpuExecutor ? await productPrecision(precision) : 'highest',
      readings: readMeters(this.#options.meters ?? []),
    };
  }

  async dispose(): Promise<void> {
    await this.#checkpoints?.close();
    await this.#step.dispose();
  }
}

function requireBatch<Batch>(batch: Batch, epoch: number, index: number): Batch {
  if (typeof batch === 'object' && batch !== null) return batch;
  throw new ArgumentError(
    'fit',
    `batches gave ${String(batch)} for epoch ${epoch}, batch ${index}; batch() must return an object of tensors`,
  );
}
