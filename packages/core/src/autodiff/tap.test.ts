import { expect, test } from 'vitest';
import { collectTaps, compile, mul, ones, sum, type Tensor, tap, tensor, valueAndGrad } from '../index.js';

test('taps inside a gradient are handed out with the results, equal names numbered', async () => {
  const layer = (x: Tensor) => tap('layer', mul(x, 2));
  const step = compile(
    collectTaps((x: Tensor) => valueAndGrad((own: Tensor) => sum(layer(layer(own))))(x).grads),
  );
  const { result, taps } = await step(tensor([1, 3]));
  expect(Object.keys(taps)).toEqual(['layer', 'layer#2']);
  expect(await taps.layer?.array()).toEqual([2, 6]);
  expect(await taps['layer#2']?.array()).toEqual([4, 12]);
  expect(await result.array()).toEqual([4, 4]);
  await step.dispose();
});

test('without a collector nothing happens, even behind one that threw', () => {
  const x = ones([2]);
  expect(tap('x', x)).toBe(x);
  expect(() =>
    collectTaps(() => {
      throw new Error('inside');
    })(),
  ).toThrow('inside');
  expect(tap('x', x)).toBe(x);
});

test('an inner collector keeps its taps to itself', () => {
  const inner = collectTaps((x: Tensor) => tap('inner', x));
  const { taps } = collectTaps((x: Tensor) => tap('outer', inner(x).result))(ones([1]));
  expect(Object.keys(taps)).toEqual(['outer']);
});
