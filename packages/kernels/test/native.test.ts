/** The addon and its crate, where a Rust toolchain is. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { loadKernels, runtimeLibrary } from '../src/index.js';

const crate = fileURLToPath(new URL('../native', import.meta.url));
const cargo = (...args: string[]) => spawnSync('cargo', args, { cwd: crate, encoding: 'utf8' });
// A toolchain that cannot reach its crates builds nothing.
const hasCrate = existsSync(`${crate}/target/release`) && cargo('build', '--release', '--quiet').status === 0;
const hasTool = (name: string) => hasCrate && cargo(name, '--version').status === 0;

describe.skipIf(!hasCrate)('the crate', () => {
  test.skipIf(!hasTool('fmt'))('is formatted', () => {
    expect(cargo('fmt', '--check')).toMatchObject({ status: 0, stdout: '' });
  });

  test.skipIf(!hasTool('clippy'))(
    'has nothing that clippy warns of',
    () => {
      const { status, stderr } = cargo(
        'clippy',
        '--release',
        '--quiet',
        '--all-targets',
        '--',
        '-D',
        'warnings',
      );
      expect({ status, stderr }).toMatchObject({ status: 0 });
    },
    120_000,
  );

  test('passes its own tests', () => {
    const { status, stdout } = cargo('test', '--release', '--quiet');
    expect({ status, stdout }).toMatchObject({ status: 0 });
    expect(stdout).toMatch(/test result: ok\. [1-9]\d* passed/);
  }, 120_000);
});

test('the addon loads, or the error says for which platform there is none', () => {
  try {
    expect(loadKernels().instructionSets().at(-1)).toBe('plain');
  } catch (error) {
    expect(String(error)).toMatch(/no native kernels for (linux|darwin|win32)-/);
    expect(hasCrate, String(error)).toBe(false);
  }
});

test.skipIf(!hasCrate)('the platform has a package of its own with the addon in it', () => {
  const folder = mkdtempSync(join(tmpdir(), 'noosphere-kernels-'));
  try {
    const script = fileURLToPath(new URL('../platform-package.mjs', import.meta.url));
    const { status, stderr } = spawnSync(process.execPath, [script, folder], { encoding: 'utf8' });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    expect(manifest).toMatchObject({ os: [process.platform], cpu: [process.arch] });
    const { instructionSets } = createRequire(import.meta.url)(folder) as ReturnType<typeof loadKernels>;
    expect(instructionSets().at(-1)).toBe('plain');
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('a folder without the library is named', () => {
  const entry = createRequire(import.meta.url).resolve('vitest');
  expect(() => runtimeLibrary(entry)).toThrow(/bin.napi-v6/);
});
