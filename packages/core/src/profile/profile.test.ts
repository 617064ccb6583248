import { describe, expect, test } from 'vitest';
import {
  add,
  compile,
  conv,
  matmul,
  mul,
  ones,
  profile,
  relu,
  rnn,
  sum,
  type Tensor,
  tanh,
  valueAndGrad,
} from '../index.js';
import { readProfile } from './profile-events.js';

const square = ones([64, 64]);

/** The runtime's own product, and that of the native kernels. */
const isProduct = (name: string) => name.endsWith('MatMul') || name === 'Product';

describe('profile', () => {
  test('counts time and bytes by operator and by line', async () => {
    const found = await profile(
      (x: Tensor) => {
        const product = matmul(x, x);
        return sum(tanh(product));
      },
      [square],
    );
    const operators = found.by('operator');
    expect(operators.find(({ name }) => name === 'Tanh')?.bytes).toBe(2 * 64 * 64 * 4);
    expect(operators.find(({ name }) => isProduct(name))?.flops).toBe(2 * 64 ** 3);
    const lines = found.by('line').filter(({ name }) => name.includes('profile.test.ts'));
    // matmul, tanh and sum, each at its own column.
    expect(lines.length).toBe(3);
    expect(found.by('node').reduce((total, { share }) => total + share, 0)).toBeCloseTo(1, 6);
    expect(found.milliseconds).toBeGreaterThan(0);
    expect(found.peakBytes).toBeGreaterThanOrEqual(64 * 64 * 4);
    expect(found.table('line')).toMatch(/GFLOP\/s[\s\S]*profile\.test\.ts:\d+:\d+/);
  });

  test('a convolution that the runtime blocks or fuses keeps its arithmetic and its weights', async () => {
    const weight = mul(ones([16, 8, 3, 3]), 0.1);
    await weight.data();
    const found = await profile((x: Tensor) => relu(conv(x, weight, { padding: 1 })), [ones([1, 8, 12, 12])]);
    const [row] = found.by('node').filter(({ operators }) => operators.some((name) => name.endsWith('Conv')));
    expect(row?.flops).toBe(2 * 16 * 12 * 12 * 8 * 9);
    expect(row?.weights.map(({ shape }) => shape)).toEqual([[16, 8, 3, 3]]);
  });

  test('takes a compiled function, and credits gradients to the line they differentiate', async () => {
    const step = compile((x: Tensor) => {
      const { value, grads } = valueAndGrad((w: Tensor) => sum(mul(tanh(matmul(w, x)), x)))(square);
      return [value, add(grads, x)];
    });
    const found = await profile(step, [square], { runs: 2, warmup: 0 });
    const products = found.by('node').filter(({ operators }) => operators.some(isProduct));
    expect(products.length).toBe(2);
    expect(new Set(products.map(({ line }) => line)).size).toBe(1);
    await step.dispose();
  });

  test('the time of a loop is that of its steps, once', async () => {
    const weights = { weightInput: ones([4, 3]), weightHidden: ones([4, 4]) };
    const found = await profile(
      (x: Tensor) => valueAndGrad((own: Tensor) => sum(rnn(own, weights).hidden))(x).grads,
      [ones([7, 2, 3])],
    );
    const inside = found.by('node').filter(({ calls }) => calls === 7);
    expect(inside.length).toBeGreaterThan(1);
    const { traceEvents } = JSON.parse(found.chromeTrace()) as { traceEvents: { ph: string; dur: number }[] };
    expect(traceEvents.length).toBeGreaterThan(5 * 7 * 2);
    expect(traceEvents.every(({ ph, dur }) => ph === 'X' && dur >= 0)).toBe(true);
  });
});

test('nested nodes are taken off the time of the node around them, of the last runs only', () => {
  const node = (name: string, ts: number, dur: number) => ({
    cat: 'Node',
    name: `${name}_kernel_time`,
    ts,
    dur,
    args: { op_name: name, output_size: '8' },
  });
  const session = (ts: number) => ({ cat: 'Session', name: 'model_run', ts, dur: 100 });
  const text = JSON.stringify([
    session(0),
    node('Old', 1, 9),
    session(200),
    node('Inner', 211, 10),
    node('Inner', 222, 20),
    node('Loop', 210, 40),
    node('After', 250, 5),
  ]);
  const { events, runs } = readProfile(text, 1);
  expect(runs).toEqual([{ start: 200, duration: 100 }]);
  expect(events.map(({ name, own }) => [name, own])).toEqual([
    ['Loop', 10],
    ['Inner', 10],
    ['Inner', 20],
    ['After', 5],
  ]);
});
