import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { arrayBatches, type BatchSource } from '../data/index.js';
import { Linear } from '../layers/index.js';
import { meanSquaredError } from '../losses/index.js';
import { adam, sgd } from '../optimizers/index.js';
import { Random } from '../random.js';
import { type FitOptions, fit, fitEvents } from './fit.js';

const random = new Random(1);
const data = { x: random.normalTensor([12, 2], 1), y: random.normalTensor([12, 1], 1) };

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'noosphere-refusals-'));
});
afterEach(() => rm(folder, { recursive: true }));

const options = (extra: Partial<FitOptions<Linear, typeof data>> = {}): FitOptions<Linear, typeof data> => ({
  model: new Linear(2, 1, new Random(2)),
  loss: (model, { x, y }) => meanSquaredError(model.forward(x), y),
  optimizer: adam(),
  batches: arrayBatches(data, { batchSize: 4 }),
  epochs: 2,
  ...extra,
});

describe('a checkpoint folder', () => {
  test('belongs to one run at a time, and is free again behind it', async () => {
    const first = fitEvents(options({ checkpoint: { folder } }));
    await first.next();
    await expect(fit(options({ checkpoint: { folder } }))).rejects.toThrow(
      `checkpoint: ${folder} is being written by another run of this process; one fit a folder`,
    );
    await first.return(undefined as never);
    await fit(options({ checkpoint: { folder } }));
    expect(await readdir(folder)).toEqual(['step-0000000006.safetensors']);
  });

  test('of a living process is refused, that of a dead one taken over', async () => {
    const lock = (process: number) =>
      writeFile(join(folder, '.running'), JSON.stringify({ process, host: hostname() }));
    await lock(process.ppid);
    await expect(fit(options({ checkpoint: { folder } }))).rejects.toThrow(
      `is being written by process ${process.ppid} on ${hostname()}`,
    );
    await lock(2 ** 22 + 1);
    expect((await fit(options({ checkpoint: { folder } }))).steps).toBe(6);
  });

  test('of a run over other batches, or behind more epochs, is not gone on from', async () => {
    await fit(options({ checkpoint: { folder } }));
    const files = await readdir(folder);
    const resume = (extra: Partial<FitOptions<Linear, typeof data>>) =>
      fit(options({ epochs: 9, checkpoint: { folder }, ...extra }));
    await expect(resume({ batches: arrayBatches(data, { batchSize: 5, dropLast: true }) })).rejects.toThrow(
      'batchesPerEpoch was 3 and is 2; give the same batches, or another folder',
    );
    await expect(resume({ accumulate: 2 })).rejects.toThrow('accumulate was 1 and is 2');
    await expect(resume({ epochs: 1 })).rejects.toThrow('is at step 6, this run has 3 steps; raise epochs');
    expect(await readdir(folder)).toEqual(files);
  });
});

describe('refused before or at the step', () => {
  const validate = async () => ({ loss: Number.NaN });
  const gives = (value: unknown): BatchSource<typeof data> => ({
    batchesPerEpoch: 2,
    batch: () => value as typeof data,
  });
  test.each<[string, Partial<FitOptions<Linear, typeof data>>, string]>([
    ['NaN to judge by', { validate }, "the validation after step 3 gave NaN for 'loss'"],
    ['no numbers', { validate: async () => undefined as never }, 'validate must return numbers by name'],
    ['a metric that is none', { validate: async () => ({ loss: '1' as never }) }, "gave 'loss' as 1"],
    ['no batch', { batches: gives(undefined) }, 'batches gave undefined for epoch 0, batch 0'],
    ['a batch without a field', { batches: gives({ x: data.x }) }, "on a batch of 'x' Tensor float32[12, 2]"],
    ['a plain array', { batches: gives({ ...data, x: [1] }) }, "'x' a plain array"],
    ['no source', { batches: [data] as never }, 'arrayBatches() makes one'],
    ['a rate of NaN', { optimizer: adam({ learningRate: () => Number.NaN }) }, 'got NaN at step 1'],
    ['a negative rate', { optimizer: sgd({ learningRate: () => -1 }) }, 'finite number from 0, got -1'],
    ['a promise', { loss: (async () => data.x) as never }, 'a promise (is it async?'],
    [
      'a loss of no parameter',
      { loss: (_, { x, y }) => meanSquaredError(x, x) ?? y },
      'does not depend on any',
    ],
    [
      'a pattern of no parameter',
      { optimizer: [{ parameters: /head/, optimizer: adam() }, { optimizer: adam() }] },
      '/head/ matches no parameter; there are weight, bias',
    ],
    ['clipping to 0', { clipNorm: 0 }, 'clipNorm must be above 0'],
    ['patience of 0', { patience: 0, validate }, 'patience must be a whole number from 1'],
  ])('%s', async (_, extra, message) => {
    await expect(fit(options(extra))).rejects.toThrow(message);
  });

  test("the user's own error is told as it is", async () => {
    const mine = new Error('mine');
    const loss = () => {
      throw mine;
    };
    await expect(fit(options({ loss }))).rejects.toBe(mine);
  });
});
