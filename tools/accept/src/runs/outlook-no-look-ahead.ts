/**
 * Whether the main job sees what is to come: all prices after a day are replaced by noise, and every forecast, choice and
 * weight up to that day must be the same text.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { outlook } from '../outlook.js';
import { Random } from '../random.js';
import type { AcceptanceRun, Measured, RunContext } from '../run.js';

const defaultCount = 10;
/** Days before the end among which the replaced ones begin: all parts of the job have results on either side. */
const [nearest, farthest] = [20, 250];
/** Rows of the rolling backtest count from the first of so many. */
const backtestDays = 1000;

export const outlookNoLookAhead: AcceptanceRun = {
  name: 'outlook-no-look-ahead',
  metric: `cells of forecasts, value at risk, weights and returns up to a day that change when everything after it becomes noise, over --count (${defaultCount}) days`,
  bar: { is: '<=', value: 0 },
  run,
};

async function run({ folder, seed, count = defaultCount, say }: RunContext): Promise<Measured> {
  const first = join(folder, 'embedded');
  await outlook(['allocate', '--out', first, '--seed', String(seed)]);
  const text = readFileSync(join(first, 'allocation/prices.csv'), 'utf8');
  const prices = table(text);
  const whole = join(folder, 'whole');
  await job(writePrices(folder, 'whole.csv', prices), whole, seed);
  const random = new Random(seed);
  let [changed, compared] = [0, 0];
  const notes: string[] = [];
  for (let place = 0; place < count; place++) {
    const back = nearest + Math.floor(((farthest - nearest) * (place + random.next())) / count);
    const known = prices.rows.length - back;
    const name = `after-${prices.rows[known - 1]?.[0]}`;
    const out = join(folder, name);
    await job(writePrices(folder, `${name}.csv`, spoiled(prices, known, random)), out, seed);
    const result = compare(whole, out, prices, known);
    changed += result.changed.length;
    compared += result.compared;
    notes.push(...result.changed.slice(0, 3));
    say(`${name}: ${result.compared} cells compared, ${result.changed.length} changed`);
  }
  if (compared < count * 10_000) throw new Error(`only ${compared} cells were compared`);
  return {
    value: changed,
    artifacts: [join(folder, 'whole.csv'), whole],
    notes: [`${compared} cells compared over ${count} days`, ...notes.slice(0, 10)],
  };
}

async function job(data: string, out: string, seed: number): Promise<void> {
  await outlook(['run', '--data', data, '--out', out, '--seed', String(seed), '--epochs', '2']);
}

interface Table {
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

function table(text: string): Table {
  const [header = '', ...rows] = text.trim().split('\n');
  return { header: header.split(','), rows: rows.map((row) => row.split(',')) };
}

function writePrices(folder: string, name: string, { header, rows }: Table): string {
  const path = join(folder, name);
  writeFileSync(path, `${[header, ...rows].map((row) => row.join(',')).join('\n')}\n`);
  return path;
}

/** From the row `known` on, each price is the one before times noise. */
function spoiled({ header, rows }: Table, known: number, random: Random): Table {
  const last = (rows[known - 1] ?? []).slice(1).map(Number);
  return {
    header,
    rows: rows.map((row, at) => {
      if (at < known) return row;
      for (const asset of last.keys())
        last[asset] = (last[asset] as number) * Math.exp(0.2 * (random.next() - 0.5));
      return [row[0] ?? '', ...last.map(String)];
    }),
  };
}

/** Cells of rows that were known, file by file. */
function compare(whole: string, spoiledRun: string, { rows, header }: Table, known: number) {
  const lastDay = rows[known - 1]?.[0] ?? '';
  const lastStep = backtestDays - (rows.length - known) - 1;
  const isKnownDay = (column: number) => (row: readonly string[]) => (row[column] ?? '') <= lastDay;
  const files: readonly (readonly [string, (row: readonly string[]) => boolean, readonly string[]])[] = [
    ['allocation/weights.csv', isKnownDay(1), []],
    ['allocation/returns.csv', isKnownDay(0), []],
    ['allocation/decide-weights.csv', isKnownDay(2), []],
    ['allocation/decide-returns.csv', isKnownDay(0), []],
    ['risk/value-at-risk.csv', isKnownDay(0), []],
    ['forecasts/backtest.csv', (row) => Number(row[2]) <= lastStep, ['y']],
    ...header
      .slice(1)
      .flatMap((name) =>
        [1, 5].map(
          (horizon) =>
            [`forecasts/${slugOf(name)}-h${horizon}.csv`, isKnownDay(0), ['target', 'actual']] as const,
        ),
      ),
  ];
  const changed: string[] = [];
  let compared = 0;
  for (const [file, isKnown, skipped] of files) {
    const [mine, other] = [whole, spoiledRun].map((run) => table(readFileSync(join(run, file), 'utf8'))) as [
      Table,
      Table,
    ];
    for (const [at, row] of mine.rows.entries()) {
      if (!isKnown(row)) continue;
      for (const [column, cell] of row.entries()) {
        if (skipped.includes(mine.header[column] ?? '')) continue;
        compared++;
        const found = other.rows[at]?.[column];
        if (found !== cell)
          changed.push(`${file}, row ${at + 2}, ${mine.header[column]}: ${cell} became ${found}`);
      }
    }
  }
  return { changed, compared };
}

/** As the job names its files. */
function slugOf(name: string): string {
  return name
    .toLowerCase()
    .replaceAll('&', '')
    .split(/[^a-z0-9]+/)
    .filter(Boolean)
    .join('-');
}
