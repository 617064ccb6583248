import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { float, modelBytes } from '../../test/onnx-model.js';
import { fromNumbers } from '../graph/index.js';
import { add, compile, importOnnx, ones, processExecutor, type Tensor, tensor } from '../index.js';

/** A file whose loop adds x to its state as often as its input says. */
const file = importOnnx<'y'>(
  modelBytes({
    nodes: [
      [
        'Loop',
        'turns - x',
        'y',
        {
          body: {
            graph: {
              nodes: [
                ['Add', 'state one', 'next'],
                ['Identity', 'going', 'still'],
              ],
              inputs: [
                { name: 'turn', dtype: 'int64', shape: [] },
                { name: 'going', dtype: 'bool', shape: [] },
                float('state', 2),
              ],
              outputs: [{ name: 'still', dtype: 'bool', shape: [] }, float('next', 2)],
            },
          },
        },
      ],
    ],
    inputs: [float('x', 2), { name: 'turns', dtype: 'int64', shape: [] }],
    outputs: [float('y', 2)],
    initializers: { one: fromNumbers('float32', [1], [1]) },
  }),
);
const turns = (count: number) => fromNumbers('int64', [], [count]);
const x = tensor([1, 2]);
const compiled = (executor: ReturnType<typeof processExecutor>) =>
  compile((input: Tensor, count: Tensor) => file.apply({ x: input, turns: count }).y, { executor });

describe('a loop of 10^9 turns in a file', () => {
  test('ends at the time limit, and the next run works', async () => {
    const executor = processExecutor({ timeLimitMs: 2000 });
    const run = compiled(executor);
    expect(await (await run(x, turns(3))).array()).toEqual([4, 5]);
    const begun = performance.now();
    await expect(run(x, turns(1e9))).rejects.toThrow('run: was stopped after timeLimitMs: 2000');
    expect(performance.now() - begun).toBeLessThan(4000);
    expect(await (await run(x, turns(2))).array()).toEqual([3, 4]);
    await executor.close();
  });

  test('ends when it is aborted, for good', async () => {
    const controller = new AbortController();
    const executor = processExecutor({ signal: controller.signal });
    const run = compiled(executor);
    await run(x, turns(1));
    setTimeout(() => controller.abort(), 100);
    await expect(run(x, turns(1e9))).rejects.toThrow('run: was aborted');
    await expect(run(x, turns(1))).rejects.toThrow('run: was aborted');
  });
});

test('int64, booleans and empty tensors go there and back; an error there is one here', async () => {
  const executor = processExecutor();
  const run = compile((a: Tensor, flags: Tensor, none: Tensor) => [add(a, 1), flags, add(none, none)], {
    executor,
  });
  const [a, flags, none] = await run(turns(5), tensor([true, false]), ones([0, 2]));
  expect(await Promise.all([a, flags, none].map((each) => each?.array()))).toEqual([6, [true, false], []]);
  const { program } = await run.programFor(turns(5), tensor([true, false]), ones([0, 2]));
  await expect(program.run([ones([3])])).rejects.toThrow(/must be|expects/);
  await run.dispose();
  await executor.close();
  await expect(run(turns(5), tensor([true, false]), ones([0, 2]))).rejects.toThrow('was closed');
});

test.each([0, -1, Number.NaN, 2 ** 31])('a time limit of %d is refused', (timeLimitMs) => {
  expect(() => processExecutor({ timeLimitMs })).toThrow('timeLimitMs must be from 1');
});

test('this process ends by itself and cleanly with an idle one that was never closed', () => {
  const core = fileURLToPath(new URL('../index.ts', import.meta.url));
  const script = `
    import { add, compile, ones, processExecutor } from ${JSON.stringify(core)};
    const run = compile((x) => add(x, 1), { executor: processExecutor() });
    console.log(await (await run(ones([1]))).item());`;
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['--import', 'tsx', '--input-type=module', '-e', script],
    { encoding: 'utf8', timeout: 60_000 },
  );
  expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: '2\n', stderr: '' });
});
