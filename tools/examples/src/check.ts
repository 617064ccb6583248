// Type-checks and runs examples inside the test process, where workspace packages are read from their source.
import { Console } from 'node:console';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import { Writable } from 'node:stream';
import { fileURLToPath, pathToFileURL } from 'node:url';
import ts from 'typescript';
import { describe, expect, test } from 'vitest';
import { docstringExamples, type Example, markdownExamples } from './extract.js';
import { publicNames, withImports } from './imports.js';
import { compareOutput, expectedOutput } from './output.js';
import { type ExampleProgram, typeErrors, writeExamples } from './programs.js';

const repositoryFolder = fileURLToPath(new URL('../../../', import.meta.url));

export interface ExamplePlaces {
  /**
   * Markdown pages, from the package's folder; each must have an example with a claim or a quotation.
   * @default ['README.md']
   */
  readonly pages?: readonly string[];
  /**
   * Folders of TypeScript sources whose docstrings are read.
   * @default ['src']
   */
  readonly sources?: readonly string[];
}

/** Registers one test for the types of all examples of a package and one test per example for what it prints. */
export function testExamples(testFileUrl: string, places: ExamplePlaces = {}): void {
  const packageFolder = resolve(dirname(fileURLToPath(testFileUrl)), '..');
  const { pages = ['README.md'], sources = ['src'] } = places;
  const onPages = pages.map((page) => ({
    page,
    examples: markdownExamples(page.replaceAll('../', ''), readFileSync(join(packageFolder, page), 'utf8')),
  }));
  const inSources = sources.flatMap((folder) =>
    ts.sys
      .readDirectory(join(packageFolder, folder), ['.ts'], ['**/*.test.ts'])
      .flatMap((file) => docstringExamples(relative(packageFolder, file), readFileSync(file, 'utf8'))),
  );
  const names = inSources.length === 0 ? new Map() : publicNames(packageFolder);
  const withNames = inSources.map((example) => ({ ...example, code: withImports(example.code, names) }));
  const examples = [...onPages.flatMap((page) => page.examples), ...withNames];
  const programs = writeExamples(examples, join(packageFolder, 'test-results', 'examples'));

  describe('examples', () => {
    test.each(onPages)('$page has an example that is checked', ({ examples }) => {
      expect(examples.filter(isChecked)).not.toEqual([]);
    });
    test('examples compile', { timeout: 120_000 }, () => {
      expect(typeErrors(programs, packageFolder)).toEqual([]);
    });
    for (const example of examples.filter(({ quotes }) => quotes !== undefined)) {
      test(`${example.path}:${example.line} quotes ${example.quotes}`, () => {
        const quoted = readFileSync(join(repositoryFolder, example.quotes ?? ''), 'utf8');
        expect(withoutSpaces(quoted)).toContain(withoutSpaces(example.code));
      });
    }
    for (const program of programs.filter(({ example }) => example.savedAs === undefined)) {
      const { path, line, needs } = program.example;
      test(`${path}:${line} runs and prints what it says`, { timeout: 60_000 }, async ({ skip }) => {
        if (needs !== undefined && !process.env[needs]) {
          console.warn(`${path}:${line} is skipped: it needs ${needs}, which is not set`);
          skip(`it needs ${needs}`);
        }
        const problem = await checkExample(program);
        if (problem !== undefined) throw new Error(problem);
      });
    }
  });
}

// An example without a claim still runs, but a page of such would show nothing.
function isChecked(example: Example): boolean {
  return example.quotes !== undefined || expectedOutput(example) !== undefined;
}

/** Runs an example; undefined when it printed what it claims, otherwise a sentence saying where it did not. */
export async function checkExample({ example, file }: ExampleProgram): Promise<string | undefined> {
  const printed = await printedBy(() => import(/* @vite-ignore */ pathToFileURL(file).href));
  const claimed = expectedOutput(example);
  return claimed === undefined ? undefined : compareOutput(printed, claimed);
}

/** Everything printed through `console` while `work` runs, in an empty working folder of its own. */
async function printedBy(work: () => Promise<unknown>): Promise<string> {
  const chunks: string[] = [];
  const stdout = new Writable({
    write(chunk, _encoding, done) {
      chunks.push(String(chunk));
      done();
    },
  });
  const previous = { console: globalThis.console, folder: process.cwd() };
  const folder = mkdtempSync(join(tmpdir(), 'noosphere-example-'));
  process.chdir(folder);
  globalThis.console = new Console({ stdout, stderr: stdout, colorMode: false });
  try {
    await work();
  } finally {
    globalThis.console = previous.console;
    process.chdir(previous.folder);
    rmSync(folder, { recursive: true, force: true });
  }
  return chunks.join('');
}

function withoutSpaces(code: string): string {
  return code.replaceAll(/\s+/g, ' ').trim();
}
