import { expect, test } from 'vitest';
import { compile, conv, fromNumbers, type HostTensor, hostData, type Tensor } from '../index.js';
import { channelBlock } from './blocked-convolution.js';
import { cpuExecutor } from './cpu.js';

/** Values between -1 and 1 that differ from place to place. */
function wave(shape: readonly number[], step: number): HostTensor<'float32'> {
  const count = shape.reduce((product, dim) => product * dim, 1);
  return fromNumbers(
    'float32',
    shape,
    Float64Array.from({ length: count }, (_, index) => Math.sin(index * step)),
  );
}

/** The same convolution in double precision, by its definition. */
function direct(x: HostTensor, w: HostTensor, bias: HostTensor, stride: number, padding: number): number[] {
  const [samples, channels, height, width] = x.shape as [number, number, number, number];
  const [outputs, , kernel] = w.shape as [number, number, number];
  const [a, b, c] = [hostData(x), hostData(w), hostData(bias)] as Float32Array[];
  const outHeight = Math.floor((height + 2 * padding - kernel) / stride) + 1;
  const outWidth = Math.floor((width + 2 * padding - kernel) / stride) + 1;
  const result: number[] = [];
  for (let n = 0; n < samples; n++)
    for (let o = 0; o < outputs; o++)
      for (let i = 0; i < outHeight; i++)
        for (let j = 0; j < outWidth; j++) {
          let total = c[o];
          for (let channel = 0; channel < channels; channel++)
            for (let p = 0; p < kernel; p++)
              for (let q = 0; q < kernel; q++) {
                const [row, column] = [i * stride + p - padding, j * stride + q - padding];
                if (row < 0 || row >= height || column < 0 || column >= width) continue;
                const at = ((n * channels + channel) * height + row) * width + column;
                total += a[at] * b[((o * channels + channel) * kernel + p) * kernel + q];
              }
          result.push(total);
        }
  return result;
}

test.each([
  { channels: 3, outputs: 16, stride: 1, padding: 1 },
  { channels: 16, outputs: 32, stride: 1, padding: 1 },
  { channels: 32, outputs: 16, stride: 2, padding: 0 },
  { channels: 8, outputs: 24, stride: 1, padding: 2 },
  { channels: 12, outputs: 20, stride: 1, padding: 1 },
])(
  'a convolution of $channels to $outputs channels, stride $stride, equals its definition',
  async (shape) => {
    const { channels, outputs, stride, padding } = shape;
    const x = wave([2, channels, 7, 9], 0.37);
    const w = wave([outputs, channels, 3, 3], 0.73);
    const bias = wave([outputs], 1.1);
    // Weights are arguments, not constants: this is the way of a train step.
    const run = compile((image: Tensor, kernel: Tensor, offset: Tensor) =>
      conv(image, kernel, { bias: offset, strides: stride, padding }),
    );
    const found = await (await run(x, w, bias)).data();
    const expected = direct(x, w, bias, stride, padding);
    const largest = Math.max(...expected.map(Math.abs));
    expected.forEach((value, index) => {
      expect(Math.abs(Number(found[index]) - value)).toBeLessThanOrEqual(1e-5 * largest);
    });
  },
);

test('the block size found by trial is one of the two that exist, or none', async () => {
  expect([16, 8, undefined]).toContain(await channelBlock((graph) => cpuExecutor.load(graph)));
});
