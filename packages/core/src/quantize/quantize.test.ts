import { describe, expect, test } from 'vitest';
import {
  add,
  conv,
  exportOnnx,
  flatten,
  fromData,
  gather,
  type HostTensor,
  hostData,
  importOnnx,
  matmul,
  matmulInteger,
  maxPool,
  relu,
  spec,
  type Tensor,
  tensor,
} from '../index.js';
import goldens from './goldens/quantize.json' with { type: 'json' };
import { quantizeOnnx } from './index.js';
import { entropyRange, Histogram, percentileRange, uint8Parameters } from './ranges.js';
import { quantizeWeights, roundToEven } from './weights.js';

/** Repeatable numbers of a bell-like shape. */
const wave = (count: number, scale = 1, phase = 0) =>
  Float32Array.from(
    { length: count },
    (_, index) => scale * Math.sin(index * 12.9898 + phase) * Math.cos(index * 78.233),
  );

describe('weights', () => {
  test('are the nearest steps of their channel, within half a step', () => {
    const weights = tensor(wave(60), { shape: [3, 20] });
    const { values, scale } = quantizeWeights(weights, 0);
    const [steps, scales] = [hostData(values), hostData(scale)];
    hostData(weights).forEach((value, index) => {
      const step = scales[Math.floor(index / 20)] as number;
      expect(Math.abs((steps[index] as number) * step - value)).toBeLessThanOrEqual(step / 2 + 1e-7);
    });
    expect(Math.max(...steps.map(Math.abs))).toBe(127);
  });

  test('a channel of zeros and the reduced range', () => {
    const { values, scale } = quantizeWeights(
      tensor([
        [0, 0],
        [1, -2],
      ]),
      0,
      64,
    );
    expect([...hostData(values)]).toEqual([0, 0, 32, -64]);
    expect([...hostData(scale)]).toEqual([1, 2 / 64]);
  });

  test('halves go to the even number', () => {
    expect([0.5, 1.5, 2.5, -1.5, 1.4, -1.6].map(roundToEven)).toEqual([0, 2, 2, -2, 1, -2]);
  });
});

describe('ranges', () => {
  const range = { least: -1, most: 3 };
  const histogram = new Histogram(range);
  histogram.add(Float32Array.from({ length: 4096 }, (_, index) => -1 + index / 1024));

  test('a percentile leaves the same share out at both ends', () => {
    const { least, most } = percentileRange(histogram, 0.9);
    expect(least).toBeCloseTo(-0.8, 2);
    expect(most).toBeCloseTo(2.8, 2);
    expect(percentileRange(histogram, 1)).toEqual(range);
  });

  test('entropy cuts a lonely outlier off, and keeps a flat range whole', () => {
    const spiked = new Histogram({ least: 0, most: 1000 });
    // An exponential distribution: half of it below 7, its end near 100.
    spiked.add(Float32Array.from({ length: 20_000 }, (_, index) => -10 * Math.log(1 - index / 20_000)));
    spiked.add([1000]);
    expect(entropyRange(spiked).most).toBeLessThan(300);
    expect(entropyRange(histogram).most).toBeGreaterThan(2.5);
  });

  test('zero has a step of its own', () => {
    for (const given of [range, { least: 2, most: 3 }, { least: -3, most: -2 }, { least: 0, most: 0 }]) {
      const { scale, zeroPoint } = uint8Parameters(given);
      expect(Number.isInteger(zeroPoint)).toBe(true);
      expect(zeroPoint).toBeGreaterThanOrEqual(0);
      expect(zeroPoint).toBeLessThanOrEqual(255);
      expect(scale).toBeGreaterThan(0);
    }
    expect(uint8Parameters(range)).toEqual({ scale: 4 / 255, zeroPoint: 64 });
  });
});

const parameters = {
  'conv.weight': tensor(wave(16 * 3 * 9, 0.3), { shape: [16, 3, 3, 3] }),
  'conv.bias': tensor(wave(16, 0.1)),
  'fc.weight': tensor(wave(16 * 16 * 10, 0.1, 1), { shape: [256, 10] }),
  'fc.bias': tensor(wave(10, 0.5)),
};
type Parameters = Readonly<Record<string, Tensor>>;
const network = ({ x }: { x: Tensor }, given: Parameters) => {
  const at = (name: string) => given[name] as Tensor;
  const features = maxPool(relu(conv(x, at('conv.weight'), { bias: at('conv.bias'), padding: 1 })), {
    kernel: 2,
  });
  return { logits: add(matmul(flatten(features, 1), at('fc.weight')), at('fc.bias')) };
};
const bytes = exportOnnx(network, { inputs: { x: spec('float32', ['batch', 3, 8, 8]) }, parameters });
const example = (phase: number) => ({ x: tensor(wave(2 * 3 * 64, 1, phase), { shape: [2, 3, 8, 8] }) });
const examples = [0, 1, 2, 3].map(example);
const logitsOf = async (model: Uint8Array, x: HostTensor) =>
  Array.from((await (importOnnx<'logits'>(model).apply({ x }).logits as Tensor).data()) as Float32Array);

/**
 * Whether this processor adds pairs of 8-bit products in 16 bits, which overflow: those without VNNI do, and ONNX Runtime's
 * documentation gives weights 7 bits there.
 */
const reduceRange = await (async () => {
  const large = tensor(new Uint8Array(64).fill(255), { shape: [1, 64] });
  const weights = tensor(new Int8Array(64).fill(127), { shape: [64, 1] });
  return (await matmulInteger(large, weights).item()) !== 64 * 255 * 127;
})();

/** Largest error over the spread of the exact values. */
async function relativeError(model: Uint8Array): Promise<number> {
  const { x } = example(9);
  const [exact, found] = [await logitsOf(bytes, x), await logitsOf(model, x)];
  const spread = Math.max(...exact) - Math.min(...exact);
  return Math.max(...exact.map((value, index) => Math.abs(value - (found[index] as number)))) / spread;
}

describe('a model', () => {
  test.each(['min-max', 'percentile', 'entropy'] as const)(
    'static, %s: close, and a quarter of the bytes',
    async (method) => {
      const small = await quantizeOnnx(bytes, { mode: 'static', examples, method, reduceRange });
      expect(small.quantizedNodes).toBe(2);
      expect(await relativeError(small.bytes)).toBeLessThan(0.05);
      const operators = [...importOnnx(small.bytes).inputs].map(({ shape }) => shape);
      expect(operators).toEqual([['batch', 3, 8, 8]]);
    },
  );

  test('channels of their own are closer than one scale for all', async () => {
    const of = async (perChannel: boolean) =>
      relativeError((await quantizeOnnx(bytes, { mode: 'static', examples, perChannel })).bytes);
    expect(await of(true)).toBeLessThan((await of(false)) + 0.01);
  });

  test('dynamic: close', async () => {
    const small = await quantizeOnnx(bytes, { mode: 'dynamic', reduceRange });
    expect(small.quantizedNodes).toBe(2);
    expect(await relativeError(small.bytes)).toBeLessThan(0.05);
  });

  test('float16 storage: half the bytes, and the rounding of 11 bits', async () => {
    const small = await quantizeOnnx(bytes, { mode: 'float16' });
    expect(await relativeError(small.bytes)).toBeLessThan(1e-3);
    expect(small.bytes.length).toBeLessThan(0.6 * bytes.length);
  });

  test('a table of embeddings is stored as int8 and looked up so', async () => {
    const table = tensor(wave(200 * 32), { shape: [200, 32] });
    const lookup = exportOnnx(({ x }, { table: rows }) => gather(rows as Tensor, x as Tensor, { axis: 0 }), {
      inputs: { x: spec('int32', ['n']) },
      parameters: { table },
    });
    const small = await quantizeOnnx(lookup, { mode: 'dynamic' });
    expect(small.bytes.length).toBeLessThan(lookup.length / 3);
    const row = await (
      importOnnx<'output'>(small.bytes).apply([tensor([7], { dtype: 'int32' })]).output as Tensor
    ).array();
    (row as number[][])[0]?.forEach((value, index) => {
      expect(value).toBeCloseTo(hostData(table)[7 * 32 + index] as number, 2);
    });
  });

  describe('whose numbers leave the small types', () => {
    // Channel 1 has a bias and next to no weights.
    const weight = fromData(
      'float32',
      [2, 8, 3, 3],
      Float32Array.from({ length: 144 }, (_, index) => (index < 72 ? 0.05 : 1e-9) * Math.sin(index)),
    );
    const x = tensor(
      Float32Array.from({ length: 128 }, (_, index) => 2 + 2 * Math.sin(index)),
      { shape: [1, 8, 4, 4] },
    );
    const layer = (weights: HostTensor) =>
      exportOnnx(
        ({ x: input }, given) => ({
          y: conv(input as Tensor, given.weights as Tensor, { bias: given.bias as Tensor, padding: 1 }),
        }),
        { inputs: { x: spec('float32', [1, 8, 4, 4]) }, parameters: { weights, bias: tensor([0.4, 0.4]) } },
      );
    const channel = async (model: Uint8Array, at: number) => {
      const y = await importOnnx<'y'>(model).apply([x]).y.data();
      return Array.from(y as Float32Array).slice(16 * at, 16 * at + 16);
    };

    test('a bias beyond int32 beside its weights is kept by a larger scale of the weights', async () => {
      const small = await quantizeOnnx(layer(weight), { mode: 'static', examples: [{ x }], reduceRange });
      expect(small.quantizedNodes).toBe(1);
      expect(small.notes.join()).toMatch(/1 bias of a Conv would not fit into int32 .* have a larger scale/);
      const [exact, found] = [await channel(layer(weight), 0), await channel(small.bytes, 0)];
      exact.forEach((value, index) => {
        expect(found[index]).toBeCloseTo(value, 1);
      });
      for (const value of await channel(small.bytes, 1)) expect(value).toBeCloseTo(0.4, 3);
    });

    test('with one scale for all channels it stays a float', async () => {
      const tiny = layer(tensor(wave(144, 1e-9), { shape: [2, 8, 3, 3] }));
      const small = await quantizeOnnx(tiny, { mode: 'static', examples: [{ x }], perChannel: false });
      expect(small.notes.join()).toMatch(/2 biases of a Conv would not fit .* stay floats/);
      for (const value of await channel(small.bytes, 0)) expect(value).toBeCloseTo(0.4, 6);
    });

    const stored = async (values: Float32Array) => {
      const file = exportOnnx(({ x: input }, { table }) => ({ y: add(input as Tensor, table as Tensor) }), {
        inputs: { x: spec('float32', [values.length]) },
        parameters: { table: tensor(values) },
      });
      const { bytes: small, notes } = await quantizeOnnx(file, { mode: 'float16' });
      const y = importOnnx<'y'>(small).apply([tensor(new Float32Array(values.length))]).y;
      return { notes: notes.join(), values: Array.from((await y.data()) as Float32Array) };
    };

    test('float16 leaves what it cannot hold as it is, and notes what it loses', async () => {
      const large = await stored(wave(100, 1e5));
      expect(large.notes).toMatch(/\[100\] stays float32: its values go up to \d+.*65504/);
      expect(large.values).toEqual(Array.from(wave(100, 1e5)));
      const small = await stored(wave(100, 1e-6));
      expect(small.notes).toMatch(/stays float32: its values go up to .* too small/);
      expect(small.values).toEqual(Array.from(wave(100, 1e-6)));
      const mixed = await stored(Float32Array.from(wave(100), (value, index) => (index < 3 ? 1e-9 : value)));
      expect(mixed.notes).toBe(
        '3 of 100 values of a constant [100] are too small for float16 and became zero',
      );
      expect((await stored(wave(100))).notes).toBe('');
    });
  });

  test('excluded operators stay floats', async () => {
    const small = await quantizeOnnx(bytes, { mode: 'dynamic', exclude: ['MatMul', 'Gemm'] });
    expect(small.quantizedNodes).toBe(1);
    expect(small.notes[0]).toMatch(/1 of 2 products stay floats/);
  });

  test('what cannot be calibrated is refused', async () => {
    await expect(quantizeOnnx(bytes, { mode: 'static', examples: [] })).rejects.toThrow('needs examples');
    await expect(quantizeOnnx(bytes, { mode: 'static', examples: [{ y: tensor([1]) }] })).rejects.toThrow(
      "an example lacks the input 'x'; it has y",
    );
    const bad = example(0);
    hostData(bad.x)[5] = Number.NaN;
    await expect(quantizeOnnx(bytes, { mode: 'static', examples: [bad] })).rejects.toThrow(
      'calibration found NaN',
    );
  });
});

// Golden: tools/goldens/quantize.py, onnxruntime's own static quantiser on the same file and examples.
test("scales and results are those of onnxruntime's quantiser", async () => {
  const images = (values: readonly number[]) =>
    tensor(Float32Array.from(values), { shape: [values.length / 64, 1, 8, 8] });
  const { bytes } = await quantizeOnnx(Buffer.from(goldens.model, 'base64'), {
    mode: 'static',
    examples: goldens.examples.map((values) => ({ x: images(values) })),
  });
  const model = importOnnx(bytes);
  const stored = Object.values(model.initializers).map((constant) => Array.from(hostData(constant), Number));
  const holds = (expected: readonly number[]) =>
    stored.some(
      (values) =>
        values.length === expected.length &&
        values.every((value, index) => Math.abs(value / (expected[index] as number) - 1) < 1e-6),
    );
  const { parameters } = goldens;
  for (const name of ['x', 'active', 'conv.weight', 'conv.bias', 'fc.weight', 'fc.bias'] as const)
    expect([name, holds(parameters[name].scale)]).toEqual([name, true]);
  expect(stored).toContainEqual(parameters.x.zeroPoint);
  const { logits } = model.apply([images(goldens.fresh)]);
  const [step] = parameters.logits.scale as [number];
  // Theirs rounds the result to steps as well, ours leaves it exact.
  Array.from((await logits?.data()) as Float32Array).forEach((value, index) => {
    expect(Math.abs(value - (goldens.logits[index] as number))).toBeLessThan(1.01 * step);
  });
});
