/** The training loop: steps, validation, early stopping, checkpoints, resume. What it shows and logs are callbacks. */
import { ArgumentError, fromData, type HostTensor, hostData, mapTree } from '@noosphere/core';
import type { BatchSource } from '../data/index.js';
import { type StepResult, TrainStep, type TrainStepOptions } from '../step/train-step.js';
import type { FitCallback, StopReason, ValidationResult } from './callback.js';
import { CheckpointFolder, type CheckpointOptions, type FitProgress } from './checkpoint.js';

export interface FitOptions<Model extends object, Batch extends object>
  extends TrainStepOptions<Model, Batch> {
  readonly batches: BatchSource<Batch>;
  readonly epochs: number;
  /** Steps in one native call; the bits do not depend on it. @default 1 */
  readonly stepsPerCall?: number;
  /** Numbers that say how good the model is on data it does not train on. */
  readonly validate?: (model: Model) => Promise<Readonly<Record<string, number>>>;
  /** Steps between validations. @default an epoch */
  readonly validateEvery?: number;
  /** The validation metric to judge by, lower is better. @default the first one */
  readonly monitor?: string;
  /** Stop after so many validations without a better one. @default never */
  readonly patience?: number;
  readonly checkpoint?: CheckpointOptions;
  readonly callbacks?: readonly FitCallback[];
  /** Finishes the step under way, saves, and returns. */
  readonly signal?: AbortSignal;
}

export interface FitResult<Model extends object> {
  /** The model after the last step; with validation the best one. */
  readonly model: Model;
  readonly steps: number;
  readonly reason: StopReason;
  readonly validations: readonly ValidationResult[];
  readonly lastStep: StepResult | undefined;
  readonly elapsedMs: number;
}

/** Trains a model. */
export async function fit<Model extends object, Batch extends object>(
  options: FitOptions<Model, Batch>,
): Promise<FitResult<Model>> {
  const run = new FitRun(options);
  const callbacks = options.callbacks ?? [];
  let reason: StopReason | undefined;
  try {
    reason = await run.start();
    return run.result(reason);
  } finally {
    for (const callback of callbacks) callback.onEnd?.(reason);
    await run.dispose();
  }
}

class FitRun<Model extends object, Batch extends object> {
  readonly #options: FitOptions<Model, Batch>;
  readonly #step: TrainStep<Model, Batch>;
  readonly #checkpoints: CheckpointFolder | undefined;
  readonly #totalSteps: number;
  readonly #startedMs = performance.now();
  #progress: FitProgress = { validations: [], best: undefined, bestParameters: undefined };
  #last: StepResult | undefined;

  constructor(options: FitOptions<Model, Batch>) {
    this.#options = options;
    checkCounts(options);
    this.#step = new TrainStep(options);
    this.#checkpoints = options.checkpoint && new CheckpointFolder(options.checkpoint);
    this.#totalSteps = options.epochs * options.batches.batchesPerEpoch;
  }

  async start(): Promise<StopReason> {
    const { batches, epochs, callbacks = [], signal } = this.#options;
    await this.#resume();
    const plan = {
      steps: this.#totalSteps,
      epochs,
      stepsPerEpoch: batches.batchesPerEpoch,
      doneSteps: this.#step.step,
    };
    for (const callback of callbacks) callback.onStart?.(plan);
    while (this.#step.step < this.#totalSteps) {
      if (signal?.aborted) {
        await this.#save();
        return 'aborted';
      }
      await this.#advance();
      if (await this.#validateIfDue()) {
        await this.#save();
        return 'early stopping';
      }
      await this.#saveIfDue();
    }
    await this.#save();
    return 'finished';
  }

  /** One call of as many steps as fit before the next validation, checkpoint or end of epoch. */
  async #advance(): Promise<void> {
    const { batches, callbacks = [] } = this.#options;
    const first = this.#step.step;
    const epoch = Math.floor(first / batches.batchesPerEpoch);
    const chosen: Batch[] = [];
    for (let step = first; step < this.#nextStop(first); step++) {
      const batch = await batches.batch(epoch, step - epoch * batches.batchesPerEpoch);
      // A last batch of another size gets a call of its own.
      if (chosen[0] && signatureOf(batch) !== signatureOf(chosen[0])) break;
      chosen.push(batch);
    }
    for (const result of await this.#step.run(chosen)) {
      this.#last = result;
      for (const callback of callbacks) callback.onStep?.(result);
    }
  }

  #nextStop(step: number): number {
    const { stepsPerCall = 1, batches, checkpoint } = this.#options;
    const boundaries = [batches.batchesPerEpoch, this.#validateEvery(), checkpoint?.everySteps];
    const next = boundaries.map((every) =>
      every ? (Math.floor(step / every) + 1) * every : Number.POSITIVE_INFINITY,
    );
    return Math.min(step + stepsPerCall, this.#totalSteps, ...next);
  }

  #validateEvery(): number | undefined {
    return this.#options.validate && (this.#options.validateEvery ?? this.#options.batches.batchesPerEpoch);
  }

  /** Validates where it is time to; true where patience has run out. */
  async #validateIfDue(): Promise<boolean> {
    const { validate, monitor, patience, callbacks = [] } = this.#options;
    const every = this.#validateEvery();
    if (!validate || !every || (this.#step.step % every !== 0 && this.#step.step !== this.#totalSteps))
      return false;
    const metrics = await validate(this.#step.model);
    const value = monitored(metrics, monitor);
    const { best } = this.#progress;
    const isBest = best === undefined || value < best.value;
    const result = { step: this.#step.step, metrics, isBest };
    this.#progress = {
      validations: [...this.#progress.validations, result],
      best: isBest ? { step: result.step, value } : best,
      bestParameters: isBest ? copyOf(this.#step.state().parameters) : this.#progress.bestParameters,
    };
    for (const callback of callbacks) callback.onValidation?.(result);
    const since =
      this.#progress.validations.length - 1 - this.#progress.validations.findLastIndex((each) => each.isBest);
    return patience !== undefined && since >= patience;
  }

  async #resume(): Promise<void> {
    const saved = await this.#checkpoints?.latest(this.#step.state());
    if (!saved) return;
    this.#step.restore(saved.state);
    this.#progress = saved.progress;
  }

  async #saveIfDue(): Promise<void> {
    const every = this.#options.checkpoint?.everySteps;
    if (every && this.#step.step % every === 0) await this.#save();
  }

  async #save(): Promise<void> {
    const path = await this.#checkpoints?.save(this.#step.state(), this.#progress);
    if (path) for (const callback of this.#options.callbacks ?? []) callback.onCheckpoint?.(path);
  }

  result(reason: StopReason): FitResult<Model> {
    const { bestParameters, validations } = this.#progress;
    const model = mapTree(this.#step.model, (leaf, path) => bestParameters?.get(path) ?? leaf);
    return {
      model,
      steps: this.#step.step,
      reason,
      validations,
      lastStep: this.#last,
      elapsedMs: performance.now() - this.#startedMs,
    };
  }

  dispose(): Promise<void> {
    return this.#step.dispose();
  }
}

function checkCounts<Model extends object, Batch extends object>(options: FitOptions<Model, Batch>): void {
  const { epochs, stepsPerCall = 1, patience, validate } = options;
  for (const [name, value] of Object.entries({ epochs, stepsPerCall })) {
    if (!Number.isInteger(value) || value < 1)
      throw new ArgumentError('fit', `${name} must be a whole number from 1, got ${value}`);
  }
  if (patience !== undefined && !validate) {
    throw new ArgumentError('fit', 'patience needs something to judge by; give validate');
  }
}

function monitored(metrics: Readonly<Record<string, number>>, name: string | undefined): number {
  const chosen = name ?? Object.keys(metrics)[0];
  const value = chosen === undefined ? undefined : metrics[chosen];
  if (value === undefined) {
    throw new ArgumentError(
      'fit',
      `validate gave no '${name ?? 'metric'}', got ${Object.keys(metrics).join(', ') || 'nothing'}; set monitor to one of them`,
    );
  }
  return value;
}

function signatureOf(batch: object): string {
  const shapes: string[] = [];
  mapTree(batch, (leaf) => {
    shapes.push(String(leaf));
    return leaf;
  });
  return shapes.join(' ');
}

function copyOf(parameters: ReadonlyMap<string, HostTensor<'float32'>>): Map<string, HostTensor<'float32'>> {
  return new Map(
    [...parameters].map(([path, tensor]) => [
      path,
      fromData('float32', tensor.shape, hostData(tensor).slice()),
    ]),
  );
}
