import { describe, expect, test } from 'vitest';
import {
  add,
  compile,
  exportOnnx,
  gradients,
  importOnnx,
  lstm,
  mul,
  scan,
  spec,
  split,
  stack,
  sum,
  type Tensor,
  tensor,
  unstack,
  zeros,
} from '../index.js';
import { operatorsOf } from '../onnx/encode.js';
import { lowerForCpu } from '../runtime/lower-cpu.js';
import { trace } from '../tensor/compile.js';

/** Numbers in a fixed disorder, between -size and size. */
function values(seed: number, size: number, ...shape: number[]): Tensor<'float32'> {
  const count = shape.reduce((product, dim) => product * dim, 1);
  return tensor(
    Float32Array.from(
      { length: count },
      (_, index) => size * Math.sin(12.9898 * (index + 1) + 78.233 * seed),
    ),
    { shape },
  );
}

const [steps, batch, inputs, hidden] = [3, 512, 3, 64] as const;
type Direction = 'forward' | 'reverse' | 'bidirectional';

/** Sequence, weights, biases and first states. */
function layer(direction: Direction): Tensor[] {
  const sides = direction === 'bidirectional' ? [2] : [];
  return [
    values(1, 1, steps, batch, inputs),
    values(2, 0.5, ...sides, 4 * hidden, inputs),
    values(3, 0.1, ...sides, 4 * hidden, hidden),
    values(4, 0.5, ...sides, 4 * hidden),
    values(5, 0.5, ...sides, 4 * hidden),
    values(6, 1, ...sides, batch, hidden),
    values(7, 1, ...sides, batch, hidden),
  ];
}

/** A number that depends on every result, by rows of the batch. */
function score(
  [x, weightInput, weightHidden, biasInput, biasHidden, h, c]: readonly Tensor[],
  direction: Direction,
) {
  const { output, hidden, cell } = lstm(x as Tensor, {
    weightInput: weightInput as Tensor,
    weightHidden: weightHidden as Tensor,
    biasInput,
    biasHidden,
    initialHidden: h,
    initialCell: c,
    direction,
  });
  return total([sum(mul(output, output)), sum(hidden), sum(mul(cell, cell))]);
}

function total(parts: readonly Tensor[]): Tensor {
  return parts.reduce((a, b) => add(a, b));
}

/** The same in two halves of the batch, each too narrow for its gates to be kept. */
function scoreInHalves(given: readonly Tensor[], direction: Direction): Tensor {
  const axis = { 0: 1, 5: direction === 'bidirectional' ? 1 : 0, 6: direction === 'bidirectional' ? 1 : 0 };
  const halves = given.map((tensor, place) => {
    const along = axis[place as keyof typeof axis];
    return along === undefined ? [tensor, tensor] : split(tensor, { axis: along, parts: 2 });
  });
  const of = (half: number) =>
    score(
      halves.map((parts) => parts[half] as Tensor),
      direction,
    );
  return add(of(0), of(1));
}

type Score = typeof score;

/** Differences are small beside the largest value: both sides sum thousands of rounded products. */
async function expectNear(found: Tensor, expected: Tensor): Promise<void> {
  expect(found.shape).toEqual(expected.shape);
  const [a, b] = [await found.data(), await expected.data()] as [Float32Array, Float32Array];
  let [largest, difference] = [0, 0];
  for (const [index, value] of b.entries()) {
    largest = Math.max(largest, Math.abs(value));
    difference = Math.max(difference, Math.abs((a[index] as number) - value));
  }
  expect(difference / largest).toBeLessThan(2e-5);
}

describe('a wide step keeps its gates', () => {
  test.each(['forward', 'reverse', 'bidirectional'] as const)(
    'its gradients are those of two narrow ones, %s',
    async (direction) => {
      const run = (of: Score) =>
        compile((given: Tensor[]) => {
          const value = of(given, direction);
          return { value, slopes: gradients(value, given) };
        })(layer(direction));
      const [wide, narrow] = [await run(score), await run(scoreInHalves)];
      expect((await wide.value.item()) / (await narrow.value.item())).toBeCloseTo(1, 5);
      for (const [place, slope] of wide.slopes.entries())
        await expectNear(slope, narrow.slopes[place] as Tensor);
    },
  );

  test('and gradients of gradients', async () => {
    const given = layer('forward');
    const run = (of: Score) =>
      compile((args: Tensor[]) => {
        const first = gradients(of(args, 'forward'), args);
        return gradients(total(first.map((each) => sum(mul(each, each)))), args);
      })(given);
    const [wide, narrow] = [await run(score), await run(scoreInHalves)];
    for (const [place, slope] of wide.entries()) await expectNear(slope, narrow[place] as Tensor);
  });

  test('in one scan where the operator was; without a gradient the operator stays', () => {
    const namesOf = (f: (given: Tensor[]) => Tensor | Tensor[]) =>
      operatorsOf(lowerForCpu(trace(f, [layer('forward')]).graph)).map(({ operator }) => operator.name);
    const training = namesOf((given) => gradients(score(given, 'forward'), given));
    expect(training.filter((name) => name === 'Scan')).toHaveLength(2);
    expect(training).not.toContain('LSTM');
    expect(namesOf((given) => score(given, 'forward'))).toContain('LSTM');
  });

  test('and inside a loop, as where several training steps are one call', async () => {
    const [x, ...weights] = layer('forward') as [Tensor, ...Tensor[]];
    const slopeOf = (sequence: Tensor, of: readonly Tensor[]) =>
      gradients(score([sequence, ...of], 'forward'), [of[0] as Tensor])[0] as Tensor;
    const run = (f: (both: Tensor, of: Tensor[]) => Tensor) => compile(f)(stack([x, mul(x, 0.5)]), weights);
    const looped = await run(
      (both, of) =>
        scan(([sum], [sequence]) => ({ state: [add(sum, slopeOf(sequence, of))] }), {
          state: [zeros([4 * hidden, inputs])],
          sequences: [both],
        }).state[0],
    );
    const apart = await run((both, of) => {
      const [first, second] = unstack(both) as [Tensor, Tensor];
      return add(slopeOf(first, of), slopeOf(second, of));
    });
    await expectNear(looped, apart);
  });

  test('and a file of its gradient holds standard operators', async () => {
    const given = layer('forward');
    const names = given.map((_, place) => `input_${place}`);
    const f = (args: Record<string, Tensor>) => {
      const list = names.map((name) => args[name] as Tensor);
      return { slope: gradients(score(list, 'forward'), [list[1] as Tensor])[0] as Tensor };
    };
    const places = Object.fromEntries(
      given.map(({ dtype, shape }, place) => [names[place], spec(dtype, shape as number[])]),
    );
    const read = importOnnx<'slope'>(exportOnnx(f, { inputs: places }));
    const direct = await compile(f)(Object.fromEntries(given.map((each, place) => [names[place], each])));
    await expectNear(read.apply(given).slope, direct.slope);
  });
});
