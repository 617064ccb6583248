/** The command `outlook fetch`: options, the work, and what a user is told. */
import { InvalidArgumentError } from '@commander-js/extra-typings';
import { layOut, strictCommand } from '@noosphere/command-line';
import { defaultCacheFolder, folderCache } from './cache.js';
import { type FetchRequest, fetchSeries, type Manifest, manifestPath } from './fetch-series.js';

const example = `
Examples:
  noosphere outlook fetch --ecb USD JPY GBP --out rates.csv
  noosphere outlook fetch --fred DCOILWTICO DGS10 --start 2015-01-01 --out usa.csv
  noosphere outlook fetch --eia RWTC RBRTE --out oil.csv                      with EIA_API_KEY set
  noosphere outlook fetch --url https://example.org/p.csv --date-column Day --columns Close --out p.csv
  outlook run --data rates.csv`;

/** Beyond so many days a series is called stale: longer than weekends and holidays. */
const staleDays = 7;

function program() {
  return strictCommand('noosphere outlook fetch', 'outlook')
    .description(
      'Loads current series, and writes the table that --data reads. Nothing else reaches the network.',
    )
    .option('--ecb <codes...>', 'euro reference rates of the ECB, by currency code', codes)
    .option('--fred <series...>', 'series of FRED, such as DCOILWTICO')
    .option('--eia <series...>', 'daily petroleum prices of EIA, such as RWTC; with a key')
    .option('--eia-key <key>', 'key of EIA (default: EIA_API_KEY of the environment)')
    .option('--url <addresses...>', 'any table in CSV')
    .option('--date-column <name>', 'of --url (default: the first)')
    .option('--columns <names...>', 'of --url (default: all of numbers)')
    .option('--start <date>', 'first day, such as 2015-01-31', day)
    .option('--out <csv>', 'the table; its manifest is written beside it', 'fetched.csv')
    .option('--force', 'replace files that are there already', false)
    .option('--max-age <hours>', 'answers younger than this come from the cache', positive(0), 12)
    .option('--refresh', 'ask again, however young the answer is', false)
    .option('--offline', 'the cache alone, however old', false)
    .option('--cache <dir>', 'folder of answers', defaultCacheFolder())
    .option('--timeout <seconds>', 'for each answer', positive(0.001), 30)
    .option('--max-size <megabytes>', 'of each answer', positive(0.001), 50)
    .addHelpText('after', example)
    .allowExcessArguments(false);
}

/** Runs the command; what is wrong with options ends the process with status 2, as what it throws should. */
export async function runFetch(args: readonly string[]): Promise<void> {
  const options = program().parse(args, { from: 'user' }).opts();
  const request: FetchRequest = {
    ecb: options.ecb ?? [],
    fred: options.fred ?? [],
    eia: options.eia ?? [],
    eiaKey: options.eiaKey ?? process.env.EIA_API_KEY,
    urls: options.url ?? [],
    columns: { date: options.dateColumn, values: options.columns },
    start: options.start,
    out: options.out,
    force: options.force,
  };
  const manifest = await fetchSeries(request, {
    fetch: globalThis.fetch,
    now: () => new Date(),
    cache: folderCache(options.cache),
    maximumAgeMs: options.maxAge * 3_600_000,
    refresh: options.refresh,
    offline: options.offline,
    timeoutMs: options.timeout * 1000,
    maximumBytes: options.maxSize * 1e6,
  });
  for (const line of reportLines(manifest, options.out)) console.log(line);
}

function reportLines({ series, answers }: Manifest, out: string): string[] {
  const asked = answers.filter(({ cameFrom }) => cameFrom === 'network').length;
  const stale = series.filter(({ stalenessDays }) => stalenessDays > staleDays);
  return [
    ...layOut([
      ['series', 'days', 'from', 'to', 'days ago'],
      ...series.map(({ name, days, firstDate, lastDate, stalenessDays }) => [
        name,
        String(days),
        firstDate,
        lastDate,
        String(stalenessDays),
      ]),
    ]),
    ...stale.map(({ name, stalenessDays }) => `Stale: ${name} ends ${stalenessDays} days ago.`),
    `${answers.length} ${answers.length === 1 ? 'answer' : 'answers'}, ${asked} from the network; licences, hashes and times: ${manifestPath(out)}`,
    `Go on with: outlook run --data ${out}`,
  ];
}

function codes(text: string, before: string[] | undefined): string[] {
  if (!/^[A-Za-z]{3}$/.test(text)) throw new InvalidArgumentError('Expected currency codes, such as USD.');
  const code = text.toUpperCase();
  if (code === 'EUR') throw new InvalidArgumentError('Rates are units for one euro; name other currencies.');
  return before?.includes(code) ? before : [...(before ?? []), code];
}

function day(text: string): string {
  if (/^\d{4}-\d{2}-\d{2}$/.test(text) && new Date(`${text}T00:00:00Z`).toJSON()?.startsWith(text))
    return text;
  throw new InvalidArgumentError('Expected a date, such as 2015-01-31.');
}

function positive(least: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() !== '' && value >= least && value <= 1e6) return value;
    throw new InvalidArgumentError(`Expected a number from ${least} to 1000000.`);
  };
}
