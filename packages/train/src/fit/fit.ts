/** The training loop: steps, validation, early stopping, checkpoints, resume. What it shows and logs are callbacks. */
import { knownOptions } from '@noosphere/base';
import { ArgumentError, type Precision } from '@noosphere/core';
import type { BatchSource } from '../data/index.js';
import type { CheckpointOptions } from '../files/checkpoint.js';
import {
  type FitCallback,
  type FitEvent,
  type StopReason,
  tell,
  type ValidationResult,
} from '../step/callback.js';
import type { StepResult, TrainStepOptions } from '../step/train-step.js';
import { FitRun } from './fit-run.js';
import type { EpochRecord } from './history.js';
import type { Meter } from './meter.js';
import type { MonitorOptions } from './monitor.js';

/** What any training may be told, whatever it trains; the layers above pick from these, so that a name means one thing everywhere. */
export interface TrainOptions
  extends MonitorOptions,
    Pick<
      TrainStepOptions<object, object>,
      'seed' | 'clipNorm' | 'clipValue' | 'accumulate' | 'trainable' | 'threads' | 'precision' | 'executor'
    > {
  readonly epochs: number;
  /** Steps in one native call; the bits do not depend on it. @default 1 */
  readonly stepsPerCall?: number;
  /** Steps between validations. @default an epoch */
  readonly validateEvery?: number;
  /** Where the run is kept, and from where it goes on. @default not kept */
  readonly checkpoint?: CheckpointOptions;
  /** Progress and logs: `progress()` and `logFit(…)`, or one's own. @default none */
  readonly callbacks?: readonly FitCallback[];
  /** What is measured meanwhile: energy, cost, memory. @default none */
  readonly meters?: readonly Meter[];
  /** Ends, saved, at the first call after this time. @default none */
  readonly timeLimitMs?: number;
  /** Finishes the step under way, saves, and returns. */
  readonly signal?: AbortSignal;
}

export interface FitOptions<Model extends object, Batch extends object>
  extends Omit<TrainStepOptions<Model, Batch>, keyof TrainOptions>,
    TrainOptions {
  readonly batches: BatchSource<Batch>;
  /** Numbers that say how good the model is on data it does not train on. It gets the averaged model where there is one. */
  readonly validate?: (model: Model) => Promise<Readonly<Record<string, number>>>;
}

export interface FitResult<Model extends object> {
  /** The model after the last step; with validation the best one; the average where the optimizer keeps one. */
  readonly model: Model;
  readonly steps: number;
  readonly reason: StopReason;
  readonly validations: readonly ValidationResult[];
  /** Loss and metrics by epoch, of this run. */
  readonly history: readonly EpochRecord[];
  readonly lastStep: StepResult | undefined;
  readonly elapsedMs: number;
  /** How exact products of float32 matrices were. */
  readonly precision: Precision;
  /** What the meters read at the end. */
  readonly readings: Readonly<Record<string, number>>;
}

/**
 * Trains a model over epochs of batches: validation, early stopping, checkpoints that resume to the same bits.
 * Throws where an option is out of range, a checkpoint belongs to another model, or the loss is not finite any more.
 * @example
 * const data = { x: ones([8, 1]), y: zeros([8, 1]) };
 * const { steps, reason, history } = await fit({
 *   model: new Linear(1, 1, new Random(1)),
 *   loss: (model, batch) => meanSquaredError(model.forward(batch.x), batch.y),
 *   optimizer: adam(),
 *   batches: arrayBatches(data, { batchSize: 4 }),
 *   epochs: 3,
 * });
 * console.log(steps, reason, history.length); // → 6 finished 3
 */
export async function fit<Model extends object, Batch extends object>(
  options: FitOptions<Model, Batch>,
): Promise<FitResult<Model>> {
  const { callbacks = [] } = knownOptions(
    'fit',
    options,
    'batches validate model loss optimizer epochs stepsPerCall validateEvery checkpoint',
    'callbacks meters timeLimitMs signal monitor better minimumChange patience plateau seed',
    'clipNorm clipValue accumulate trainable threads precision executor',
  );
  const events = fitEvents(options);
  let ended = false;
  try {
    for (;;) {
      const next = await events.next();
      if (next.done) return next.value;
      ended ||= next.value.kind === 'end';
      for (const callback of callbacks) tell(callback, next.value);
    }
  } finally {
    // A callback that throws ends the fit as well.
    await events.return(undefined as never);
    if (!ended) for (const callback of callbacks) callback.onEnd?.(undefined);
  }
}

/**
 * A fit as an iterator over what happens in it; leaving the loop ends the training. It returns what `fit` returns.
 * @example
 * const batches = arrayBatches({ x: ones([8, 1]), y: zeros([8, 1]) }, { batchSize: 4 });
 * const loss = (model: Linear, { x, y }: { x: Tensor; y: Tensor }) => meanSquaredError(model.forward(x), y);
 * const options = { model: new Linear(1, 1, new Random(1)), loss, optimizer: adam(), batches, epochs: 9 };
 * for await (const event of fitEvents(options))
 *   if (event.kind === 'step' && event.result.step === 5) break;
 */
export async function* fitEvents<Model extends object, Batch extends object>(
  options: FitOptions<Model, Batch>,
): AsyncGenerator<FitEvent, FitResult<Model>> {
  knownOptions(
    'fitEvents',
    options,
    'batches validate model loss optimizer epochs stepsPerCall validateEvery checkpoint',
    'callbacks meters timeLimitMs signal monitor better minimumChange patience plateau seed',
    'clipNorm clipValue accumulate trainable threads precision executor',
  );
  checkOptions(options);
  const run = new FitRun(options);
  try {
    return yield* run.events();
  } finally {
    await run.dispose();
  }
}

function checkOptions<Model extends object, Batch extends object>(options: FitOptions<Model, Batch>): void {
  const {
    epochs,
    stepsPerCall = 1,
    validateEvery = 1,
    accumulate = 1,
    patience,
    plateau,
    monitor,
    validate,
    checkpoint,
    timeLimitMs = Number.POSITIVE_INFINITY,
  } = options;
  for (const [name, value] of Object.entries({
    epochs,
    stepsPerCall,
    validateEvery,
    accumulate,
    patience: patience ?? 1,
    'checkpoint.everySteps': checkpoint?.everySteps ?? 1,
  })) {
    if (!Number.isInteger(value) || value < 1)
      throw new ArgumentError('fit', `${name} must be a whole number from 1, got ${value}`);
  }
  if (!(timeLimitMs >= 0))
    throw new ArgumentError('fit', `timeLimitMs must be a number from 0, got ${timeLimitMs}`);
  if ((patience !== undefined || plateau || monitor !== undefined) && !validate) {
    throw new ArgumentError(
      'fit',
      `${plateau ? 'plateau' : patience === undefined ? 'monitor' : 'patience'} needs something to judge by; give validate`,
    );
  }
  const { batchesPerEpoch, batch } = Object(options.batches) as Partial<BatchSource<Batch>>;
  if (typeof batchesPerEpoch !== 'number' || typeof batch !== 'function') {
    throw new ArgumentError(
      'fit',
      `batches must be a source with batchesPerEpoch and batch(), got ${batchesPerEpoch} and ${typeof batch}; arrayBatches() makes one`,
    );
  }
  if (!Number.isInteger(batchesPerEpoch) || batchesPerEpoch < accumulate) {
    throw new ArgumentError(
      'fit',
      `an epoch of ${batchesPerEpoch} batches does not fill one step of ${accumulate}; give more data, or lower batchSize or accumulate`,
    );
  }
}
