import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
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
function violationsWith(files: Record<string, string>, table: Layers = layers): string[] {
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
  return findViolations(readWorkspace(root), table);
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

test('folders that import each other are refused, with the way round, in any package and app', () => {
  const ring = (root: string) => ({
    [`${root}/src/a/one.ts`]: "import '../b/two.js';",
    [`${root}/src/b/two.ts`]: "// Two.\nimport type { C } from '../c.js';",
    [`${root}/src/c.ts`]: "import './a/one.js';",
    [`${root}/src/a/one.test.ts`]: "import '../d/four.js';",
    [`${root}/src/d/four.ts`]: "import '../a/one.js';\nimport '../d/five.js';",
  });
  const way = 'folders import each other, a → b → c → a (a/one.ts:1, b/two.ts:2, c.ts:1);';
  const unordered = 'packages/nlp/src: a, b, d have no order;';
  expect(violationsWith(ring('apps/show'))).toEqual([expect.stringContaining(`apps/show/src: ${way}`)]);
  expect(violationsWith(ring('packages/nlp'))).toEqual([
    expect.stringContaining(`packages/nlp/src: ${way}`),
    expect.stringContaining(unordered),
  ]);
  const inOrder = { 'packages/core/src/shape/a.ts': "import '../graph/b.js';" };
  expect(
    violationsWith({ ...inOrder, 'packages/core/src/graph/b.ts': "import '../shape/a.js';" }),
  ).toContainEqual(expect.stringContaining('graph → shape → graph (graph/b.ts:1, shape/a.ts:1)'));
});

test('several folders need an order, in which a file of src is a folder of its own', () => {
  expect(violationsWith({ 'packages/nlp/src/a/a.ts': '', 'packages/nlp/src/b.ts': '' })).toEqual([]);
  expect(violationsWith({ 'packages/nlp/src/a/a.ts': '', 'packages/nlp/src/b/b.ts': '' })).toEqual([
    "packages/nlp/src: a, b have no order; add one to 'folders' in tools/layers/layers.json",
  ]);
  const files = {
    'packages/core/src/errors.ts': '',
    'packages/core/src/shape/a.ts': "import '../errors.js';",
  };
  expect(violationsWith(files, { ...layers, folders: { core: ['errors', 'shape'] } })).toEqual([]);
});

test('a row about a package that is not there is refused', () => {
  const table = {
    ...layers,
    packages: { ...layers.packages, audio: [] },
    folders: { ...layers.folders, sound: ['a'] },
  };
  expect(violationsWith({}, table)).toEqual([
    'tools/layers/layers.json:1: there is no package audio; take its rows out of the table',
    'tools/layers/layers.json:1: there is no package sound; take its rows out of the table',
  ]);
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

test('the orders of the table name only folders that are there', () => {
  const root = fileURLToPath(new URL('../../../packages/', import.meta.url));
  const { folders: orders } = readLayers();
  const missing = Object.entries(orders).flatMap(([name, order]) =>
    order
      .map((folder) => `${name}/src/${folder}`)
      .filter((path) => !existsSync(join(root, path)) && !existsSync(join(root, `${path}.ts`))),
  );
  expect(missing).toEqual([]);
});
