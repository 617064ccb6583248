import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { apply1, fromNumbers, type Tensor } from '../graph/index.js';
import {
  add,
  compile,
  matmul,
  mul,
  relu,
  scan,
  softmax,
  spec,
  stopGradient,
  sum,
  tensor,
  valueAndGrad,
} from '../index.js';
import { FusedMatMul } from '../ops/matrix.js';
import { exportOnnx, saveOnnx } from './export.js';
import { importOnnx } from './import.js';
import { loadOnnx } from './load.js';

const weight = fromNumbers('float32', [2, 2], [1, 2, 3, 4]);
const layer = ({ x }: { x: Tensor }, { w, b }: { w: Tensor; b: Tensor }) => ({
  y: relu(add(matmul(x, w), b)),
});
const options = {
  inputs: { x: spec('float32', ['batch', 2]) },
  parameters: { w: weight, b: fromNumbers('float32', [2], [-5, 0]) },
};

test('names, open dimensions, parameters and metadata are in the file', async () => {
  const model = importOnnx<'y'>(
    exportOnnx(layer, { ...options, metadata: { made: 'in a test' }, name: 'layer' }),
  );
  expect(model.name).toBe('layer');
  expect(model.inputs).toEqual([{ name: 'x', dtype: 'float32', shape: ['batch', 2] }]);
  expect(model.outputs).toEqual([{ name: 'y', dtype: 'float32', shape: ['batch', 2] }]);
  expect(model.metadata).toEqual({ made: 'in a test' });
  expect(Object.keys(model.initializers).sort()).toEqual(['b', 'w']);
  expect(await model.apply([tensor([[1, 1]])]).y.array()).toEqual([[0, 6]]);
});

test('equal parameters keep their own names', () => {
  const bytes = exportOnnx(({ x }, { a, b }) => add(mul(x, a), b), {
    inputs: { x: spec('float32', [1]) },
    parameters: { a: fromNumbers('float32', [1], [0]), b: fromNumbers('float32', [1], [0]) },
  });
  expect(Object.keys(importOnnx(bytes).initializers)).toEqual(['a', 'b']);
});

test('what only the tracer knows is gone from the file', async () => {
  const bytes = exportOnnx(({ x }) => stopGradient(mul(x, 2)), { inputs: { x: spec('float32', ['n']) } });
  expect(
    await importOnnx<'output'>(bytes)
      .apply([tensor([3])])
      .output.array(),
  ).toEqual([6]);
});

test('a gradient is exported as any other function', async () => {
  const loss = valueAndGrad((w: Tensor, x: Tensor) => sum(mul(matmul(x, w), matmul(x, w))));
  const bytes = exportOnnx(
    ({ x, w }) => {
      const { value, grads } = loss(w, x);
      return { value, slope: grads };
    },
    { inputs: { x: spec('float32', ['batch', 2]), w: spec('float32', [2, 2]) } },
  );
  const { value, slope } = importOnnx<'value' | 'slope'>(bytes).apply({ x: tensor([[1, 2]]), w: weight });
  expect(await value.item()).toBe(149);
  expect(await slope.array()).toEqual([
    [14, 20],
    [28, 40],
  ]);
});

test('loops and what they read from outside survive the file', async () => {
  const decayed = ({ x, rate }: { x: Tensor; rate: Tensor }) => {
    const { state, outputs } = scan(
      ([total], [each]) => {
        const next = add(mul(total as Tensor, rate), each as Tensor);
        return { state: [next], outputs: [next] };
      },
      { state: [fromNumbers('float32', [], [0])], sequences: [x] },
    );
    return { last: state[0] as Tensor, all: outputs[0] as Tensor };
  };
  const bytes = exportOnnx(decayed, { inputs: { x: spec('float32', ['time']), rate: spec('float32', []) } });
  const model = importOnnx<'last' | 'all'>(bytes);
  const { last, all } = model.apply({ x: tensor([1, 1, 1]), rate: tensor(0.5) });
  expect(await last.item()).toBe(1.75);
  expect(await all.array()).toEqual([1, 1.5, 1.75]);
  // The imported loop is a loop again: it has a gradient.
  const slope = compile(valueAndGrad((rate: Tensor, x: Tensor) => model.apply({ x, rate }).last));
  expect(await (await slope(tensor(0.5), tensor([1, 1, 1]))).grads.item()).toBe(2);
});

describe('what no file can hold is refused', () => {
  test('an operator that is not of the standard', () => {
    const fused = ({ x }: { x: Tensor }) =>
      apply1(FusedMatMul, [x, weight], { alpha: 1, transA: 0, transB: 0 });
    expect(() => exportOnnx(fused, { inputs: options.inputs })).toThrow(/FusedMatMul \(com.microsoft\)/);
  });

  test('an opset below an operator’s, or beyond the newest', () => {
    const f = ({ x }: { x: Tensor }) => softmax(x);
    expect(() => exportOnnx(f, { inputs: options.inputs, opset: 10 })).toThrow(
      /opset must be from 13 \(for Softmax\) to 23/,
    );
    expect(() => exportOnnx(f, { inputs: options.inputs, opset: 24 })).toThrow(/to 23, got 24/);
    expect(importOnnx(exportOnnx(f, { inputs: options.inputs, opset: 23 })).opset).toBe(23);
  });

  test('a parameter without data, and one name for two things', () => {
    const f = ({ x }: { x: Tensor }, { w }: { w: Tensor }) => mul(x, w);
    expect(() => exportOnnx(f, { inputs: options.inputs, parameters: { w: mul(weight, 2) } })).toThrow(
      /await its data/,
    );
    expect(() =>
      exportOnnx(({ x }) => relu(x), { inputs: options.inputs, parameters: { x: weight } }),
    ).toThrow(/both an input and a parameter/);
    expect(() => exportOnnx(({ x }) => ({ x: relu(x) }), { inputs: options.inputs })).toThrow(
      /'x' names a result/,
    );
  });
});

describe('on disk', () => {
  let folder = '';
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'noosphere-onnx-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  test('large constants lie beside the model, and come back', async () => {
    const path = join(folder, 'model.onnx');
    const large = tensor(
      Float32Array.from({ length: 512 }, (_, index) => index),
      { shape: [2, 256] },
    );
    const other = tensor(new Float32Array(300).fill(7), { shape: [300] });
    const f = ({ x }: { x: Tensor }, p: Record<string, Tensor>) => ({
      y: add(matmul(x, p.large as Tensor), sum(p.other as Tensor)),
    });
    await saveOnnx(path, f, {
      inputs: options.inputs,
      parameters: { large, other },
      externalAboveBytes: 1000,
    });
    expect((await readdir(folder)).sort()).toEqual(['model.onnx', 'model.onnx.data']);
    expect((await stat(path)).size).toBeLessThan(1000);
    const model = await loadOnnx<'y'>(path);
    expect(await model.initializers.large?.data()).toEqual(await large.data());
    expect(await model.initializers.other?.data()).toEqual(await other.data());
    const result = (await model.apply([tensor([[1, 0]])]).y.array()) as number[][];
    expect(result[0]?.slice(0, 2)).toEqual([2100, 2101]);
    // Data cut off is found before it is used.
    const { writeFile } = await import('node:fs/promises');
    await writeFile(`${path}.data`, (await readFile(`${path}.data`)).subarray(0, 100));
    await expect(loadOnnx(path)).rejects.toThrow(/'large'.*needs 2048 bytes at 0 .*has 100/);
  });

  test('a file that is there stays', async () => {
    const path = join(folder, 'model.onnx');
    await saveOnnx(path, layer, options);
    const before = await readFile(path);
    await expect(saveOnnx(path, layer, { ...options, metadata: { b: 'c' } })).rejects.toThrow(
      /overwrite: true/,
    );
    const split = { ...options, externalAboveBytes: 0 };
    await expect(saveOnnx(path, layer, split)).rejects.toThrow(/overwrite: true/);
    expect(await readFile(path)).toEqual(before);
    expect(await readdir(folder)).toEqual(['model.onnx']);
    await saveOnnx(path, layer, { ...options, metadata: { b: 'c' }, overwrite: true });
    expect((await loadOnnx(path)).metadata).toEqual({ b: 'c' });
  });
});
