/** `noosphere PROGRAM …`: runs a program in this process, as if it had been started alone. */
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { runProgram, strictCommand, versionOf } from '@noosphere/command-line';
import { runtimeReport } from '@noosphere/core';
import { doctorText } from './doctor.js';

/** Packages by the word that starts their program, in the order in which help shows them. */
const packages: Readonly<Record<string, string>> = {
  forecast: '@noosphere/forecast-app',
  outlook: '@noosphere/outlook',
  'model-audit': '@noosphere/model-audit',
  footprint: '@noosphere/footprint',
};

async function main(): Promise<void> {
  const command = strictCommand('noosphere')
    .description('One command line for all programs; each says with --help what it does.')
    .usage('PROGRAM [options]')
    .version(versionOf(import.meta.url))
    .enablePositionalOptions();
  for (const name of Object.keys(packages)) {
    const { file, about } = readProgram(name);
    command
      .command(name)
      .description(about)
      .argument('[arguments...]')
      // What stands behind the name is the program's own, `--help` as well.
      .helpOption(false)
      .allowUnknownOption()
      .passThroughOptions()
      .action(() => start(file));
  }
  command
    .command('doctor')
    .description('what programs run on here, what is missing, and what adds it')
    .action(async () => console.log(doctorText(await runtimeReport())));
  await command.parseAsync();
}

/** What a package's manifest says of its program. */
interface Manifest {
  readonly description: string;
  /** Of an app, which is only started from here. */
  readonly main?: string;
  /** Of a package that users install, and start by this name too. */
  readonly bin?: Readonly<Record<string, string>>;
}

/** The file of a package's program, and the package's line about itself. */
function readProgram(name: string): { readonly file: string; readonly about: string } {
  const require = createRequire(import.meta.url);
  const path = require.resolve(`${packages[name]}/package.json`);
  const { main, bin = {}, description } = require(path) as Manifest;
  const [file = main ?? ''] = Object.values(bin);
  return { file: join(dirname(path), file), about: description };
}

async function start(file: string): Promise<void> {
  // As they were given: the parser would drop a `--`.
  process.argv.splice(1, 2, file);
  await import(pathToFileURL(file).href);
}

await runProgram('noosphere', main);
