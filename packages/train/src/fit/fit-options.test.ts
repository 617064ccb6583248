import { readFileSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hostData, openSafetensors, tensor, workerExecutor } from '@noosphere/core';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { arrayBatches } from '../data/index.js';
import { Linear } from '../layers/index.js';
import { meanSquaredError } from '../losses/index.js';
import { adam, averaged, sgd, warmUp } from '../optimizers/index.js';
import { Random } from '../random.js';
import { type FitOptions, fit, fitEvents } from './fit.js';
import { findLearningRate } from './learning-rate-finder.js';
import { reduceOnPlateau } from './monitor.js';

const random = new Random(1);
const x = random.normalTensor([40, 2], 1);
const y = tensor(
  Array.from({ length: 40 }, (_, row) => {
    const [a = 0, b = 0] = (hostData(x) as Float32Array).subarray(2 * row, 2 * row + 2);
    return [a - 2 * b];
  }),
);
type Batch = { readonly x: typeof x; readonly y: typeof y };

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'noosphere-fit-'));
});
afterEach(() => rm(folder, { recursive: true }));

const options = (extra: Partial<FitOptions<Linear, Batch>> = {}): FitOptions<Linear, Batch> => ({
  model: new Linear(2, 1, new Random(2)),
  loss: (model, batch) => meanSquaredError(model.forward(batch.x), batch.y),
  optimizer: adam({ learningRate: 0.05 }),
  batches: arrayBatches({ x, y } as Batch, { batchSize: 4 }),
  epochs: 2,
  ...extra,
});
const weights = (model: Linear) => [...(hostData(model.weight as never) as Float32Array)];

test('a fit is an iterator over its events, and the loop may be left', async () => {
  const kinds: string[] = [];
  const events = fitEvents(options({ validate: async () => ({ error: 1 }), checkpoint: { folder } }));
  for (let next = await events.next(); !next.done; next = await events.next()) kinds.push(next.value.kind);
  const epoch = [...new Array<string>(10).fill('step'), 'validation'];
  expect(kinds).toEqual(['start', ...epoch, 'checkpoint', ...epoch, 'checkpoint', 'end']);
  let steps = 0;
  for await (const event of fitEvents(options())) if (event.kind === 'step' && ++steps === 3) break;
  expect(steps).toBe(3);
});

test('a callback that throws ends the fit, and every callback hears of the end', async () => {
  const ends: unknown[] = [];
  const failing = {
    onStep: () => {
      throw new Error('no more');
    },
  };
  await expect(
    fit(options({ callbacks: [failing, { onEnd: (reason) => ends.push(reason) }] })),
  ).rejects.toThrow('no more');
  expect(ends).toEqual([undefined]);
});

test('training in a worker thread gives the same bits', async () => {
  const executor = workerExecutor();
  try {
    const [here, there] = [await fit(options()), await fit(options({ executor }))];
    expect(weights(there.model)).toEqual(weights(here.model));
  } finally {
    await executor.close();
  }
});

test('accumulated batches make fewer steps, and the last one of an epoch trains on the rest', async () => {
  const source = options().batches;
  const seen = new Set<string>();
  const batches = {
    ...source,
    batch: (epoch: number, index: number) => {
      seen.add(`${epoch} ${index}`);
      return source.batch(epoch, index);
    },
  };
  const { steps } = await fit(options({ accumulate: 3, batches }));
  expect(steps).toBe(2 * 4);
  expect(seen.size).toBe(2 * 10);
  // Several steps a call, and a stop and a resume amid an epoch, leave the bits as they are.
  const whole = await fit(options({ accumulate: 3 }));
  const packed = await fit(options({ accumulate: 3, stepsPerCall: 5 }));
  expect(weights(packed.model)).toEqual(weights(whole.model));
  await expect(fit(options({ accumulate: 11 }))).rejects.toThrow(
    'an epoch of 10 batches does not fill one step of 11',
  );
});

test('the metric to judge by may be better when higher, and small changes may not count', async () => {
  const scores = [0.5, 0.6, 0.6005, 0.6005];
  const result = await fit(
    options({
      epochs: 4,
      better: 'higher',
      minimumChange: 0.01,
      patience: 2,
      validate: async () => ({ accuracy: scores.shift() ?? 0 }),
    }),
  );
  expect(result.validations.map(({ isBest }) => isBest)).toEqual([true, true, false, false]);
  expect(result.reason).toBe('early stopping');
});

test('a plateau lowers the learning rate, also behind a resume', async () => {
  const rates: number[] = [];
  const values = [3, 2, 2, 2];
  const run = (epochs: number) =>
    fit(
      options({
        epochs,
        optimizer: sgd({ learningRate: 0.01 }),
        plateau: reduceOnPlateau({ factor: 0.5, patience: 0 }),
        validate: async () => ({ error: values.shift() ?? 0 }),
        checkpoint: { folder },
        callbacks: [{ onStep: ({ learningRate }) => rates.push(learningRate) }],
      }),
    );
  await run(3);
  await run(5);
  expect([...new Set(rates)]).toEqual([0.01, 0.005, 0.0025]);
  expect(rates.filter((rate) => rate === 0.0025)).toHaveLength(10);
});

test("the rule of plateaus gives the rates of PyTorch's ReduceLROnPlateau", () => {
  const golden = JSON.parse(
    readFileSync(new URL('../optimizers/goldens/plateau.json', import.meta.url), 'utf8'),
  ) as { values: number[]; default: number[]; cooldown: number[] };
  const rules = {
    default: reduceOnPlateau({ patience: 1 }),
    cooldown: reduceOnPlateau({ patience: 1, cooldown: 2, factor: 0.5, minimumScale: 0.1 }),
  };
  for (const name of ['default', 'cooldown'] as const)
    golden[name].forEach((scale, index) => {
      expect(rules[name](golden.values.slice(0, index + 1)), `${name} ${index}`).toBeCloseTo(scale, 9);
    });
});

test('the best weights lie beside the checkpoints under plain names', async () => {
  const values = [3, 1, 2];
  const seen: number[][] = [];
  await fit(
    options({
      epochs: 3,
      checkpoint: { folder },
      validate: async (model) => {
        seen.push(weights(model));
        return { error: values.shift() ?? 0 };
      },
    }),
  );
  expect((await readdir(folder)).sort()).toEqual(['best.safetensors', 'step-0000000030.safetensors']);
  const file = await openSafetensors(join(folder, 'best.safetensors'));
  expect([...(hostData(await file.tensor('weight')) as Float32Array)]).toEqual(seen[1]);
  await file.close();
});

test('with an average it is validated, kept as the best, and returned', async () => {
  const seen: number[][] = [];
  const optimizer = averaged(adam({ learningRate: 0.1 }), { decay: 0.9 });
  const validate = async (model: Linear) => {
    seen.push(weights(model));
    return { error: -seen.length };
  };
  const [result, plain] = [
    await fit(options({ optimizer, validate })),
    await fit(options({ optimizer: adam({ learningRate: 0.1 }) })),
  ];
  expect(weights(result.model)).toEqual(seen[1]);
  expect(weights(result.model)).not.toEqual(weights(plain.model));
});

test('meters run with the fit, and an exhausted budget ends it', async () => {
  const calls: string[] = [];
  let joules = 0;
  const meter = {
    start: () => void calls.push('start'),
    read: () => ({ energyJoules: joules }),
    isExhausted: () => joules >= 7,
    stop: () => void calls.push('stop'),
  };
  const result = await fit(options({ meters: [meter], callbacks: [{ onStep: () => void joules++ }] }));
  expect(result).toMatchObject({ reason: 'budget', steps: 7, readings: { energyJoules: 7 } });
  expect(calls).toEqual(['start', 'stop']);
});

test('a time limit ends a fit, saved', async () => {
  const result = await fit(options({ epochs: 1e6, timeLimitMs: 300, checkpoint: { folder } }));
  expect(result.reason).toBe('time limit');
  expect(await readdir(folder)).toEqual([`step-${String(result.steps).padStart(10, '0')}.safetensors`]);
});

test('the learning-rate finder leaves the model alone and stops where the loss diverges', async () => {
  const model = new Linear(2, 1, new Random(2));
  const before = weights(model);
  const { points, suggestion } = await findLearningRate({
    ...options({
      model,
      optimizer: sgd(),
      batches: arrayBatches({ x, y } as Batch, { batchSize: 40 }),
    }),
    from: 1e-5,
    to: 1e3,
    steps: 60,
  });
  expect(weights(model)).toEqual(before);
  expect(points.length).toBeLessThan(60);
  expect(points[0]?.learningRate).toBeCloseTo(1e-5, 12);
  expect(suggestion).toBeGreaterThan(1e-4);
  expect(suggestion).toBeLessThan(1);
  const hidden = sgd({ learningRate: warmUp(10, () => 0.1) });
  await expect(findLearningRate(options({ optimizer: hidden }))).rejects.toThrow('give it a constant one');
});

test('counts that make no sense are refused', async () => {
  await expect(fit(options({ epochs: 0 }))).rejects.toThrow('epochs must be a whole number from 1, got 0');
  await expect(fit(options({ plateau: reduceOnPlateau() }))).rejects.toThrow(
    'plateau needs something to judge by',
  );
  await expect(fit(options({ validate: async (): Promise<Record<string, number>> => ({}) }))).rejects.toThrow(
    "validate gave no 'metric'",
  );
});
