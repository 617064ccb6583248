/** The command `outlook serve`: options, and the address. */
import { InvalidArgumentError } from '@commander-js/extra-typings';
import { interruptedStatus, stopSignal, strictCommand } from '@noosphere/command-line';
import { serveFolder } from './serve-folder.js';

const example = `
Examples:
  noosphere outlook serve
  noosphere outlook serve reports --port 8080`;

/** Runs the command until Ctrl-C, which ends it with status 130. */
export async function runServe(args: readonly string[]): Promise<void> {
  const program = strictCommand('noosphere outlook serve', 'outlook')
    .description('Shows finished runs in a browser; it reads, and changes nothing.')
    .argument('[folder]', 'folder of runs, or one run', 'outlook-out')
    .option('--port <number>', '0 picks a free one', port, 0)
    .option('--host <name>', 'other than 127.0.0.1, the network can read the folder too', '127.0.0.1')
    .addHelpText('after', example)
    .allowExcessArguments(false)
    .parse(args, { from: 'user' });
  const [folder] = program.processedArgs;
  const signal = stopSignal(() => {});
  const { address, closed } = await serveFolder(folder, { ...program.opts(), signal });
  console.log(`${folder} is served at ${address} ; Ctrl-C ends it.`);
  await closed;
  process.exitCode = interruptedStatus;
}

function port(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && Number.isInteger(value) && value >= 0 && value <= 65_535) return value;
  throw new InvalidArgumentError('Expected a whole number from 0 to 65535.');
}
