import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { findViolations } from '../src/check.js';
import { type Layers, readLayers } from '../src/layers.js';
import { readImports, readWorkspace } from '../src/workspace.js';

const layers: Layers = {
  packages: { core: [], train: ['core'], vision: ['train', 'core'], nlp: ['train', 'core'] },
  folders: { core: ['shape', 'graph', 'runtime'] },
  owners: { 'onnxruntime-node': 'packages/core/src/runtime' },
};

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

/** Violations of a workspace of four packages, an app and a tool, with these files added. */
function violationsWith(files: Record<string, string>): string[] {
  const root = mkdtempSync(join(tmpdir(), 'noosphere-layers-'));
  folders.push(root);
  const members = [
    'packages/core',
    'packages/train',
    'packages/vision',
    'packages/nlp',
    'apps/show',
    'tools/gauge',
  ];
  const manifests = members.map((path): [string, string] => [
    `${path}/package.json`,
    JSON.stringify({ name: `@noosphere/${path.split('/')[1]}`, exports: { '.': './src/index.ts' } }),
  ]);
  for (const [path, text] of [...manifests, ...Object.entries(files)]) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return findViolations(readWorkspace(root), layers);
}

test('imports along the direction pass', () => {
  const files = {
    'packages/core/src/index.ts': "export * from './graph/graph.js';\nexport * from './runtime/cpu.js';",
    'packages/core/src/graph/graph.ts':
      "import { a } from '../shape/shape.js';\nimport { b } from './node.js';",
    'packages/core/src/runtime/cpu.ts':
      "import * as runtime from 'onnxruntime-node';\nimport '../graph/graph.js';",
    'packages/core/src/graph/graph.test.ts': "import '../runtime/cpu.js';\nimport '@noosphere/gauge';",
    'packages/vision/src/index.ts':
      "import { a } from '@noosphere/core';\nimport { b } from '@noosphere/train';",
    'apps/show/src/main.ts': "import { a } from '@noosphere/vision';\nimport { b } from '@noosphere/nlp';",
    'tools/gauge/src/main.ts': "import { a } from '@noosphere/core';",
  };
  expect(violationsWith(files)).toEqual([]);
});

// Each row breaks one rule in one file; the violation names the file, the line and the rule.
test.each([
  ['a package above', 'packages/core/src/index.ts', "import '@noosphere/train';", 'nothing of ours'],
  ['a neighbouring domain', 'packages/vision/src/index.ts', "import '@noosphere/nlp';", 'only train, core'],
  ['an app', 'packages/nlp/src/index.ts', "import '@noosphere/show';", 'an app'],
  ['an app from an app', 'apps/show/src/main.ts', "import '@noosphere/show';", 'an app'],
  ['a tool', 'packages/nlp/src/index.ts', "import '@noosphere/gauge';", "developer's tool"],
  ['no public entry', 'apps/show/src/main.ts', "import '@noosphere/core/src/index.js';", 'no public entry'],
  [
    'no public entry, in a test',
    'apps/show/test/a.test.ts',
    "import '@noosphere/core/dist/x.js';",
    'no public entry',
  ],
  [
    'a file of another package',
    'packages/nlp/src/index.ts',
    "import '../../core/src/index.js';",
    'leaves the package',
  ],
  [
    'a folder to the right',
    'packages/core/src/shape/shape.ts',
    "import '../graph/graph.js';",
    'only from its left',
  ],
  [
    'the gathering index',
    'packages/core/src/shape/shape.ts',
    "import '../index.js';",
    'only folders to its left',
  ],
  ['an unordered folder', 'packages/core/src/extra/a.ts', "import '../shape/shape.js';", 'not in the order'],
  [
    'a type to the right',
    'packages/core/src/shape/a.ts',
    "import type { G } from '../graph/g.js';",
    'its left',
  ],
  ['a dynamic import', 'packages/core/src/shape/a.ts', "await import('../graph/g.js');", 'its left'],
  ['a re-export', 'packages/core/src/shape/a.ts', "export * from '../graph/g.js';", 'its left'],
  [
    'the runtime library',
    'packages/core/src/graph/a.ts',
    "import 'onnxruntime-node';",
    'core/src/runtime may',
  ],
  [
    'the runtime library in a test',
    'packages/nlp/test/a.test.ts',
    "import 'onnxruntime-node';",
    'runtime may',
  ],
])('%s is refused', (_name, path, text, rule) => {
  const violations = violationsWith({ [path]: `// A file.\n${text}` });
  expect(violations).toHaveLength(1);
  expect(violations[0]).toContain(`${path}:2: `);
  expect(violations[0]).toContain(rule);
});

test('a second folder that touches the file system is refused', () => {
  const one = {
    'packages/core/src/shape/a.ts': "import 'node:fs';",
    'packages/core/src/shape/b.ts': "import 'fs';",
  };
  expect(violationsWith(one)).toEqual([]);
  const two = { ...one, 'packages/core/src/graph/c.ts': "import 'node:fs/promises';" };
  expect(violationsWith(two)).toEqual([expect.stringContaining('2 folders touch the file system')]);
});

test('a dependency against the direction and an unknown package are refused', () => {
  const dependencies = { '@noosphere/nlp': 'workspace:*', typescript: '5.9.3' };
  const manifest = JSON.stringify({ name: '@noosphere/vision', dependencies });
  expect(violationsWith({ 'packages/vision/package.json': manifest })).toEqual([
    'packages/vision/package.json:1: depends on @noosphere/nlp, but vision may import only train, core',
  ]);
  expect(violationsWith({ 'packages/audio/package.json': '{ "name": "@noosphere/audio" }' })).toEqual([
    'packages/audio/package.json:1: audio is not in the table; add it to tools/layers/layers.json',
  ]);
});

test('imports are read with their lines, and text that looks like one is not', () => {
  const text = "// import 'a';\nimport b from 'b';\nconst c = `import 'c'`;\nexport { d } from 'd';\n";
  expect(readImports(text)).toEqual([
    { specifier: 'b', line: 2 },
    { specifier: 'd', line: 4 },
  ]);
});

test('the table has no package that imports itself through others', () => {
  const { packages } = readLayers();
  const reach = (name: string, seen: readonly string[]): readonly string[] =>
    seen.includes(name)
      ? [`${[...seen, name].join(' → ')}`]
      : (packages[name] ?? ['unknown']).flatMap((next) => reach(next, [...seen, name]));
  expect(Object.keys(packages).flatMap((name) => reach(name, []))).toEqual([]);
});
