import { ones, tensor, zeros } from '@noosphere/core';
import { describe, expect, test } from 'vitest';
import * as losses from './index.js';

const two = ones([2]);

test.each<[string, () => unknown, string]>([
  [
    'shapes that differ',
    () => losses.meanSquaredError(ones([2]), ones([2, 1])),
    'meanSquaredError: expects two tensors of one shape, got [2] and [2, 1]',
  ],
  [
    'a negative delta',
    () => losses.huber(two, two, { delta: -1 }),
    'huber: delta must be above 0 and finite, got -1',
  ],
  [
    'a quantile of 90',
    () => losses.quantileLoss(two, two, { quantiles: 90 }),
    'quantileLoss: quantiles must lie between 0 and 1, got 90',
  ],
  [
    'quantiles without an axis',
    () => losses.quantileLoss(ones([2, 3]), ones([2, 3]), { quantiles: [0.1, 0.9] }),
    'quantileLoss: expects a prediction [..., 2] for 2 quantiles and a target [...], got [2, 3] and [2, 3]',
  ],
  [
    'a negative gamma',
    () => losses.sigmoidFocalLoss(two, two, { gamma: -1 }),
    'gamma must be 0 or more, got -1',
  ],
  [
    'labels of another count',
    () => losses.cosineEmbeddingLoss(ones([2, 3]), ones([2, 3]), ones([3])),
    'cosineEmbeddingLoss: expects vectors [N, E] and labels [N], got [2, 3] and [3]',
  ],
  [
    'a temperature of 0',
    () => losses.contrastiveLoss(ones([2, 3]), ones([2, 3]), { temperature: 0 }),
    'contrastiveLoss: temperature must be above 0 and finite, got 0',
  ],
  [
    'negatives that look for queries',
    () => losses.contrastiveLoss(ones([2, 3]), ones([2, 3]), { symmetric: true, negatives: ones([1, 3]) }),
    'negatives have no query to look for',
  ],
  [
    'another reduction',
    () => losses.meanSquaredError(two, two, { reduction: 'average' as 'mean' }),
    "meanSquaredError: reduction must be 'mean', 'sum' or 'none', got 'average'",
  ],
])('%s: a clear error', (_, call, message) => {
  expect(call).toThrow(message);
});

describe('edges', () => {
  test('huber at its delta and smooth L1 at its beta go over without a step', async () => {
    const at = async (d: number) => losses.huber(tensor([d]), zeros([1]), { delta: 2 }).item();
    expect(await at(2)).toBe(2);
    expect(await at(2.5)).toBe(3);
  });

  test('a focal loss with gamma 0 and no alpha is cross-entropy', async () => {
    const [x, y] = [tensor([0.3, -2]), tensor([1, 0])];
    const focal = await losses.sigmoidFocalLoss(x, y, { gamma: 0, alpha: undefined }).item();
    expect(focal).toBeCloseTo(await losses.binaryCrossEntropyWithLogits(x, y).item(), 6);
  });
});
