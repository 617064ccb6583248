import { add, exp, log, matmul, mean, mul, ones, type Tensor, tensor } from '@noosphere/core';
import { expect, test } from 'vitest';
import { Linear } from '../layers/index.js';
import { adam } from '../optimizers/index.js';
import { Random } from '../random.js';
import { NonFiniteLossError } from './non-finite-loss-error.js';
import { TrainStep } from './train-step.js';

const model = () => ({ first: new Linear(2, 2, new Random(1)), head: { weight: ones([2, 1]) as Tensor } });
type Model = ReturnType<typeof model>;
type Batch = { readonly x: Tensor };
const optimizer = adam({ learningRate: 0.1 });
const fine = { x: tensor([[1, 2]]) };

async function messageOf(
  loss: (model: Model, batch: Batch) => Tensor,
  batches: readonly Batch[],
): Promise<string> {
  const step = new TrainStep({ model: model(), loss, optimizer });
  try {
    await step.run(batches);
    return 'no error';
  } catch (error) {
    expect(error).toBeInstanceOf(NonFiniteLossError);
    expect(step.step).toBe(0);
    return (error as Error).message;
  } finally {
    await step.dispose();
  }
}

test('an operator that follows a layer is named with it and with its line', async () => {
  const loss = ({ first, head }: Model, { x }: Batch) =>
    mean(matmul(log(mul(first.forward(x), 0)), head.weight));
  expect(await messageOf(loss, [fine])).toMatch(
    /^train: the loss is -?(Infinity|NaN) at step 1: the first result that is not finite comes from Log behind the layer 'first' \(.*non-finite\.test\.ts:\d+:\d+\)/,
  );
});

test('an operator that overflows inside a layer is named with that layer', async () => {
  const loss = ({ first, head }: Model, { x }: Batch) =>
    mean(matmul(add(first.forward(x), 3e38), mul(head.weight, 10)));
  expect(await messageOf(loss, [fine])).toMatch(/comes from MatMul .* the layer '(head|first)'/);
});

test('in the middle of k steps the failing one is found, and the state is that of before the call', async () => {
  const loss = ({ first }: Model, { x }: Batch) => mean(mul(first.forward(x), log(mean(x))));
  const message = await messageOf(loss, [fine, fine, { x: tensor([[0, 0]]) }]);
  expect(message).toMatch(/at step 3: the first result that is not finite comes from Log/);
});

test('an infinity that a mask puts in on purpose is not blamed', async () => {
  const hidden = tensor([Number.NEGATIVE_INFINITY, 0]);
  const loss = ({ first }: Model, { x }: Batch) =>
    add(mean(exp(add(first.forward(x), hidden))), log(mul(mean(first.forward(x)), 0)));
  expect(await messageOf(loss, [fine])).toMatch(/comes from Log behind the layer 'first'/);
});
