/** The command line: options, one call, printing. */
import { createRequire } from 'node:module';
import { parseArgs } from 'node:util';
import { FootprintError } from '../errors.js';
import { toCodecarbonCsv } from '../reports/csv.js';
import { toMarkdown } from '../reports/markdown.js';
import { toPrometheus } from '../reports/prometheus.js';
import { energyText, timeText } from '../reports/quantities.js';
import { fileExists, replaceFile } from '../system/lines-file.js';
import { openHost } from '../system/real-host.js';
import type { TrackOptions } from '../tracker/options.js';
import type { Report } from '../tracker/report.js';
import { diagnose, diagnosisText, summaryText } from './doctor.js';
import { watch } from './watch.js';

const usage = `noosphere-footprint doctor [--json] [--root DIR]
noosphere-footprint watch [OPTIONS] -- COMMAND…

doctor says what can be measured here, what not and why, and the command that would change it.
watch runs a command and says what it took; its exit code is passed on, signals are forwarded.

--place CODE         ISO alpha-3 country or region, e.g. FRA or US-CA (default: the world's mean, flagged)
--intensity GRAMS    grams of CO2e a kWh of your own
--pue NUMBER         of the data centre (default 1)
--view VIEW          machine or process (default machine)
--record FILE        append a line of JSON each second
--format FORMAT      text, json, csv, markdown or prometheus (default text)
--out FILE           write the report there (default: standard error)
--force              replace a file that is there already
--version            print the version
--budget-joules N    end the command (SIGTERM) when so much is used
--budget-minutes N   the same, by time
--root DIR           look at the recorded /proc and /sys in this folder
`;

const formats: Readonly<Record<string, (report: Report) => string>> = {
  text: (report) => {
    const parts = Object.entries(report.components).map(([name, { method }]) => `${name} ${method}`);
    const site = report.pue === 1 ? '' : `, with the site (PUE ${report.pue})`;
    const how = `${report.view}${site}; ${parts.join(', ')}; ${report.carbon.intensity.name}${report.carbon.intensity.isAssumed ? ' (assumed)' : ''}`;
    const range = `${energyText(report.siteJoules)} (${report.rangeJoules.map((joules) => energyText(joules * report.pue)).join(' to ')})`;
    return `${summaryText(range, report.carbon.operationalKilograms, timeText(report.elapsedSeconds), how)}\n`;
  },
  json: (report) => `${JSON.stringify(report, null, 1)}\n`,
  csv: (report) => toCodecarbonCsv([report]),
  markdown: toMarkdown,
  prometheus: toPrometheus,
};

async function main(args: readonly string[]): Promise<number> {
  const end = args.indexOf('--');
  const command = end < 0 ? [] : args.slice(end + 1);
  const { values, positionals } = parseArgs({
    args: end < 0 ? [...args] : args.slice(0, end),
    allowPositionals: true,
    options: {
      json: { type: 'boolean', default: false },
      root: { type: 'string' },
      place: { type: 'string' },
      intensity: { type: 'string' },
      pue: { type: 'string' },
      view: { type: 'string', default: 'machine' },
      record: { type: 'string' },
      format: { type: 'string', default: 'text' },
      out: { type: 'string' },
      force: { type: 'boolean', default: false },
      version: { type: 'boolean', default: false },
      'budget-joules': { type: 'string' },
      'budget-minutes': { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.version) {
    process.stdout.write(`${createRequire(import.meta.url)('@noosphere/footprint/package.json').version}\n`);
    return 0;
  }
  const [verb, ...rest] = positionals;
  if (values.help || verb === undefined) {
    process.stdout.write(usage);
    return values.help ? 0 : 2;
  }
  if (rest.length > 0) throw new FootprintError(verb, `unexpected '${rest[0]}'; a command comes after --`);
  const host = openHost(values.root === undefined ? {} : { root: values.root });
  if (verb === 'doctor') {
    const diagnosis = diagnose(host);
    process.stdout.write(`${values.json ? JSON.stringify(diagnosis, null, 1) : diagnosisText(diagnosis)}\n`);
    return 0;
  }
  if (verb !== 'watch')
    throw new FootprintError('noosphere-footprint', `expected doctor or watch, got '${verb}'`);
  const format = formats[values.format];
  if (format === undefined)
    throw new FootprintError(
      'watch',
      `--format: expected ${Object.keys(formats).join(', ')}, got '${values.format}'`,
    );
  const { view } = values;
  if (view !== 'machine' && view !== 'process')
    throw new FootprintError('watch', `--view: expected machine or process, got '${view}'`);
  const options: TrackOptions = {
    host,
    view,
    ...(values.place !== undefined && { place: values.place }),
    ...(values.record !== undefined && { record: values.record }),
    ...(values.intensity !== undefined && { gramsPerKilowattHour: number('--intensity', values.intensity) }),
    ...(values.pue !== undefined && { pue: number('--pue', values.pue) }),
    budget: {
      ...(values['budget-joules'] !== undefined && {
        energyJoules: number('--budget-joules', values['budget-joules']),
      }),
      ...(values['budget-minutes'] !== undefined && {
        minutes: number('--budget-minutes', values['budget-minutes']),
      }),
    },
  };
  // Known before hours of work, not after them.
  if (values.out !== undefined && !values.force && fileExists(values.out))
    throw new FootprintError(
      'watch',
      `--out: ${values.out} is there already; choose another name or pass --force`,
    );
  const { exitCode, report } = await watch(command, options);
  for (const { limit, allowed, used } of report.budgetExceeded)
    process.stderr.write(
      `noosphere-footprint: the command was ended after ${timeText(report.elapsedSeconds)}: its budget of ${budgetText(limit, allowed)} is used up (${budgetText(limit, used)})\n`,
    );
  // The command's own output stays as it is: ours goes to standard error or a file.
  if (values.out === undefined) process.stderr.write(format(report));
  else replaceFile(values.out, format(report), 0o644);
  return exitCode;
}

/** Of the two budgets that this command line takes. */
function budgetText(limit: string, amount: number): string {
  return limit === 'energyJoules' ? energyText(amount) : timeText(60 * amount);
}

function number(name: string, text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value))
    throw new FootprintError('watch', `${name}: expected a number, got '${text}'`);
  return value;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  const message = error instanceof Error ? error.message : String(error);
  process.stderr.write(`noosphere-footprint: ${message}\n`);
  process.exitCode = 2;
}
