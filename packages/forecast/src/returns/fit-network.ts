/** Trains a network on the fitting windows, and stops when the validation windows say so. */
import { type HostTensor, reshape, tensor } from '@noosphere/core';
import { learn, plain, type Task } from '@noosphere/learn';
import { adamW, arrayBatches, meanSquaredError } from '@noosphere/train';
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
  const held = toBatch(validation, windowShape);
  let bestEpoch = 0;
  const found = await learn({
    model: network,
    task: returnTask,
    data: batches,
    validation: { batchesPerEpoch: 1, batch: () => held },
    recipe: plain(adamW({ learningRate })),
    epochs,
    patience,
    threads: 1,
    onEpoch: ({ epoch, trainingLoss, metrics, isBest, elapsedMs }) => {
      if (isBest) bestEpoch = epoch;
      options.onEpoch?.({
        epoch,
        epochs,
        trainingLoss,
        validationLoss: metrics.loss ?? Number.NaN,
        bestEpoch,
        stepsPerSecond: (1000 * batches.batchesPerEpoch) / elapsedMs,
      });
    },
    ...(signal ? { signal } : {}),
  });
  return {
    network: found.model,
    epochs: Math.ceil(found.steps / batches.batchesPerEpoch),
    bestEpoch: found.bestEpoch ?? 0,
    validationLoss: found.metrics.loss ?? Number.NaN,
    interrupted: found.reason === 'aborted',
  };
}

type Batch = { readonly inputs: HostTensor; readonly targets: HostTensor };

const returnTask: Task<Network, Batch> = {
  name: 'log return',
  // [N, 1] -> [N]
  loss: (network, { inputs, targets }) => meanSquaredError(reshape(network.forward(inputs), [-1]), targets),
};

function toBatch({ inputs, targets }: ScaledWindows, [lookback, width]: readonly [number, number]): Batch {
  return { inputs: tensor(inputs, { shape: [targets.length, lookback, width] }), targets: tensor(targets) };
}
