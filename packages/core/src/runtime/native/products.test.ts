/** Products of the native kernel beside those of the stock runtime, which the worker's thread runs. */
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { draw } from '../../../test/draw.js';
import {
  add,
  compile,
  gemm,
  grad,
  hostData,
  linear,
  matmul,
  mul,
  ones,
  productPrecision,
  reshape,
  softmax,
  sum,
  type Tensor,
  transpose,
  workerExecutor,
} from '../../index.js';
import { apply1, Transpose } from '../../operators.js';
import { trace } from '../../tensor/compile.js';
import { lowerForCpu } from '../lower-cpu.js';
import { findKernels } from './kernels.js';
import { lowerForKernels } from './lower-native.js';

const { kernels } = await findKernels();
const stock = workerExecutor();
afterAll(() => stock.close());

type Function = (...args: Tensor[]) => Tensor | Tensor[];

const operatorsOf = (f: Function, ...args: Tensor[]) =>
  lowerForKernels(lowerForCpu(trace(f as never, args).graph), 'highest').nodes.map(
    ({ operator }) => operator.name,
  );

/** The largest difference over the largest value. */
async function difference(f: Function, args: Tensor[]): Promise<number> {
  const own = compile(f as never, { precision: 'highest' });
  const other = compile(f as never, { executor: stock });
  const values = async (run: typeof own) => {
    const result = (await (run as unknown as (...values: Tensor[]) => Promise<unknown>)(...args)) as
      | Tensor
      | Tensor[];
    return [result].flat().flatMap((tensor) => [...(hostData(tensor as never) as Float32Array)]);
  };
  const [ours, theirs] = [await values(own), await values(other)];
  await own.dispose();
  await other.dispose();
  expect(ours.length).toBe(theirs.length);
  const largest = Math.max(0, ...theirs.map(Math.abs));
  return (
    Math.max(0, ...ours.map((value, index) => Math.abs(value - (theirs[index] as number)))) / (largest || 1)
  );
}

describe('which products are native', () => {
  const x = ones([64, 64]);

  test('large ones with their bias and transposes', () => {
    expect(operatorsOf((a, b, c) => linear(a, b, c), x, x, ones([64]))).toEqual(['Product']);
    expect(operatorsOf((a, b) => matmul(transpose(a, [1, 0]), transpose(b, [1, 0])), x, x)).toEqual([
      'Product',
    ]);
    const heads = (a: Tensor) => transpose(reshape(a, [2, 64, 4, 16]), [0, 2, 1, 3]);
    const attend = (q: Tensor, k: Tensor, v: Tensor) =>
      transpose(matmul(softmax(matmul(heads(q), transpose(heads(k), [0, 1, 3, 2]))), heads(v)), [0, 2, 1, 3]);
    const parts = operatorsOf(attend, ones([128, 64]), ones([128, 64]), ones([128, 64]));
    expect(parts.filter((name) => name === 'Transpose')).toEqual([]);
    expect(parts.filter((name) => name === 'Product')).toHaveLength(2);
  });

  test('small ones and those in float64 stay', () => {
    expect(operatorsOf((a, b) => matmul(a, b), ones([8, 8]), ones([8, 8]))).toEqual(['MatMul']);
    expect(operatorsOf((a, b) => matmul(a, b), ones([1, 512]), ones([512, 512]))).toEqual(['MatMul']);
    const wide = ones([64, 64], { dtype: 'float64' });
    expect(operatorsOf((a, b) => matmul(a, b), wide, wide)).toEqual(['MatMul']);
  });

  test('a sum that is not along the columns stays an addition of the runtime', () => {
    expect(operatorsOf((a, b, c) => gemm(a, b, { c }), x, x, ones([64, 1]))).toEqual(['Gemm']);
    expect(operatorsOf((a, b, c) => gemm(a, b, { c, beta: 2 }), x, x, ones([64]))).toEqual(['Gemm']);
  });
});

const size = fc.integer({ min: 8, max: 70 });
const cases = fc.record({
  rows: size,
  columns: size,
  depth: fc.integer({ min: 64, max: 500 }),
  outer: fc.constantFrom<number[]>([], [1], [3], [2, 5], [9, 1], [0]),
  repeats: fc.constantFrom('none', 'left', 'right', 'both'),
  turnsLeft: fc.boolean(),
  turnsRight: fc.boolean(),
  turnsResult: fc.boolean(),
  adds: fc.boolean(),
  seed: fc.nat(),
});

type Case = typeof cases extends fc.Arbitrary<infer T> ? T : never;

describe.skipIf(!kernels)('native products', () => {
  test('equal the stock ones at any shape, batch, repetition and order of axes', {
    timeout: 60_000,
  }, async () => {
    const check = async ({ rows, columns, depth, outer, repeats, seed, ...how }: Case) => {
      const axes = [...outer.keys()];
      const swap = (x: Tensor) => {
        const lead = axes.slice(0, x.rank - 2);
        return transpose(x, [...lead, x.rank - 1, x.rank - 2]);
      };
      const lead = (side: string) => (repeats === side || repeats === 'both' ? outer.map(() => 1) : outer);
      const left = draw([...lead('left'), ...(how.turnsLeft ? [depth, rows] : [rows, depth])], seed);
      const right = draw(
        [
          ...(repeats === 'right' ? [] : lead('none')),
          ...(how.turnsRight ? [columns, depth] : [depth, columns]),
        ],
        seed + 1,
      );
      const f = (a: Tensor, b: Tensor, c: Tensor) => {
        const product = matmul(how.turnsLeft ? swap(a) : a, how.turnsRight ? swap(b) : b);
        const added = how.adds ? add(product, c) : product;
        return how.turnsResult ? swap(added) : added;
      };
      expect(await difference(f, [left, right, draw([columns], seed + 2)])).toBeLessThan(2e-6);
    };
    await fc.assert(fc.asyncProperty(cases, check), {
      numRuns: Number(process.env.NOOSPHERE_CASES ?? 60),
      seed: 1,
    });
  });

  test('a transpose that names no axes turns them round', async () => {
    const product = (a: Tensor, b: Tensor) => {
      const turn = (x: Tensor) => apply1(Transpose, [x], { perm: undefined as never });
      return turn(matmul(turn(a), b));
    };
    const args = [draw([96, 70], 1), draw([96, 64], 2)];
    expect(operatorsOf(product, ...args)).toEqual(['Product']);
    expect(await difference(product, args)).toBeLessThan(2e-6);
  });

  test('a linear layer and its gradients', async () => {
    const loss = (x: Tensor, w: Tensor, b: Tensor) => sum(mul(linear(x, w, b), linear(x, w, b)));
    const step = (x: Tensor, w: Tensor, b: Tensor) => {
      const {
        x: dx,
        w: dw,
        b: db,
      } = grad((p: { x: Tensor; w: Tensor; b: Tensor }) => loss(p.x, p.w, p.b))({
        x,
        w,
        b,
      });
      return [dx, dw, db];
    };
    const args = [draw([4, 33, 48], 1), draw([65, 48], 2), draw([65], 3)];
    expect(await difference(step, args)).toBeLessThan(2e-6);
  });

  test('bfloat16 products where there are matrix units, float32 ones elsewhere', async () => {
    const x = draw([96, 96], 1);
    const exact = compile((a: Tensor) => matmul(a, a), { precision: 'highest' });
    const fast = compile((a: Tensor) => matmul(a, a), { precision: 'medium' });
    const [one, other] = [await exact(x), await fast(x)].map((result) => [
      ...(hostData(result as never) as Float32Array),
    ]);
    const largest = Math.max(...(one as number[]).map(Math.abs));
    const error = Math.max(
      ...(one as number[]).map((value, index) => Math.abs(value - (other?.[index] ?? Number.NaN))),
    );
    if (kernels?.hasMatrixUnits()) {
      expect(error / largest).toBeGreaterThan(1e-4);
      expect(error / largest).toBeLessThan(1e-2);
    } else expect(error).toBe(0);
    await exact.dispose();
    await fast.dispose();
  });
});

test('a precision that is none is refused with the nearest', async () => {
  const f = compile((a: Tensor) => a, { precision: 'hihgest' as never });
  await expect(f(ones([1]))).rejects.toThrow(
    "precision: must be 'highest', 'high' or 'medium', got 'hihgest'; did you mean highest?",
  );
  await expect(productPrecision('highest')).resolves.toBe('highest');
});
