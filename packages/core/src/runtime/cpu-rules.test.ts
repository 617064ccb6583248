import { expect, test } from 'vitest';
import { averagePool, compile, fromNumbers, hostData, matmul, type Tensor, transpose } from '../index.js';
import { trace } from '../tensor/compile.js';
import { lowerForCpu } from './lower-cpu.js';

const operatorsOf = (f: (x: Tensor) => Tensor, x: Tensor) =>
  lowerForCpu(trace(f as never, [x]).graph).nodes.map(({ operator }) => operator.name);

test('averages along a line are a convolution: those of each window, a missing number only in its own', async () => {
  const line = Array.from({ length: 40 }, (_, t) => (t === 5 ? Number.NaN : Math.sin(t)));
  const x = fromNumbers('float32', [2, 1, 40], [...line, ...line.map((_, t) => t)]);
  for (const options of [
    { kernel: 9, strides: 1 },
    { kernel: 9, strides: 2, dilations: 2 },
    { kernel: 9, strides: 1, pads: [4, 4], countIncludePad: true },
  ]) {
    const f = (own: Tensor) => averagePool(own, options as never);
    expect(operatorsOf(f, x)).toContain('Conv');
    const {
      strides = 1,
      dilations = 1,
      pads = [0, 0],
    } = options as never as Record<string, number> & {
      pads: number[];
    };
    const padded = [0, 1].map((row) => {
      const own = row === 0 ? line : line.map((_, t) => t);
      return [...Array(pads[0]).fill(0), ...own, ...Array(pads[1]).fill(0)] as number[];
    });
    const expected = padded.flatMap((row) => {
      const count = Math.floor((row.length - 8 * dilations - 1) / strides) + 1;
      return Array.from({ length: count }, (_, k) => {
        const seen = Array.from({ length: 9 }, (_, tap) => row[k * strides + tap * dilations] as number);
        return seen.reduce((sum, value) => sum + value, 0) / 9;
      });
    });
    const run = compile(f);
    const found = [...(hostData(await run(x)) as Float32Array)];
    expect(found.length).toBe(expected.length);
    for (const [k, value] of expected.entries())
      if (Number.isNaN(value)) expect(found[k]).toBeNaN();
      else expect(found[k]).toBeCloseTo(value, 4);
    await run.dispose();
  }
});

test('averages whose windows count only what is there stay a pool', () => {
  const x = fromNumbers('float32', [1, 1, 20], Array(20).fill(1));
  expect(
    operatorsOf((own) => averagePool(own, { kernel: 9, pads: [4, 4], countIncludePad: false } as never), x),
  ).toEqual(['AveragePool']);
});

test('a product of an empty batch is an empty result, its operands turned or not', async () => {
  const x = fromNumbers('float32', [0, 3, 3], []);
  const run = compile((a: Tensor) => matmul(transpose(a, [0, 2, 1]), a));
  expect((await run(x)).shape).toEqual([0, 3, 3]);
  await run.dispose();
});
