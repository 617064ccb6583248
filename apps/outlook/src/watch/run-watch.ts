/** The command `outlook watch`: options, and what a user is told. The job is the caller's. */
import { join, relative } from 'node:path';
import { InvalidArgumentError } from '@commander-js/extra-typings';
import { interruptedStatus, stopSignal, strictCommand, wrap } from '@noosphere/command-line';
import { type WatchEvent, watchFolder } from './watch-folder.js';

export interface WatchJob {
  /** Folder that runs go to. */
  readonly out: string;
  /** What was given behind `--`, for each run. */
  readonly runOptions: readonly string[];
  readonly signal: AbortSignal;
}

const example = `
Examples:
  noosphere outlook watch incoming
  noosphere outlook watch incoming --out reports -- --horizon 20 --base USD`;

/** File in the folder of the runs that says what was done. */
const stateName = 'watch-state.json';

/** Runs the command until Ctrl-C, which ends it with status 130. */
export async function runWatch(
  args: readonly string[],
  job: (path: string, watch: WatchJob) => Promise<void>,
): Promise<void> {
  const program = strictCommand('noosphere outlook watch', 'outlook')
    .description('Does the job for each new or changed table of a folder, once, until Ctrl-C.')
    .argument('<folder>', 'where CSV and Parquet files arrive')
    .argument('[options...]', 'behind --: options of each run')
    .option('--out <dir>', 'folder of the runs, and of what is remembered', 'outlook-out')
    .option('--every <seconds>', 'between looks at the folder', seconds, 1)
    .addHelpText('after', example)
    .parse(args, { from: 'user' });
  const [folder, runOptions] = program.processedArgs;
  const { out, every } = program.opts();
  const signal = stopSignal(() => {
    process.stderr.write('\noutlook: ends after this file; Ctrl-C again leaves at once\n');
  });
  console.log(`Watching ${folder}; Ctrl-C ends it.`);
  const { done, failed } = await watchFolder(folder, {
    onFile: (path) => job(path, { out, runOptions, signal }),
    onEvent: tell,
    signal,
    stateFile: join(out, stateName),
    pollMs: every * 1000,
  });
  console.log(`${done} ${done === 1 ? 'file' : 'files'} done, ${failed} not done.`);
  process.exitCode = interruptedStatus;
}

function tell({ kind, path, message = '' }: WatchEvent): void {
  const name = relative('', path);
  if (kind === 'started') console.log(`${name}: begins`);
  if (kind === 'done') console.log(`${name}: done`);
  if (kind === 'failed') process.stderr.write(`${wrap(`outlook: ${name}: ${message}`)}\n`);
}

function seconds(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && value >= 0.05 && value <= 86_400) return value;
  throw new InvalidArgumentError('Expected seconds, from 0.05 to 86400.');
}
