import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { generatePackage } from '../src/generate.js';
import { pnpmCommand } from '../src/pnpm.js';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const leftOut = new Set(['node_modules', 'dist', 'test-results', '.turbo', 'target']);
const parts = [
  ...['package.json', 'pnpm-workspace.yaml', 'pnpm-lock.yaml', 'README.md', 'LICENSE'],
  ...['tsconfig.base.json', 'tsconfig.build.json', 'vitest.shared.ts', 'biome.json', '.gitignore'],
  ...['packages/base', 'packages/kernels', 'packages/core', 'packages/datasets', 'packages/train', 'tools'],
];

/** A copy of the workspace, as small as a new package needs, that the test may change. */
function copyWorkspace(): string {
  const copy = mkdtempSync(join(tmpdir(), 'noosphere-workspace-'));
  for (const part of parts) {
    cpSync(join(root, part), join(copy, part), {
      recursive: true,
      filter: (path) => !leftOut.has(basename(path)),
    });
  }
  mkdirSync(join(copy, '.changeset'));
  // The other packages of the layer table are there by name and entries alone.
  const layers = JSON.parse(readFileSync(join(copy, 'tools/layers/layers.json'), 'utf8'));
  for (const folder of Object.keys(layers.packages).map((name) => join('packages', name))) {
    if (existsSync(join(copy, folder))) continue;
    const { name, exports } = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'));
    mkdirSync(join(copy, folder));
    writeFileSync(join(copy, folder, 'package.json'), JSON.stringify({ name, private: true, exports }));
  }
  return copy;
}

describe('a generated package', () => {
  let copy = '';
  let written: string[] = [];
  beforeAll(() => {
    copy = copyWorkspace();
    written = generatePackage(copy, 'sea-level');
  });
  afterAll(() => rmSync(copy, { recursive: true, force: true }));

  /** Nothing when pnpm succeeds, otherwise what it printed. */
  const pnpm = (...args: string[]): string => {
    const [command, ...first] = pnpmCommand(root);
    const { status, stdout, stderr } = spawnSync(command, [...first, ...args], {
      cwd: copy,
      encoding: 'utf8',
      shell: process.platform === 'win32' && command === 'npm',
    });
    return status === 0 ? '' : `pnpm ${args.join(' ')}\n${stdout}${stderr}`;
  };

  test('has what a package has, under its own name', () => {
    expect(written).toEqual(
      expect.arrayContaining(['packages/sea-level/README.md', '.changeset/add-sea-level.md']),
    );
    for (const file of written) {
      expect(existsSync(join(copy, file)), file).toBe(true);
      expect(readFileSync(join(copy, file), 'utf8'), file).not.toContain('package-name');
    }
    expect(readFileSync(join(copy, '.changeset/add-sea-level.md'), 'utf8')).toMatch(
      /^---\n'@noosphere\/sea-level': minor\n---\n\n\S/,
    );
    const layers = JSON.parse(readFileSync(join(copy, 'tools/layers/layers.json'), 'utf8'));
    expect(layers.packages['sea-level']).toEqual(['learn', 'train', 'core', 'base']);
    // The row stands in the table of packages: the line before it is one as well.
    expect(readFileSync(join(copy, 'README.md'), 'utf8')).toMatch(
      /\|\n\| \[`@noosphere\/sea-level`\]\(packages/,
    );
  });

  test('keeps the layers, is formatted, builds, tests and packs as it is', { timeout: 300_000 }, () => {
    // Only the members that the copy has; no network is needed, the store has everything.
    writeFileSync(
      join(copy, 'pnpm-workspace.yaml'),
      readFileSync(join(root, 'pnpm-workspace.yaml'), 'utf8').replace(
        /packages:(\n {2}- .*)+/,
        'packages:\n  - packages/*\n  - tools/examples\n  - tools/layers',
      ),
    );
    // Apps are not copied, so the root cannot depend on one.
    const manifest = JSON.parse(readFileSync(join(copy, 'package.json'), 'utf8'));
    delete manifest.devDependencies['@noosphere/cli'];
    writeFileSync(join(copy, 'package.json'), JSON.stringify(manifest, null, 2));
    expect(pnpm('install', '--prefer-offline', '--no-frozen-lockfile')).toBe('');
    expect(pnpm('run', 'layers')).toBe('');
    expect(pnpm('exec', 'biome', 'ci', 'packages/sea-level', 'tools/layers/layers.json')).toBe('');
    // The addon takes a minute to compile, and is copied where there is one.
    for (const tool of [['tsup'], ['tsc', '-p', 'tsconfig.build.json']]) {
      expect(pnpm('--filter', '@noosphere/kernels', 'exec', ...tool)).toBe('');
    }
    for (const below of ['base', 'core']) {
      expect(pnpm('--filter', `@noosphere/${below}`, 'run', 'build')).toBe('');
    }
    for (const script of ['build', 'typecheck', 'test', 'test:package']) {
      expect(pnpm('--filter', '@noosphere/sea-level', 'run', script)).toBe('');
    }
    // Its own four tests, the README's and the docstring's example, their types, and the exported names.
    const report = JSON.parse(
      readFileSync(join(copy, 'packages/sea-level/test-results/vitest.json'), 'utf8'),
    );
    expect(report).toMatchObject({ numPassedTests: 9, numFailedTests: 0 });
  });

  test('is refused where it exists, and with a name that is none', () => {
    expect(() => generatePackage(copy, 'train')).toThrow('packages/train exists already');
    expect(() => generatePackage(copy, 'Sea Level')).toThrow("expected a kebab-case name such as 'audio'");
    expect(() => generatePackage(copy, '../up')).toThrow('kebab-case');
    expect(existsSync(join(copy, 'packages/Sea Level'))).toBe(false);
  });
});
