// npm run accept -- list | all | NAME… [--json FILE] [--seed S] [--count N]
import { fork } from 'node:child_process';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { toSentence, track } from '@noosphere/footprint';
import { type AcceptanceRun, MissingError, passes, type Row } from './run.js';
import { runs } from './runs/index.js';

const usage = `npm run accept -- list | all | NAME… [--json FILE] [--seed S] [--count N]

Each run measures one number against its bar; the exit code is 1 when one falls short or lacks what it needs.
NOOSPHERE_DATA and NOOSPHERE_MODELS name the folders of real data and weights, NOOSPHERE_PYTHON a Python with
the packages of tools/accept/python/requirements.txt; a run says what it misses.

--json FILE      write the rows as JSON
--seed S         seed of generators (default 1)
--count N        cases that a generator makes (default: the run's own)
--artifacts DIR  where raw results go (default: a new temporary folder)
`;

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'string' },
    seed: { type: 'string', default: '1' },
    count: { type: 'string' },
    artifacts: { type: 'string' },
    child: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  },
});

const repository = fileURLToPath(new URL('../../../', import.meta.url));

/** Runs one in this process and hands its row to the parent. */
async function runHere(run: AcceptanceRun, folder: string): Promise<Row> {
  const start = performance.now();
  const barText = `${run.bar.is} ${run.bar.value}`;
  const row = (value: number | null, ok: boolean, more: Partial<Row> = {}): Row => ({
    name: run.name,
    metric: run.metric,
    value,
    bar: barText,
    ok,
    seconds: (performance.now() - start) / 1000,
    peakMb: process.resourceUsage().maxRSS / 1024,
    energyJoules: null,
    artifacts: [],
    ...more,
  });
  const tracked = track({ name: run.name });
  try {
    const {
      value,
      artifacts,
      notes = [],
    } = await run.run({
      seed: Number(options.seed),
      count: options.count === undefined ? undefined : Number(options.count),
      folder,
      say: (line) => console.error(`  ${line}`),
    });
    for (const note of notes) console.log(`  ${note}`);
    const report = await tracked.stop();
    console.log(`  ${toSentence(report)}`);
    return row(value, passes(value, run.bar), { artifacts, energyJoules: report.energyJoules });
  } catch (error) {
    if (!(error instanceof MissingError)) console.error(error);
    await tracked.stop();
    return row(null, false, { error: error instanceof Error ? error.message : String(error) });
  }
}

/** Runs one in a process of its own: its peak memory is its own, and a crash ends only it. */
function runApart(run: AcceptanceRun, folder: string): Promise<Row> {
  const args = [run.name, '--child', '--artifacts', folder, '--seed', options.seed];
  if (options.count !== undefined) args.push('--count', options.count);
  return new Promise((resolveRow) => {
    let row: Row | undefined;
    const child = fork(fileURLToPath(import.meta.url), args, { cwd: repository });
    child.on('message', (message) => {
      row = message as Row;
    });
    child.on('close', (code, signal) => {
      resolveRow(
        row ?? {
          name: run.name,
          metric: run.metric,
          value: null,
          bar: `${run.bar.is} ${run.bar.value}`,
          ok: false,
          seconds: 0,
          peakMb: 0,
          energyJoules: null,
          artifacts: [],
          error: `the process ended with ${signal ?? code}`,
        },
      );
    });
  });
}

function report({ name, metric, value, bar, ok, seconds, peakMb, error }: Row): void {
  const result = value === null ? `no value: ${error}` : `${metric} ${value} (bar ${bar})`;
  console.log(
    `${ok ? 'ok  ' : 'FAIL'} ${name}: ${result}; ${seconds.toFixed(1)} s, peak ${peakMb.toFixed(0)} MB`,
  );
}

async function main(): Promise<void> {
  const isList = positionals[0] === 'list';
  if (options.help || positionals.length === 0) return console.log(usage);
  if (isList) {
    for (const { name, metric, bar } of runs) console.log(`${name}: ${metric}, bar ${bar.is} ${bar.value}`);
    return;
  }
  const unknown = positionals.filter((name) => name !== 'all' && !runs.some((run) => run.name === name));
  if (unknown.length > 0) {
    console.error(
      `accept: there is no ${unknown.join(', ')}; there are ${runs.map(({ name }) => name).join(', ')}`,
    );
    process.exitCode = 2;
    return;
  }
  const chosen = runs.filter(({ name }) => positionals.includes('all') || positionals.includes(name));
  const artifacts = resolve(options.artifacts ?? mkdtempSync(join(tmpdir(), 'noosphere-accept-')));
  if (options.child) {
    const [run] = chosen;
    if (run) process.send?.(await runHere(run, artifacts));
    process.disconnect?.();
    return;
  }
  const rows: Row[] = [];
  for (const run of chosen) {
    console.log(`▶ ${run.name}`);
    const folder = join(artifacts, run.name);
    mkdirSync(folder, { recursive: true });
    const row = await runApart(run, folder);
    rows.push(row);
    report(row);
  }
  if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify(rows, null, 1)}\n`);
  process.exitCode = rows.every(({ ok }) => ok) ? 0 : 1;
}

await main();
