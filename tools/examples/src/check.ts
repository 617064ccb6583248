// Type-checks and runs examples inside the test process, where workspace packages are read from their source.
import { Console } from 'node:console';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { Writable } from 'node:stream';
import { fileURLToPath, pathToFileURL } from 'node:url';
import ts from 'typescript';
import { describe, expect, test } from 'vitest';
import { docstringExamples, type Example, markdownExamples } from './extract.js';
import { compareOutput, expectedOutput } from './output.js';

const repositoryFolder = fileURLToPath(new URL('../../../', import.meta.url));

export interface ExamplePlaces {
  /**
   * Markdown pages, from the package's folder; each must have a checked example.
   * @default ['README.md']
   */
  readonly pages?: readonly string[];
  /**
   * Folders of TypeScript sources whose docstrings are read.
   * @default ['src']
   */
  readonly sources?: readonly string[];
}

/** An example written to a file, ready to be run. */
export interface ExampleProgram {
  readonly example: Example;
  readonly file: string;
}

/** Registers one test for the types of all examples of a package and one test per example for what it prints. */
export function testExamples(testFileUrl: string, places: ExamplePlaces = {}): void {
  const packageFolder = resolve(dirname(fileURLToPath(testFileUrl)), '..');
  const { pages = ['README.md'], sources = ['src'] } = places;
  const onPages = pages.map((page) => ({
    page,
    examples: markdownExamples(page, readFileSync(join(packageFolder, page), 'utf8')),
  }));
  const inSources = sources.flatMap((folder) =>
    ts.sys
      .readDirectory(join(packageFolder, folder), ['.ts'], ['**/*.test.ts'])
      .flatMap((file) => docstringExamples(relative(packageFolder, file), readFileSync(file, 'utf8'))),
  );
  const examples = [...onPages.flatMap((page) => page.examples), ...inSources];
  const programs = writeExamples(examples, join(packageFolder, 'test-results', 'examples'));

  describe('examples', () => {
    test.each(onPages)('$page has an example whose output is checked', ({ examples }) => {
      expect(examples.some((example) => expectedOutput(example) !== undefined)).toBe(true);
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
      const { path, line } = program.example;
      test(`${path}:${line} runs and prints what it says`, { timeout: 60_000 }, async () => {
        expect(await checkExample(program)).toBeUndefined();
      });
    }
  });
}

/** Writes examples as files below `folder`, one folder a page, so that they can be compiled and imported. */
export function writeExamples(examples: readonly Example[], folder: string): ExampleProgram[] {
  rmSync(folder, { recursive: true, force: true });
  return examples
    .filter((example) => example.quotes === undefined)
    .map((example) => {
      const pageFolder = join(folder, example.path.replaceAll('../', '').replaceAll(/[\\/]/g, '-'));
      const file = join(pageFolder, example.savedAs ?? `line-${example.line}.ts`);
      mkdirSync(pageFolder, { recursive: true });
      // `export {}` makes a module of an example without imports, so that it may await.
      writeFileSync(file, `${example.code}\nexport {};\n`);
      return { example, file };
    });
}

/** Runs an example; undefined when it printed what it claims, otherwise a sentence saying where it did not. */
export async function checkExample({ example, file }: ExampleProgram): Promise<string | undefined> {
  const printed = await printedBy(() => import(/* @vite-ignore */ pathToFileURL(file).href));
  const claimed = expectedOutput(example);
  return claimed === undefined ? undefined : compareOutput(printed, claimed);
}

/** The TypeScript errors of the examples, under the rules of the package they belong to. */
export function typeErrors(programs: readonly ExampleProgram[], packageFolder: string): string[] {
  const config = ts.getParsedCommandLineOfConfigFile(join(packageFolder, 'tsconfig.json'), undefined, {
    ...ts.sys,
    onUnRecoverableConfigFileDiagnostic: (problem) => {
      throw new Error(ts.flattenDiagnosticMessageText(problem.messageText, '\n'));
    },
  });
  // A reader's program may keep a value it does not use yet.
  const options = { ...config?.options, noUnusedLocals: false };
  const files = programs.map(({ file }) => file);
  const program = ts.createProgram(files, options);
  const problems = files.flatMap((file) => {
    const source = program.getSourceFile(file);
    return [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)];
  });
  return problems.map((problem) => {
    const owner = programs.find(({ file }) => file.split(sep).join('/') === problem.file?.fileName);
    const line = problem.file?.getLineAndCharacterOfPosition(problem.start ?? 0).line ?? 0;
    const place = owner === undefined ? '' : `${owner.example.path}:${owner.example.line + line}: `;
    return place + ts.flattenDiagnosticMessageText(problem.messageText, '\n');
  });
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
