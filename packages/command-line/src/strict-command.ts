/** Commands that refuse what is wrong in one line, with status 2. */
import { createRequire } from 'node:module';
import { Command } from '@commander-js/extra-typings';

/**
 * A command whose errors are one line with the program's name, and end it with status 2.
 * @param program The first word of the command unless it is given: that of `outlook fetch` is `outlook`.
 */
export function strictCommand(name: string, program = name.split(' ', 1)[0]): Command {
  return new Command(name)
    .configureOutput({
      outputError: (text, write) => write(`${program}: ${oneLine(text)}\n`),
    })
    .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : 2));
}

/** The version in the package.json above a program, from its `import.meta.url`: `src/main.ts` and `dist/main.js` alike. */
export function versionOf(url: string): string {
  const { version } = createRequire(url)('../package.json') as { version: string };
  return version;
}

function oneLine(text: string): string {
  return text
    .trim()
    .replace(/^error: /, '')
    .replace(/\s*\n\s*/g, ' ');
}
