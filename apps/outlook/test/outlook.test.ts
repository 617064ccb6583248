import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadOnnx } from '@noosphere/core';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';

// Each test starts the app several times, from its source, maybe on a busy machine.
vi.setConfig({ testTimeout: 180_000 });

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));
const tsx = fileURLToPath(new URL('../../../node_modules/tsx/dist/loader.mjs', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'noosphere-outlook-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** 620 days of two series, one as good as noise, one that swings. */
beforeAll(() => {
  let price = 100;
  const lines = Array.from({ length: 620 }, (_, day) => {
    price *= Math.exp(0.01 * Math.sin(day * day));
    return `${new Date(Date.UTC(2020, 0, 1 + day)).toISOString().slice(0, 10)},${price},${50 + 10 * Math.sin(day / 3)}`;
  });
  writeFileSync(join(folder, 'prices.csv'), ['date,Noise,Swing', ...lines].join('\n'));
});

interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the app from its source, in the test's folder. */
function outlook(
  args: readonly string[],
  onOutput?: (text: string, kill: () => void) => void,
): Promise<Ended> {
  const child = spawn(process.execPath, ['--import', tsx, '--conditions=@noosphere/source', main, ...args], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk;
    onOutput?.(stdout, () => child.kill('SIGINT'));
  });
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk;
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (status) => resolve({ status, stdout, stderr }));
  });
}

const readJson = (name: string) => JSON.parse(readFileSync(join(folder, name), 'utf8'));
/** What must repeat: everything but times and memory. */
function numbersOf(result: { tables: { rows: Record<string, unknown>[] }[] }): unknown {
  return result.tables.map(({ rows }) => rows.map(({ fitSeconds: _, peakBytes: __, ...numbers }) => numbers));
}

test('a run on own data: verdict first, every row, files that hold what the table says', async () => {
  const { status, stdout, stderr } = await outlook([
    '--data',
    'prices.csv',
    '--out',
    'first',
    '--json',
    'first.json',
    '--epochs',
    '3',
  ]);
  // A slow machine is told how far the work is; nothing else.
  const unexpected = stderr.split('\n').filter((line) => line !== '' && !/^ *\d+ % /.test(line));
  expect([status, unexpected]).toEqual([0, []]);
  expect(stdout).toContain('not advice');
  expect(stdout).toContain('read as wide (the first column holds dates); 2 series, 620 rows, 0 gaps');
  expect(stdout).toContain('Noise  2020-01-01 to 2021-09-11, 620 days; test from ');
  const [, table = ''] = stdout.split('1 day ahead. ');
  expect(table).toMatch(/^(Naive wins: |\S+ is )/);
  for (const title of ['zero return', 'training mean', 'seasonal naive', 'linear', 'MLP']) {
    expect(table).toContain(title);
  }
  expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(100);

  const result = readJson('first.json');
  expect(result).toEqual(readJson('first/result.json'));
  expect(
    result.tables.map(({ series, horizon }: { series: string; horizon: number }) => [series, horizon]),
  ).toEqual([
    ['Noise', 1],
    ['Noise', 5],
    ['Swing', 1],
    ['Swing', 5],
  ]);
  for (const { rows, forecastsFile, test: testPart } of result.tables) {
    const [header = '', ...lines] = readFileSync(join(folder, 'first', forecastsFile), 'utf8')
      .trim()
      .split('\n');
    expect(header).toBe('origin,target,actual,zero,mean,seasonal,linear,mlp');
    expect(lines.length).toBe(testPart.windows);
    const cells = lines.map((line) => line.split(',').slice(2).map(Number));
    rows.forEach(({ mae }: { mae: number }, row: number) => {
      const errors = cells.map(([actual = 0, ...forecasts]) =>
        Math.abs(actual - (forecasts[row] ?? Number.NaN)),
      );
      expect(errors.reduce((sum, error) => sum + error, 0) / errors.length).toBeCloseTo(mae, 12);
    });
    for (const { files, rescored } of rows.slice(3)) {
      expect(rescored.largestDifference).toBeLessThan(1e-5);
      expect((await loadOnnx(join(folder, 'first', files.onnx))).inputs[0]?.shape).toEqual(['batch', 11]);
      expect(readJson(join('first', files.folder, 'model.json')).kind).toMatch(/^forecast\/returns\//);
    }
  }
  const { rows, manifest, files } = result.backtest;
  expect(rows.map(({ model }: { model: string }) => model)).toEqual(
    expect.arrayContaining([
      'AutoETS',
      'DynamicOptimizedTheta',
      'NHITS',
      'Ensemble',
      'SeasonalNaive',
      'Naive',
    ]),
  );
  expect(stdout).toContain('Rolling backtest of 2 markets, 5 days ahead');
  expect(stdout).toContain('The next 5 days by the ensemble');
  const [backtestHeader = '', ...backtestLines] = readFileSync(join(folder, 'first', files.backtest), 'utf8')
    .trim()
    .split('\n');
  expect(backtestLines.length).toBe(2 * manifest.windows * manifest.horizon);
  const columns = backtestHeader.split(',');
  const naive = rows.find(({ model }: { model: string }) => model === 'Naive');
  const errors = backtestLines.map((line) => {
    const cells = line.split(',');
    return Math.abs(Number(cells[columns.indexOf('y')]) - Number(cells[columns.indexOf('Naive')]));
  });
  expect(errors.reduce((sum, error) => sum + error, 0) / errors.length).toBeCloseTo(naive.mae, 12);
  expect(result.footprint.energyJoules).toBeGreaterThan(0);
  expect(result.failures).toEqual([]);
  expect(result.footprint.windows.map(({ path }: { path: string }) => path)).toEqual(
    expect.arrayContaining(['quality', 'networks', 'forecast', 'insight', 'risk', 'allocate']),
  );
  const weights = Object.values(result.allocate.decision as Record<string, number>);
  expect(weights.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 9);
  // The heuristics search what the exact solver has proved.
  const [exact, ...heuristic] = result.allocate.searches.map(({ risk }: { risk: number }) => risk);
  for (const risk of heuristic) expect(risk).toBeGreaterThanOrEqual(exact - 1e-9);
  const page = readFileSync(join(folder, 'first/outlook.html'), 'utf8');
  for (const title of ['What to hold', 'What could go wrong', 'What the data are', 'Sources'])
    expect(page).toContain(`>${title}</h2>`);
  // A sine of the day has its next value in the last two: a model that does not win there is broken.
  expect(result.tables[2].verdict).toMatchObject({ naiveWins: false });
});

test('the same seed gives the same numbers, another one others', async () => {
  const args = ['networks', '--data', 'prices.csv', '--series', 'Noise', '--epochs', '2'];
  for (const [name, seed] of [
    ['a', '7'],
    ['b', '7'],
    ['c', '8'],
  ] as const) {
    expect((await outlook([...args, '--out', name, '--seed', seed])).status).toBe(0);
  }
  const [a, b, c] = ['a', 'b', 'c'].map((name) => numbersOf(readJson(`${name}/result.json`)));
  expect(b).toEqual(a);
  expect(c).not.toEqual(a);
});

test('Ctrl-C finishes the step, saves, and says so with status 130', async () => {
  let sent = false;
  const { status, stdout, stderr } = await outlook(
    ['networks', '--out', 'stopped', '--series', 'IBM', 'WTI'],
    (text, kill) => {
      if (sent || !text.includes('1 day ahead')) return;
      sent = true;
      kill();
    },
  );
  expect(stderr).toContain('finishing this step');
  expect(status).toBe(130);
  expect(stdout).toContain('WIKI end-of-day stock prices');
  const { interrupted, tables } = readJson('stopped/result.json');
  expect(interrupted).toBe(true);
  expect(tables.length).toBeLessThan(4);
});

test('a part that cannot be done is said, and the others are done', async () => {
  const rows = readFileSync(join(folder, 'prices.csv'), 'utf8').split('\n').slice(0, 300);
  writeFileSync(join(folder, 'short.csv'), rows.join('\n'));
  const { status, stdout, stderr } = await outlook(['risk', '--data', 'short.csv', '--out', 'short']);
  // It was all that was asked for.
  expect([status, stderr]).toEqual([1, expect.stringContaining('nothing that was asked for could be done')]);
  expect(stdout).toContain('not done: outlook: the series share 299 days, and risk and allocation need 500');
  const { failures, risk } = readJson('short/result.json');
  expect(failures).toEqual([{ stage: 'risk', message: expect.stringContaining('share 299 days') }]);
  expect(risk).toBeUndefined();
  expect(readFileSync(join(folder, 'short/outlook.html'), 'utf8')).toContain('This part could not be done');
});

test('nothing is replaced unasked, and refusals are one line with status 2', async () => {
  writeFileSync(join(folder, 'mine.json'), 'mine');
  writeFileSync(join(folder, 'bad.csv'), 'date,A\n2020-01-01,1\n2020-01-02,x\n');
  const refusals: [readonly string[], RegExp][] = [
    [['--json', 'mine.json'], /--json: mine.json is there already; choose another name or pass --force/],
    [['--out', '.'], /--out: \. is not empty; choose another folder or pass --force/],
    [['--data', 'bad.csv'], /bad.csv, row 3, column 'A': expected a number.*got 'x'/],
    [['--data', 'none.csv'], /cannot read none.csv/],
    [['--data', 'prices.csv', '--layout', 'long'], /expected a date.*|expected a number/],
    [['--series', 'TSLA'], /there is no 'TSLA'; expected AAPL, IBM/],
    [['--seed', '1.5'], /'1.5' is invalid. Expected a whole number/],
    [['--sead', '1'], /unknown option '--sead' \(Did you mean --seed\?\)/],
  ];
  const answers = await Promise.all(
    refusals.map(async ([args, message]) => ({ args, message, ...(await outlook(args)) })),
  );
  for (const { args, message, status, stdout, stderr } of answers) {
    expect([args, status, stdout]).toEqual([args, 2, '']);
    expect(stderr).toMatch(message);
    expect(stderr.trim().split('\n').length).toBe(1);
  }
  expect(readFileSync(join(folder, 'mine.json'), 'utf8')).toBe('mine');
  expect(existsSync(join(folder, 'outlook-out'))).toBe(false);
});
