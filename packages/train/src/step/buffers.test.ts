import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { add, hostData, mean, mul, ones, square, sub, type Tensor, tensor, zeros } from '@noosphere/core';
import { expect, test } from 'vitest';
import { fit } from '../fit/fit.js';
import { adamW } from '../optimizers/index.js';
import { bufferPaths, type ForwardContext, inference } from './context.js';
import { TrainStep } from './train-step.js';

/** Subtracts a running mean: half of the old, half of the batch's. */
class Centre {
  readonly weight = ones([1]) as Tensor;
  readonly running_mean = zeros([1]) as Tensor;
  readonly bufferNames = ['running_mean'];

  forward(x: Tensor, context: ForwardContext = inference): Tensor {
    const next = add(mul(context.current(this.running_mean), 0.5), mul(mean(x, { axes: 0 }), 0.5));
    context.update(this.running_mean, next);
    return mul(sub(x, context.current(this.running_mean)), this.weight);
  }
}

type Batch = { readonly x: Tensor };
const batch = (value: number): Batch => ({ x: tensor([[value], [value]]) });
const definition = {
  model: { centre: new Centre() },
  loss: ({ centre }: { centre: Centre }, { x }: Batch, context: ForwardContext) =>
    mean(square(centre.forward(x, context))),
  optimizer: adamW({ learningRate: 0.1, weightDecay: 0.5 }),
};

const runningMean = (step: TrainStep<{ centre: Centre }, Batch>) =>
  Array.from(hostData(step.model.centre.running_mean) as Float32Array);

const bits = (step: TrainStep<{ centre: Centre }, Batch>) => {
  const { parameters, slots } = step.state();
  return [...parameters, ...slots].map(([path, tensor]) => [path, ...(hostData(tensor) as Float32Array)]);
};

test('the paths of buffers', () => {
  expect([...bufferPaths({ a: [new Centre()], b: { weight: ones([1]) } })]).toEqual(['a.0.running_mean']);
});

test('a step updates a buffer, which neither gradient nor weight decay touch', async () => {
  const step = new TrainStep(definition);
  await step.run([batch(4)]);
  expect(runningMean(step)).toEqual([2]);
  expect([...step.state().slots.keys()]).toEqual(['mean.centre.weight', 'square.centre.weight']);
  await step.dispose();
});

test('k steps in a call carry a buffer from step to step, with the bits of single calls', async () => {
  const [single, several] = [new TrainStep(definition), new TrainStep(definition)];
  const batches = [4, 8, 1].map(batch);
  for (const each of batches) await single.run([each]);
  await several.run(batches);
  expect(runningMean(several)).toEqual([3]);
  expect(bits(several)).toEqual(bits(single));
  await single.dispose();
  await several.dispose();
});

test('a layer called twice in a step updates its buffer twice', async () => {
  const step = new TrainStep({
    ...definition,
    loss: ({ centre }, { x }: Batch, context) =>
      mean(square(centre.forward(sub(x, centre.forward(x, context)), context))),
  });
  await step.run([batch(4)]);
  // First 0 / 2 + 4 / 2 = 2; then x - (x - 2) = 2, and 2 / 2 + 2 / 2 = 2.
  expect(runningMean(step)).toEqual([2]);
  await step.dispose();
});

test('a checkpoint keeps buffers, and a resumed fit goes on with their bits', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'noosphere-buffers-'));
  const batches = { batchesPerEpoch: 4, batch: (_: number, index: number) => batch(index + 1) };
  const run = (epochs: number, checkpoint?: { folder: string }) =>
    fit({ ...definition, batches, epochs, ...(checkpoint && { checkpoint }) });
  try {
    const straight = await run(3);
    await run(1, { folder });
    const resumed = await run(3, { folder });
    const bits = ({ model }: typeof straight) => hostData(model.centre.running_mean);
    expect(bits(resumed)).toEqual(bits(straight));
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('a buffer that changes its shape is an error', async () => {
  const step = new TrainStep({
    ...definition,
    loss: ({ centre }, { x }: Batch, context) => {
      context.update(centre.running_mean, x);
      return mean(centre.forward(x, context));
    },
  });
  await expect(step.run([batch(1)])).rejects.toThrow(
    'update: a buffer keeps its type and shape, expected Tensor float32[1], got Tensor float32[2, 1]',
  );
});
