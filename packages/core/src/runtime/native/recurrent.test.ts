/** Native LSTM and GRU, values and gradients, beside the stock runtime, which the worker's thread runs. */
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { draw } from '../../../test/draw.js';
import {
  compile,
  grad,
  gru,
  type HostTensor,
  hostData,
  lstm,
  mul,
  sum,
  type Tensor,
  workerExecutor,
} from '../../index.js';
import { add } from '../../ops/index.js';
import { findKernels } from './kernels.js';

const { kernels } = await findKernels();
const stock = workerExecutor();
afterAll(() => stock.close());

type Tensors = Record<string, Tensor>;

/** The largest difference over the largest value of each of the results. */
async function differences(
  f: (inputs: Tensors) => Tensors,
  inputs: Tensors,
): Promise<Record<string, number>> {
  const own = compile(f, { precision: 'highest' });
  const other = compile(f, { executor: stock });
  const [ours, theirs] = [await own(inputs), await other(inputs)];
  await own.dispose();
  await other.dispose();
  const differenceOf = (name: string) => {
    const [a, b] = [ours, theirs].map((each) => [...(hostData(each[name] as HostTensor) as Float32Array)]);
    const largest = Math.max(...(b as number[]).map(Math.abs));
    return (
      Math.max(...(a as number[]).map((value, k) => Math.abs(value - (b?.[k] ?? Number.NaN)))) /
      (largest || 1)
    );
  };
  return Object.fromEntries(Object.keys(theirs).map((name) => [name, differenceOf(name)]));
}

const cases = fc.record({
  kind: fc.constantFrom('lstm', 'gru'),
  direction: fc.constantFrom('forward', 'reverse', 'bidirectional'),
  time: fc.integer({ min: 1, max: 9 }),
  batch: fc.integer({ min: 1, max: 30 }),
  inputs: fc.integer({ min: 1, max: 5 }),
  hidden: fc.integer({ min: 1, max: 40 }),
  hasBias: fc.boolean(),
  hasState: fc.boolean(),
  read: fc.constantFrom('each', 'last', 'both'),
  seed: fc.nat(),
});

type Case = typeof cases extends fc.Arbitrary<infer T> ? T : never;

const directions = ({ direction }: Case) => (direction === 'bidirectional' ? 2 : 1);

function inputsOf(given: Case): Tensors {
  const { kind, time, batch, inputs, hidden, hasBias, hasState, seed } = given;
  const stacked = directions(given) === 2 ? [2] : [];
  const gates = (kind === 'lstm' ? 4 : 3) * hidden;
  return {
    x: draw([time, batch, inputs], seed),
    weightInput: draw([...stacked, gates, inputs], seed + 1),
    weightHidden: draw([...stacked, gates, hidden], seed + 2),
    ...(hasBias && {
      biasInput: draw([...stacked, gates], seed + 3),
      biasHidden: draw([...stacked, gates], seed + 4),
    }),
    ...(hasState && { initialHidden: draw([...stacked, batch, hidden], seed + 5) }),
    ...(hasState && kind === 'lstm' && { initialCell: draw([...stacked, batch, hidden], seed + 6) }),
  };
}

function run(given: Case, { x, ...rest }: Tensors): Tensors {
  const options = { ...rest, direction: given.direction } as never;
  const result = given.kind === 'lstm' ? lstm(x as Tensor, options) : gru(x as Tensor, options);
  return { ...result } as unknown as Tensors;
}

/** Weighted sums, so that what reaches each value differs. */
function lossOf(given: Case, inputs: Tensors): Tensor {
  const results = run(given, inputs);
  const wanted = { each: ['output'], last: ['hidden', 'cell'], both: ['output', 'hidden', 'cell'] }[
    given.read
  ] as string[];
  const parts = wanted.flatMap((name, index) => {
    const result = results[name];
    return result ? [sum(mul(result, draw(result.shape as number[], given.seed + 10 + index)))] : [];
  });
  return parts.reduce((total, part) => add(total, part));
}

describe.skipIf(!kernels)('native recurrent layers', () => {
  test('equal the stock ones, values and gradients, in any direction and size', {
    timeout: 90_000,
  }, async () => {
    const check = async (given: Case) => {
      const inputs = inputsOf(given);
      const values = await differences((own) => run(given, own), inputs);
      for (const difference of Object.values(values)) expect(difference).toBeLessThan(5e-6);
      const gradients = await differences((own) => grad((each: Tensors) => lossOf(given, each))(own), inputs);
      expect(Object.keys(gradients)).toEqual(Object.keys(inputs));
      for (const difference of Object.values(gradients)) expect(difference).toBeLessThan(1e-5);
    };
    await fc.assert(fc.asyncProperty(cases, check), {
      numRuns: Number(process.env.NOOSPHERE_CASES ?? 40),
      seed: 1,
    });
  });

  test('gradients of gradients are those of the stock runtime', { timeout: 60_000 }, async () => {
    for (const kind of ['lstm', 'gru']) {
      const given = {
        kind,
        direction: 'forward',
        time: 4,
        batch: 3,
        inputs: 2,
        hidden: 5,
        hasBias: true,
        hasState: true,
        read: 'both',
        seed: 1,
      } as Case;
      const squares = (inputs: Tensors) => {
        const slopes = Object.values(grad((each: Tensors) => lossOf(given, each))(inputs));
        return slopes.map((slope) => sum(mul(slope, slope))).reduce((total, part) => add(total, part));
      };
      const found = await differences((inputs) => grad(squares)(inputs), inputsOf(given));
      for (const difference of Object.values(found)) expect(difference).toBeLessThan(2e-5);
    }
  });
});
