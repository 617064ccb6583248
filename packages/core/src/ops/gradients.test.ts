/** The gradient of every differentiable operator against central differences of what the operator computes. */
import { expect, test } from 'vitest';
import { differentiable, useOf } from '../../test/operator-uses.js';
import { add, cast, compile, gradients, hostData, mul, sum, type Tensor, tensor } from '../index.js';
import { isStatic } from '../shape/index.js';

/** Numbers without a pattern that a wrong gradient could share. */
function weightsLike(x: Tensor, phase = 0): Tensor<'float32'> {
  const at = (index: number) => Math.sin(1.7 * index + 0.3 + phase);
  return tensor(
    Float32Array.from({ length: x.size }, (_, index) => at(index)),
    {
      shape: x.shape as readonly number[],
    },
  );
}

const weighted = (tensors: readonly Tensor[]) =>
  tensors
    .map((each, index) => {
      const values = cast(each, 'float32');
      // A range is as long as its inputs say, and weighs itself.
      return sum(mul(values, isStatic(each.shape) ? weightsLike(each, index) : values));
    })
    .reduce((total, part) => add(total, part));

const step = 3e-3;

/** Steps both ways along one direction for each input: Σ gradient · direction must be what the loss changes by. */
/** Each run draws others, so that no difference can be taken. */
const drawn = ['Dropout', 'RandomNormalLike', 'RandomUniformLike'];

test.each(differentiable.filter((name) => !drawn.includes(name)))('%s', async (name) => {
  const { inputs, results } = useOf(name);
  const run = compile((...given: Tensor[]) => weighted(results(...given)));
  const slopes = await compile((...given: Tensor[]) => gradients(weighted(results(...given)), given))(
    ...inputs,
  );
  for (const [index, input] of inputs.entries()) {
    const direction = weightsLike(input, 5);
    const moved = async (by: number) => {
      const values = await add(cast(input, 'float32'), mul(direction, by)).array();
      const result = await run(
        ...inputs.map((each, k) => (k === index ? tensor(values as never, { dtype: input.dtype }) : each)),
      );
      return Number(await result.item());
    };
    const expected = ((await moved(step)) - (await moved(-step))) / (2 * step);
    const found = hostData(slopes[index] as Tensor<'float32'>).reduce(
      (total, slope, at) => total + slope * (hostData(direction)[at] ?? 0),
      0,
    );
    const scale = Math.max(5e-2, Math.abs(expected));
    expect(Math.abs(found - expected) / scale, `input ${index}: ${found}, not ${expected}`).toBeLessThan(
      2e-2,
    );
  }
  await run.dispose();
});

// What is kept is scaled, and the gradient by the same factor.
test('Dropout', async () => {
  const { inputs, results } = useOf('Dropout');
  const [x] = inputs as [Tensor<'float32'>];
  const [y, slope] = await compile((given: Tensor) => {
    const [kept] = results(given) as [Tensor];
    return [kept, ...gradients(sum(kept), [given])];
  })(x);
  const factors = hostData(y as Tensor<'float32'>).map((value, at) => value / (hostData(x)[at] as number));
  expect(factors.every((factor) => factor === 0 || Math.abs(factor - 2) < 1e-6)).toBe(true);
  expect(hostData(slope as Tensor<'float32'>)).toEqual(factors);
});
