import { expect, test } from 'vitest';
import { add, conv, lstm, matmul, ones, relu, reshape, scan, spec, type Tensor } from '../index.js';
import { costOf } from './cost.js';
import { makeGraph } from './graph.js';
import { placeholder } from './tensor.js';

const place = (shape: readonly number[], name = 'x') => placeholder(name, 'float32', shape);
const cost = (inputs: readonly Tensor[], outputs: readonly Tensor[]) =>
  costOf(makeGraph('f', inputs, outputs));

test('a product: two operations for each multiply-add', () => {
  const x = place([7, 20]);
  expect(cost([x], [matmul(x, ones([20, 30]))])).toEqual({
    flops: 2 * 7 * 20 * 30,
    bytes: 4 * (7 * 20 + 20 * 30 + 7 * 30),
    constantBytes: 4 * 600,
    inputBytes: 4 * 140,
    outputBytes: 4 * 210,
    peakBytes: 4 * (600 + 140 + 210),
  });
});

test('a convolution: every output takes its window, and its bias', () => {
  const x = place([2, 3, 8, 8]);
  const y = conv(x, ones([16, 3, 3, 3]), { padding: 1, bias: ones([16]) });
  const outputs = 2 * 16 * 8 * 8;
  expect(cost([x], [y]).flops / (2 * outputs * 27)).toBeCloseTo(1, 1);
});

test('an LSTM: two products a gate and step', () => {
  const x = place([60, 64, 5]);
  const { output } = lstm(x, { weightInput: ones([256, 5]), weightHidden: ones([256, 64]) });
  const products = 2 * 60 * 64 * 256 * (5 + 64);
  const { flops } = cost([x], [output]);
  expect(flops).toBeGreaterThanOrEqual(products);
  expect(flops).toBeLessThan(1.1 * products);
});

test('a value is alive from its node to its last reader; a reshape takes no memory', () => {
  const x = place([1000]);
  const a = relu(x);
  const b = relu(reshape(a, [10, 100]));
  const c = relu(b);
  // x stays; of the chain two values at a time, not three. A shape of two dimensions takes 16 bytes.
  expect(cost([x], [c]).peakBytes).toBe(4 * 3000 + 16);
  // a is read again at the end: three at once.
  expect(cost([x], [add(reshape(c, [1000]), a)]).peakBytes).toBe(4 * 4000 + 16 + 8);
});

test('a loop counts every step, and what one of them holds', () => {
  const steps = place([6, 100]);
  const { state } = scan(
    ([s], [x]) => ({ state: [relu(relu(add(s as Tensor, x as Tensor)))], outputs: [] }),
    {
      state: [ones([100])],
      sequences: [steps],
    },
  );
  const { flops, peakBytes } = cost([steps], state);
  expect(flops).toBe(6 * 300);
  expect(peakBytes).toBeGreaterThanOrEqual(4 * (600 + 100 + 100 + 200));
});

test('an open dimension has no cost', () => {
  const x = spec('float32', ['batch', 3]);
  expect(() => cost([x], [relu(x)])).toThrow('a dimension of Tensor float32[batch, 3] is open');
});
