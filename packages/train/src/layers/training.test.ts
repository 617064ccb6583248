/** Models trained over 20 steps of Adam, against PyTorch in float64 from the same weights and batches. */
import { readFileSync } from 'node:fs';
import { crossEntropy, mean, namedTensors, relu, type Tensor } from '@noosphere/core';
import { expect, test } from 'vitest';
import { type GoldenTensor, hostTensor } from '../../test/golden-cases.js';
import { loadStateDict } from '../model/index.js';
import { adam } from '../optimizers/index.js';
import { Random } from '../random.js';
import { type ForwardContext, inference } from '../step/context.js';
import { TrainStep } from '../step/train-step.js';
import * as layers from './index.js';

interface TrainingCase {
  readonly name: string;
  readonly state: Readonly<Record<string, GoldenTensor>>;
  readonly batches: readonly { readonly x: GoldenTensor; readonly y: GoldenTensor }[];
  readonly losses: readonly number[];
  readonly buffers: Readonly<Record<string, GoldenTensor>>;
}

const random = new Random(1);

class GruClassifier {
  readonly gru = new layers.GRU(3, 4, random, { layers: 2, bidirectional: true });
  readonly head = new layers.Linear(8, 3, random);

  forward(x: Tensor): Tensor {
    return this.head.forward(this.gru.forward(x).hidden);
  }
}

class EncoderClassifier {
  readonly layers = [1, 2].map(
    () =>
      new layers.TransformerEncoderLayer(8, 2, random, {
        inner: 12,
        dropout: 0,
        activation: 'gelu',
        normFirst: true,
      }),
  );
  readonly head = new layers.Linear(8, 3, random);

  forward(x: Tensor, context: ForwardContext = inference): Tensor {
    const encoded = this.layers.reduce((value, layer) => layer.forward(value, context, { causal: true }), x);
    return this.head.forward(mean(encoded, { axes: 1 }));
  }
}

const models: Readonly<Record<string, () => layers.Layer>> = {
  cnn: () =>
    new layers.Sequential(
      new layers.Conv2d(1, 4, 3, random, { padding: 1, bias: false }),
      new layers.BatchNorm2d(4),
      relu,
      new layers.Conv2d(4, 4, 3, random, { groups: 4, bias: false }),
      new layers.BatchNorm2d(4),
      relu,
      new layers.GlobalAvgPool(),
      (x) => x,
      new layers.Linear(4, 3, random),
    ),
  gru: () => new GruClassifier(),
  encoder: () => new EncoderClassifier(),
};

const cases = JSON.parse(
  readFileSync(new URL('goldens/training.json', import.meta.url), 'utf8'),
) as readonly TrainingCase[];

test.each(cases)('a $name: the losses of PyTorch to 1e-4, and its running statistics', async (golden) => {
  const made = models[golden.name]?.();
  if (!made) throw new Error(`there is no model ${golden.name}`);
  const given = Object.entries(golden.state).map(([name, value]): [string, Tensor] => [
    name,
    hostTensor(value),
  ]);
  const { model, missing, unexpected } = loadStateDict(made, new Map(given), { strict: false });
  expect(unexpected).toEqual([]);
  expect(missing.filter((name) => !/running|num_batches/.test(name))).toEqual([]);
  const step = new TrainStep({
    model,
    loss: (net, { x, y }: { x: Tensor; y: Tensor }, context) => crossEntropy(net.forward(x, context), y),
    optimizer: adam({ learningRate: 0.01 }),
  });
  const batches = golden.batches.map(({ x, y }) => ({ x: hostTensor(x), y: hostTensor(y) }));
  const losses: number[] = [];
  for (let round = 0; round < 5; round++) losses.push(...(await step.run(batches)).map(({ loss }) => loss));
  golden.losses.forEach((loss, index) => {
    expect(Math.abs((losses[index] as number) - loss) / loss, `loss of step ${index + 1}`).toBeLessThan(1e-4);
  });
  const trained = namedTensors(step.model);
  for (const [name, buffer] of Object.entries(golden.buffers)) {
    const values = Array.from((await trained.get(name)?.data()) ?? [], Number);
    buffer.data.forEach((wanted, index) => {
      expect(values[index], name).toBeCloseTo(Number(wanted), 3);
    });
  }
  await step.dispose();
});
