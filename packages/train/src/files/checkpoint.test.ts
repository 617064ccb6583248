import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Tensor, tensor } from '@noosphere/core';
import { expect, test } from 'vitest';
import { arrayBatches } from '../data/index.js';
import { fit } from '../fit/index.js';
import { Linear } from '../layers/index.js';
import { meanSquaredError } from '../losses/index.js';
import { adam } from '../optimizers/index.js';
import { Random } from '../random.js';

test('a checkpoint of the first format is resumed', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'noosphere-checkpoint-'));
  const x = tensor([
    [1, 2],
    [3, 4],
    [5, 6],
    [7, 8],
  ]);
  const y = tensor([[1], [2], [3], [4]]);
  const run = (epochs: number, checkpoint?: { folder: string }) =>
    fit({
      model: new Linear(2, 1, new Random(1)),
      loss: (model: Linear, batch: { x: Tensor; y: Tensor }) =>
        meanSquaredError(model.forward(batch.x), batch.y),
      optimizer: adam({ learningRate: 0.1 }),
      batches: arrayBatches({ x, y }, { batchSize: 2, seed: 1 }),
      epochs,
      ...(checkpoint && { checkpoint }),
    });
  try {
    await cp(fileURLToPath(new URL('../../test/fixtures/checkpoint-1', import.meta.url)), folder, {
      recursive: true,
    });
    const resumed = await run(3, { folder });
    const straight = await run(3);
    expect(resumed.validations).toEqual([
      { step: 2, metrics: { error: 1 }, isBest: true },
      { step: 4, metrics: { error: 1 }, isBest: false },
    ]);
    // The steps behind the checkpoint are those of a run without a stop: its best weights are older.
    expect(resumed.lastStep?.loss).toBeCloseTo(straight.lastStep?.loss as number, 6);
    expect(resumed.steps).toBe(6);
  } finally {
    await rm(folder, { recursive: true });
  }
});
