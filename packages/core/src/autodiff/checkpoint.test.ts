import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import {
  add,
  checkpoint,
  compile,
  grad,
  hostData,
  matmul,
  mul,
  ones,
  sum,
  type Tensor,
  tanh,
  tensor,
} from '../index.js';
import { operatorsOf } from '../onnx/encode.js';
import { lowerForCpu } from '../runtime/lower-cpu.js';
import { trace } from '../tensor/compile.js';

const x = tensor([
  [0.3, -0.8],
  [1.2, 0.1],
]);
const w = tensor([
  [0.5, 0.2],
  [-0.4, 0.9],
]);

/** A loss whose block reads an argument and, from outside, a weight. */
const loss = (wrap: (f: (h: Tensor) => Tensor) => (h: Tensor) => Tensor) => (weights: Tensor[]) => {
  const block = wrap((h) => tanh(matmul(tanh(h), weights[1] as Tensor)));
  return sum(mul(block(block(weights[0] as Tensor)), ones([2, 2])));
};
const plain = loss((f) => f);
const saving = loss((f) => checkpoint(f));

describe('checkpoint', () => {
  test('gives the gradients of the function itself, for what it captures too', async () => {
    const run = compile((given: Tensor[]) => [...grad(plain)(given), ...grad(saving)(given)]);
    const [dx, dw, savedX, savedW] = (await run([x, w])).map((each) => hostData(each));
    expect(savedX).toEqual(dx);
    expect(savedW).toEqual(dw);
    await run.dispose();
  });

  test('of second order', async () => {
    const second = (f: typeof plain) =>
      grad((given: Tensor[]) =>
        grad(f)(given)
          .map((each) => sum(mul(each, each)))
          .reduce((a, b) => add(a, b)),
      );
    const run = compile((given: Tensor[]) => [...second(plain)(given), ...second(saving)(given)]);
    const results = (await run([x, w])).map((each) => Array.from(hostData(each as Tensor<'float32'>)));
    results[0]?.forEach((value, index) => {
      expect(results[2]?.[index]).toBeCloseTo(value, 5);
    });
    results[1]?.forEach((value, index) => {
      expect(results[3]?.[index]).toBeCloseTo(value, 5);
    });
    await run.dispose();
  });

  test('computes its inside twice: our own simplification does not merge the two', () => {
    const tanhs = (f: typeof plain) =>
      operatorsOf(lowerForCpu(trace(grad(f), [[x, w]]).graph)).filter((node) => node.operator.name === 'Tanh')
        .length;
    expect(tanhs(saving)).toBeGreaterThan(tanhs(plain));
  });

  test('passes trees through', async () => {
    const swap = checkpoint((pair: { a: Tensor; b: Tensor }) => ({ a: mul(pair.b, 2), b: pair.a }));
    const { a, b } = swap({ a: tensor([1]), b: tensor([2]) });
    expect([await a.item(), await b.item()]).toEqual([4, 1]);
  });

  // The peak of a process is only told by Linux.
  test.skipIf(!existsSync('/proc/self/status'))(
    'lowers the peak memory of a step',
    { timeout: 120_000 },
    () => {
      const script = fileURLToPath(new URL('../../test/checkpoint-memory.ts', import.meta.url));
      const measure = (how: string) =>
        JSON.parse(
          execFileSync(process.execPath, ['--import', 'tsx', '--conditions=@noosphere/source', script, how], {
            encoding: 'utf8',
          }),
        ) as { peak: number; value: number; slope: number };
      const [whole, saved] = [measure('whole'), measure('checkpoint')];
      expect(saved.value).toBe(whole.value);
      // The sum over blocks is taken in another order.
      expect(saved.slope).toBeCloseTo(whole.slope, 8);
      expect(saved.peak).toBeLessThan(0.6 * whole.peak);
    },
  );
});
