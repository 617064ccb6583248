/** A plain network on MNIST: the accuracy on the 10,000 test digits, which nothing is chosen by. */
import { compile, crossEntropy, type HostTensor, hostData, type Tensor } from '@noosphere/core';
import { adam, arrayBatches, fit, oneCycle, Random } from '@noosphere/train';
import { DigitMlp } from '../digit-models.js';
import { type Digits, readMnist } from '../mnist.js';
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

async function run(context: RunContext) {
  const { train, test } = await readMnist();
  return threeSeeds(context, { bar, limitSeconds: 60, train: (seed) => trainOnce(seed, train, test) });
}

async function trainOnce(seed: number, train: Digits, test: Digits): Promise<SeedResult> {
  const begun = performance.now();
  const steps = epochs * Math.ceil((train.y.shape[0] as number) / batchSize);
  const { model } = await fit({
    model: new DigitMlp(new Random(seed)),
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
