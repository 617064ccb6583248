import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fromData, type Tensor } from '@noosphere/core';
import { TrainingContext } from '@noosphere/train';
import { expect, test } from 'vitest';
import { type HostTensor, readTensors, writeTensors } from '../exchange.js';
import { lossMaxRel, median } from '../measure.js';
import { modelOf } from '../models.js';
import { barCell, type Row, table, voidIfWrong } from '../report.js';
import { makeBatches, makeWeights, workloads } from '../workloads.js';

const row: Row = {
  name: 'mlp',
  peer: 'torch',
  precision: 'highest',
  oursMs: 0.1,
  peerMs: 0.5,
  ratio: 5,
  oursPeakMb: 100,
  peerPeakMb: 900,
  oursDeltaMb: 20,
  peerDeltaMb: 200,
  oursMillijoules: 1,
  peerMillijoules: 2,
  lossMaxRel: 3e-6,
  rateShare: null,
};

function find(name: string) {
  const workload = workloads.find((each) => each.name === name);
  if (workload === undefined) throw new Error(`no workload ${name}`);
  return workload;
}

test('tensors written and read again are equal', () => {
  const folder = mkdtempSync(join(tmpdir(), 'noosphere-exchange-'));
  try {
    const path = join(folder, 'batches.safetensors');
    const batches = makeBatches(find('mlp'), 7);
    writeTensors(path, batches);
    expect(readTensors(path)).toEqual(batches);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('weights have their declared start: bound, deviation and value', () => {
  const encoder = find('encoder');
  const kept = ['position.weight', 'encoder.layers.3.linear1.weight', 'encoder.layers.0.norm1.weight'];
  const few = new Map([...encoder.weights].filter(([name]) => kept.includes(name)));
  const weights = makeWeights({ ...encoder, weights: few }, 1);
  const position = [...(weights.get('position.weight')?.data ?? [])];
  const deviation = Math.sqrt(position.reduce((sum, value) => sum + value * value, 0) / position.length);
  expect(deviation).toBeCloseTo(1, 2);
  const narrow = [...(weights.get('encoder.layers.3.linear1.weight')?.data ?? [])];
  const largest = narrow.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  expect(largest).toBeLessThanOrEqual(Math.fround(1 / Math.sqrt(384)));
  expect(largest).toBeGreaterThan(0.99 / Math.sqrt(384));
  expect(new Set(weights.get('encoder.layers.0.norm1.weight')?.data)).toEqual(new Set([1]));
});

test('the eight batches differ, and a seed repeats them', () => {
  const batches = makeBatches(find('mlp'), 3);
  expect(new Set([0, 1, 2, 3, 4, 5, 6, 7].map((index) => String(batches.get(`x${index}`)?.data))).size).toBe(
    8,
  );
  expect(makeBatches(find('mlp'), 3)).toEqual(batches);
  expect(makeBatches(find('mlp'), 4)).not.toEqual(batches);
});

test('lossMaxRel takes the largest of 20 steps and lets no NaN pass', () => {
  const reference = Array.from({ length: 24 }, (_, step) => 2 + step);
  expect(lossMaxRel(reference, reference)).toBe(0);
  expect(
    lossMaxRel(
      reference.map((loss, step) => (step === 8 ? loss * 1.01 : loss)),
      reference,
    ),
  ).toBeCloseTo(0.01);
  expect(
    lossMaxRel(
      reference.map((loss, step) => (step === 8 ? Number.NaN : loss)),
      reference,
    ),
  ).toBe(Number.POSITIVE_INFINITY);
  expect(lossMaxRel(reference.slice(0, 19), reference)).toBe(null);
});

test('a row with wrong losses is void and short of its bar', () => {
  expect(voidIfWrong(row)).toBe(row);
  const wrong = voidIfWrong({ ...row, lossMaxRel: 2e-4, note: 'eager+fused' });
  expect(wrong.ratio).toBe(null);
  expect(wrong.note).toBe('void: losses differ by 2.0e-4, more than 0.0001; eager+fused');
  expect(barCell(wrong, find('mlp'))).toBe('>= 5 short');
  expect(barCell(row, find('mlp'))).toBe('>= 5 met');
});

test('the table has a line a row and aligned columns', () => {
  const lines = table([row, { ...row, peer: 'jax', peerMs: null, ratio: null }], workloads).split('\n');
  expect(lines).toHaveLength(3);
  expect(lines[1]).toMatch(
    /^mlp +torch +highest +0\.100 +0\.500 +5\.00 +>= 5 met +100 +900 +20 +200 +1\.0 +2\.0 +3\.0e-6 +-$/,
  );
});

test('the median of an even count is the mean of the middle two', () => {
  expect(median([4, 1, 3, 2])).toBe(2.5);
  expect(median([5, 1, 3])).toBe(3);
});

// By PyTorch in float64, from the weights and first batch of seed 1: ../write-goldens.ts.
const firstLosses: Readonly<Record<string, number>> = JSON.parse(
  readFileSync(new URL('goldens/first-losses.json', import.meta.url), 'utf8'),
);

test('every row whose losses are compared has a first loss of PyTorch', () => {
  const compared = workloads.filter(({ random, stepsPerCall }) => !random && stepsPerCall === 1);
  expect(Object.keys(firstLosses).sort()).toEqual(compared.map(({ name }) => name).sort());
});

test.each(Object.entries(firstLosses))("the first loss of %s is PyTorch's", async (name, expected) => {
  const workload = find(name);
  const asTensor = ({ shape, data }: HostTensor): Tensor =>
    data instanceof Int32Array ? fromData('int32', shape, data) : fromData('float32', shape, data);
  const named = (tensors: ReadonlyMap<string, HostTensor>): Readonly<Record<string, Tensor>> =>
    Object.fromEntries([...tensors].map(([path, host]) => [path, asTensor(host)]));
  const model = modelOf(name, named(makeWeights(workload, 1)));
  const { x0, y0 } = named(makeBatches(workload, 2));
  if (x0 === undefined || y0 === undefined) throw new Error('a workload has batches');
  const loss = await model.loss(x0, y0, new TrainingContext()).item();
  expect(Math.abs(loss - expected) / expected).toBeLessThan(1e-5);
});
