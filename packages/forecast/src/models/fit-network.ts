/** Trains a network on the fitting windows, and stops when the validation windows say so. */
import {
  compile,
  type HostTensor,
  hostData,
  mapTree,
  namedTensors,
  reshape,
  type Tensor,
  tensor,
} from '@noosphere/core';
import { adamW, meanSquaredError, Random, TrainStep } from '@noosphere/train';
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
  const { seed = 0, epochs = 60, learningRate = 1e-3, patience = 10, signal, onEpoch } = options;
  const count = fitting.targets.length;
  const batchSize = Math.min(options.batchSize ?? 64, count);
  const step = new TrainStep<Network, Batch>({
    model: network,
    loss: batchLoss,
    optimizer: adamW({ learningRate }),
    threads: 1,
  });
  const validate = compile(batchLossOf, { threads: 1, name: 'validation loss' });
  const validationBatch = toBatch(validation, windowShape);
  const random = new Random(seed);
  let best = { epoch: 0, loss: Number.POSITIVE_INFINITY, network };
  let epoch = 0;
  try {
    for (epoch = 1; epoch <= epochs; epoch++) {
      const started = performance.now();
      let trainingLoss = 0;
      let steps = 0;
      for (const batch of epochBatches(fitting, windowShape, batchSize, random)) {
        if (signal?.aborted) break;
        const [result] = await step.run([batch]);
        trainingLoss += result?.loss ?? Number.NaN;
        steps += 1;
      }
      const validationLoss = await (await validate(step.model, validationBatch)).item();
      if (validationLoss < best.loss) best = { epoch, loss: validationLoss, network: copyOf(step.model) };
      onEpoch?.({
        epoch,
        epochs,
        trainingLoss: trainingLoss / steps,
        validationLoss,
        bestEpoch: best.epoch,
        stepsPerSecond: (1000 * steps) / (performance.now() - started),
      });
      if (signal?.aborted || epoch - best.epoch >= patience) break;
    }
  } finally {
    await step.dispose();
    await validate.dispose();
  }
  return {
    network: best.network,
    epochs: Math.min(epoch, epochs),
    bestEpoch: best.epoch,
    validationLoss: best.loss,
    interrupted: signal?.aborted ?? false,
  };
}

interface Batch {
  readonly inputs: Tensor;
  readonly targets: Tensor;
}

function batchLoss(network: Network, { inputs, targets }: Batch): Tensor {
  return meanSquaredError(reshape(network.forward(inputs), [-1]), targets); // [N, 1] -> [N]
}

function batchLossOf(network: Network, batch: Batch): Tensor {
  return batchLoss(network, batch);
}

function toBatch({ inputs, targets }: ScaledWindows, [lookback, width]: readonly [number, number]): Batch {
  return { inputs: tensor(inputs, { shape: [targets.length, lookback, width] }), targets: tensor(targets) };
}

/** One pass over the windows in random order, in whole batches; those left over come in another epoch. */
function* epochBatches(
  { inputs, targets }: ScaledWindows,
  windowShape: readonly [number, number],
  batchSize: number,
  random: Random,
): Generator<Batch> {
  const size = windowShape[0] * windowShape[1];
  const order = random.permutation(targets.length);
  for (let start = 0; start + batchSize <= order.length; start += batchSize) {
    const batch = { inputs: new Float32Array(batchSize * size), targets: new Float32Array(batchSize) };
    for (let place = 0; place < batchSize; place++) {
      const row = order[start + place] ?? 0;
      batch.inputs.set(inputs.subarray(row * size, (row + 1) * size), place * size);
      batch.targets[place] = targets[row] ?? Number.NaN;
    }
    yield toBatch(batch, windowShape);
  }
}

/** The weights are views of the step's state, which the next step replaces. */
function copyOf(network: Network): Network {
  return mapTree(network, (leaf) => {
    const host = leaf as HostTensor<'float32'>;
    return tensor(Float32Array.from(hostData(host)), { shape: host.shape });
  });
}

/** Number of weights. */
export function countWeights(network: Network): number {
  return [...namedTensors(network).values()].reduce((sum, each) => sum + each.size, 0);
}
