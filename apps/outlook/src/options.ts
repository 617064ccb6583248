/** The command line. */
import { Command, InvalidArgumentError, Option } from '@commander-js/extra-typings';
import type { Layout } from '@noosphere/forecast';

export interface OutlookOptions {
  readonly seed: number;
  readonly epochs: number;
  readonly json: string | undefined;
  readonly out: string | undefined;
  readonly force: boolean;
  readonly data: string | undefined;
  readonly layout: Layout | undefined;
  readonly series: readonly string[] | undefined;
  /** Whose electricity the carbon counts. */
  readonly place: string | undefined;
}

const example = `
Examples:
  npm start                                        every embedded market, 1 and 5 days ahead
  npm start -- --series IBM WTI --json result.json
  npm start -- --data prices.csv --layout wide     your own: date,<series>… or unique_id,ds,y`;

/** Reads the arguments; ends the process after --help, and with status 2 where they are wrong. */
export function readOptions(args: readonly string[]): OutlookOptions {
  const options = new Command('outlook')
    .description(
      'Forecasts log returns of daily prices from the last 10 days, naive and trained, and compares them on the ' +
        'last 20 % of days. A demonstration, not advice.',
    )
    .option(
      '--seed <number>',
      'seed of weights and batches: the same seed gives the same numbers',
      wholeNumber(0),
      1,
    )
    .option('--epochs <number>', 'passes over the training windows, at most', wholeNumber(1), 60)
    .option('--json <file>', 'write the result there as well')
    .option(
      '--out <dir>',
      'folder for models, forecasts and the result (default: a new one in ./outlook-out)',
    )
    .option('--force', 'write into a folder, or over a file, that is there already', false)
    .option('--data <csv>', 'your own daily prices instead of the embedded ones')
    .addOption(
      new Option('--layout <layout>', 'of --data, where detection is wrong').choices([
        'wide',
        'long',
      ] as const),
    )
    .option('--series <names...>', 'only these')
    .option('--place <code>', 'place whose electricity counts, such as DEU (default: the world, and said so)')
    .addHelpText('after', example)
    .allowExcessArguments(false)
    .configureOutput({ outputError: (text, write) => write(oneLine(text)) })
    .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : 2))
    .parse(args, { from: 'user' })
    .opts();
  return {
    ...options,
    json: options.json,
    out: options.out,
    data: options.data,
    layout: options.layout,
    series: options.series,
    place: options.place,
  };
}

function wholeNumber(least: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() === '' || !Number.isSafeInteger(value) || value < least || value >= 2 ** 32) {
      throw new InvalidArgumentError(`Expected a whole number from ${least} to ${2 ** 32 - 1}.`);
    }
    return value;
  };
}

function oneLine(text: string): string {
  return `outlook: ${text.trim().replace(/\s*\n\s*/g, ' ')}\n`;
}
