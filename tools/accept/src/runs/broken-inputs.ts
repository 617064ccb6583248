/** The main job under broken, odd and hard tables of prices: refused in one line that names the place, or done, and said how. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type BrokenCase, brokenCases } from '../broken-prices/cases.js';
import { type OutlookEnd, runOutlook } from '../outlook.js';
import { Random } from '../random.js';
import type { AcceptanceRun, Measured, RunContext } from '../run.js';

const kinds = Object.keys(brokenCases);
const defaultCount = 2 * kinds.length;
const timeLimitMs = 120_000;

export const brokenInputs: AcceptanceRun = {
  name: 'broken-inputs',
  metric: `inputs that the main job answered neither with a clear error nor with a stated result, of --count (${defaultCount})`,
  bar: { is: '<=', value: 0 },
  run,
};

async function run({ folder, seed, count = defaultCount, say }: RunContext): Promise<Measured> {
  const random = new Random(seed);
  const wrong: string[] = [];
  const report: object[] = [];
  for (let place = 0; place < count; place++) {
    const kind = kinds[place % kinds.length] as string;
    const made = brokenCases[kind]?.(random);
    if (!made) continue;
    const own = join(folder, `case-${place}`);
    mkdirSync(own);
    writeFileSync(join(own, 'prices.csv'), made.text);
    // What is there already must stay as it is.
    writeFileSync(join(own, 'kept.json'), 'kept');
    const end = await runOutlook(
      ['allocate', '--data', join(own, 'prices.csv'), '--out', join(own, 'out'), ...(made.args ?? [])],
      { timeLimitMs },
    );
    const faults = faultsOf({ name: kind, ...made }, end, own);
    if (faults.length > 0) wrong.push(`${kind} (case ${place}): ${faults.join('; ')}`);
    report.push({ kind, status: end.status, stderr: end.stderr.slice(-400), faults });
    say(`${place + 1} of ${count}, ${kind}: ${faults.length === 0 ? 'right' : faults.join('; ')}`);
  }
  const artifact = join(folder, 'answers.json');
  writeFileSync(artifact, JSON.stringify(report, undefined, 1));
  return { value: wrong.length, artifacts: [artifact], notes: wrong };
}

function faultsOf(
  { expected, message }: BrokenCase,
  { status, stdout, stderr }: OutlookEnd,
  own: string,
): string[] {
  const faults: string[] = [];
  if (status === null) return ['did not end in time'];
  const errors = stderr.split('\n').filter((line) => line !== '' && !/^ *\d+ % /.test(line));
  if (/\n\s+at .*\.(ts|js):\d+/.test(stderr)) faults.push('a stack trace');
  if (readFileSync(join(own, 'kept.json'), 'utf8') !== 'kept') faults.push('a file was overwritten');
  if (expected === 'refused' || (expected === 'either' && status === 2)) {
    if (status !== 2) faults.push(`status ${status}, expected 2`);
    if (errors.length !== 1) faults.push(`${errors.length} lines of error, expected 1`);
    if (!message.test(stderr)) faults.push(`the error does not say ${message}: ${stderr.slice(0, 200)}`);
    if (existsSync(join(own, 'out', 'result.json'))) faults.push('results of a refused input');
    return faults;
  }
  if (status !== 0) faults.push(`status ${status}: ${errors.join(' ').slice(0, 300)}`);
  const flat = stdout.replace(/\s+/g, ' ');
  if (!message.test(flat)) faults.push(`the report does not say ${message}`);
  if (/\bNaN\b|undefined/.test(stdout)) faults.push('NaN or undefined in the report');
  return faults;
}
