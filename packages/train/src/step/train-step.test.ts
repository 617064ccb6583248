import { hostData, mean, mul, square, sub, sum, type Tensor, tensor } from '@noosphere/core';
import { expect, test } from 'vitest';
import { Linear } from '../layers/index.js';
import { adafactor, adam, adamW, averaged, sgd } from '../optimizers/index.js';
import { Random } from '../random.js';
import type { ForwardContext } from './context.js';
import { TrainStep, type TrainStepOptions } from './train-step.js';

type Batch = { readonly x: Tensor; readonly y: Tensor };
const model = () => ({ first: new Linear(2, 3, new Random(1)), last: new Linear(3, 1, new Random(2)) });
type Model = ReturnType<typeof model>;
const forward = ({ first, last }: Model, x: Tensor, context?: ForwardContext) => {
  const hidden = square(first.forward(x));
  return last.forward(context ? context.dropout(hidden, 0.5) : hidden);
};
const plain = ({ model: network }: { model: Model }, { x, y }: Batch) =>
  mean(square(sub(forward(network, x), y)));
const random = new Random(3);
const draw = (rows: number): Batch => ({
  x: tensor(Array.from({ length: rows }, () => [random.normal(), random.normal()])),
  y: tensor(Array.from({ length: rows }, () => [random.normal()])),
});
const join = (batches: readonly Batch[]): Batch => {
  const rows = (name: keyof Batch, width: number) =>
    tensor(
      Float32Array.from(batches.flatMap((batch) => [...(hostData(batch[name] as never) as Float32Array)])),
      {
        shape: [batches.reduce((total, batch) => total + (batch[name].shape[0] as number), 0), width],
      },
    );
  return { x: rows('x', 2), y: rows('y', 1) };
};

const start = (options: Partial<TrainStepOptions<{ model: Model }, Batch>> = {}) =>
  new TrainStep<{ model: Model }, Batch>({
    model: { model: model() },
    loss: plain,
    optimizer: adam(),
    ...options,
  });

const numbers = (step: TrainStep<{ model: Model }, Batch>, part: 'parameters' | 'slots' = 'parameters') =>
  Object.fromEntries(
    [...step.state()[part]].map(([path, { shape }]) => [
      path,
      { shape, data: [...(hostData(step.state()[part].get(path) as never) as Float32Array)] },
    ]),
  );

function expectClose(
  found: ReturnType<typeof numbers>,
  expected: ReturnType<typeof numbers>,
  tolerance = 1e-6,
) {
  expect(Object.keys(found)).toEqual(Object.keys(expected));
  for (const [path, { data }] of Object.entries(expected))
    data.forEach((value, index) => {
      expect(Math.abs((found[path]?.data[index] as number) - value), `${path}[${index}]`).toBeLessThan(
        tolerance,
      );
    });
}

test('accumulated batches make the step of one large batch', async () => {
  const batches = [draw(4), draw(4), draw(4)];
  const [several, whole] = [start({ accumulate: 3, clipNorm: 0.5 }), start({ clipNorm: 0.5 })];
  const [found] = await several.run(batches);
  const [expected] = await whole.run([join(batches)]);
  expect(found?.loss).toBeCloseTo(expected?.loss as number, 5);
  expect(several.step).toBe(1);
  expectClose(numbers(several), numbers(whole), 2e-5);
  await several.dispose();
  await whole.dispose();
});

test('k steps of accumulated batches with dropout have the bits of single calls', async () => {
  const loss = ({ model: network }: { model: Model }, { x, y }: Batch, context: ForwardContext) =>
    mean(square(sub(forward(network, x, context), y)));
  const batches = Array.from({ length: 6 }, () => draw(4));
  const [single, several] = [start({ accumulate: 2, loss }), start({ accumulate: 2, loss })];
  for (let index = 0; index < 6; index += 2) await single.run(batches.slice(index, index + 2));
  expect(await several.run(batches)).toHaveLength(3);
  expect(numbers(several)).toEqual(numbers(single));
  await single.dispose();
  await several.dispose();
});

test.each([
  ['fewer', [4, 4]],
  ['one', [4]],
  ['a smaller last one', [4, 4, 1]],
  ['three sizes', [2, 5, 3]],
])('batches of a step, %s of them, make the step of all their rows', async (_, sizes) => {
  const batches = sizes.map(draw);
  const [several, whole] = [start({ accumulate: 3, clipNorm: 0.5 }), start({ clipNorm: 0.5 })];
  // A second step, so that the optimizer's slots count as well.
  for (let round = 0; round < 2; round++) {
    const [found] = await several.run(batches);
    const [expected] = await whole.run([join(batches)]);
    expect(found?.loss).toBeCloseTo(expected?.loss as number, 5);
  }
  expect(several.step).toBe(2);
  expectClose(numbers(several), numbers(whole), 4e-5);
  await several.dispose();
  await whole.dispose();
});

test('a number of batches that does not fill the steps is refused', async () => {
  const step = start({ accumulate: 2 });
  await expect(step.run([draw(2), draw(2), draw(2)])).rejects.toThrow(
    'needs up to 2 batches (accumulate), or a multiple of them, got 3',
  );
  await expect(step.run([draw(2), draw(2), draw(2), draw(3)])).rejects.toThrow(
    'batches of one call must have one shape',
  );
  expect(() => start({ accumulate: 0 })).toThrow('accumulate must be a whole number from 1, got 0');
});

test('gradients clipped by value move a parameter by no more than rate times value', async () => {
  const optimizer = sgd({ learningRate: 1 });
  const step = start({ clipValue: 0.01, optimizer });
  const before = numbers(step);
  await step.run([draw(8)]);
  for (const [path, { data }] of Object.entries(numbers(step)))
    data.forEach((value, index) => {
      expect(Math.abs(value - (before[path]?.data[index] as number))).toBeLessThan(0.01 + 1e-6);
    });
  await step.dispose();
});

test('parameter groups follow their own optimizers', async () => {
  const step = start({
    optimizer: [
      { parameters: /bias$/, optimizer: sgd({ learningRate: 0 }) },
      { parameters: (path) => path.startsWith('model.last'), optimizer: adafactor() },
      { optimizer: adamW({ learningRate: 0.1 }) },
    ],
  });
  const before = numbers(step);
  const [first] = await step.run([draw(8)]);
  const after = numbers(step);
  expect(after['model.first.bias']).toEqual(before['model.first.bias']);
  expect(after['model.last.bias']).toEqual(before['model.last.bias']);
  expect(after['model.first.weight']).not.toEqual(before['model.first.weight']);
  expect(after['model.last.weight']).not.toEqual(before['model.last.weight']);
  expect([...step.state().slots.keys()].sort()).toEqual([
    'columns.model.last.weight',
    'mean.model.first.weight',
    'rows.model.last.weight',
    'square.model.first.weight',
  ]);
  expect(first?.learningRate).toBe(0);
  await step.dispose();
});

test('a parameter that no group takes is an error', () => {
  expect(() => start({ optimizer: [{ parameters: /bias$/, optimizer: sgd() }] })).toThrow(
    "parameter 'model.first.weight' belongs to no parameter group",
  );
});

test('groups and averages go on after a restore with the same bits', async () => {
  const optimizer = averaged(adafactor({ learningRate: 0.1 }), { decay: 0.9 });
  const batches = Array.from({ length: 4 }, () => draw(4));
  const [straight, first, second] = [start({ optimizer }), start({ optimizer }), start({ optimizer })];
  for (const batch of batches) await straight.run([batch]);
  for (const batch of batches.slice(0, 2)) await first.run([batch]);
  second.restore(first.state());
  await second.run(batches.slice(2));
  expect(numbers(second)).toEqual(numbers(straight));
  expect(numbers(second, 'slots')).toEqual(numbers(straight, 'slots'));
  const average = hostData(second.averagedModel.model.last.weight as never) as Float32Array;
  expect([...average]).toEqual(numbers(second, 'slots')['average.model.last.weight']?.data);
  for (const step of [straight, first, second]) await step.dispose();
});

test('without an average there is no averaged model', () => {
  expect(() => start().averagedModel).toThrow('the optimizer keeps no average; wrap it with averaged()');
});

test('tied weights are one parameter, whose gradient is the sum over both places', async () => {
  const shared = tensor([2]) as Tensor;
  const tied = { embedding: { weight: shared }, head: { weight: shared } };
  const step = new TrainStep<typeof tied, { x: Tensor }>({
    model: tied,
    loss: ({ embedding, head }, { x }) => sum(mul(mul(embedding.weight, head.weight), x)),
    optimizer: sgd({ learningRate: 0.1 }),
  });
  await step.run([{ x: tensor([1]) }]);
  expect([...step.state().parameters.keys()]).toEqual(['embedding.weight']);
  // The gradient of w² is 2 w = 4.
  const { embedding, head } = step.model;
  expect(await head.weight.array()).toEqual([Math.fround(2 - 0.1 * 4)]);
  expect(head.weight).toBe(embedding.weight);
  await step.dispose();
});

test('the scale lowers every learning rate, and is part of the state', async () => {
  const step = start({ optimizer: sgd({ learningRate: 0.5 }) });
  step.learningRateScale = 0.1;
  const [result] = await step.run([draw(2)]);
  expect(result?.learningRate).toBeCloseTo(0.05, 12);
  expect(step.state().learningRateScale).toBe(0.1);
  await step.dispose();
});

test('a state that was shown is never written into again, whatever steps follow', async () => {
  const step = start();
  const batches = [draw(4), draw(4), draw(4)];
  await step.run(batches.slice(0, 1));
  await step.run(batches.slice(1, 2));
  const shown = step.state();
  const copies = [...shown.parameters].map(([path, tensor]) => [path, Float32Array.from(hostData(tensor))]);
  const own = step.model.model.first.weight;
  const before = Float32Array.from(hostData(own as never) as Float32Array);
  for (let round = 0; round < 4; round++) {
    await step.run(batches);
    await step.run(batches.slice(0, 1));
  }
  expect([...shown.parameters].map(([path, tensor]) => [path, hostData(tensor)])).toEqual(copies);
  expect(hostData(own as never)).toEqual(before);
  // Back to it: the same steps again, to the bit.
  const after = [...step.state().parameters.values()].map((tensor) => hostData(tensor));
  step.restore(shown);
  for (let round = 0; round < 4; round++) {
    await step.run(batches);
    await step.run(batches.slice(0, 1));
  }
  expect([...step.state().parameters.values()].map((tensor) => hostData(tensor))).toEqual(after);
});

test('the model that training starts from is left as it was', async () => {
  const network = model();
  const before = Float32Array.from(hostData(network.first.weight as never) as Float32Array);
  const step = start({ model: { model: network } });
  for (let round = 0; round < 3; round++) await step.run([draw(4), draw(4)]);
  expect(hostData(network.first.weight as never)).toEqual(before);
});
