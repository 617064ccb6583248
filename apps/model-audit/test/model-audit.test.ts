import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { conv, exportOnnx, flatten, fromData, matmul, relu, spec, type Tensor } from '@noosphere/core';
import { saveModel, writeNpz } from '@noosphere/learn';
import { Random } from '@noosphere/train';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { agreement, classesOf, relativeDifference } from '../src/accuracy.js';
import { sizeText, speedText } from '../src/comparison.js';

const run = promisify(execFile);
const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));
const auditOf = (...args: string[]) =>
  run(process.execPath, ['--import', 'tsx', '--conditions=@noosphere/source', main, ...args]);

let folder = '';
const random = new Random(1);
const weights = { first: random.normalTensor([16, 64], 0.3), second: random.normalTensor([64, 4], 0.3) };
const forward = ({ x }: Readonly<Record<string, Tensor>>, given: Readonly<Record<string, Tensor>>) => ({
  logits: matmul(relu(matmul(x as Tensor, given.first as Tensor)), given.second as Tensor),
});

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'noosphere-audit-'));
  const inputs = { x: spec('float32', ['batch', 16]) };
  await writeFile(join(folder, 'model.onnx'), exportOnnx(forward, { inputs, parameters: weights }));
});
afterAll(() => rm(folder, { recursive: true }));

test('an ONNX file: counted by hand, measured, and with int8', async () => {
  const json = join(folder, 'audit.json');
  const { stdout } = await auditOf(
    join(folder, 'model.onnx'),
    '--runs',
    '20',
    '--json',
    json,
    '--place',
    'FRA',
    '--html',
    join(folder, 'audit.html'),
  );
  const audit = JSON.parse(await readFile(json, 'utf8'));
  expect(audit.parameters).toBe(16 * 64 + 64 * 4);
  expect(audit.flops).toBe(2 * (16 * 64 + 64 * 4) + 64);
  expect(audit.latency.p99Ms).toBeGreaterThanOrEqual(audit.latency.p50Ms);
  expect(audit.energy.energyJoules).toBeGreaterThan(0);
  expect(audit.energy.lowJoules).toBeLessThanOrEqual(audit.energy.energyJoules);
  // Two products and a ReLU, which the runtime may take into the first.
  expect(audit.layers.length).toBeGreaterThanOrEqual(2);
  expect(audit.layers[0].milliseconds).toBeGreaterThanOrEqual(audit.layers[1].milliseconds);
  expect(audit.int8.mode).toBe('dynamic');
  expect(audit.int8.energy.energyJoules).toBeGreaterThan(0);
  expect(audit.int8.relativeDifference).toBeLessThan(0.1);
  const html = await readFile(join(folder, 'audit.html'), 'utf8');
  expect(html).toContain(`<h1>What ${audit.model} costs</h1>`);
  expect(html).toContain('<dd class="value">1,280</dd>');
  expect(html).toContain('France');
  expect(stdout).toContain('France');
  expect(stdout).toContain('Pruning and distillation are not measured yet.');
}, 60_000);

test('a model folder with labelled examples: accuracy before and after', async () => {
  const model = join(folder, 'folder');
  await saveModel(model, {
    kind: 'test/mlp',
    forward,
    inputs: { x: { dtype: 'float32', shape: [16] } },
    weights,
    metrics: { accuracy: 0.5, energyJoules: 12 },
  });
  const rows = 200;
  const x = random.normalTensor([rows, 16], 1);
  const labels = fromData(
    'int32',
    [rows],
    Int32Array.from({ length: rows }, (_, row) => row % 4),
  );
  const data = join(folder, 'examples.npz');
  await writeNpz(data, { x, labels });
  const { stdout } = await auditOf(model, '--runs', '10', '--data', data);
  expect(stdout).toContain('With int8 (static, 2 products)');
  expect(stdout).toMatch(/same class +9\d\.\d\d %|same class +100\.00 %/);
  expect(stdout).toContain('12.0 J');
  expect(stdout).toMatch(/assumed: no --place was given/);
}, 60_000);

test('a command is run, measured, and its exit code is heeded', async () => {
  const json = join(folder, 'command.json');
  const { stdout } = await auditOf('--json', json, '--', process.execPath, '-e', 'console.log("trained")');
  const cost = JSON.parse(await readFile(json, 'utf8'));
  expect(stdout).toContain('trained');
  expect(cost.energyJoules).toBeGreaterThan(0);
  expect(cost.elapsedSeconds).toBeGreaterThan(0);
  // What would be written over is known before the command runs.
  const mark = join(folder, 'ran');
  const touch = `require('node:fs').writeFileSync(${JSON.stringify(mark)}, '')`;
  await expect(auditOf('--json', json, '--', process.execPath, '-e', touch)).rejects.toMatchObject({
    code: 2,
    stderr: expect.stringContaining('is there already'),
  });
  expect(existsSync(mark)).toBe(false);
  // A training whose model is not where it was said still has its cost.
  await expect(auditOf(join(folder, 'nowhere'), '--', process.execPath, '-e', '0')).rejects.toMatchObject({
    stdout: expect.stringContaining('Audit of'),
    stderr: expect.stringContaining('there is no'),
  });
  await expect(auditOf('--', process.execPath, '-e', 'process.exit(3)')).rejects.toMatchObject({
    code: 2,
    stderr: expect.stringContaining('the command ended with 3'),
  });
}, 60_000);

test('what cannot be audited is one line that says why', async () => {
  await expect(auditOf(join(folder, 'nothing.onnx'))).rejects.toMatchObject({
    code: 2,
    stderr: expect.stringContaining('give an .onnx file or a model folder'),
  });
  await expect(auditOf()).rejects.toMatchObject({
    code: 2,
    stderr: expect.stringContaining('expected an .onnx file, a model folder, or -- and a command'),
  });
  await expect(auditOf(join(folder, 'model.onnx'), '--dim', 'batch')).rejects.toMatchObject({ code: 2 });
}, 60_000);

test('ratios say which side is smaller or faster', () => {
  expect(sizeText(100, 40)).toBe('2.5 times smaller');
  expect(sizeText(78, 100)).toBe('1.28 times larger');
  expect(speedText(1, 1.25)).toBe('1.25 times slower');
  expect(speedText(3, 2)).toBe('1.5 times faster');
  expect(speedText(1, 1.01)).toBe('as fast as before');
});

test('layers of a network have the names of their weights, and convolutions their arithmetic', async () => {
  const parameters = {
    'features.0.weight': random.normalTensor([8, 3, 3, 3], 0.3),
    'features.0.bias': random.normalTensor([8], 0.3),
    'head.weight': random.normalTensor([8 * 8 * 8, 4], 0.3),
  };
  const network = ({ x }: Readonly<Record<string, Tensor>>, given: Readonly<Record<string, Tensor>>) => {
    const bias = given['features.0.bias'] as Tensor;
    const features = relu(conv(x as Tensor, given['features.0.weight'] as Tensor, { bias, padding: 1 }));
    return { logits: matmul(flatten(features, 1), given['head.weight'] as Tensor) };
  };
  const file = join(folder, 'network.onnx');
  const inputs = { x: spec('float32', ['batch', 3, 8, 8]) };
  await writeFile(file, exportOnnx(network, { inputs, parameters }));
  const json = join(folder, 'network.json');
  const { stdout } = await auditOf(file, '--runs', '10', '--dim', 'batch=2', '--no-int8', '--json', json);
  const { layers, rowsPerInference } = JSON.parse(await readFile(json, 'utf8'));
  const flopsOf = (name: string) =>
    layers.find((layer: { name: string }) => layer.name.startsWith(name))?.flops;
  expect(flopsOf('features.0')).toBe(2 * 2 * 8 * 8 * 8 * 27);
  expect(flopsOf('head')).toBe(2 * 2 * 512 * 4);
  expect(rowsPerInference).toBe(2);
  expect(stdout).toContain('2 rows an inference');
}, 60_000);

test('agreement, classes and differences', () => {
  expect(classesOf({ values: Float32Array.of(0, 2, 1, 5, 4, 3), width: 3 })).toEqual([1, 0]);
  expect(agreement([1, 2, 3, 4], [1, 2, 0, 4])).toBe(0.75);
  expect(relativeDifference(Float32Array.of(0, 4), Float32Array.of(1, 4))).toBe(0.25);
});
