// Examples as files: written, and type-checked together.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import ts from 'typescript';
import type { Example } from './extract.js';

/** An example written to a file, ready to be run. */
export interface ExampleProgram {
  readonly example: Example;
  readonly file: string;
}

/** Writes examples as files below `folder`, one folder a page, so that they can be compiled and imported. */
export function writeExamples(examples: readonly Example[], folder: string): ExampleProgram[] {
  rmSync(folder, { recursive: true, force: true });
  return examples
    .filter((example) => example.quotes === undefined)
    .map((example) => {
      const pageFolder = join(folder, example.path.replaceAll(/[\\/]/g, '-'));
      const file = join(pageFolder, example.savedAs ?? `line-${example.line}.ts`);
      mkdirSync(pageFolder, { recursive: true });
      // `export {}` makes a module of an example without imports, so that it may await.
      writeFileSync(file, `${example.code}\nexport {};\n`);
      return { example, file };
    });
}

/** The compiler options in a package's tsconfig.json. */
export function compilerOptions(packageFolder: string): ts.CompilerOptions {
  const config = ts.getParsedCommandLineOfConfigFile(join(packageFolder, 'tsconfig.json'), undefined, {
    ...ts.sys,
    onUnRecoverableConfigFileDiagnostic: (problem) => {
      throw new Error(ts.flattenDiagnosticMessageText(problem.messageText, '\n'));
    },
  });
  return config?.options ?? {};
}

/** The TypeScript errors of the examples, under the rules of the package they belong to. */
export function typeErrors(programs: readonly ExampleProgram[], packageFolder: string): string[] {
  // A reader's program may keep a value it does not use yet.
  const options = { ...compilerOptions(packageFolder), noUnusedLocals: false };
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
