/** The one command line as users start it, on the programs that were built. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, it } from 'vitest';

const bin = fileURLToPath(new URL('../bin/noosphere.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'noosphere-cli-'));
afterAll(() => rmSync(folder, { recursive: true }));

function run(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [bin, ...args], {
    cwd: folder,
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
}

it('shows each program with a line about it', () => {
  const { status, stdout } = run('--help');
  expect(status).toBe(0);
  for (const name of ['forecast', 'outlook', 'model-audit', 'footprint'])
    expect(stdout).toMatch(new RegExp(`^ {2}${name}\\b.* \\w+`, 'm'));
});

it('refuses an unknown program with the nearest known one, by status 2', () => {
  const { status, stderr } = run('forcast', 'x.csv');
  expect(status).toBe(2);
  expect(stderr).toMatch(/^noosphere: unknown command 'forcast' \(Did you mean forecast\?\)\n$/);
});

it('hands help and options on to the program', () => {
  expect(run('model-audit', '--help').stdout).toMatch(/^Usage: noosphere model-audit /);
  expect(run('outlook', 'serve', '--help').stdout).toMatch(/^Usage: noosphere outlook serve /);
  expect(run('footprint', '--version').stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
});

it('says what programs run on, and what adds native kernels where there are none', () => {
  const { status, stdout } = run('doctor');
  expect(status).toBe(0);
  expect(stdout).toMatch(/^executor +CPU, ONNX Runtime \d+\.\d+\.\d+$/m);
  const kernels = readdirSync(new URL('../../../packages/kernels', import.meta.url));
  const isBuilt = kernels.some((file) => file.endsWith('.node'));
  expect(stdout).toMatch(isBuilt ? /^kernels +native, .*plain$/m : /^kernels +none: .*rustup/m);
  const off = spawnSync(process.execPath, [bin, 'doctor'], {
    encoding: 'utf8',
    env: { ...process.env, NOOSPHERE_KERNELS: 'off' },
  });
  expect(off.stdout).toContain('kernels    none: NOOSPHERE_KERNELS is off; unset it');
});

it('runs a program: its files, its exit status, its errors', () => {
  const rows = Array.from({ length: 30 }, (_, t) => `2024-01-${String(t + 1).padStart(2, '0')},${t % 7}`);
  writeFileSync(join(folder, 'days.csv'), ['ds,y', ...rows].join('\n'));
  const forecast = run(
    'forecast',
    'predict',
    'days.csv',
    '--horizon',
    '3',
    '--models',
    'naive',
    '--out',
    'out',
  );
  expect(forecast.stderr).toBe('');
  expect(forecast.status).toBe(0);
  expect(forecast.stdout).toContain('Written: out/');
  const refused = run('forecast', 'predict', 'none.csv', '--horizon', '3');
  expect(refused.status).toBe(2);
  expect(refused.stderr).toMatch(/^noosphere forecast: .*none\.csv/);
});

it('passes on a command behind two dashes', () => {
  const { stdout, status } = run('model-audit', '--', process.execPath, '-e', 'process.exitCode = 0');
  expect(stdout).toMatch(/ J|joules|kJ|mJ/);
  expect(status).toBe(0);
});
