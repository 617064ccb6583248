import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { withImports } from '../src/imports.js';
import {
  apiOf,
  checkExample,
  compareOutput,
  docstringExamples,
  expectedOutput,
  markdownExamples,
  testExamples,
  typeErrors,
  writeExamples,
} from '../src/index.js';

testExamples(import.meta.url);

const page = [
  '# Page',
  '```ts save=two.ts',
  'export const two = 2;',
  '```',
  '```ts',
  "import { two } from './two.js';",
  'console.log(two + 1, await Promise.resolve([1, 2]));',
  '```',
  '```text',
  '3 [ 1, 2 ]',
  '```',
  '```sh',
  'exit 1',
  '```',
].join('\n');

function programsOf(markdown: string) {
  const folder = mkdtempSync(join(tmpdir(), 'noosphere-page-'));
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  return writeExamples(markdownExamples('page.md', markdown), join(folder, 'out'));
}

describe('reading', () => {
  test('a block may need a variable of the environment', () => {
    const [block] = markdownExamples('page.md', '```ts needs=DATA\nexport {};\n```');
    expect(block).toMatchObject({ needs: 'DATA' });
  });

  test('a page: blocks, their lines, their text and their options', () => {
    expect(markdownExamples('page.md', page)).toMatchObject([
      { line: 3, savedAs: 'two.ts' },
      { line: 6, text: '3 [ 1, 2 ]' },
    ]);
  });

  test('docstrings, with the line in the source', () => {
    const source =
      "const glob = 'a/**/b';\n/**\n * One.\n *\n * @example\n * ```ts\n * console.log(1); // → 1\n * ```\n */\nexport const one = 1;\n";
    expect(docstringExamples('one.ts', source)).toEqual([
      { path: 'one.ts', line: 7, code: 'console.log(1); // → 1' },
    ]);
  });

  test('bare docstring examples end at the next tag, and get the imports they leave out', () => {
    const source =
      '/**\n * Sum.\n * @example\n * const y = add(x, two);\n * console.log(y.add); // → 3\n * @default 1\n */\nlet a;';
    const [example] = docstringExamples('one.ts', source);
    expect(example).toEqual({
      path: 'one.ts',
      line: 4,
      code: 'const y = add(x, two);\nconsole.log(y.add); // → 3',
    });
    const names = new Map(['add', 'two', 'y', 'log'].map((name) => [name, '@noosphere/core']));
    expect(withImports(example?.code ?? '', names)).toBe(
      "import { add, two } from '@noosphere/core'; const y = add(x, two);\nconsole.log(y.add); // → 3",
    );
  });

  test('an open block and an unknown option are refused with their line', () => {
    expect(() => markdownExamples('page.md', 'a\n```ts\nb')).toThrow(
      'page.md:3: this block has no closing fence',
    );
    expect(() => markdownExamples('page.md', '```ts skip=1\n```')).toThrow("page.md:2: a block's option");
  });

  test('claims: arrows with more lines, a text block, both', () => {
    const claim = (markdown: string) =>
      expectedOutput(markdownExamples('page.md', markdown)[0] ?? { path: '', line: 0, code: '' });
    expect(claim('```ts\nf(); // → a\n//   b\n// a remark\n//   not a line\n```')).toEqual(['a', 'b']);
    expect(claim('```ts\nf();\n```\n```text\na\n```')).toEqual(['a']);
    expect(claim('```ts\nf();\n```')).toBeUndefined();
    expect(() => claim('```ts\nf(); // → a\n```\n```text\na\n```')).toThrow('twice');
  });
});

describe('comparing', () => {
  test('says the line and both texts', () => {
    expect(compareOutput('a\nb\n', ['a', 'c'])).toBe("line 2 of the output: expected 'c', got 'b'");
    expect(compareOutput('a\n', ['a', 'c'])).toBe("line 2 of the output: expected 'c', got no more lines");
    expect(compareOutput('a\nb\n', ['a'])).toBe("line 2 of the output: expected no more lines, got 'b'");
  });

  test('an ellipsis stands for anything within the line, the rest is literal', () => {
    expect(compareOutput('took 12.5 ms (1+1)', ['took … ms (1+1)'])).toBeUndefined();
    expect(compareOutput('took 12.5 s (1+1)', ['took … ms (1+1)'])).toBeDefined();
  });
});

describe('running', () => {
  test('what is printed is compared, saved blocks can be imported', async () => {
    const programs = programsOf(page);
    expect(await Promise.all(programs.slice(1).map(checkExample))).toEqual([undefined]);
  });

  test('a wrong claim is found', async () => {
    const [program] = programsOf('```ts\nconsole.log(1); // → 2\n```');
    expect(program && (await checkExample(program))).toBe("line 1 of the output: expected '2', got '1'");
  });

  test('a type error is found with the line of the page', { timeout: 60_000 }, () => {
    const programs = programsOf('# Page\n```ts\nconst a = 1;\nconst b: string = a;\n```');
    expect(typeErrors(programs, join(import.meta.dirname, '..'))).toEqual([
      "page.md:4: Type 'number' is not assignable to type 'string'.",
    ]);
  });
});

test('the API of a package: each entry, kinds of names, what comes from other files, and types apart from values', () => {
  const folder = mkdtempSync(join(tmpdir(), 'noosphere-api-'));
  const write = (file: string, text: string) => writeFileSync(join(folder, file), text);
  mkdirSync(join(folder, 'src'));
  const exports = {
    './more': { '@noosphere/source': './src/more.ts' },
    '.': { '@noosphere/source': './src/index.ts' },
    './package.json': './package.json',
  };
  write('package.json', JSON.stringify({ name: 'made-up', type: 'module', exports }));
  write(
    'src/more.ts',
    'export class Box {}\nexport interface Lid {}\nexport type Size = 1;\nexport const one = 1;\n',
  );
  write(
    'src/index.ts',
    "export { type Box, type Lid, one as first } from './more.js';\nexport * as more from './more.js';\nexport function add() {}\n",
  );
  expect(apiOf(folder).trim().split('\n')).toEqual([
    'made-up type Box',
    'made-up interface Lid',
    'made-up function add',
    'made-up const first',
    'made-up namespace more',
    'made-up/more class Box',
    'made-up/more interface Lid',
    'made-up/more type Size',
    'made-up/more const one',
  ]);
});
