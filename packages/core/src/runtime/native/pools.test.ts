/** The native pools beside the stock runtime's, values and gradients. */
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import {
  compile,
  cpuExecutor,
  fromData,
  maxPool,
  mul,
  sum,
  type Tensor,
  valueAndGrad,
  workerExecutor,
} from '../../index.js';
import { trace } from '../../tensor/compile.js';
import { lowerForCpu } from '../lower-cpu.js';
import { findKernels } from './kernels.js';
import { lowerForKernels } from './lower-native.js';

const { kernels } = await findKernels();
const stock = workerExecutor();
afterAll(() => stock.close());

const draw = (shape: readonly number[], seed: number) =>
  fromData(
    'float32',
    shape,
    Float32Array.from(
      { length: shape.reduce((product, dim) => product * dim, 1) },
      (_, index) => (((index + 1) * (2 * seed + 1) * 2654435761) % 4294967296) / 2 ** 31 - 1,
    ),
  );
const pooled = (options: Parameters<typeof maxPool>[1]) => (x: Tensor) =>
  valueAndGrad((own: Tensor) => {
    const y = maxPool(own, options);
    return sum(mul(y, y));
  })(x);

test('a pool is native where its positions are read', () => {
  const x = draw([2, 3, 8, 8], 1);
  const domains = (f: (x: Tensor) => unknown) =>
    lowerForKernels(lowerForCpu(trace(f as never, [x]).graph), 'highest')
      .nodes.filter(({ operator }) => operator.name === 'MaxPool')
      .map(({ operator }) => operator.domain);
  expect(domains((own) => maxPool(own, { kernel: 2 }))).toEqual(['']);
  expect(domains(pooled({ kernel: 2 }))).toEqual(['noosphere.kernels']);
});

test.skipIf(!kernels)(
  'windows of any size, stride, dilation and padding give what the stock runtime gives',
  async () => {
    const sizes = fc.record({
      batch: fc.integer({ min: 1, max: 3 }),
      channels: fc.integer({ min: 1, max: 5 }),
      height: fc.integer({ min: 6, max: 19 }),
      width: fc.integer({ min: 6, max: 19 }),
      kernel: fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 })),
      stride: fc.integer({ min: 1, max: 3 }),
      dilation: fc.integer({ min: 1, max: 2 }),
      padding: fc.integer({ min: 0, max: 1 }),
      seed: fc.nat(1000),
    });
    await fc.assert(
      fc.asyncProperty(
        sizes,
        async ({ batch, channels, height, width, kernel, stride, dilation, padding, seed }) => {
          const x = draw([batch, channels, height, width], seed);
          const room = kernel.every((size) => padding <= size / 2);
          const f = pooled({
            kernel,
            strides: stride,
            dilations: dilation,
            padding: room ? padding : 0,
          });
          const found = await compile(f, { executor: cpuExecutor })(x);
          const expected = await compile(f, { executor: stock })(x);
          expect(await found.grads.data()).toEqual(await expected.grads.data());
          expect(await found.value.item()).toBeCloseTo(await expected.value.item(), 2);
        },
      ),
      { numRuns: Number(process.env.NOOSPHERE_CASES ?? 60), seed: 11 },
    );
  },
);
