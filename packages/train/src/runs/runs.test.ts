import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ones, type Tensor, zeros } from '@noosphere/core';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { arrayBatches } from '../data/index.js';
import { fit } from '../fit/index.js';
import { Linear } from '../layers/index.js';
import { meanSquaredError } from '../losses/index.js';
import { adam } from '../optimizers/index.js';
import { Random } from '../random.js';
import { compareRuns } from './run-manifest.js';
import { listRuns, type RunInputs, recordRun, reproduceRun } from './runs.js';

let root = '';
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'noosphere-runs-'));
});
afterEach(() => rm(root, { recursive: true }));

const x = ones([8, 2]);
const y = zeros([8, 1]);
const run = async ({ config, seeds }: RunInputs) => {
  const { model, lastStep } = await fit({
    model: new Linear(2, 1, new Random(seeds.weights ?? 0)),
    loss: (layer: Linear, batch: { x: Tensor; y: Tensor }) =>
      meanSquaredError(layer.forward(batch.x), batch.y),
    optimizer: adam({ learningRate: Number(config.learningRate) }),
    batches: arrayBatches({ x, y }, { batchSize: 4 }),
    epochs: 2,
  });
  return { model, metrics: { loss: lastStep?.loss ?? Number.NaN } };
};
const options = { name: 'a run', config: { learningRate: 0.1 }, seeds: { weights: 3 }, data: { x, y }, run };

test('a run done again has the same bits', async () => {
  const { path } = await recordRun(root, options);
  expect(await reproduceRun(path, { run, data: { x, y } })).toEqual({ same: true, differences: [] });
});

test('a run that differs says in what, causes first', async () => {
  const { path } = await recordRun(root, options);
  const other = (inputs: RunInputs) => run({ ...inputs, seeds: { weights: 4 } });
  const { same, differences } = await reproduceRun(path, { run: other, data: { x: zeros([8, 2]), y } });
  expect(same).toBe(false);
  expect(differences.map(({ what }) => what)).toEqual([
    'data.x',
    'metrics.loss',
    'weights.weight',
    'weights.bias',
  ]);
});

test('runs are listed by time and compared', async () => {
  await recordRun(root, options);
  await new Promise((resolve) => setTimeout(resolve, 5));
  await recordRun(root, { ...options, name: 'faster', config: { learningRate: 0.2 } });
  const [first, second] = (await listRuns(root)).map(({ manifest }) => manifest);
  expect([first?.name, second?.name]).toEqual(['a run', 'faster']);
  if (!first || !second) throw new Error('two runs');
  expect(compareRuns(first, second)[0]).toEqual({ what: 'config.learningRate', first: '0.1', second: '0.2' });
  expect(await listRuns(join(root, 'nowhere'))).toEqual([]);
});

test('a damaged manifest is a typed error with its path', async () => {
  const { path } = await recordRun(root, options);
  const text = await readFile(path, 'utf8');
  await writeFile(path, text.replace('"version": 1', '"version": 9'));
  await expect(listRuns(root)).rejects.toMatchObject({ kind: 'format' });
  await writeFile(path, text.slice(0, 40));
  await expect(reproduceRun(path, { run })).rejects.toThrow('is not JSON');
});
