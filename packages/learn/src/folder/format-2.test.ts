import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sha256 } from '@noosphere/base/files';
import {
  add,
  cast,
  fromNumbers,
  type HostTensor,
  matmul,
  mul,
  sum,
  type Tensor,
  tensor,
} from '@noosphere/core';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { loadModel, openModel, registerModel, registerProcessing, saveModel } from './index.js';
import type { SaveModelOptions } from './save-model.js';

let root = '';
let folder = '';
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'noosphere-format-'));
  folder = join(root, 'model');
});
afterEach(() => rm(root, { recursive: true }));

type Named = Readonly<Record<string, Tensor>>;
const at = (named: Named, name: string) => named[name] as Tensor;
const minimal = (dtype: SaveModelOptions['inputs'][string]['dtype'], shape: (number | string)[] = []) => ({
  kind: 'test/same',
  forward: (given: Named) => ({ y: add(at(given, 'x'), fromNumbers(dtype, [], [0])) }),
  inputs: { x: { dtype, shape } },
  weights: {},
});

async function predict(options: SaveModelOptions, rows: readonly object[]) {
  await saveModel(folder, { ...options, overwrite: true });
  const model = await loadModel(folder);
  return model.predict(rows as never).finally(() => model.close());
}

describe('element types', () => {
  test.each([
    ['float16', 0.5, 65_505, 'outside float16'],
    ['float32', 0.5, 1e39, 'outside float32'],
    ['float64', 1e300, Number.POSITIVE_INFINITY, 'finite numbers'],
    ['int8', -128, 128, 'outside int8: [-128, 127]'],
    ['int16', -32_768, 40_000, 'outside int16'],
    ['int32', 7, 1.5, 'whole numbers'],
    ['uint8', 255, -1, 'outside uint8: [0, 255]'],
    ['int64', -9, 2 ** 60, 'give a bigint'],
  ] as const)('%s', async (dtype, good, bad, message) => {
    expect(await predict(minimal(dtype), [{ x: good }])).toEqual([{ y: good }]);
    await expect(predict(minimal(dtype), [{ x: good }, { x: bad }])).rejects.toThrow(message);
  });

  test('64-bit integers beyond the safe ones go in and come out whole', async () => {
    expect(await predict(minimal('int64', [2]), [{ x: [2n ** 60n, 5] }])).toEqual([{ y: [2n ** 60n, 5] }]);
    expect(await predict(minimal('int64', ['n']), [{ x: BigInt64Array.of(3n) }])).toEqual([{ y: [3] }]);
  });

  test('flags, typed arrays and missing values', async () => {
    const same = { ...minimal('bool'), forward: (given: Named) => ({ y: cast(at(given, 'x'), 'int32') }) };
    expect(await predict(same, [{ x: true }, { x: 0 }])).toEqual([{ y: 1 }, { y: 0 }]);
    await expect(predict(same, [{ x: 2 }])).rejects.toThrow('outside bool');
    const gaps = {
      ...minimal('float32', [2]),
      inputs: { x: { dtype: 'float32', shape: [2], mayBeMissing: true } },
    } as const;
    expect(await predict(gaps, [{ x: [1, null] }, { x: [Number.NaN, 2] }])).toEqual([
      { y: [1, Number.NaN] },
      { y: [Number.NaN, 2] },
    ]);
    await expect(predict(minimal('float32'), [{ x: 'a' }])).rejects.toThrow('must be a number, got string a');
    await expect(predict(minimal('float32'), [{ x: null }])).rejects.toThrow('must be a number, got null');
  });
});

describe('named dimensions', () => {
  const options: SaveModelOptions = {
    kind: 'test/sum',
    forward: (given) => ({
      total: sum(mul(at(given, 'x'), at(given, 'mask')), { axes: [1] }),
      x2: add(at(given, 'x'), at(given, 'x')),
    }),
    inputs: { x: { dtype: 'float32', shape: ['time', 2] }, mask: { dtype: 'float32', shape: ['time', 1] } },
    weights: {},
  };

  test('rows of several sizes, each with its own, in order', async () => {
    await saveModel(folder, options);
    const model = await loadModel(folder);
    const row = (time: number) => ({
      x: Array.from({ length: time }, (_, step) => [step, 1]),
      mask: Array.from({ length: time }, () => [1]),
    });
    const lengths = [3, 1, 3, 2, 1];
    const found = await model.predict(lengths.map(row));
    expect(found.map(({ total }) => total)).toEqual([
      [3, 3],
      [0, 1],
      [3, 3],
      [1, 2],
      [0, 1],
    ]);
    expect(found.map(({ x2 }) => (x2 as unknown[]).length)).toEqual(lengths);
    const flat = await model.predict([{ x: Float32Array.of(1, 2, 3, 4), mask: Float32Array.of(1, 1) }]);
    expect(flat[0]?.total).toEqual([4, 6]);
    await expect(model.predict([{ x: row(2).x, mask: row(3).mask }])).rejects.toThrow(
      "row 0: 'mask' must have the shape [time, 1] with time = 2 in this row, got an array of 3",
    );
    await expect(model.predict([{ x: Float32Array.of(1, 2, 3), mask: [] }])).rejects.toThrow('nested arrays');
    await model.close();
  });
});

test('assets come back, are named, and are compared with their checksums', async () => {
  const thumbnail = Uint8Array.of(1, 2, 3);
  await saveModel(folder, {
    ...minimal('float32'),
    assets: { 'labels.txt': 'cat\ndog', 'one.png': thumbnail },
  });
  const model = await loadModel(folder);
  expect([model.assets, await model.assetText('labels.txt')]).toEqual([
    ['labels.txt', 'one.png'],
    'cat\ndog',
  ]);
  expect(new Uint8Array(await model.asset('one.png'))).toEqual(thumbnail);
  await expect(model.asset('../model.json')).rejects.toThrow("holds no '../model.json', only labels.txt");
  await writeFile(join(folder, 'assets', 'labels.txt'), 'dog\ncat');
  await expect(model.asset('labels.txt')).rejects.toThrow('the folder was changed or damaged');
  await model.close();
  await expect(
    saveModel(join(root, 'other'), { ...minimal('float32'), assets: { '../up': '' } }),
  ).rejects.toThrow("'../up' is no name for an asset");
});

test('registered processing surrounds the network, with its options and the assets', async () => {
  registerProcessing('test/labels', {
    make: async ({ unknown }, { assetText }) => {
      const labels = (await assetText('labels.txt')).split('\n');
      return {
        before: ({ label }) => ({ x: labels.indexOf(String(label)) }),
        after: ({ y }) => ({ label: labels[Number(y)] ?? String(unknown) }),
        rowSchema: { type: 'object', properties: { label: { type: 'string' } } },
      };
    },
  });
  registerProcessing('test/next', { make: () => ({ after: ({ y }) => ({ y: Number(y) + 1 }) }) });
  const options = {
    ...minimal('int32'),
    processing: [{ name: 'test/labels', config: { unknown: 'none' } }, { name: 'test/next' }],
    assets: { 'labels.txt': 'cat\ndog' },
  };
  expect(await predict(options, [{ label: 'cat' }, { label: 'dog' }])).toEqual([
    { label: 'dog' },
    { label: 'none' },
  ]);
  await expect(predict({ ...options, processing: [{ name: 'test/label' }] }, [])).rejects.toThrow(
    /no processing is registered as 'test\/label'; did you mean test\/labels\?; call registerProcessing/,
  );
});

test('a kind finds its loader, by its name or by the longest beginning', async () => {
  await saveModel(folder, minimal('float32'));
  await expect(openModel(folder)).rejects.toThrow(/holds a 'test\/same', for which no loader is registered/);
  registerModel('test/', async () => 'prefix');
  expect(await openModel(folder)).toBe('prefix');
  registerModel('test/same', (path) =>
    loadModel(path).then((model) => model.close().then(() => model.manifest.kind)),
  );
  expect(await openModel<string>(folder)).toBe('test/same');
});

test('the card is in the manifest and in README.md, as model hubs read it', async () => {
  await saveModel(folder, {
    ...minimal('float32'),
    metrics: { accuracy: 0.75 },
    seeds: { weights: 3 },
    card: {
      title: 'The same',
      description: 'Gives back what it gets.',
      licence: 'Apache-2.0',
      data: [{ name: 'noosphere/numbers', licence: 'CC0', rows: 12, checksum: 'ab' }],
      energyJoules: { value: 4.5, method: 'RAPL' },
      precision: 'high',
    },
  });
  const model = await loadModel(folder);
  expect(model.manifest.card.energyJoules).toEqual({ value: 4.5, method: 'RAPL' });
  await model.close();
  const text = await readFile(join(folder, 'README.md'), 'utf8');
  expect(text).toMatch(/^---\nlicense: "apache-2.0"\nlibrary_name: "noosphere"\n/);
  for (const part of [
    'datasets: ["noosphere/numbers"]',
    '# The same',
    '- accuracy: 0.75',
    '- noosphere/numbers, 12 rows, licence CC0, SHA-256 `ab`',
    "- energy: 4.5 J (RAPL)\n- precision: high, products in three of bfloat16\n- seed 'weights': 3",
    '- `x`: float32 []',
  ])
    expect(text).toContain(part);
});

describe('weights of another model', () => {
  const linear = (w: HostTensor): SaveModelOptions => ({
    kind: 'test/linear',
    forward: ({ x }) => ({ y: matmul(x as Tensor, w) }),
    inputs: { x: { dtype: 'float32', shape: [2] } },
    weights: { w },
  });
  const [one, other] = [tensor([[1], [2]]), tensor([[3], [4]])];

  test('are refused when they are saved', async () => {
    await expect(saveModel(folder, { ...linear(one), weights: { w: other } })).rejects.toThrow(
      /forward computes with other tensors than the weights: it does not use 'w'.*stateDict/,
    );
    await expect(
      saveModel(folder, {
        ...linear(one),
        forward: ({ x }, { v }) => ({ y: mul(x as Tensor, v as Tensor) }),
      }),
    ).rejects.toThrow("forward asks for the weight 'v', expected one of w");
    await saveModel(folder, { ...linear(one), weights: { w: one, tied: one, unused: tensor([1, 2, 3]) } });
    const model = await loadModel(folder);
    expect(model.manifest.parameters).toEqual({ w: 'w', tied: 'w', unused: '' });
    expect(Object.keys(await model.weights()).sort()).toEqual(['tied', 'unused', 'w']);
    await model.close();
  });

  test.each([
    ['other values', { w: other }, "holds other values of 'w'"],
    ['another shape', { w: tensor([1, 2]) }, "holds 'w' as"],
    ['another name', { v: one }, "lacks 'w'"],
    ['a name more', { w: one, v: one }, "holds 'v', which model.json does not name"],
  ])('are refused when they are loaded: %s', async (_, weights, message) => {
    const elsewhere = join(root, 'other');
    await saveModel(folder, linear(one));
    const used = Object.values(weights)[0] as HostTensor;
    await saveModel(elsewhere, {
      ...linear(one),
      weights,
      forward: () => ({ y: add(used, 0) }),
    });
    await copyFile(join(elsewhere, 'weights.safetensors'), join(folder, 'weights.safetensors'));
    const checksum = sha256(await readFile(join(folder, 'weights.safetensors')));
    const manifest = await readFile(join(folder, 'model.json'), 'utf8');
    await writeFile(
      join(folder, 'model.json'),
      manifest.replace(/("weights.safetensors": )"\w+"/, `$1"${checksum}"`),
    );
    await expect(loadModel(folder)).rejects.toThrow(message);
  });
});

test.each([
  [{ kinds: 'x' }, "there is no option 'kinds'"],
  [{ metrics: { accuracy: Number.NaN } }, 'metrics.accuracy'],
  [{ inputs: { x: { dtype: 'float32', shape: ['batch'] } } }, "leave 'batch' out"],
  [{ inputs: { x: { dtype: 'real', shape: [] } } }, "the input 'x': dtype: no element type"],
  [{ inputs: { x: { dtype: 'float32', shape: [], min: 1 } } }, "the input 'x': min"],
  [{ inputs: { x: { dtype: 'int8', shape: [], mayBeMissing: true } } }, 'only floats may be missing'],
  [{ inputs: {} }, 'at least one input'],
  [{ card: { license: 'MIT' } }, 'card.license'],
])('%j is refused before anything is written', async (change, message) => {
  await expect(saveModel(folder, { ...minimal('float32'), ...change } as never)).rejects.toThrow(message);
  await expect(readFile(join(folder, 'model.json'))).rejects.toThrow('ENOENT');
});
