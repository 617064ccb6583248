/** The command line. */
import { type Command, InvalidArgumentError, Option } from '@commander-js/extra-typings';
import { delimiterMark, strictCommand, versionOf } from '@noosphere/command-line';
import type { FillMethod, Layout, MetricName } from '@noosphere/forecast';

export type CommandName = 'predict' | 'cv' | 'compare' | 'fit';

export interface ForecastOptions {
  readonly command: CommandName;
  /** CSV or Parquet. */
  readonly data: string;
  readonly freq: string | undefined;
  /** Undefined where saved models know it. */
  readonly horizon: number | undefined;
  /** Rows in each season, the first one for models that know one. */
  readonly seasons: readonly number[] | undefined;
  readonly models: readonly string[] | undefined;
  /** Per cent of the intervals; undefined for the command's own. */
  readonly levels: readonly number[] | undefined;
  readonly conformal: boolean;
  readonly layout: Layout | undefined;
  readonly columns: readonly [id: string, time: string, target: string] | undefined;
  readonly series: readonly string[] | undefined;
  /** Rows at each series' end that are used. */
  readonly last: number | undefined;
  readonly fill: FillMethod;
  readonly timeZone: string | undefined;
  readonly delimiter: ',' | ';' | '\t' | undefined;
  readonly decimal: '.' | ',' | undefined;
  /** Order of a date's parts, such as DD/MM/YYYY. */
  readonly dateFormat: string | undefined;
  readonly unordered: 'error' | 'sort';
  readonly windows: number | undefined;
  readonly step: number | undefined;
  /** Windows from one fit to the next; false for one fit. */
  readonly refit: number | false;
  readonly metric: MetricName | undefined;
  /** Columns of covariates: known so far, known ahead, and one value a series. */
  readonly past: readonly string[];
  readonly future: readonly string[];
  readonly static: readonly string[];
  /** Table of the future covariates over the horizon. */
  readonly ahead: string | undefined;
  /** A folder of `fit` or `compare`. */
  readonly model: string | undefined;
  /** Fit the models there again. */
  readonly anew: boolean;
  readonly workers: number | undefined;
  readonly format: 'csv' | 'parquet' | 'json';
  readonly out: string | undefined;
  readonly json: string | undefined;
  /** A page with charts; not of `fit`. */
  readonly html: string | undefined;
  readonly place: string | undefined;
  readonly force: boolean;
  /** By option, the flags as given that another run on such a table needs again. */
  readonly flags: Readonly<Record<string, string>>;
}

const fillMethods = ['forward', 'linear', 'zero', 'mean', 'none'] as const;
const metrics = ['mase', 'rmsse', 'mae', 'rmse', 'smape200', 'smape100', 'mape'] as const;

const programHelp = `
Data: CSV or Parquet, long (unique_id,ds,y) or, as CSV, wide (date,<series>…).

Examples:
  noosphere forecast predict sales.csv --horizon 14
  noosphere forecast predict load.csv --freq h --horizon 48 --season 24,168 --models mstl,mfles,ensemble
  noosphere forecast cv sales.csv --horizon 14 --windows 5 --level 80 95
  noosphere forecast compare sales.parquet --horizon 14 --out chosen
  noosphere forecast cv sales.csv --horizon 14 --models nhits:steps=300,autoEts
  noosphere forecast predict sales.csv --horizon 14 --models tide --future price --ahead prices.csv
  noosphere forecast predict newer.parquet --model chosen`;

const modelHelp = `
Models: kinds of @noosphere/forecast, such as seasonalNaive, autoEts, autoTheta, mstl, mfles, with options behind
colons (autoEts:model=ZZN); neural ones, such as nlinear, nhits, nbeats, patchtst, tide or lstm, learn from all series
at once (nhits:steps=500:lookback=96); 'ensemble' adds the median of the others. Without --models a set is chosen for
the season and length of the series, and stated.

Covariates: neural models of the kinds mlp, nhits, tide and others, and arima, take the columns named by --past,
--future and --static.`;

const descriptions: Readonly<Record<CommandName, string>> = {
  predict: 'forecasts of every series, with intervals',
  cv: 'rolling-origin backtest: metrics of every model beside the naive ones',
  compare: 'chooses a model for each series on earlier windows, and scores the choice on the last one',
  fit: 'fits and saves models: settings and estimates',
};

/** Options that not every command has. */
const onlyOf: Readonly<
  Record<
    | 'level'
    | 'conformal'
    | 'model'
    | 'anew'
    | 'windows'
    | 'step'
    | 'format'
    | 'refit'
    | 'metric'
    | 'ahead'
    | 'html',
    readonly CommandName[]
  >
> = {
  level: ['predict', 'cv'],
  conformal: ['predict', 'cv'],
  model: ['predict', 'cv'],
  anew: ['predict'],
  windows: ['predict', 'cv', 'compare'],
  step: ['predict', 'cv', 'compare'],
  format: ['predict', 'cv', 'compare'],
  refit: ['cv', 'compare'],
  metric: ['cv', 'compare'],
  ahead: ['predict'],
  html: ['predict', 'cv', 'compare'],
};

/** Reads the arguments; ends the process after --help, and with status 2 where they are wrong. */
export function readOptions(args: readonly string[]): ForecastOptions {
  let read: ForecastOptions | undefined;
  const program = strictCommand('noosphere forecast', 'noosphere forecast')
    .version(versionOf(import.meta.url))
    .description('Forecasts, backtests and choice of models for tables of series.')
    .addHelpText('after', programHelp);
  for (const command of ['predict', 'cv', 'compare', 'fit'] as const) {
    const own = subcommand(command).action((data, options) => {
      for (const [option, commands] of Object.entries(onlyOf)) {
        if (!commands.includes(command) && own.getOptionValueSource(option as keyof typeof onlyOf) === 'cli')
          own.error(`error: --${option} is an option of ${commands.join(' and ')}, not of ${command}`);
      }
      const { id, time, target, season, level, refit, ...others } = options;
      const isNamed = id !== undefined || time !== undefined || target !== undefined;
      if (others.horizon === undefined && others.model === undefined)
        own.error("error: expected '--horizon <steps>', how far ahead to forecast");
      read = {
        ...others,
        command,
        data,
        conformal: others.conformal ?? false,
        force: others.force ?? false,
        anew: others.anew ?? false,
        seasons: season,
        levels: level,
        refit: refit === 0 ? false : refit,
        columns: isNamed ? [id ?? 'unique_id', time ?? 'ds', target ?? 'y'] : undefined,
        freq: others.freq,
        horizon: others.horizon,
        models: others.models,
        layout: others.layout,
        last: others.last,
        series: others.series,
        timeZone: others.timeZone,
        delimiter: others.delimiter,
        decimal: others.decimal,
        dateFormat: others.dateFormat,
        windows: others.windows,
        step: others.step,
        metric: others.metric,
        model: others.model,
        past: others.past ?? [],
        future: others.future ?? [],
        static: others.static ?? [],
        ahead: others.ahead,
        workers: others.workers,
        out: others.out,
        json: others.json,
        html: others.html,
        place: others.place,
        unordered: others.sort ? 'sort' : 'error',
        flags: flagsOf(own),
      };
    });
    for (const option of own.options)
      if (onlyOf[option.attributeName() as keyof typeof onlyOf]?.includes(command) === false)
        option.hideHelp();
    program.addCommand(own as unknown as Command);
  }
  program.parse(args, { from: 'user' });
  return read ?? program.error('error: expected predict, cv, compare or fit; --help shows examples');
}

/** Options that say where a run writes, and those of one command alone. */
const ownOptions: readonly string[] = [...Object.keys(onlyOf), 'horizon', 'out', 'json', 'html', 'force'];

function flagsOf(command: ReturnType<typeof subcommand>): Record<string, string> {
  const given = command.options.flatMap((option) => {
    const name = option.attributeName();
    if (ownOptions.includes(name) || command.getOptionValueSource(name as 'layout') !== 'cli') return [];
    const value: unknown = command.getOptionValue(name as 'layout');
    const text = Array.isArray(value) ? value.join(',') : String(value);
    const quoted = /^[\w.,:=/+-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
    return [[name, value === true ? `${option.long}` : `${option.long} ${quoted}`] as const];
  });
  return Object.fromEntries(given);
}

function subcommand(name: CommandName) {
  return strictCommand(name, 'noosphere forecast')
    .description(descriptions[name])
    .argument('<data>', 'table of series, .csv or .parquet')
    .option('--horizon <steps>', 'rows ahead', wholeNumber(1))
    .option('--freq <letters>', 'distance of rows: h, D, B, W, MS, 15min, … (default: inferred, and stated)')
    .option(
      '--season <rows>',
      'rows in a season, or several: 24,168 (default: by the frequency)',
      wholeNumbers,
    )
    .option('--models <names>', 'models, separated by commas', texts)
    .option(
      '--level <percent...>',
      'per cent of the intervals, such as 80 95 (default: these, for predict and for --conformal)',
      percents,
    )
    .option('--conformal', 'intervals from the errors of a backtest instead of the models’ own')
    .option(
      '--windows <number>',
      'origins of a backtest (default: 3; cv adds those that conformal intervals learn from; 20 of predict)',
      wholeNumber(1),
    )
    .option(
      '--step <rows>',
      'from one origin to the next (default: the horizon; 1 for conformal intervals)',
      wholeNumber(1),
    )
    .option('--refit <windows>', 'fit anew every so many windows, 0 for once', wholeNumber(0), 1)
    .addOption(
      new Option('--metric <name>', 'what ranks models (default: mase; mae of compare)').choices(metrics),
    )
    .option('--past <columns>', 'covariates known up to the last row', texts)
    .option('--future <columns>', 'covariates known for the horizon too: predict needs --ahead', texts)
    .option('--static <columns>', 'covariates with one value a series', texts)
    .option('--ahead <file>', 'long table of the future covariates over the horizon')
    .option('--model <dir>', 'predict with the models that fit or compare saved there')
    .option('--anew', 'fit the models of --model again instead of going on from their estimates')
    .option('--series <ids>', 'only these, separated by commas', texts)
    .addOption(new Option('--layout <layout>', 'where detection is wrong').choices(['wide', 'long'] as const))
    .option('--last <rows>', 'use only so many rows at the end of each series', wholeNumber(1))
    .option('--id <column>', 'of a long table (default: unique_id)')
    .option('--time <column>', 'of a long table (default: ds)')
    .option('--target <column>', 'of a long table (default: y)')
    .addOption(new Option('--fill <method>', 'of gaps').choices(fillMethods).default('forward' as const))
    .option('--sort', 'bring rows into the order of time instead of refusing them')
    .option('--time-zone <name>', 'whose clocks days and times are of, such as Europe/Berlin (default: UTC)')
    .option('--date-format <parts>', 'of dates that are not ISO 8601, such as DD/MM/YYYY')
    .addOption(new Option('--decimal <mark>', 'of numbers (default: .)').choices(['.', ','] as const))
    .option(
      '--delimiter <mark>',
      'of cells: comma, semicolon or tab (default: what the header has)',
      delimiterMark,
    )
    .option('--workers <threads>', '0 for none (default: all cores)', wholeNumber(0))
    .addOption(
      new Option('--format <kind>', 'of tables that are written')
        .choices(['csv', 'parquet', 'json'] as const)
        .default('csv' as const),
    )
    .option('--out <dir>', 'folder for tables and manifest (default: a new one in ./forecast-out)')
    .option('--json <file>', 'write the manifest with all results there as well')
    .option('--html <file>', 'write a page with charts and tables there as well')
    .option('--place <code>', 'whose electricity counts, such as DEU (default: the world, and said so)')
    .option('--force', 'write into a folder, or over a file, that is there already')
    .addHelpText('after', modelHelp)
    .allowExcessArguments(false);
}

function wholeNumber(least: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() === '' || !Number.isSafeInteger(value) || value < least)
      throw new InvalidArgumentError(`Expected a whole number from ${least}.`);
    return value;
  };
}

function texts(text: string): string[] {
  const parts = text.split(',').map((part) => part.trim());
  if (parts.some((part) => part === ''))
    throw new InvalidArgumentError('Expected names separated by commas.');
  return parts;
}

function wholeNumbers(text: string): number[] {
  return texts(text).map(wholeNumber(1));
}

/** 80 95, 80,95 or both ways at once. */
function percents(text: string, before: number[] | undefined): number[] {
  const values = texts(text).map(Number);
  if (!values.every((value) => value > 0 && value < 100))
    throw new InvalidArgumentError(
      'Expected per cent between 0 and 100, such as 80 95; the data come before.',
    );
  return [...(before ?? []), ...values];
}
