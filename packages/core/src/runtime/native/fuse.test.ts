/** Fused chains beside the standard graph in the stock runtime, which the worker's thread runs. */
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import {
  abs,
  add,
  compile,
  cpuExecutor,
  div,
  erf,
  exp,
  fromData,
  greater,
  hostData,
  isHostTensor,
  log,
  matmul,
  maximum,
  minimum,
  mul,
  neg,
  ones,
  reciprocal,
  relu,
  sigmoid,
  sqrt,
  sub,
  type Tensor,
  tanh,
  tensor,
  where,
  workerExecutor,
} from '../../index.js';
import { trace } from '../../tensor/compile.js';
import { lowerForCpu } from '../lower-cpu.js';
import { fuseElementwise } from './fuse.js';
import { findKernels } from './kernels.js';

const { kernels } = await findKernels();
const stock = workerExecutor();
afterAll(() => stock.close());

const nodesOf = (f: (...args: Tensor[]) => Tensor | Tensor[], ...args: Tensor[]) =>
  fuseElementwise(lowerForCpu(trace(f as never, args).graph)).nodes;
const operatorsOf = (...call: Parameters<typeof nodesOf>) =>
  nodesOf(...call).map(({ operator }) => operator.name);

describe('what is fused', () => {
  const x = ones([8, 64]);

  test('a chain over one shape becomes one node, whatever broadcasts into it', () => {
    const row = ones([64]);
    const column = ones([8, 1]);
    expect(operatorsOf((a, b, c) => tanh(mul(add(a, b), c)), x, row, column)).toEqual(['Fused']);
  });

  test('several results of a chain leave it together', () => {
    expect(
      operatorsOf((a) => {
        const b = mul(a, 2);
        return [b, tanh(b)];
      }, x),
    ).toEqual(['Fused']);
  });

  test('a node that waits for another by way of a product stays outside', () => {
    const names = operatorsOf((a) => {
      const b = tanh(add(a, 1));
      return add(b, matmul(matmul(b, ones([64, 8])), mul(b, 2)));
    }, x);
    expect(names.filter((name) => name === 'Fused').length).toBeGreaterThan(0);
    expect(names.filter((name) => /MatMul/.test(name))).toHaveLength(2);
  });

  test('of two chains that read each other only what can run in turn is fused, and nothing runs twice', () => {
    const square = ones([64, 64]);
    const nodes = nodesOf(
      (x1, x2) => {
        const [a1, b2] = [mul(x1, 2), mul(x2, 3)];
        const b1 = mul(matmul(a1, square), 2);
        return [add(a1, matmul(b2, square)), add(b1, b2)];
      },
      x,
      ones([8, 64]),
    );
    const stepsOf = ({ attributes }: (typeof nodes)[number]) =>
      ((attributes.code as readonly number[] | undefined)?.length ?? 5) / 5;
    expect(nodes).toHaveLength(5);
    expect(nodes.reduce((total, node) => total + stepsOf(node), 0)).toBe(7);
  });

  test('short rows, whole numbers and single nodes stay as they are', () => {
    expect(operatorsOf((a, b) => tanh(mul(a, b)), ones([64, 3]), ones([64, 1]))).toEqual(['Mul', 'Tanh']);
    expect(operatorsOf((a) => add(mul(a, a), a), tensor(new Int32Array(64), { shape: [64] }))).toEqual([
      'Mul',
      'Add',
    ]);
    expect(operatorsOf((a) => tanh(a), x)).toEqual(['Tanh']);
  });
});

type Call = (...tensors: Tensor[]) => Tensor;
const unary = { neg, abs, sqrt, exp, log, tanh, sigmoid, erf, relu, reciprocal } as Record<string, Call>;
/** The stock runtime's sigmoid is right to 6e-8 of 1, not of itself: its logarithm at -14 is off by 0.07. */
const exact = { ...unary, sigmoid: (x: Tensor) => reciprocal(add(exp(neg(x)), 1)) } as Record<string, Call>;
const binary = { add, sub, mul, div, maximum, minimum } as unknown as Record<string, Call>;

/** An expression: which operators on which of the values so far. */
const expression = fc.array(
  fc.record({
    kind: fc.constantFrom('unary', 'binary', 'where'),
    unary: fc.constantFrom(...Object.keys(unary)),
    binary: fc.constantFrom(...Object.values(binary)),
    places: fc.tuple(fc.nat(99), fc.nat(99), fc.nat(99)),
  }),
  { minLength: 2, maxLength: 12 },
);
/** A shape, and inputs that repeat along some of its axes. */
const outerDim: fc.Arbitrary<number> = fc.constantFrom(0, 1, 2, 3, 5, 7, 16, 33, 65);
const rowDim: fc.Arbitrary<number> = fc.constantFrom(1, 31, 32, 47, 64, 1025, 2300);
const shapes = fc
  .array(outerDim, { minLength: 1, maxLength: 3 })
  .chain((lead) =>
    fc.record({
      shape: rowDim.map((width) => [...lead, width]),
      repeats: fc.array(fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }), {
        minLength: 1,
        maxLength: 3,
      }),
    }),
  )
  .filter(({ shape }) => shape.reduce((product, dim) => product * dim, 1) <= 200_000);

test.skipIf(!kernels)('random chains give what the standard graph gives', async () => {
  await fc.assert(
    fc.asyncProperty(expression, shapes, fc.nat(1e6), async (steps, { shape, repeats }, seed) => {
      const whole = draw(shape, seed);
      const others = repeats.map((axes, index) =>
        draw(
          shape.map((dim, axis) => (axes[axis] ? 1 : dim)),
          seed + index + 1,
        ),
      );
      const chain = (
        inputs: readonly Tensor[],
        functions: Record<string, Call>,
        rounded: (x: Tensor, step: number) => Tensor = (x) => x,
      ) => {
        const values = [...inputs];
        const pick = (place: number) => values[place % values.length] as Tensor;
        for (const [step, { kind, places, ...names }] of steps.entries()) {
          const [a, b, c] = places.map(pick) as [Tensor, Tensor, Tensor];
          if (kind === 'unary') values.push(rounded((functions[names.unary] as Call)(a), step));
          else if (kind === 'binary') values.push(names.binary(a, b));
          else values.push(where(greater(a, b), b, c));
        }
        return [add(values.at(-1) as Tensor, inputs[0] as Tensor), ...values.slice(-3)];
      };
      const f = (...inputs: Tensor[]) => chain(inputs, unary);
      const reference = (...inputs: Tensor[]) => chain(inputs, exact);
      // The kernels' functions may round the last places otherwise: what that does to a result is measured.
      const shaken = (...inputs: Tensor[]) =>
        chain(inputs, exact, (x, step) =>
          mul(x, 1 + ([1, -0.6, 0.8, -1.3, 0.45][step % 5] as number) * 2 ** -21),
        );
      const found = await compile(f, { executor: cpuExecutor })(whole, ...others);
      const expected = await compile(reference, { executor: stock })(whole, ...others);
      const other = await compile(shaken, { executor: stock })(whole, ...others);
      found.forEach((one, index) => {
        expectClose(one, expected[index] as Tensor, other[index] as Tensor);
      });
    }),
    { numRuns: Number(process.env.NOOSPHERE_CASES ?? 100), seed: 7 },
  );
});

/** Values in steps of a quarter: what the kernels' functions round otherwise must not decide a comparison. */
function draw(shape: readonly number[], seed: number): Tensor {
  const size = shape.reduce((product, dim) => product * dim, 1);
  const values = Float32Array.from(
    { length: size },
    (_, index) => ((((index + seed) * 2654435761) % 64) - 32) / 16,
  );
  return fromData('float32', shape, values);
}

function expectClose(found: Tensor, expected: Tensor, shaken: Tensor): void {
  expect(found.shape).toEqual(expected.shape);
  const [a, b, c] = [found, expected, shaken].map((each) => {
    if (!isHostTensor(each)) throw new Error('a result holds no values');
    return hostData(each) as Float32Array;
  }) as [Float32Array, Float32Array, Float32Array];
  const wrong = a.findIndex((value, index) => {
    const other = b[index] as number;
    if (Object.is(value, other) || (Number.isNaN(value) && Number.isNaN(other))) return false;
    const shaking = Math.abs(other - (c[index] as number));
    // A quotient or a root at the end of its range.
    if (!Number.isFinite(shaking)) return false;
    return !(Math.abs(value - other) <= 4 * shaking + 1e-5 * Math.max(1, Math.abs(other)));
  });
  expect(wrong, `${a[wrong]} and ${b[wrong]} at ${wrong}`).toBe(-1);
}

test.skipIf(!kernels)('plain arithmetic gives the same bits', async () => {
  const f = (a: Tensor, b: Tensor) => div(sub(mul(a, b), add(a, 0.3)), add(mul(b, b), 1));
  const [a, b] = [draw([50, 333], 1), draw([333], 2)];
  const found = await compile(f, { executor: cpuExecutor })(a, b);
  const expected = await compile(f, { executor: stock })(a, b);
  expect(await found.data()).toEqual(await expected.data());
});

test.skipIf(!kernels)('a comparison that others read leaves the chain as a bool', async () => {
  const f = (a: Tensor) => {
    const isPositive = greater(mul(a, 2), 0);
    return [isPositive, where(isPositive, a, mul(a, 0.1))];
  };
  const x = draw([64], 3);
  const found = await compile(f, { executor: cpuExecutor })(x);
  const expected = await compile(f, { executor: stock })(x);
  expect(found.map(({ dtype }) => dtype)).toEqual(['bool', 'float32']);
  for (const [index, one] of found.entries())
    expect(await one.array()).toEqual(await (expected[index] as Tensor).array());
});

test.skipIf(!kernels)('bits do not depend on the number of threads', async () => {
  const f = (a: Tensor, b: Tensor) => tanh(add(mul(a, b), 0.5));
  const args = [draw([300, 512], 1), draw([300, 1], 2)] as const;
  const one = await compile(f, { executor: cpuExecutor, threads: 1 })(...args);
  const two = await compile(f, { executor: cpuExecutor, threads: 2 })(...args);
  expect(await two.data()).toEqual(await one.data());
});
