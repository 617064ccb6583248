/** A million rows of long CSV from the file to forecasts, with memory linear in the rows; and kinds of bad tables from a seed. */
import { execFile } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { tableCases } from '../bad-tables/cases.js';
import { type Size, seriesLength, writeRows } from '../million-rows-table.js';
import { Random } from '../random.js';
import type { AcceptanceRun, Measured, RunContext } from '../run.js';

const rowCounts = [250_000, 500_000, 1_000_000] as const;
const repeats = 5;
/** Four times the rows may cost at most this much more than four times the memory. */
const linearSlack = 1.25;

export const millionRows: AcceptanceRun = {
  name: 'million-rows',
  metric:
    'wrong outcomes: kinds of bad tables without a clear error or the right result, wrong forecasts of a million rows, memory that is not linear',
  bar: { is: '<=', value: 0 },
  run: measure,
};

async function measure(context: RunContext): Promise<Measured> {
  const wrong: string[] = [];
  const count = context.count ?? repeats;
  for (const { name, check } of tableCases) {
    for (let repeat = 0; repeat < count; repeat++) {
      const fault = await check(new Random(context.seed * 1000 + repeat));
      if (fault) wrong.push(`${name}, seed ${context.seed * 1000 + repeat}: ${fault}`);
    }
  }
  context.say(`${tableCases.length} kinds of tables, ${count} of each: ${wrong.length} wrong`);
  const sizes: Size[] = [];
  for (const rows of rowCounts) {
    const size = await readAndForecast(context, rows);
    context.say(describe(size));
    sizes.push(size);
    if (size.wrongForecasts > 0) wrong.push(`${rows} rows: ${size.wrongForecasts} wrong forecasts or gaps`);
  }
  const [small, , large] = sizes as [Size, Size, Size];
  const growth = large.peakBytes / Math.max(1, small.peakBytes);
  if (growth > linearSlack * (large.rows / small.rows))
    wrong.push(`memory grew ${growth.toFixed(1)}-fold for 4 times the rows`);
  const report = join(context.folder, 'million-rows.json');
  writeFileSync(report, JSON.stringify({ wrong, sizes, kinds: tableCases.map(({ name }) => name) }, null, 1));
  return {
    value: wrong.length,
    artifacts: [report],
    notes: [
      `${tableCases.length} kinds of tables, ${count} of each`,
      ...sizes.map(describe),
      ...wrong.slice(0, 10),
    ],
  };
}

const describe = ({ rows, readSeconds, forecastSeconds, peakBytes, frameBytes }: Size) =>
  `${rows} rows: read in ${readSeconds.toFixed(2)} s, gaps and forecasts in ${forecastSeconds.toFixed(2)} s, peak ${(peakBytes / rows).toFixed(0)} bytes a row over the start, ${(frameBytes / rows).toFixed(0)} of them the frame`;

/** In a process of its own: its peak is that of this table alone. */
async function readAndForecast({ folder }: RunContext, rows: number): Promise<Size> {
  const path = join(folder, `rows-${rows}.csv`);
  const seriesCount = rows / seriesLength;
  await writeRows(path, seriesCount);
  const script = fileURLToPath(new URL('../children/million-rows.ts', import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [
    ...process.execArgv,
    script,
    path,
    String(seriesCount),
  ]);
  rmSync(path);
  return JSON.parse(stdout) as Size;
}
