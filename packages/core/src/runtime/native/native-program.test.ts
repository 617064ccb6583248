import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import {
  compile,
  cpuExecutor,
  fromData,
  hostData,
  matmul,
  mul,
  ones,
  type SteppingProgram,
  type Tensor,
  tanh,
} from '../../index.js';
import { makeGraph, placeholder } from '../../operators.js';
import { findKernels } from './kernels.js';

const { kernels } = await findKernels();
const kernelsEntry = new URL('../../../../kernels/src/index.ts', import.meta.url).href;
const entry = fileURLToPath(new URL('../../index.ts', import.meta.url));
const tsxApi = new URL('../../../../../node_modules/tsx/dist/esm/api/index.mjs', import.meta.url).href;
const tsx = fileURLToPath(new URL('../../../../../node_modules/tsx/dist/loader.mjs', import.meta.url));

function run(script: string, environment: Readonly<Record<string, string>> = {}) {
  const args = ['--import', tsx, '--conditions=@noosphere/source', '--input-type=module', '-e', script];
  const { status, signal, stdout, stderr } = spawnSync(process.execPath, args, {
    encoding: 'utf8',
    env: { ...process.env, ...environment },
  });
  return { status, signal, stdout: stdout.trim(), stderr };
}

const state = placeholder('state', 'float32', [64]);
const factor = placeholder('factor', 'float32', []);
const next = tanh(mul(state, factor));
const graph = makeGraph('steps', [state, factor], [next, next]);
async function loadSteps(): Promise<SteppingProgram> {
  const program = await cpuExecutor.loadSteps?.(graph, 1);
  if (!program) throw new Error('there are kernels, and no stepping program');
  return program;
}
const filled = (value: number) => fromData('float32', [64], new Float32Array(64).fill(value));

describe.skipIf(!kernels)('steps', () => {
  test.each([1, 2, 3, 6])(
    '%i in a call read what the one before wrote, and leave the first state alone',
    async (steps) => {
      const program = await loadSteps();
      const [first, a, b] = [filled(0.5), filled(9), filled(9)];
      const factors = Float32Array.from({ length: steps }, (_, index) => 1 + index / 4);
      const [seen] = (await program.runSteps({
        state: [first],
        next: [a],
        other: steps > 1 ? [b] : [],
        inputs: [fromData('float32', steps > 1 ? [steps] : [], factors)],
        steps,
      })) as [Tensor];
      let expected = 0.5;
      for (const each of factors) expected = Math.tanh(expected * each);
      const last = hostData(steps % 2 === 1 ? a : b) as Float32Array;
      expect(last[63]).toBeCloseTo(expected, 6);
      expect(hostData(first)[0]).toBe(0.5);
      expect(seen.shape).toEqual(steps > 1 ? [steps, 64] : [64]);
      expect((await seen.data()).at(-1)).toBe(last[63]);
      await program.dispose();
    },
  );

  test('buffers of another size are refused', async () => {
    const program = await loadSteps();
    const call = {
      state: [filled(1)],
      next: [filled(1)],
      other: [],
      inputs: [fromData('float32', [], Float32Array.of(1))],
      steps: 1,
    };
    await expect(program.runSteps({ ...call, next: [ones([63])] as never })).rejects.toThrow(
      /bytes of its input or output/,
    );
    await expect(program.runSteps({ ...call, inputs: [] })).rejects.toThrow(/numbers of buffers/);
    await program.dispose();
    await expect(program.runSteps(call)).rejects.toThrow(/was disposed/);
  });
});

describe.skipIf(!kernels)('a process', () => {
  const long = `
    const { compile, cpuExecutor, matmul, ones } = await import(${JSON.stringify(entry)});
    const x = ones([900, 900]);
    const f = compile((a) => { let y = a; for (let i = 0; i < 40; i++) y = matmul(y, a); return y; });
    await f(ones([900, 900]));
  `;

  test('may end during a run', () => {
    const { status, signal } = run(`${long} void f(x); setTimeout(() => process.exit(3), 30);`);
    expect({ status, signal }).toEqual({ status: 3, signal: null });
  });

  test('goes on when a worker thread ends during its run', () => {
    const inside = `import('node:worker_threads').then(async ({ parentPort }) => {
      // Sources need their loader in each thread.
      (await import(${JSON.stringify(tsxApi)})).register();
      ${long} void f(x); parentPort.postMessage('runs'); })`;
    const { stdout, status, signal } = run(`
      const { Worker } = await import('node:worker_threads');
      const { compile, mul, ones } = await import(${JSON.stringify(entry)});
      const worker = new Worker(${JSON.stringify(inside)}, { eval: true });
      await new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject));
      await worker.terminate();
      console.log(JSON.stringify(await (await compile((x) => mul(x, 2))(ones([2]))).array()));`);
    expect({ stdout, status, signal }).toEqual({ stdout: '[2,2]', status: 0, signal: null });
  });

  test('may load its first programs at once', () => {
    const { stdout, stderr } = run(`
      const { compile, mul, ones } = await import(${JSON.stringify(entry)});
      const loads = Array.from({ length: 8 }, (_, k) => compile((x) => mul(x, k + 1))(ones([2])));
      console.log((await Promise.all(loads)).length);`);
    expect({ stdout, stderr }).toEqual({ stdout: '8', stderr: '' });
  });

  test('may hold two addons', () => {
    const { stdout, status, signal, stderr } = run(`
      const { copyFileSync, mkdtempSync, readdirSync } = await import('node:fs');
      const { createRequire } = await import('node:module');
      const { dirname, join } = await import('node:path');
      const { tmpdir } = await import('node:os');
      const { exportOnnx, mul, spec } = await import(${JSON.stringify(entry)});
      const require = createRequire(${JSON.stringify(entry)});
      const { runtimeLibrary } = await import(${JSON.stringify(kernelsEntry)});
      const folder = join(dirname(new URL(${JSON.stringify(kernelsEntry)}).pathname), '..');
      const addon = readdirSync(folder).find((file) => file.endsWith('.node'));
      const other = join(mkdtempSync(join(tmpdir(), 'noosphere-')), 'other.node');
      copyFileSync(join(folder, addon), other);
      const bytes = exportOnnx(({ x }) => mul(x, 2), { inputs: { x: spec('float32', [2]) } });
      const options = { library: runtimeLibrary(require.resolve('onnxruntime-node')), threads: 1, config: {} };
      for (const path of [join(folder, addon), other]) {
        const session = await require(path).NativeSession.load(bytes, options);
        const output = new Uint8Array(8);
        const input = new Uint8Array(Float32Array.of(3, 4).buffer);
        await session.run({ state: [], next: [], other: [], inputs: [input], outputs: [output], steps: 1 });
        console.log([...new Float32Array(output.buffer)].join());
        await session.dispose();
      }`);
    expect({ stdout, status, signal, stderr }).toMatchObject({ stdout: '6,8\n6,8', status: 0, signal: null });
  });

  test('keeps its event loop free during a run', () => {
    const { stdout } = run(`${long}
      let ticks = 0; const timer = setInterval(() => ticks++, 1);
      await f(x); clearInterval(timer); console.log(ticks > 5);`);
    expect(stdout).toBe('true');
  });

  test('runs on the stock runtime where the kernels are switched off', () => {
    const script = `
      const { compile, ones, tanh, mul } = await import(${JSON.stringify(entry)});
      console.log(JSON.stringify(await (await compile((x) => tanh(mul(x, 0.5)))(ones([2]))).array()));`;
    expect(run(script, { NOOSPHERE_KERNELS: 'off' }).stdout).toBe(run(script).stdout);
    expect(run(script, { NOOSPHERE_INSTRUCTIONS: 'avx3' }).stderr).toContain(
      "NOOSPHERE_INSTRUCTIONS must be plain, avx2, avx512, amx or unset, got 'avx3'; did you mean avx2?",
    );
    expect(run(script, { NOOSPHERE_PRECISION: 'higher' }).stderr).toContain(
      "NOOSPHERE_PRECISION: must be 'highest', 'high' or 'medium', got 'higher'",
    );
    expect(run(script, { NOOSPHERE_KERNELS: 'maybe' }).stderr).toContain(
      "NOOSPHERE_KERNELS must be on or off, got 'maybe'",
    );
  });

  test('gives the same bits by each instruction set', () => {
    const script = `
      const { compile, exp, log, mul, add, tanh, erf, ones, fromData } = await import(${JSON.stringify(entry)});
      const x = fromData('float32', [1000], Float32Array.from({ length: 1000 }, (_, i) => i / 90 - 4));
      const y = await compile((x) => add(mul(tanh(x), erf(x)), log(add(exp(x), 1))))(x);
      console.log(Buffer.from((await y.data()).buffer).toString('base64'));`;
    expect(run(script, { NOOSPHERE_INSTRUCTIONS: 'plain' }).stdout).toBe(run(script).stdout);
    expect(run(script).stdout.length).toBeGreaterThan(5000);
  });
});

test.skipIf(!kernels)('two programs run at once in memory of their own', async () => {
  const f = compile((x: Tensor) => matmul(matmul(x, x), x));
  const results = await Promise.all([1, 2, 3].map((value) => f(mul(ones([80, 80]), value))));
  for (const [index, result] of results.entries())
    expect((await result.data())[0]).toBe(6400 * (index + 1) ** 3);
});
