import { matmul, ones, tensor } from '@noosphere/core';
import { expect, test } from 'vitest';
import { arrayBatches, fit, Linear, meanSquaredError, Random, sgd } from '../index.js';

test('a fit gives losses and metrics by epoch, and what its validations found', async () => {
  const data = { x: tensor([[1], [2], [3], [4]]), y: tensor([[2], [4], [6], [8]]) };
  const steps: { step: number; loss: number }[] = [];
  const { history } = await fit({
    model: new Linear(1, 1, new Random(1)),
    loss: (model, { x, y }) => {
      const loss = meanSquaredError(model.forward(x), y);
      return {
        loss,
        metrics: { twice: matmul(loss.rank === 0 ? tensor([[2]]) : ones([1, 1]), tensor([[1]])) },
      };
    },
    optimizer: sgd({ learningRate: 0.01 }),
    batches: arrayBatches(data, { batchSize: 2 }),
    validate: async () => ({ accuracy: 0.5 }),
    monitor: 'accuracy',
    epochs: 3,
    callbacks: [{ onStep: (result) => steps.push(result) }],
  });
  expect(history.map(({ epoch, step }) => [epoch, step])).toEqual([
    [1, 2],
    [2, 4],
    [3, 6],
  ]);
  for (const [index, record] of history.entries()) {
    const own = steps.slice(2 * index, 2 * index + 2);
    expect(record.trainingLoss).toBeCloseTo(
      own.reduce((sum, { loss }) => sum + loss / 2, 0),
      6,
    );
    expect(record.trainingMetrics).toEqual({ twice: 2 });
    expect(record.metrics).toEqual({ accuracy: 0.5 });
  }
  expect(history.map(({ isBest }) => isBest)).toEqual([true, false, false]);
});
