import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { add, hostData, matmul, softmax, type Tensor, tensor } from '@noosphere/core';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { loadModel } from './load-model.js';
import { type SaveModelOptions, saveModel } from './save-model.js';

let root = '';
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'noosphere-model-'));
});
afterEach(() => rm(root, { recursive: true }));

const weights = {
  'fc.weight': tensor([
    [1, 0, -1],
    [0.5, 2, 1],
  ]),
  'fc.bias': tensor([0, 0.25, -0.5]),
};
const options: SaveModelOptions = {
  kind: 'test/classifier',
  forward: ({ x }, parameters) => {
    const logits = add(
      matmul(x as Tensor, parameters['fc.weight'] as Tensor),
      parameters['fc.bias'] as Tensor,
    );
    return { logits, probabilities: softmax(logits) };
  },
  inputs: { x: { dtype: 'float32', shape: [2], minimum: -10, maximum: 10, description: 'two features' } },
  weights,
  config: { hidden: [] },
  preprocessing: { mean: [0, 0] },
  metrics: { accuracy: 0.5 },
  seeds: { weights: 1 },
  log: { name: 'training.jsonl', text: '{"step":1,"loss":2}\n' },
};
/** [1, 2] · W + b by hand. */
const expected = [2, 4.25, 0.5];

test('a saved folder predicts rows as the function does', async () => {
  const folder = join(root, 'model');
  await saveModel(folder, options);
  expect((await readdir(folder)).sort()).toEqual([
    'README.md',
    'model.json',
    'model.onnx',
    'training.jsonl',
    'weights.safetensors',
  ]);
  const model = await loadModel(folder);
  const [first, second] = await model.predict([{ x: [1, 2] }, { x: Float32Array.of(0, 0) }]);
  expect(first?.logits).toEqual(expected);
  const total = expected.reduce((sum, logit) => sum + Math.exp(logit), 0);
  ((first?.probabilities ?? []) as number[]).forEach((probability, index) => {
    expect(probability).toBeCloseTo(Math.exp(expected[index] as number) / total, 6);
  });
  expect(second?.logits).toEqual([0, 0.25, -0.5]);
  expect(model.manifest).toMatchObject({ kind: 'test/classifier', metrics: { accuracy: 0.5 }, version: 2 });
  expect(Object.keys(model.manifest.versions)).toEqual(['node', 'train', 'onnxruntime', 'platform']);
  expect(model.manifest.versions.train).toMatch(/^\d+\.\d+\.\d+/);
  expect(model.manifest.versions.onnxruntime).toMatch(/^\d+\.\d+\.\d+/);
  expect([...(hostData((await model.weights())['fc.bias'] as never) as Float32Array)]).toEqual([
    0, 0.25, -0.5,
  ]);
  await model.close();
});

test('concurrent calls run together, each with its own rows, and their times are known', async () => {
  const folder = join(root, 'model');
  await saveModel(folder, options);
  const model = await loadModel(folder, { largestBatch: 8 });
  const calls = Array.from({ length: 50 }, (_, index) => model.predict([{ x: [index / 10, 0] }]));
  const results = await Promise.all(calls);
  results.forEach(([prediction], index) => {
    expect(((prediction?.logits ?? []) as number[])[0]).toBeCloseTo(index / 10, 5);
  });
  expect(model.latency.calls).toBe(50);
  expect(model.latency.p99Ms).toBeGreaterThanOrEqual(model.latency.p50Ms);
  await model.close();
});

test('rows that do not fit are refused with their number and input, and others still run', async () => {
  const folder = join(root, 'model');
  await saveModel(folder, options);
  const model = await loadModel(folder);
  const refused = (row: object) => model.predict([{ x: [1, 2] }, row as never]);
  const good = model.predict([{ x: [1, 2] }]);
  await expect(refused({})).rejects.toThrow("predict: row 1: 'x' is missing");
  await expect(refused({ x: [1, 2, 3] })).rejects.toThrow('must have the shape [2], got an array of 3');
  await expect(refused({ x: [1, 'a'] })).rejects.toThrow('must be a number, got string a');
  await expect(refused({ x: [1, Number.NaN] })).rejects.toThrow(
    "row 1: 'x' must hold finite numbers, got NaN",
  );
  await expect(refused({ x: [1, 11] })).rejects.toThrow('must lie in [-10, 10], got 11');
  await expect(refused({ x: [1, 2], z: 1 })).rejects.toThrow("row 1 has 'z', which the model does not take");
  expect((await good)[0]?.logits).toEqual(expected);
  expect(await model.predict([])).toEqual([]);
  await model.close();
});

test('a folder that is there stays, unless it may be replaced', async () => {
  const folder = join(root, 'model');
  await saveModel(folder, options);
  const before = await readFile(join(folder, 'model.json'), 'utf8');
  await expect(saveModel(folder, { ...options, kind: 'other' })).rejects.toThrow('is there already');
  expect(await readFile(join(folder, 'model.json'), 'utf8')).toBe(before);
  await saveModel(folder, { ...options, kind: 'other', overwrite: true });
  const model = await loadModel(folder);
  expect(model.manifest.kind).toBe('other');
  await model.close();
  expect(await readdir(root)).toEqual(['model']);
});

test('damage is a typed error that names the file', async () => {
  const folder = join(root, 'model');
  await saveModel(folder, options);
  const onnx = join(folder, 'model.onnx');
  const bytes = await readFile(onnx);
  bytes[bytes.length - 5] = (bytes[bytes.length - 5] as number) ^ 1;
  await writeFile(onnx, bytes);
  await expect(loadModel(folder)).rejects.toThrow(/model\.onnx.*the folder was changed or damaged/);
  const text = await readFile(join(folder, 'model.json'), 'utf8');
  await writeFile(join(folder, 'model.json'), text.replace('"version": 2', '"version": 3'));
  await expect(loadModel(folder)).rejects.toThrow('has format version 3, this release reads up to 2');
  await writeFile(join(folder, 'model.json'), '{');
  await expect(loadModel(folder)).rejects.toMatchObject({ kind: 'format' });
  await expect(loadModel(join(root, 'nothing'))).rejects.toThrow(
    'is it a model folder?'.replace('it', join(root, 'nothing')),
  );
});

test('a folder of the first format loads', async () => {
  const folder = join(root, 'fixture');
  await cp(fileURLToPath(new URL('../../test/fixtures/model-1', import.meta.url)), folder, {
    recursive: true,
  });
  const model = await loadModel(folder);
  const [prediction] = await model.predict([{ x: [1, 2] }]);
  expect(prediction?.logits).toEqual(expected);
  await model.close();
});
