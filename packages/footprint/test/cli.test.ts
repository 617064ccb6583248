// The command line as users run it, from source; the machine is this one.
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { readRecord } from '../src/index.js';
import { tree } from './trees.js';

const folder = mkdtempSync(join(tmpdir(), 'noosphere-footprint-cli-'));
afterAll(() => rmSync(folder, { recursive: true }));

const main = fileURLToPath(new URL('../src/cli/main.ts', import.meta.url));

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

function start(args: readonly string[]) {
  const child = spawn(process.execPath, ['--import', 'tsx', main, ...args], { cwd: dirname(main) });
  const [out, err]: [string[], string[]] = [[], []];
  child.stdout.on('data', (chunk: Buffer) => out.push(chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => err.push(chunk.toString()));
  const ended = new Promise<Ended>((resolve) => {
    child.on('close', (code) => resolve({ code, out: out.join(''), err: err.join('') }));
  });
  return { child, ended, out };
}

const cli = (...args: readonly string[]) => start(args).ended;

async function until(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await new Promise((resolve) => setTimeout(resolve, 20));
}

describe('doctor', () => {
  test('on a recorded tree: reason and the exact command', async () => {
    const root = join(folder, 'root');
    for (const [path, file] of Object.entries(tree('intel-server'))) {
      if (typeof file !== 'string') continue;
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), file);
    }
    const { code, out } = await cli('doctor', '--root', root);
    expect(code).toBe(0);
    expect(out).toContain('Gold 6248');
    expect(out).toMatch(/^cpu +measured, x0.95 to x1.05: RAPL .*intel-rapl:0, intel-rapl:1$/m);
  });

  test('--json is JSON', async () => {
    const { out } = await cli('doctor', '--json');
    expect(JSON.parse(out)).toMatchObject({ machine: { processors: expect.any(Number) } });
  });
});

describe('watch', () => {
  test('passes the exit code on, leaves the output alone, and writes the report', async () => {
    const out = join(folder, 'report.json');
    const program = 'for (let i = 0, s = 0; i < 3e7; i++) s += i; console.log("done"); process.exit(7)';
    const args = ['--place', 'FRA', '--format', 'json', '--out', out, '--', process.execPath, '-e', program];
    const ended = await cli('watch', ...args);
    expect(ended).toEqual({ code: 7, out: 'done\n', err: '' });
    const report = JSON.parse(readFileSync(out, 'utf8'));
    expect(report.energyJoules).toBeGreaterThan(0);
    // Nothing is replaced unasked, and that is known before the command runs.
    const again = await cli('watch', '--out', out, '--', process.execPath, '-e', 'console.log(1)');
    expect(again).toEqual({ code: 2, out: '', err: expect.stringContaining('is there already') });
    const forced = await cli('watch', '--force', '--out', out, '--', process.execPath, '-e', '0');
    expect([forced.code, readFileSync(out, 'utf8')]).toEqual([0, expect.stringMatching(/^footprint: /)]);
    // Only Linux tells about children.
    if (process.platform === 'linux') expect(report.processCpuSeconds).toBeGreaterThan(0);
  });

  test.skipIf(process.platform === 'win32')('forwards a signal and ends as the command does', async () => {
    const program =
      'process.on("SIGTERM", () => process.exit(5)); setInterval(() => {}, 1e3); console.log("up")';
    const { child, ended, out } = start(['watch', '--', process.execPath, '-e', program]);
    await until(() => out.join('').includes('up'));
    child.kill('SIGTERM');
    const { code, err } = await ended;
    expect(code).toBe(5);
    expect(err).toMatch(/^footprint: .* J .*World \(assumed\)$/m);
  });

  test.skipIf(process.platform === 'win32')(
    'killed with -9, the record has all but the last second',
    async () => {
      const record = join(folder, 'killed.jsonl');
      // It ends with the test's end of the pipe: kill -9 of the watcher leaves it running.
      const program = 'process.stdin.resume().on("end", () => process.exit())';
      const { child, ended } = start(['watch', '--record', record, '--', process.execPath, '-e', program]);
      const samples = () => {
        try {
          return readRecord(record).filter(({ kind }) => kind === 'sample');
        } catch {
          return [];
        }
      };
      await until(() => samples().length >= 2);
      child.kill('SIGKILL');
      child.stdin.destroy();
      await ended;
      const last = samples().at(-1);
      expect(last).toMatchObject({ energyJoules: expect.any(Number) });
      expect(samples().length).toBeGreaterThanOrEqual(2);
    },
  );

  test.skipIf(process.platform === 'win32')('says that a budget ended the command', async () => {
    const program = 'setInterval(() => {}, 1e3)';
    const { code, err } = await cli(
      'watch',
      '--budget-minutes',
      '0.01',
      '--',
      process.execPath,
      '-e',
      program,
    );
    expect(code).toBe(143);
    expect(err).toMatch(
      /^noosphere-footprint: the command was ended after .*: its budget of 0\.6 s is used up/m,
    );
  });

  test('the version is that of the package', async () => {
    const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
    expect(await cli('--version')).toEqual({ code: 0, out: `${version}\n`, err: '' });
  });

  test('wrong uses say what was expected', async () => {
    expect(await cli('watch')).toMatchObject({ code: 2, err: expect.stringContaining('expected a command') });
    expect(await cli('look')).toMatchObject({ code: 2, err: expect.stringContaining("got 'look'") });
    const missing = await cli('watch', '--', join(folder, 'no-such-program'));
    expect(missing).toMatchObject({ code: 2, err: expect.stringContaining('ENOENT') });
  });
});
