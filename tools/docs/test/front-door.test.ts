import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { frontDoorProblems, readUserFiles } from '../src/front-door.js';

const root = fileURLToPath(new URL('../../../', import.meta.url));

test('the main entry of core: 260 values at most, each with a docstring and a user', () => {
  const folder = 'packages/core';
  expect(frontDoorProblems(join(root, folder), folder, readUserFiles(root), 260)).toEqual([]);
});

const exports = { '.': { '@noosphere/source': './src/index.ts' } };
const madeUp: Readonly<Record<string, string>> = {
  'README.md': 'Call `onPage(x)`.\n\n```ts\nconsole.log(inBlock());\n```\n\nplain inProse\n',
  'packages/made-up/package.json': JSON.stringify({ name: 'made-up', type: 'module', exports }),
  'packages/made-up/src/index.ts': [
    "export { bare, imported, inBlock, inProse, log, onPage, shown, tested, type Unused } from './names.js';",
  ].join('\n'),
  'packages/made-up/src/names.ts': [
    '/**\n * Shown.\n *\n * @example\n * console.log(shown()); // → 1\n */\nexport const shown = () => 1;',
    ...['imported', 'inBlock', 'inProse', 'log', 'onPage', 'tested'].map(
      (name) => `/** A name. */\nexport const ${name} = 1;`,
    ),
    'export const bare = 1;\nexport interface Unused {}',
  ].join('\n'),
  'packages/other/src/index.ts': "import { bare, imported as renamed } from 'made-up';",
  'packages/other/src/index.test.ts': "import { tested } from 'made-up';",
};

test('what is missing is named: too many values, a docstring, users; types do not count', () => {
  const copy = mkdtempSync(join(tmpdir(), 'noosphere-front-door-'));
  for (const [file, text] of Object.entries(madeUp)) {
    mkdirSync(dirname(join(copy, file)), { recursive: true });
    writeFileSync(join(copy, file), text);
  }
  const problems = (most: number) =>
    frontDoorProblems(join(copy, 'packages/made-up'), 'packages/made-up', readUserFiles(copy), most);
  expect(problems(7)).toEqual([
    'made-up exports 8 values, at most 7 are allowed; move some to another entry',
    'bare of made-up has no docstring; say in a line what it is',
    ...['inProse', 'log', 'tested'].map(
      (name) => `${name} of made-up has no user; show it in a page or an @example, or take it out`,
    ),
  ]);
  expect(problems(8)).toHaveLength(4);
});
