/** Beside the goldens: element types, results whose size only a run can tell, gradients of what is picked or made. */
import { describe, expect, test } from 'vitest';
import { expectGradients } from '../../test/finite-differences.js';
import { fill, int64Vector, scalar } from '../graph/constants.js';
import { apply1 } from '../graph/node.js';
import {
  cast,
  compile,
  type DType,
  fromNumbers,
  gradients,
  mul,
  nonZero,
  oneHot,
  range,
  sum,
  type Tensor,
  tensor,
  topK,
  tril,
  triu,
} from '../index.js';
import { Constant, ConstantOfShape } from './generators.js';
import { OneHot } from './selection.js';

const numbers = [
  [5, 1, 4],
  [2, 9, 3],
];

describe.each<DType>(['float32', 'float64', 'float16', 'int32', 'int64', 'int8', 'uint8', 'uint16'])(
  '%s',
  (dtype) => {
    const x = tensor(numbers, { dtype });

    test('topK', async () => {
      const { values, indices } = topK(x, { k: 2 });
      expect(values.dtype).toBe(dtype);
      expect(await values.array()).toEqual([
        [5, 4],
        [9, 3],
      ]);
      expect(indices.dtype).toBe('int32');
      expect(await indices.array()).toEqual([
        [0, 2],
        [1, 2],
      ]);
    });

    test('triangles', async () => {
      expect(await tril(x).array()).toEqual([
        [5, 0, 0],
        [2, 9, 0],
      ]);
      expect(await triu(x, { k: 1 }).array()).toEqual([
        [0, 1, 4],
        [0, 0, 3],
      ]);
    });

    test('oneHot', async () => {
      const rows = oneHot(tensor([1, -1, 7], { dtype: 'int32' }), { depth: 3, values: [2, 5], dtype });
      expect(rows.dtype).toBe(dtype);
      expect(await rows.array()).toEqual([
        [2, 5, 2],
        [2, 2, 5],
        [2, 2, 2],
      ]);
    });
  },
);

test('nonZero knows its size when it has run', async () => {
  const found = nonZero(
    tensor([
      [0, 7, 0],
      [2, 0, 3],
    ]),
  );
  expect(found.shape[0]).toBe(2);
  expect(await found.array()).toEqual([
    [0, 1, 1],
    [1, 0, 2],
  ]);
  expect(found.shape).toEqual([2, 3]);
});

test('a range of computed bounds', async () => {
  const count = compile((limit: Tensor<'int32'>) => range(0, limit, 2));
  expect(await (await count(tensor(5, { dtype: 'int32' }))).array()).toEqual([0, 2, 4]);
  expect(await (await count(tensor(7, { dtype: 'int32' }))).array()).toEqual([0, 2, 4, 6]);
});

test('constants of different values are different, however equal their shapes', async () => {
  const absent = {
    value_float: undefined,
    value_floats: undefined,
    value_int: undefined,
    value_ints: undefined,
  };
  const constant = (value: number) => apply1(Constant, [], { ...absent, value: fill('float32', [2], value) });
  const repeated = (value: number) =>
    apply1(ConstantOfShape, [int64Vector([2])], { value: fill('float32', [1], value) });
  expect(await mul(constant(2), constant(3)).array()).toEqual([6, 6]);
  expect(await mul(repeated(4), repeated(5)).array()).toEqual([20, 20]);
});

describe('gradients', () => {
  test('topK returns them to where the elements stood', async () => {
    const x = tensor(numbers);
    const [slope] = gradients(sum(mul(topK(x, { k: 2 }).values, tensor([2, 3]))), [x]) as [Tensor];
    expect(await slope.array()).toEqual([
      [2, 0, 3],
      [0, 2, 3],
    ]);
  });

  test('the values of a one-hot tensor', async () => {
    const labels = fromNumbers('int64', [3], [0, 2, 1]);
    const rows = (values: Tensor) => apply1(OneHot, [labels, scalar('int64', 3), values], { axis: -1 });
    await expectGradients(rows, [tensor([0.5, 2])]);
  });

  test('start and step of a range', async () => {
    const from = tensor(1);
    const step = tensor(0.5);
    const y = range(from, cast(tensor(3), 'float32'), step);
    const [dFrom, dStep] = gradients(sum(mul(y, tensor([1, 2, 3, 4]))), [from, step]) as [Tensor, Tensor];
    // Σ w, and Σ w i.
    expect(await dFrom.item()).toBe(10);
    expect(await dStep.item()).toBe(20);
  });
});
