/** Trains a network on the fitting windows, and stops when the validation windows say so. */
import { compile, type HostTensor, reshape, type Tensor, tensor } from '@noosphere/core';
import { adamW, arrayBatches, type FitCallback, fit, meanSquaredError } from '@noosphere/train';
import type { Network } from './networks.js';

/** Scaled windows and targets. Shapes: inputs [N, L, F], targets [N]. */
export interface ScaledWindows {
  readonly inputs: Float32Array;
  readonly targets: Float32Array;
}

/** What a training run says after each epoch. */
export interface EpochReport {
  readonly epoch: number;
  /** Epochs at most: training may stop before. */
  readonly epochs: number;
  readonly trainingLoss: number;
  readonly validationLoss: number;
  readonly bestEpoch: number;
  readonly stepsPerSecond: number;
}

export interface FitNetworkOptions {
  /** Of the order of the windows. @default 0 */
  readonly seed?: number;
  /** @default 60 */
  readonly epochs?: number;
  /** @default 64 */
  readonly batchSize?: number;
  /** @default 0.001 */
  readonly learningRate?: number;
  /** Stop after this many epochs without a better validation loss. @default 10 */
  readonly patience?: number;
  /** Ends training after the step that runs; the best weights until then are kept. */
  readonly signal?: AbortSignal;
  readonly onEpoch?: (report: EpochReport) => void;
}

export interface FitNetworkResult {
  /** The network with the weights of the best epoch. */
  readonly network: Network;
  readonly epochs: number;
  readonly bestEpoch: number;
  readonly validationLoss: number;
  readonly interrupted: boolean;
}

/** Mean squared error on scaled targets, AdamW, batches drawn anew each epoch; the weights of the best epoch are kept. */
export async function fitNetwork(
  network: Network,
  fitting: ScaledWindows,
  validation: ScaledWindows,
  windowShape: readonly [number, number],
  options: FitNetworkOptions = {},
): Promise<FitNetworkResult> {
  const { seed = 0, epochs = 60, learningRate = 1e-3, patience = 10, signal } = options;
  const batchSize = Math.min(options.batchSize ?? 64, fitting.targets.length);
  // A last batch that is not full is left out: those windows come in another epoch, the order is drawn anew.
  const batches = arrayBatches(toBatch(fitting, windowShape), { batchSize, seed, dropLast: true });
  const validate = compile(validationLossOf, { threads: 1, name: 'validation loss' });
  const validationBatch = toBatch(validation, windowShape);
  try {
    const { model, steps, validations, reason } = await fit<Network, Batch>({
      model: network,
      loss: batchLoss,
      optimizer: adamW({ learningRate }),
      batches,
      epochs,
      patience,
      threads: 1,
      validate: async (current) => ({ loss: await (await validate(current, validationBatch)).item() }),
      callbacks: [epochReporter(batches.batchesPerEpoch, epochs, options.onEpoch)],
      ...(signal ? { signal } : {}),
    });
    const best = validations.findLast(({ isBest }) => isBest);
    return {
      network: model,
      epochs: Math.ceil(steps / batches.batchesPerEpoch),
      bestEpoch: (best?.step ?? 0) / batches.batchesPerEpoch,
      validationLoss: best?.metrics.loss ?? Number.NaN,
      interrupted: reason === 'aborted',
    };
  } finally {
    await validate.dispose();
  }
}

/** Turns steps and validations into one report an epoch. */
function epochReporter(
  stepsPerEpoch: number,
  epochs: number,
  onEpoch: FitNetworkOptions['onEpoch'],
): FitCallback {
  let startedMs = performance.now();
  let lossSum = 0;
  let bestEpoch = 0;
  return {
    onStep({ loss }) {
      lossSum += loss;
    },
    onValidation({ step, metrics, isBest }) {
      const epoch = step / stepsPerEpoch;
      if (isBest) bestEpoch = epoch;
      onEpoch?.({
        epoch,
        epochs,
        trainingLoss: lossSum / stepsPerEpoch,
        validationLoss: metrics.loss ?? Number.NaN,
        bestEpoch,
        stepsPerSecond: (1000 * stepsPerEpoch) / (performance.now() - startedMs),
      });
      lossSum = 0;
      startedMs = performance.now();
    },
  };
}

type Batch = { readonly inputs: HostTensor; readonly targets: HostTensor };

function batchLoss(network: Network, { inputs, targets }: Batch): Tensor {
  return meanSquaredError(reshape(network.forward(inputs), [-1]), targets); // [N, 1] -> [N]
}

function validationLossOf(network: Network, batch: Batch): Tensor {
  return batchLoss(network, batch);
}

function toBatch({ inputs, targets }: ScaledWindows, [lookback, width]: readonly [number, number]): Batch {
  return { inputs: tensor(inputs, { shape: [targets.length, lookback, width] }), targets: tensor(targets) };
}
