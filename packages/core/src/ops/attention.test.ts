import { describe, expect, test } from 'vitest';
import { expectGradients } from '../../test/finite-differences.js';
import { apply } from '../graph/node.js';
import { attention, compile, concat, hostData, reshape, type Tensor, tensor } from '../index.js';
import { Attention } from './attention.js';
import { RotaryEmbedding } from './rotary-embedding.js';

function values(seed: number, ...shape: number[]): Tensor<'float32'> {
  const count = shape.reduce((product, dim) => product * dim, 1);
  return tensor(
    Float32Array.from({ length: count }, (_, index) => Math.sin(12.9898 * (index + 1) + 78.233 * seed)),
    { shape },
  );
}

const plain = {
  is_causal: 0,
  kv_num_heads: undefined,
  q_num_heads: undefined,
  qk_matmul_output_mode: 0,
  scale: undefined,
  softcap: 0,
  softmax_precision: undefined,
};
type Attributes = Parameters<typeof apply<typeof Attention.attributes>>[2];

const attend = (inputs: readonly (Tensor | undefined)[], attributes: Attributes) =>
  apply(Attention, inputs, attributes);

function expectClose(got: Tensor, expected: Tensor): void {
  const [a, b] = [hostData(got as Tensor<'float32'>), hostData(expected as Tensor<'float32'>)];
  expect(got.shape).toEqual(expected.shape);
  a.forEach((value, index) => {
    expect(value).toBeCloseTo(b[index] as number, 5);
  });
}

const seen = tensor([
  [true, false, true, true, false],
  [true, true, false, false, true],
  [false, false, false, true, false],
]);
const q = values(1, 2, 4, 3, 2);
const [k, v] = [values(2, 2, 2, 5, 2), values(3, 2, 2, 5, 3)];

describe('Attention', () => {
  // The kernel and the formula that the gradient goes through.
  test.each<[string, Partial<Attributes>, Tensor | undefined]>([
    ['groups of heads', {}, undefined],
    ['causal', { is_causal: 1 }, undefined],
    ['capped scores', { softcap: 0.5 }, undefined],
    ['a mask added', { scale: 0.7 }, values(4, 3, 5)],
    ['a mask of what is seen', {}, seen],
  ])('the formula gives what the kernel gives: %s', async (_, changes, mask) => {
    const attributes = { ...plain, ...changes };
    const run = compile((a: Tensor, b: Tensor, c: Tensor) => [
      ...attend([a, b, c, mask], attributes).slice(0, 1),
      ...(Attention.formula?.([a, b, c, mask], attributes) ?? []).slice(0, 1),
    ]);
    const [kernel, formula] = await run(q, k, v);
    expectClose(formula as Tensor, kernel as Tensor);
    await run.dispose();
  });

  test('heads side by side in one axis', async () => {
    const attributes = { ...plain, q_num_heads: 2, kv_num_heads: 2 };
    const run = compile((a: Tensor) => [
      ...attend([a, a, a], attributes).slice(0, 1),
      ...(Attention.formula?.([a, a, a], attributes) ?? []).slice(0, 1),
    ]);
    const [kernel, formula] = await run(values(5, 2, 3, 4));
    expectClose(formula as Tensor, kernel as Tensor);
    await run.dispose();
  });

  test('keys and values of a cache count as if they were given', async () => {
    const run = compile((a: Tensor, b: Tensor, c: Tensor) => {
      const [output, keys] = attend([a, b, c, undefined, b, c], plain) as [Tensor, Tensor];
      const twice = (x: Tensor) => concat([x, x], { axis: 2 });
      return [output, attention(a, twice(b), twice(c)), keys, twice(b)];
    });
    const [cached, whole, keys, expected] = await run(q, k, v);
    expectClose(cached as Tensor, whole as Tensor);
    expectClose(keys as Tensor, expected as Tensor);
    await run.dispose();
  });

  test('its gradient', async () => {
    await expectGradients((...given) => attend(given, { ...plain, is_causal: 1, softcap: 2 })[0] as Tensor, [
      q,
      k,
      v,
    ] as Tensor<'float32'>[]);
  });
});

test('query heads that share keys and values: gradients of the function', async () => {
  await expectGradients(
    (a, b, c) => attention(a as Tensor, b as Tensor, c as Tensor, { causal: true }),
    [q, k, v],
  );
});

describe('RotaryEmbedding', () => {
  const angles = values(6, 8, 2);
  const positions = tensor(
    [
      [0, 1, 2],
      [5, 6, 7],
    ],
    { dtype: 'int64' },
  );
  const inputs = [values(7, 2, 2, 3, 4), angles, values(8, 8, 2)];

  test.each([0, 1])('the formula gives what the kernel gives, interleaved: %i', async (interleaved) => {
    const attributes = { interleaved, num_heads: 0, rotary_embedding_dim: 0 };
    const run = compile((given: Tensor[]) => [
      ...apply(RotaryEmbedding, [...given, positions], attributes),
      ...(RotaryEmbedding.formula?.([...given, positions], attributes) ?? []),
    ]);
    const [kernel, formula] = await run(inputs);
    expectClose(formula as Tensor, kernel as Tensor);
    await run.dispose();
  });

  test('turning a part of the features: values stay where they are not turned, and the gradient', async () => {
    const attributes = { interleaved: 0, num_heads: 0, rotary_embedding_dim: 2 };
    const turn = (...given: Tensor[]) =>
      apply(RotaryEmbedding, [...given, positions], attributes)[0] as Tensor;
    const rest = await reshape(turn(...inputs), [-1, 4]).array();
    const before = await reshape(inputs[0] as Tensor, [-1, 4]).array();
    const ends = (rows: unknown) => (rows as number[][]).map((row) => row.slice(2));
    expect(ends(rest)).toEqual(ends(before));
    await expectGradients(turn, inputs);
  });
});
