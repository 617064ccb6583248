import { describe, expect, test } from 'vitest';
import { scalar } from '../graph/constants.js';
import { makeGraph } from '../graph/graph.js';
import { apply } from '../graph/node.js';
import { placeholder } from '../graph/tensor.js';
import {
  add,
  compile,
  fromNumbers,
  GraphError,
  gradients,
  less,
  mul,
  scan,
  sub,
  sum,
  type Tensor,
  tensor,
} from '../index.js';
import { lowerForCpu } from '../runtime/lower-cpu.js';
import { trace } from '../tensor/compile.js';
import { If, Loop } from './control-flow.js';

const x = tensor([1, 2]);

/** A branch that reads one outer tensor. */
function branch(name: string, body: (outer: Tensor) => Tensor) {
  const outer = placeholder('outer', 'float32', [2]);
  return makeGraph(name, [outer], [body(outer)]);
}

describe('If', () => {
  const choose = (condition: Tensor, outer: Tensor) =>
    apply(If, [condition, outer], {
      then_branch: branch('then', (each) => mul(each, 10)),
      else_branch: branch('else', (each) => sub(each, 1)),
      captures: 1,
    })[0] as Tensor;

  test('runs the branch that the condition names', async () => {
    const run = compile(choose);
    expect(await (await run(tensor(true), x)).array()).toEqual([10, 20]);
    expect(await (await run(tensor(false), x)).array()).toEqual([0, 1]);
    await run.dispose();
  });

  test('has no gradient and says why', () => {
    expect(() => gradients(sum(choose(tensor(true), x)), [x])).toThrow(GraphError);
    expect(() => gradients(sum(choose(tensor(true), x)), [x])).toThrow(/where\(\)/);
  });
});

test('Loop carries its state until the condition ends it, and collects', async () => {
  const places = [
    placeholder('round', 'int64', []),
    placeholder('go', 'bool', []),
    placeholder('total', 'float32', []),
    placeholder('step', 'float32', []),
  ] as const;
  const next = add(places[2], places[3]);
  const body = makeGraph('body', places, [less(next, 5), next, mul(next, 10)]);
  const run = compile((step: Tensor) =>
    apply(Loop, [fromNumbers('int64', [], [100]), scalar('bool', true), scalar('float32', 0), step], {
      body,
      captures: 1,
    }),
  );
  const [total, collected] = await run(tensor(2));
  expect(await total?.item()).toBe(6);
  expect(await collected?.array()).toEqual([20, 40, 60]);
  await run.dispose();
});

describe('a scan in a program', () => {
  const running = (xs: Tensor) =>
    scan(([total], [each]) => ({ state: [add(total, each)], outputs: [mul(total, 2), mul(total, 3)] }), {
      state: [scalar('float32', 0)],
      sequences: [xs],
    });

  test('collects only what is read', async () => {
    const { graph } = trace((xs: Tensor) => running(xs).outputs[1] as Tensor, [tensor([1, 2, 3])]);
    const [loop] = lowerForCpu(graph).nodes.filter((node) => node.operator.name === 'Scan');
    // The state and the one output; neither the other nor the history that a gradient would read.
    expect(loop?.outputs.length).toBe(2);
    expect(await running(tensor([1, 2, 3])).outputs[1]?.array()).toEqual([0, 3, 9]);
  });

  test('keeps a sequence to walk along where nothing reads its slices', async () => {
    const counting = scan(([count]) => ({ state: [add(count, 1)] }), {
      state: [scalar('float32', 0)],
      sequences: [tensor([7, 7, 7, 7])],
    });
    expect(await counting.state[0].item()).toBe(4);
  });
});
