import { describe, expect, test } from 'vitest';
import { expectGradients } from '../../test/finite-differences.js';
import { makeGraph } from '../graph/graph.js';
import { apply } from '../graph/node.js';
import { compile, einsum, hostData, matmul, ones, spec, type Tensor, tensor } from '../index.js';
import { lowerForCpu } from '../runtime/lower-cpu.js';
import { Einsum } from './einsum.js';

function values(...shape: number[]): Tensor<'float32'> {
  const count = shape.reduce((product, dim) => product * dim, 1);
  return tensor(
    Float32Array.from({ length: count }, (_, index) => Math.sin(12.9898 * (index + 1))),
    { shape },
  );
}

describe('Einsum', () => {
  test.each([
    ['bij,bjk->bik', [2, 3, 4], [2, 4, 2]],
    ['...ii->...i', [2, 3, 3]],
    ['ij,jk', [2, 3], [3, 2]],
    ['...ij,...jk->...ik', [2, 4, 2, 3], [2, 4, 3, 2]],
    ['i,i->', [5], [5]],
    ['ba,ca', [2, 3], [4, 3]],
  ] as [string, ...number[][]][])('products give what the kernel gives: %s', async (equation, ...shapes) => {
    const run = compile((given: Tensor[]) => [
      ...apply(Einsum, given, { equation }),
      einsum(equation, ...given),
    ]);
    const [kernel, products] = await run(shapes.map((shape) => values(...shape)));
    expect(products?.shape).toEqual(kernel?.shape);
    const expected = hostData(kernel as Tensor<'float32'>);
    hostData(products as Tensor<'float32'>).forEach((value, index) => {
      expect(value).toBeCloseTo(expected[index] as number, 5);
    });
    await run.dispose();
  });

  test('its gradient', async () => {
    await expectGradients(
      (...given) => apply(Einsum, given, { equation: 'iij,jk->ki' })[0] as Tensor,
      [values(2, 2, 3), values(3, 2)],
    );
  });
});

describe('einsum', () => {
  test('of two matrices is one product and nothing else', () => {
    const [a, b] = [spec('float32', [2, 3], 'a'), spec('float32', [3, 4], 'b')];
    const names = (result: Tensor) =>
      lowerForCpu(makeGraph('f', [a, b], [result])).nodes.map((node) => node.operator.name);
    expect(names(einsum('ij,jk->ik', a, b))).toEqual(names(matmul(a, b)));
  });

  test('keeps a named dimension', () => {
    expect(einsum('btd,df->btf', spec('float32', ['batch', 7, 3]), ones([3, 5])).shape).toEqual([
      'batch',
      7,
      5,
    ]);
  });

  test.each([
    ['ij,jk->ik', [ones([2, 3])], /names 2 operand/],
    ['ij->i', [ones([2, 3, 4])], /names 2 axes/],
    ['ij,jk->ik', [ones([2, 3]), ones([4, 2])], /'j'.*size 3.*4/],
    ['ij->ik', [ones([2, 3])], /'k' is not/],
    ['i1->i', [ones([2, 3])], /must be letters/],
  ] as [string, Tensor[], RegExp][])('refuses %s with the reason', (equation, tensors, reason) => {
    expect(() => einsum(equation, ...tensors)).toThrow(reason);
  });
});
