/** The command line. */
import { type Command, InvalidArgumentError, Option } from '@commander-js/extra-typings';
import { delimiterMark, strictCommand, versionOf } from '@noosphere/command-line';
import type { Layout } from '@noosphere/forecast';

/** Parts of the job, in their order; each is a command of its own too. */
export const stageNames = [
  'quality',
  'networks',
  'forecast',
  'insight',
  'risk',
  'turbulence',
  'allocate',
  'decide',
] as const;
export type StageName = (typeof stageNames)[number];

const stageDescriptions: Readonly<Record<StageName, string>> = {
  quality: 'what the data are, where they end, and what is odd about them',
  networks: 'networks trained for each market, compared with naive forecasts, saved as ONNX',
  forecast: 'rolling backtest of many models, and the next days with intervals',
  insight: 'trend, changes of turbulence, odd days',
  risk: 'value at risk and its tests, stress, correlation',
  turbulence: 'a 1-D CNN that warns of turbulent months, beside a logistic baseline',
  allocate: 'portfolios by exact and heuristic search, walked forward net of costs',
  decide: 'a network trained through the cost of the allocation, beside one that forecasts first',
};

export interface OutlookOptions {
  /** Parts that are run. */
  readonly stages: readonly StageName[];
  readonly seed: number;
  readonly epochs: number;
  /** Days ahead of the forecasts, or periods of whatever length the prices have. */
  readonly horizon: number;
  /** To be allocated, in the base currency. */
  readonly budget: number;
  /** Currency code; `undefined` for EUR of the embedded markets, and for own prices as they are quoted. */
  readonly base: string | undefined;
  readonly json: string | undefined;
  readonly out: string | undefined;
  readonly force: boolean;
  readonly data: string | undefined;
  readonly layout: Layout | undefined;
  readonly delimiter: ',' | ';' | '\t' | undefined;
  readonly decimal: '.' | ',' | undefined;
  /** Order of a date's parts, such as DD/MM/YYYY. */
  readonly dateFormat: string | undefined;
  readonly series: readonly string[] | undefined;
  /** Whose electricity the carbon counts. */
  readonly place: string | undefined;
}

const example = `
Examples:
  npm start                                        the whole job on the embedded markets
  npm start -- --series IBM WTI --json result.json
  npm start -- --data prices.csv --horizon 20 --budget 1e6 --base EUR --country DEU
  npm start -- risk --series AAPL MSFT             one part alone

Beside it: fetch loads current series, watch FOLDER does the job for each new table, serve FOLDER shows finished runs
in a browser; each has --help.`;

/** Reads the arguments; ends the process after --help, and with status 2 where they are wrong. */
export function readOptions(args: readonly string[]): OutlookOptions {
  let read: OutlookOptions | undefined;
  const program = strictCommand('noosphere outlook', 'outlook')
    .version(versionOf(import.meta.url))
    .description('From markets to a decision that a person can check. A demonstration, not advice.')
    .addHelpText('after', example);
  const whole = { run: 'the whole job (what runs without a command)', ...stageDescriptions };
  for (const [name, description] of Object.entries(whole)) {
    const stages = name === 'run' ? stageNames : [name as StageName];
    const own = subcommand(name, description).action((options) => {
      const { country, place, ...others } = options;
      read = {
        ...others,
        stages,
        json: others.json,
        out: others.out,
        data: others.data,
        layout: others.layout,
        delimiter: others.delimiter,
        decimal: others.decimal,
        dateFormat: others.dateFormat,
        base: others.base,
        series: others.series,
        place: place ?? country,
      };
    });
    program.addCommand(own as unknown as Command, { isDefault: name === 'run' });
  }
  program.parse(args, { from: 'user' });
  return read ?? program.error('error: expected a command; --help lists them');
}

function subcommand(name: string, description: string) {
  return strictCommand(name, 'outlook')
    .description(description)
    .option(
      '--seed <number>',
      'seed of weights, batches and searches: the same seed gives the same numbers',
      wholeNumber(0),
      1,
    )
    .option('--epochs <number>', 'passes over the training windows, at most', wholeNumber(1), 60)
    .option(
      '--horizon <periods>',
      'days ahead of the forecasts (weeks of weekly prices, …)',
      wholeNumber(1),
      5,
    )
    .option('--budget <amount>', 'to be allocated, in the base currency', amount, 1_000_000)
    .option(
      '--base <code>',
      'currency in which risk and allocation are counted (default: EUR; own prices as they are quoted)',
      code,
    )
    .option('--json <file>', 'write the result there as well')
    .option(
      '--out <dir>',
      'folder for page, models, forecasts and the result (default: a new one in ./outlook-out)',
    )
    .option('--force', 'write into a folder, or over a file, that is there already', false)
    .option(
      '--data <table>',
      'your own prices, daily or of longer periods, instead of the embedded ones: CSV, or long Parquet',
    )
    .addOption(
      new Option('--layout <layout>', 'of --data, where detection is wrong').choices([
        'wide',
        'long',
      ] as const),
    )
    .option('--date-format <parts>', 'of dates in --data that are not ISO 8601, such as DD/MM/YYYY')
    .addOption(
      new Option('--decimal <mark>', 'of numbers in --data (default: .)').choices(['.', ','] as const),
    )
    .option(
      '--delimiter <mark>',
      'of cells: comma, semicolon or tab (default: what the header has)',
      delimiterMark,
    )
    .option('--series <names...>', 'only these')
    .option('--country <code>', 'whose electricity counts, such as DEU (default: the world, and said so)')
    .addOption(new Option('--place <code>', 'the same; also states and provinces, such as US-CA'))
    .allowExcessArguments(false);
}

function amount(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !(value > 0 && value < 1e15))
    throw new InvalidArgumentError('Expected an amount above 0, such as 1e6.');
  return value;
}

function code(text: string): string {
  if (!/^[A-Za-z]{3}$/.test(text)) throw new InvalidArgumentError('Expected a currency code, such as EUR.');
  return text.toUpperCase();
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
