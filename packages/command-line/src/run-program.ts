/** A program from its start to its end: what a user sees when something goes wrong. */
import { NoosphereError } from '@noosphere/core';

/**
 * Runs `main`; what it throws is one line on stderr and status 2.
 *
 * @param reword Puts a message of our packages into the program's own words. @default as it is
 */
export async function runProgram(
  name: string,
  main: () => Promise<void>,
  reword: (message: string) => string = (message) => message,
): Promise<void> {
  // A reader that goes away (`| head`) ends the program quietly.
  process.stdout.on('error', () => process.exit(0));
  try {
    await main();
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    // A file that cannot be read or written is the user's to mend, as what our packages refuse.
    const isExpected = NoosphereError.isInstance(error) || (error instanceof Error && 'syscall' in error);
    const kind = isExpected ? '' : 'internal error, please report this: ';
    const line = (isExpected ? reword(message) : message).replace(/\s*\n\s*/g, ' ');
    // An operation that has the program's name is not said twice.
    const text = line.startsWith(`${name}: `) ? line.slice(name.length + 2) : line;
    process.stderr.write(`${name}: ${kind}${text}\n`);
    process.exitCode = 2;
  }
}
