import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  hostData,
  isHostTensor,
  productPrecision,
  relu,
  type Tensor,
  tensor,
  visitTree,
  workerExecutor,
} from '@noosphere/core';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { arrayBatches } from '../data/index.js';
import { Dropout } from '../layers/dropout.js';
import { Linear } from '../layers/linear.js';
import { meanSquaredError } from '../losses/index.js';
import { adamW } from '../optimizers/index.js';
import { Random } from '../random.js';
import { type ForwardContext, inference } from '../step/context.js';
import { type FitOptions, fit } from './fit.js';

class Net {
  readonly fc1: Linear;
  readonly dropout = new Dropout(0.2);
  readonly fc2: Linear;

  constructor(seed: number) {
    const random = new Random(seed);
    this.fc1 = new Linear(3, 8, random);
    this.fc2 = new Linear(8, 1, random);
  }

  forward(x: Tensor, context: ForwardContext = inference): Tensor {
    return this.fc2.forward(this.dropout.forward(relu(this.fc1.forward(x)), context));
  }
}

type Batch = { readonly x: ReturnType<typeof data>['x']; readonly y: ReturnType<typeof data>['y'] };

/** y = x0 - 2 x1 + noise. */
function data(rows: number) {
  const random = new Random(7);
  const x = random.normalTensor([rows, 3], 1);
  const values = hostData(x);
  const y = Float32Array.from({ length: rows }, (_, row) => {
    const [a = 0, b = 0] = values.subarray(row * 3, row * 3 + 3);
    return a - 2 * b + 0.1 * random.normal();
  });
  return { x, y: tensor(y, { shape: [rows, 1] }) };
}

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'noosphere-fit-'));
});
afterEach(() => rm(folder, { recursive: true }));

function options(extra: Partial<FitOptions<Net, Batch>> = {}): FitOptions<Net, Batch> {
  return {
    model: new Net(1),
    loss: (model, { x, y }, context) => meanSquaredError(model.forward(x, context), y),
    optimizer: adamW({ learningRate: (step) => 0.02 / (1 + step / 50) }),
    batches: arrayBatches(data(50), { batchSize: 8, seed: 3 }),
    epochs: 6,
    seed: 5,
    clipNorm: 1,
    ...extra,
  };
}

/** The bits of all parameters. */
function bits(model: object): string {
  const parts: string[] = [];
  visitTree(model, (leaf) => {
    if (isHostTensor(leaf))
      parts.push(Buffer.from((hostData(leaf) as Float32Array).slice().buffer).toString('hex'));
  });
  return parts.join('');
}

test('a fit lowers the loss and counts its steps', async () => {
  const losses: number[] = [];
  const result = await fit(options({ epochs: 40, callbacks: [{ onStep: ({ loss }) => losses.push(loss) }] }));
  expect(result.steps).toBe(40 * 7);
  expect(losses).toHaveLength(280);
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  expect(mean(losses.slice(-7))).toBeLessThan(mean(losses.slice(0, 7)) / 4);
});

test('a fit says how exact its products were', async () => {
  const { precision } = await fit(options());
  expect(precision).toBe(await productPrecision());
  const executor = workerExecutor();
  const elsewhere = await fit(options({ executor, precision: 'medium' }));
  expect(elsewhere.precision).toBe('highest');
  await executor.close();
});

test('several steps in a call give the bits of single ones, dropout and clipping included', async () => {
  const single = await fit(options());
  for (const stepsPerCall of [3, 32]) {
    const several = await fit(options({ stepsPerCall }));
    expect(bits(several.model)).toBe(bits(single.model));
  }
});

test('a run that is aborted and resumed ends with the bits of one that was not', async () => {
  // 7 batches an epoch, the last of 2 rows: with 4 a step the second step has 3 of them, of two sizes.
  for (const [accumulate, stepsPerCall] of [
    [1, 1],
    [1, 4],
    [4, 1],
    [4, 4],
  ] as const) {
    const whole = await fit(options({ accumulate }));
    const place = join(folder, `${accumulate}-${stepsPerCall}`);
    const controller = new AbortController();
    const stop = {
      onStep: ({ step }: { step: number }) => step >= (accumulate === 1 ? 10 : 5) && controller.abort(),
    };
    const checkpoint = { folder: place, everySteps: 4 };
    const first = await fit(
      options({ accumulate, stepsPerCall, checkpoint, signal: controller.signal, callbacks: [stop] }),
    );
    expect(first.reason).toBe('aborted');
    const second = await fit(options({ accumulate, stepsPerCall, checkpoint, model: new Net(99) }));
    expect(second.reason).toBe('finished');
    expect(bits(second.model)).toBe(bits(whole.model));
  }
});

test('only the newest checkpoints stay', async () => {
  await fit(options({ checkpoint: { folder, everySteps: 5, keep: 2 } }));
  expect(await readdir(folder)).toEqual(['step-0000000040.safetensors', 'step-0000000042.safetensors']);
});

test('a checkpoint of another model is refused with every difference', async () => {
  await fit(options({ checkpoint: { folder } }));
  class Other extends Net {
    readonly extra = new Linear(2, 2, new Random(1));
  }
  await expect(fit(options({ model: new Other(1), checkpoint: { folder } }))).rejects.toThrow(
    /missing extra.weight; missing extra.bias/,
  );
});

test('a damaged checkpoint is a typed error that names the file', async () => {
  await writeFile(join(folder, 'step-0000000042.safetensors'), 'not a checkpoint');
  await expect(fit(options({ checkpoint: { folder } }))).rejects.toMatchObject({ kind: 'format' });
});

test('a run that had ended ends again as it did, without a step more', async () => {
  const ends: readonly (readonly [string, Partial<FitOptions<Net, Batch>>])[] = [
    ['early stopping', { epochs: 10, patience: 1, validate: async () => ({ error: 1 }) }],
    ['finished', { epochs: 2, validate: async () => ({ error: 1 }) }],
    ['time limit', { timeLimitMs: 0 }],
    ['budget', { meters: [{ start() {}, read: () => ({}), stop() {}, isExhausted: () => true }] }],
  ];
  for (const [reason, extra] of ends) {
    const checkpoint = { folder: join(folder, reason.replace(' ', '-')) };
    const first = await fit(options({ ...extra, checkpoint }));
    expect(first.reason).toBe(reason);
    for (let again = 0; again < 2; again++) {
      const { steps, validations, model, reason: same } = await fit(options({ ...extra, checkpoint }));
      expect([same, steps, validations.length]).toEqual([reason, first.steps, first.validations.length]);
      expect(bits(model)).toBe(bits(first.model));
    }
  }
});

test('early stopping keeps the best model', async () => {
  const values = [3, 2, 1, 5, 5, 5];
  const seen: string[] = [];
  const result = await fit(
    options({
      epochs: 10,
      patience: 2,
      validate: async (model) => {
        seen.push(bits(model));
        return { error: values[seen.length - 1] ?? 9 };
      },
    }),
  );
  expect(result.reason).toBe('early stopping');
  expect(result.validations.map(({ isBest }) => isBest)).toEqual([true, true, true, false, false]);
  expect(bits(result.model)).toBe(seen[2]);
});

test('a loss that is not a number stops with its step, and names the batch', async () => {
  const bad = data(16);
  hostData(bad.x)[0] = Number.NaN;
  const batches = arrayBatches(bad, { batchSize: 8, shuffle: false });
  await expect(fit(options({ batches }))).rejects.toThrow(
    /NaN at step 1 \(epoch 0, batch 0\): the batch's 'x' holds NaN/,
  );
});

test('wrong counts are refused', async () => {
  await expect(fit(options({ epochs: 0 }))).rejects.toThrow(/epochs must be a whole number from 1/);
  await expect(fit(options({ patience: 3 }))).rejects.toThrow(/give validate/);
  await expect(fit(options({ trainable: () => false }))).rejects.toThrow(/nothing to train/);
});
