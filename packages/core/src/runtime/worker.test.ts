import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import {
  add,
  compile,
  cpuExecutor,
  full,
  matmul,
  ones,
  type Tensor,
  tensor,
  workerExecutor,
} from '../index.js';

test('a worker gives the values of the CPU executor, its results can be fed again and read here', async () => {
  const executor = workerExecutor();
  try {
    const x = tensor([
      [1, 2],
      [3, 4],
    ]);
    const there = compile((a: Tensor, b: Tensor) => ({ product: matmul(a, b), sum: add(a, b) }), {
      executor,
    });
    const here = compile((a: Tensor, b: Tensor) => matmul(a, b), { executor: cpuExecutor });
    const first = await there(x, x);
    const second = await there(first.product, first.sum);
    expect(await second.product.array()).toEqual(await (await here(first.product, first.sum)).array());
    expect(await add(first.sum, 1).array()).toEqual([
      [3, 5],
      [7, 9],
    ]);
  } finally {
    await executor.close();
  }
});

test('an error in the worker reaches the caller, and the thread goes on', async () => {
  const executor = workerExecutor();
  try {
    const run = compile((x: Tensor) => add(x, 1), { executor });
    const { program } = await run.programFor(ones([2]));
    await expect(program.run([ones([3])])).rejects.toThrow(/must be float32\[2\], got float32\[3\]/);
    expect(await (await run(ones([2]))).array()).toEqual([2, 2]);
  } finally {
    await executor.close();
  }
  await expect(executor.load((await compile((x: Tensor) => x).programFor(ones([1]))).graph)).rejects.toThrow(
    /was closed/,
  );
});

test('runs of one program at once do not share the memory of their inputs', async () => {
  const executor = workerExecutor();
  try {
    const run = compile((x: Tensor) => add(x, 1), { executor });
    await run(tensor([0, 0]));
    const sums = await Promise.all([1, 2, 3].map(async (value) => (await run(full([2], value))).array()));
    expect(sums).toEqual([
      [2, 2],
      [3, 3],
      [4, 4],
    ]);
  } finally {
    await executor.close();
  }
});

test('results that nobody keeps are freed while runs go on', async () => {
  const executor = workerExecutor();
  try {
    const run = compile((x: Tensor) => add(x, 1), { executor });
    let x: Tensor = ones([4_000_000]);
    for (let index = 0; index < 5; index++) x = await run(x);
    const before = process.memoryUsage().rss;
    for (let index = 0; index < 60; index++) x = await run(x);
    // Sixty results of 16 MB are 960 MB.
    expect(process.memoryUsage().rss - before).toBeLessThan(300e6);
  } finally {
    await executor.close();
  }
});

test('timers run while the worker works', async () => {
  const executor = workerExecutor();
  try {
    const x = ones([700, 700]);
    const run = compile((a: Tensor) => matmul(matmul(matmul(a, a), a), a), { executor, threads: 1 });
    await run(x);
    let ticks = 0;
    const timer = setInterval(() => ticks++, 1);
    for (let index = 0; index < 5; index++) await run(x);
    clearInterval(timer);
    expect(ticks).toBeGreaterThan(5);
  } finally {
    await executor.close();
  }
});

test('a process ends by itself and cleanly with an idle worker that was never closed', () => {
  const core = fileURLToPath(new URL('../index.ts', import.meta.url));
  const script = `
    import { add, compile, ones, workerExecutor } from ${JSON.stringify(core)};
    const run = compile((x) => add(x, 1), { executor: workerExecutor() });
    console.log(await (await run(ones([1]))).item());`;
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['--import', 'tsx', '--input-type=module', '-e', script],
    {
      encoding: 'utf8',
      timeout: 60_000,
    },
  );
  expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: '2\n', stderr: '' });
});
