/** Trains a classifier on labelled windows, stopped by the validation part; and runs it on any number of windows. */
import { compile, type HostTensor, hostData, sigmoid, type Tensor, tensor } from '@noosphere/core';
import {
  adamW,
  arrayBatches,
  binaryCrossEntropyWithLogits,
  type ForwardContext,
  fit,
} from '@noosphere/train';
import type { Classifier } from './classifiers.js';
import { lookback } from './days.js';

/** Windows [N, 60] in row-major order (wider where more is known), and whether turbulence followed [N]. */
export interface LabelledWindows {
  readonly windows: Float32Array;
  readonly labels: Float32Array;
}

export interface TrainingOptions {
  readonly seed: number;
  readonly epochs: number;
  readonly patience: number;
  readonly learningRate: number;
  readonly signal?: AbortSignal | undefined;
}

/** Windows of a batch: so many that an epoch has about 32 steps, within bounds. */
const batchSizes = { least: 16, most: 128, stepsPerEpoch: 32 } as const;
/** Steps in one native call. */
const stepsPerCall = 8;
/** Windows in one call of a prediction. */
const rowsPerCall = 2048;

type Batch = { readonly windows: HostTensor; readonly labels: HostTensor };

/** The classifier with the weights of the epoch with the least log loss on the validation part. */
export async function trainClassifier<Model extends Classifier>(
  model: Model,
  training: LabelledWindows,
  validation: LabelledWindows,
  { seed, epochs, patience, learningRate, signal }: TrainingOptions,
): Promise<Model> {
  const validate = compile(
    (current: Model, { windows, labels }: Batch) =>
      binaryCrossEntropyWithLogits(current.forward(windows), labels),
    { threads: 1, name: 'validation loss' },
  );
  const held = toBatch(validation);
  try {
    const { model: trained } = await fit<Model, Batch>({
      model,
      loss: (current: Model, { windows, labels }: Batch, context: ForwardContext) =>
        binaryCrossEntropyWithLogits(current.forward(windows, context), labels),
      optimizer: adamW({ learningRate }),
      batches: arrayBatches(toBatch(training), {
        batchSize: batchSizeFor(training.labels.length),
        seed,
        dropLast: true,
      }),
      seed,
      epochs,
      patience,
      // The batches are too small for more to pay, and the bits do not depend on the number of cores.
      threads: 1,
      stepsPerCall,
      validate: async (current) => ({ logLoss: await (await validate(current, held)).item() }),
      ...(signal && { signal }),
    });
    return trained;
  } finally {
    await validate.dispose();
  }
}

/** Probabilities of windows [N, width]. */
export async function probabilitiesOf(
  model: Classifier,
  windows: Float32Array,
  width = lookback,
): Promise<Float64Array> {
  const run = compile((given: Tensor) => sigmoid(model.forward(given)), { threads: 1, name: 'warnings' });
  const probabilities = new Float64Array(windows.length / width);
  try {
    for (let row = 0; row < probabilities.length; row += rowsPerCall) {
      const part = windows.subarray(row * width, (row + rowsPerCall) * width);
      const result = await run(tensor(part, { shape: [part.length / width, width] }));
      probabilities.set(hostData(result as HostTensor<'float32'>), row);
    }
    return probabilities;
  } finally {
    await run.dispose();
  }
}

function batchSizeFor(rows: number): number {
  const { least, most, stepsPerEpoch } = batchSizes;
  return Math.min(rows, most, Math.max(least, Math.ceil(rows / stepsPerEpoch)));
}

function toBatch({ windows, labels }: LabelledWindows): Batch {
  return {
    windows: tensor(windows, { shape: [labels.length, windows.length / labels.length] }),
    labels: tensor(labels),
  };
}
