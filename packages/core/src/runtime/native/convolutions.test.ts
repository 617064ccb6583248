/** Gradients of convolutions' weights in the native kernel, beside the stock runtime's, which the worker's thread runs. */
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { draw } from '../../../test/draw.js';
import {
  compile,
  conv,
  convTranspose,
  grad,
  type HostTensor,
  hostData,
  mul,
  sum,
  type Tensor,
  workerExecutor,
} from '../../index.js';
import { trace } from '../../tensor/compile.js';
import { graphAsLoaded } from '../cpu.js';
import { findKernels } from './kernels.js';

const { kernels } = await findKernels();
const stock = workerExecutor();
afterAll(() => stock.close());

const axis = fc.record({
  kernel: fc.integer({ min: 1, max: 4 }),
  stride: fc.integer({ min: 1, max: 3 }),
  dilation: fc.integer({ min: 1, max: 2 }),
  front: fc.integer({ min: 0, max: 2 }),
  back: fc.integer({ min: 0, max: 2 }),
  beyond: fc.integer({ min: 0, max: 12 }),
});

const cases = fc.record({
  axes: fc.array(axis, { minLength: 1, maxLength: 3 }),
  samples: fc.integer({ min: 1, max: 3 }),
  groups: fc.integer({ min: 1, max: 2 }),
  inputs: fc.integer({ min: 1, max: 4 }),
  outputs: fc.integer({ min: 4, max: 9 }),
  seed: fc.nat(),
});

type Case = typeof cases extends fc.Arbitrary<infer T> ? T : never;

function gradientOf({ axes, samples, groups, inputs, outputs, seed }: Case) {
  const options = {
    strides: axes.map(({ stride }) => stride),
    dilations: axes.map(({ dilation }) => dilation),
    pads: [...axes.map(({ front }) => front), ...axes.map(({ back }) => back)],
    groups,
  };
  const image = axes.map(({ kernel, dilation, beyond }) => (kernel - 1) * dilation + 1 + beyond);
  const x = draw([samples, inputs * groups, ...image], seed);
  const w = draw([outputs * groups, inputs, ...axes.map(({ kernel }) => kernel)], seed + 1);
  const loss = (own: { w: Tensor }, given: Tensor) => {
    const y = conv(given, own.w, options);
    return sum(mul(y, draw(y.shape as number[], seed + 2)));
  };
  return { f: (own: { w: Tensor }, given: Tensor) => grad(loss)(own, given), args: [{ w }, x] as const };
}

describe.skipIf(!kernels)('native convolution gradients', () => {
  test('equal the stock ones at any window, group and number of axes', { timeout: 90_000 }, async () => {
    const check = async (given: Case) => {
      const { f, args } = gradientOf(given);
      const [own, other] = [compile(f, { precision: 'highest' }), compile(f, { executor: stock })];
      const [a, b] = [(await own(...args)).w, (await other(...args)).w].map((tensor) => [
        ...(hostData(tensor as HostTensor) as Float32Array),
      ]) as [number[], number[]];
      await own.dispose();
      await other.dispose();
      const largest = Math.max(1e-20, ...b.map(Math.abs));
      const difference = Math.max(...a.map((value, index) => Math.abs(value - (b[index] ?? Number.NaN))));
      expect(difference / largest).toBeLessThan(5e-6);
    };
    await fc.assert(fc.asyncProperty(cases, check), {
      numRuns: Number(process.env.NOOSPHERE_CASES ?? 40),
      seed: 1,
    });
  });

  test.skipIf(!kernels?.hasMatrixUnits())(
    'convolutions are bfloat16 products where they are asked for',
    async () => {
      const [x, w, bias] = [draw([4, 40, 11, 9], 1), draw([33, 40, 3, 3], 2), draw([33], 3)];
      const layer = (image: Tensor) => conv(image, w, { bias, pads: [1, 1, 0, 1], strides: [2, 1] });
      const valuesIn = async (precision: 'highest' | 'high' | 'medium') => {
        const run = compile(layer, { precision });
        const { graph } = await run.programFor(x);
        const { nodes } = await graphAsLoaded(graph, precision);
        const isNative = nodes.some(
          ({ operator }) => operator.domain === 'noosphere.kernels' && operator.name === 'Conv',
        );
        expect(isNative).toBe(precision !== 'highest');
        const values = [...(hostData((await run(x)) as HostTensor) as Float32Array)];
        await run.dispose();
        return values;
      };
      const exact = await valuesIn('highest');
      const largest = Math.max(...exact.map(Math.abs));
      for (const [precision, most] of [
        ['high', 1e-5],
        ['medium', 1e-2],
      ] as const) {
        const found = await valuesIn(precision);
        const error = Math.max(...found.map((value, k) => Math.abs(value - (exact[k] as number)))) / largest;
        expect(error).toBeLessThan(most);
        expect(error).toBeGreaterThan(0);
      }
    },
  );

  test('stand where convolutions and transposed ones have several outputs', async () => {
    const operatorsOf = async (f: (own: { w: Tensor }, x: Tensor) => unknown, w: Tensor, x: Tensor) => {
      const { nodes } = await graphAsLoaded(trace(f as never, [{ w }, x] as never).graph);
      return nodes.map(({ operator }) => operator.name);
    };
    const slope = (layer: (x: Tensor, w: Tensor) => Tensor) =>
      grad((own: { w: Tensor }, x: Tensor) => sum(layer(x, own.w)));
    const x = draw([2, 8, 9, 9], 1);
    expect(await operatorsOf(slope(conv), draw([8, 8, 3, 3], 2), x)).toContain('ConvWeightGradient');
    expect(await operatorsOf(slope(convTranspose), draw([8, 8, 3, 3], 2), x)).toContain('ConvWeightGradient');
    const depthwise = (image: Tensor, w: Tensor) => conv(image, w, { groups: 8 });
    expect(await operatorsOf(slope(depthwise), draw([8, 1, 3, 3], 2), x)).not.toContain('ConvWeightGradient');
  });
});
