/** Trains a classifier on labelled windows, stopped by the validation part; and runs it on any number of windows. */
import { type HostTensor, sigmoid, type Tensor, tensor } from '@noosphere/core';
import { learn, plain, predictRows, type Task, valuesOf } from '@noosphere/learn';
import { adamW, arrayBatches, binaryCrossEntropyWithLogits, type TrainOptions } from '@noosphere/train';
import type { Classifier } from './classifiers.js';
import { lookback } from './days.js';

/** Windows [N, 60] in row-major order (wider where more is known), and whether turbulence followed [N]. */
export interface LabelledWindows {
  readonly windows: Float32Array;
  readonly labels: Float32Array;
}

export interface TrainingOptions extends Required<Pick<TrainOptions, 'seed' | 'epochs' | 'patience'>> {
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

const warning: Task<Classifier, Batch> = {
  name: 'turbulence warning',
  loss: (model, { windows, labels }, context) =>
    binaryCrossEntropyWithLogits(model.forward(windows, context), labels),
};

/** The classifier with the weights of the epoch with the least log loss on the validation part. */
export async function trainClassifier<Model extends Classifier>(
  model: Model,
  training: LabelledWindows,
  validation: LabelledWindows,
  { learningRate, signal, ...options }: TrainingOptions,
): Promise<Model> {
  const batchSize = batchSizeFor(training.labels.length);
  const held = toBatch(validation);
  const { model: trained } = await learn({
    ...options,
    model,
    task: warning,
    data: arrayBatches(toBatch(training), { batchSize, seed: options.seed, dropLast: true }),
    validation: { batchesPerEpoch: 1, batch: () => held },
    recipe: plain(adamW({ learningRate })),
    // The batches are too small for more to pay, and the bits do not depend on the number of cores.
    threads: 1,
    stepsPerCall,
    ...(signal && { signal }),
  });
  return trained as Model;
}

/** Probabilities of windows [N, width]. */
export async function probabilitiesOf(
  model: Classifier,
  windows: Float32Array,
  width = lookback,
): Promise<Float64Array> {
  if (windows.length === 0) return new Float64Array();
  const rows = tensor(windows, { shape: [windows.length / width, width] });
  const options = { threads: 1, name: 'warnings', rowsPerCall };
  return valuesOf(await predictRows((given: Tensor) => sigmoid(model.forward(given)), rows, options));
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
