/** A coarse second opinion on gradients: central differences, on a weighted sum of a function's result. */
import { expect } from 'vitest';
import { add, compile, gradients, hostData, mul, sum, type Tensor, tensor } from '../src/index.js';

type Differentiable = (...inputs: Tensor[]) => Tensor;

/** Fixed weights without a pattern that a wrong gradient could share. */
function weightsLike(x: Tensor): Tensor {
  return tensor(
    Float32Array.from({ length: x.size }, (_, index) => Math.sin(1.7 * index + 0.3)),
    {
      shape: x.shape as readonly number[],
    },
  );
}

/**
 * Expects the gradients of Σ weights · f(inputs) to equal central differences, to 1 % of the largest.
 * With `order: 2` the gradient of Σ weights · gradient is held to the differences of the gradient.
 */
export async function expectGradients(
  f: Differentiable,
  inputs: readonly Tensor<'float32'>[],
  { step = 1e-2, order = 1 }: { step?: number; order?: 1 | 2 } = {},
): Promise<void> {
  const first: Differentiable = (...given) => {
    const y = f(...given);
    return sum(mul(y, weightsLike(y)));
  };
  const second: Differentiable = (...given) => {
    const slopes = gradients(first(...given), given);
    return slopes
      .map((slope) => sum(mul(slope, weightsLike(slope))))
      .reduce((total, part) => add(total, part));
  };
  const loss = order === 1 ? first : second;
  const run = compile(loss);
  const found = await compile((...given: Tensor[]) => gradients(loss(...given), given))(...inputs);
  for (const [index, input] of inputs.entries()) {
    const expected = await differences(async (...given) => (await run(...given)).item(), inputs, index, step);
    const got = Array.from(hostData(found[index] as Tensor<'float32'>));
    const scale = Math.max(...expected.map(Math.abs), 1e-3);
    const worst = Math.max(...expected.map((value, k) => Math.abs(value - (got[k] ?? Number.NaN))));
    expect(worst / scale, `input ${index} ${input}: ${got} instead of ${expected}`).toBeLessThan(1e-2);
  }
  await run.dispose();
}

async function differences(
  loss: (...inputs: Tensor[]) => Promise<number>,
  inputs: readonly Tensor<'float32'>[],
  index: number,
  step: number,
): Promise<number[]> {
  const input = inputs[index] as Tensor<'float32'>;
  const at = async (position: number, change: number) => {
    const data = Float32Array.from(hostData(input));
    data[position] = (data[position] ?? 0) + change;
    const moved = tensor(data, { shape: input.shape as readonly number[] });
    return loss(...inputs.map((each, k) => (k === index ? moved : each)));
  };
  const slopes: number[] = [];
  for (let position = 0; position < input.size; position++) {
    slopes.push(((await at(position, step)) - (await at(position, -step))) / (2 * step));
  }
  return slopes;
}
