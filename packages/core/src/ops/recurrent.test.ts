import { describe, expect, test } from 'vitest';
import { expectGradients } from '../../test/finite-differences.js';
import { apply } from '../graph/node.js';
import {
  compile,
  concat,
  GraphError,
  gradients,
  gru,
  hostData,
  lstm,
  ones,
  reshape,
  rnn,
  slice,
  sum,
  type Tensor,
  tensor,
  transpose,
  unsqueeze,
} from '../index.js';
import { operatorsOf } from '../onnx/encode.js';
import { lowerForCpu } from '../runtime/lower-cpu.js';
import { trace } from '../tensor/compile.js';
import { LSTM } from './recurrent.js';

/** Numbers in a fixed disorder, between -1 and 1. */
function values(seed: number, ...shape: number[]): Tensor<'float32'> {
  const count = shape.reduce((product, dim) => product * dim, 1);
  return tensor(
    Float32Array.from({ length: count }, (_, index) => Math.sin(12.9898 * (index + 1) + 78.233 * seed)),
    { shape },
  );
}

const [steps, batch, inputs, hidden] = [4, 2, 3, 2] as const;
const x = values(1, steps, batch, inputs);

/** Input, weights and biases of a layer with so many gates. */
function layer(gates: number, ...directions: number[]): Tensor<'float32'>[] {
  const rows = gates * hidden;
  return [
    x,
    values(2, ...directions, rows, inputs),
    values(3, ...directions, rows, hidden),
    values(4, ...directions, rows),
    values(5, ...directions, rows),
  ];
}

/** The arguments of a layer by name, as the functions take them. */
function named([, weightInput, weightHidden, biasInput, biasHidden]: readonly Tensor[]) {
  return {
    weightInput: weightInput as Tensor,
    weightHidden: weightHidden as Tensor,
    biasInput,
    biasHidden,
  };
}

/** All results as one row, so that a gradient reaches each. */
function row(results: object): Tensor {
  return concat(Object.values(results).map((part: Tensor) => reshape(part, [-1])));
}

const lengths = tensor([3, 4], { dtype: 'int32' });

describe('gradients equal differences', () => {
  test.each(['forward', 'reverse', 'bidirectional'] as const)(
    'lstm, %s, sequences of two lengths',
    async (direction) => {
      const directions = direction === 'bidirectional' ? [2] : [];
      const states = [values(6, ...directions, batch, hidden), values(7, ...directions, batch, hidden)];
      await expectGradients(
        (...given) =>
          row(
            lstm(given[0] as Tensor, {
              ...named(given),
              initialHidden: given[5],
              initialCell: given[6],
              direction,
              lengths,
            }),
          ),
        [...layer(4, ...directions), ...states],
      );
    },
  );

  test('lstm of two directions', async () => {
    await expectGradients(
      (...given) => row(lstm(given[0] as Tensor, { ...named(given), direction: 'bidirectional' })),
      layer(4, 2),
    );
  });

  test.each([true, false])('gru, linear before reset: %s', async (linearBeforeReset) => {
    await expectGradients(
      (...given) =>
        row(gru(given[0] as Tensor, { ...named(given), initialHidden: given[5], linearBeforeReset })),
      [...layer(3), values(6, batch, hidden)],
    );
  });

  test('gru, second order, with the reset first', async () => {
    await expectGradients(
      (...given) => row(gru(given[0] as Tensor, { ...named(given), linearBeforeReset: false })),
      layer(3),
      { order: 2 },
    );
  });

  test('gru, backwards over sequences of two lengths', async () => {
    await expectGradients(
      (...given) => row(gru(given[0] as Tensor, { ...named(given), direction: 'reverse', lengths })),
      layer(3),
    );
  });

  test.each(['tanh', 'relu'] as const)('rnn, %s', async (activation) => {
    await expectGradients(
      (...given) => row(rnn(given[0] as Tensor, { ...named(given), activation })),
      layer(1),
      {
        step: 1e-3,
      },
    );
  });
});

describe('lstm', () => {
  test('two directions are a forward and a reverse layer side by side', async () => {
    const both = lstm(x, { ...named(layer(4, 2)), direction: 'bidirectional' });
    const single = (index: number, direction: 'forward' | 'reverse') =>
      lstm(x, {
        ...named(
          layer(4, 2).map((each) =>
            reshape(slice(each, { starts: [index], ends: [index + 1] }), each.shape.slice(1)),
          ),
        ),
        direction,
      });
    const [forward, backward] = [single(0, 'forward'), single(1, 'reverse')];
    const expected = await concat([forward.output, backward.output], { axis: 2 }).data();
    expect(await both.output.data()).toEqual(expected);
    expect(await both.hidden.data()).toEqual(
      await concat([unsqueeze(forward.hidden, 0), unsqueeze(backward.hidden, 0)]).data(),
    );
  });

  test('the batch first is the same layer', async () => {
    const weights = layer(4)
      .slice(1, 3)
      .map((each) => unsqueeze(each, 0));
    const attributes = {
      activation_alpha: undefined,
      activation_beta: undefined,
      activations: undefined,
      clip: undefined,
      direction: 'forward',
      hidden_size: hidden,
      input_forget: 0,
    };
    const results = (given: Tensor, layout: 0 | 1) => {
      const [output] = apply(LSTM, [given, ...weights], { ...attributes, layout }) as [Tensor];
      return [output, ...gradients(sum(output), [given])] as [Tensor, Tensor];
    };
    const run = compile((given: Tensor) => {
      const [output, slope] = results(given, 0);
      const [swapped, swappedSlope] = results(transpose(given, [1, 0, 2]), 1);
      return {
        output,
        slope,
        swapped: transpose(swapped, [1, 2, 0, 3]),
        swappedSlope: transpose(swappedSlope, [1, 0, 2]),
      };
    });
    const { output, slope, swapped, swappedSlope } = await run(x);
    expect(hostData(swapped)).toEqual(hostData(output));
    expect(hostData(swappedSlope)).toEqual(hostData(slope));
  });

  test('the graph of its gradient does not grow with the number of steps', () => {
    const size = (length: number) => {
      const weights = layer(4);
      const { graph } = trace(
        (given: Tensor[]) => gradients(sum(lstm(given[0] as Tensor, named(given)).hidden), given),
        [[values(1, length, batch, inputs), ...weights.slice(1)]],
      );
      return operatorsOf(lowerForCpu(graph)).length;
    };
    expect(size(50)).toBe(size(5));
  });

  test('refuses the gradient of peephole weights with the reason', () => {
    const [given, ...weights] = layer(4);
    const [output] = apply(
      LSTM,
      [
        given,
        ...weights.slice(0, 2).map((each) => unsqueeze(each, 0)),
        undefined,
        undefined,
        undefined,
        undefined,
        ones([1, 3 * hidden]),
      ],
      {
        activation_alpha: undefined,
        activation_beta: undefined,
        activations: undefined,
        clip: undefined,
        direction: 'forward',
        hidden_size: hidden,
        input_forget: 0,
        layout: 0,
      },
    );
    expect(() => gradients(sum(output as Tensor), [given as Tensor])).toThrow(GraphError);
    expect(() => gradients(sum(output as Tensor), [given as Tensor])).toThrow(/peephole/);
  });

  test('says which weight does not fit', () => {
    expect(() => lstm(x, { weightInput: ones([8, 3]), weightHidden: ones([8, 3]) })).toThrow(
      /LSTM: [WR] must be/,
    );
  });
});
