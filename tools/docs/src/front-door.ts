// What the main entry of a package offers to users, and what is missing there: a docstring, someone who uses the name.
import { readFileSync } from 'node:fs';
import { relative, sep } from 'node:path';
import { docstringExamples, entriesOf, exportsOf, isValue } from '@noosphere/tool-examples/reading';
import ts from 'typescript';

/** Where names are used: pages and sources, with their texts. */
export interface UserFile {
  /** Path from the repository, with `/`. */
  readonly path: string;
  readonly text: string;
}

const generatedPages = new Set(['docs/ops.md']);

/** The pages and sources below a repository that count as users: no tests, decisions or changesets. */
export function readUserFiles(root: string): UserFile[] {
  const excluded = [
    '**/node_modules',
    '**/dist',
    '**/test-results',
    '**/test',
    '**/*.test.ts',
    'docs/decisions',
  ];
  const include = ['*.md', 'docs', 'packages', 'apps', 'tools'];
  return ts.sys
    .readDirectory(root, ['.md', '.ts', '.mts', '.mjs'], excluded, include)
    .map((file) => ({ path: relative(root, file).split(sep).join('/'), text: readFileSync(file, 'utf8') }))
    .filter(({ path }) => !generatedPages.has(path));
}

/**
 * Sentences about the main entry of the package in a folder, one a problem: more than `most` values, a value without a
 * docstring, a value without a user. A user is a page that names it in code, an example in a docstring, or a source of
 * another package, app or tool that imports it.
 */
export function frontDoorProblems(
  packageFolder: string,
  folder: string,
  files: readonly UserFile[],
  most: number,
): string[] {
  const [entry] = entriesOf(packageFolder);
  const [exported = []] = entry === undefined ? [] : exportsOf([entry]);
  if (entry === undefined) return [`${folder}: expected a main entry with a source, got none`];
  const values = exported.filter(isValue);
  const used = new Set(files.flatMap((file) => namesUsed(file, entry.specifier, folder)));
  const tooMany = `${entry.specifier} exports ${values.length} values, at most ${most} are allowed; move some to another entry`;
  return [
    ...(values.length > most ? [tooMany] : []),
    ...values
      .filter(({ doc }) => doc === '')
      .map(({ name }) => `${name} of ${entry.specifier} has no docstring; say in a line what it is`),
    ...values
      .filter(({ name }) => !used.has(name))
      .map(
        ({ name }) =>
          `${name} of ${entry.specifier} has no user; show it in a page or an @example, or take it out`,
      ),
  ];
}

/** The names that a file uses of the entry: in code on a page, in examples, or imported from outside the package. */
function namesUsed({ path, text }: UserFile, specifier: string, folder: string): string[] {
  if (path.endsWith('.md')) return codeOf(text).flatMap(words);
  const inExamples = text.includes('@example')
    ? docstringExamples(path, text).flatMap(({ code }) => words(code))
    : [];
  return path.startsWith(`${folder}/`) ? inExamples : [...inExamples, ...imported(text, specifier)];
}

/** The fenced blocks of a page, and the code within its lines. */
function codeOf(markdown: string): string[] {
  const blocks = markdown.match(/^\s*```[\s\S]*?^\s*```/gm) ?? [];
  const lines = markdown.replaceAll(/^\s*```[\s\S]*?^\s*```/gm, '').match(/`[^`\n]+`/g) ?? [];
  return [...blocks, ...lines];
}

/** Words that are no members: `log` is not used by `console.log`. */
function words(code: string): string[] {
  return code.match(/(?<![.\w])[A-Za-z_]\w*/g) ?? [];
}

function imported(text: string, specifier: string): string[] {
  const lists = text.matchAll(/(?:import|export)\s+(?:type\s+)?\{([^}]*)\}\s*from\s*'([^']+)'/g);
  return [...lists].flatMap(([, names = '', from]) =>
    from === specifier ? names.split(',').map((name) => name.trim().split(/\s+as\s+/)[0] ?? '') : [],
  );
}
