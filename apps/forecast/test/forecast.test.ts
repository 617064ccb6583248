import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { frameOf, localModels, readFrame } from '@noosphere/forecast';
import { expect, test, vi } from 'vitest';
import type { TableData } from '../src/data.js';
import { inFlags } from '../src/flags.js';
import { planModels } from '../src/models.js';
import type { ForecastOptions } from '../src/options.js';
import {
  besideProgress,
  day,
  folder,
  forecast,
  readJson,
  readRows,
  readText,
  shopValue,
  useFolder,
} from './command.js';

// Each test starts the app several times, from its source, maybe on a busy machine.
vi.setConfig({ testTimeout: 300_000 });
useFolder();

test('predict: gaps told and filled, a failing series beside the others, a table and files that agree', async () => {
  const args = [
    'predict',
    'shops.csv',
    '--horizon',
    '7',
    '--models',
    'seasonalNaive,drift,mstl,ensemble',
    '--workers',
    '0',
  ];
  const { status, stdout, stderr } = await forecast([...args, '--out', 'p', '--json', 'p.json']);
  expect([status, besideProgress(stderr)]).toEqual([0, []]);
  expect(stdout).toContain('3 series, 182 rows, 2024-01-01 to 2024-03-30; frequency D');
  expect(stdout.replace(/\s+/g, ' ')).toContain(
    'Gaps: 2 missing rows in 1 of 3 series, the first in South at 2024-02-10, the longest 2 rows in South; filled: the last value before (--fill forward).',
  );
  expect(stdout).toContain('Failed: 1 series');
  expect(stdout).toMatch(/Footprint: .* J of/);
  expect(Math.max(...stdout.split('\n').map(({ length }) => length))).toBeLessThanOrEqual(100);

  const rows = readRows('p/forecasts.csv');
  expect(rows.map(({ unique_id, ds }) => `${unique_id} ${ds}`)).toEqual(
    ['North', 'South', 'Late'].flatMap((id) =>
      Array.from({ length: 7 }, (_, step) => `${id} ${day((id === 'Late' ? 4 : 90) + step)}`),
    ),
  );
  // The last week repeated, and the middle of three models; the short series has what a drift gives.
  expect(Number(rows[0]?.SeasonalNaive)).toBeCloseTo(shopValue(83), 3);
  const middle = ['SeasonalNaive', 'RWD', 'MSTL']
    .map((name) => Number(rows[3]?.[name]))
    .sort((a, b) => a - b)[1];
  expect(Number(rows[3]?.EnsembleMedian)).toBe(middle);
  expect(Number(rows[3]?.['EnsembleMedian-lo-95'])).toBeLessThan(Number(rows[3]?.['EnsembleMedian-lo-80']));
  expect([rows[14]?.MSTL, rows[14]?.RWD === '', rows[14]?.EnsembleMedian]).toEqual([
    '',
    false,
    rows[14]?.RWD,
  ]);

  const manifest = readJson('p.json');
  expect(manifest).toEqual(readJson('p/manifest.json'));
  expect(manifest.failures.map(({ id, model }: { id: string; model: string }) => `${id} ${model}`)).toEqual([
    'Late SeasonalNaive',
    'Late MSTL',
  ]);
  expect(manifest.data).toMatchObject({ series: 3, fill: 'forward', frequency: 'D', seasons: [7] });
  expect(manifest.footprint.energyJoules).toBeGreaterThan(0);
});

test('predict: conformal intervals, Parquet and JSON', async () => {
  const args = ['predict', 'line.csv', '--horizon', '3', '--workers', '0', '--level', '80'];
  const mfles = await forecast([...args, '--models', 'mfles,naive', '--format', 'parquet', '--out', 'q']);
  expect([mfles.status, besideProgress(mfles.stderr)]).toEqual([0, []]);
  expect(mfles.stdout.replace(/\s+/g, ' ')).toContain(
    'of MFLES conformal, from errors at 20 earlier origins, 1 row apart',
  );
  const columns = ['unique_id', 'ds', 'Naive-hi-80'] as const;
  expect((await readFrame(join(folder, 'q/forecasts.parquet'), { columns })).y.length).toBe(3);

  expect(
    (await forecast([...args, '--models', 'naive', '--conformal', '--format', 'json', '--out', 'r'])).status,
  ).toBe(0);
  // A naive forecast of a line of slope 3 is off by 3 h at every origin: so wide is its interval.
  const { columns: found } = readJson('r/forecasts.json');
  const last = 5 + 3 * 47;
  expect(found.Naive).toEqual([last, last, last]);
  expect(found['Naive-lo-80']).toEqual([last - 3, last - 6, last - 9]);
  expect(found['Naive-hi-80']).toEqual([last + 3, last + 6, last + 9]);
});

test('cv: naive rows always, metrics that the file confirms, coverage by level', async () => {
  const { status, stdout } = await forecast([
    'cv',
    'line.csv',
    '--horizon',
    '2',
    '--windows',
    '4',
    '--models',
    'drift',
    '--level',
    '80',
    '95',
    '--out',
    'cv',
    '--workers',
    '0',
  ]);
  expect(status).toBe(0);
  const { rows, bestNaive } = readJson('cv/manifest.json');
  expect(rows.map(({ model }: { model: string }) => model)).toEqual(['RWD', 'Naive', 'SeasonalNaive']);
  expect(rows[0].values.mae).toBeCloseTo(0, 9);
  expect(rows[1].values.mae).toBeCloseTo(4.5, 9);
  expect(rows[2].values.mase).toBeCloseTo(1, 9);
  expect(bestNaive).toBe('RWD');
  expect(rows[0].coverage).toEqual({ 80: expect.any(Number), 95: expect.any(Number) });
  expect(stdout).toMatch(/\* RWD +0\.0000/);
  const written = readRows('cv/backtest.csv');
  expect(written.length).toBe(8);
  const errors = written.map(({ y, Naive }) => Math.abs(Number(y) - Number(Naive)));
  expect(errors.reduce((sum, error) => sum + error, 0) / 8).toBeCloseTo(4.5, 9);
});

test('cv: --conformal works by default, on a table of 48 rows', async () => {
  const args = ['cv', 'line.csv', '--horizon', '3', '--conformal', '--models', 'naive', '--workers', '0'];
  const { status, stdout } = await forecast([...args, '--out', 'cvc']);
  expect(status).toBe(0);
  expect(stdout).toContain('Intervals: conformal.');
  const [header = ''] = readFileSync(join(folder, 'cvc/backtest.csv'), 'utf8').split('\n');
  for (const column of ['Naive-lo-80', 'Naive-hi-95']) expect(header.split(',')).toContain(column);
  // A naive forecast of a line is off by 3 a row, always: so wide are the intervals, and all values lie on their end.
  for (const row of readRows('cvc/backtest.csv'))
    expect(Number(row['Naive-hi-95']) - Number(row.Naive)).toBeCloseTo(
      Math.abs(Number(row.y) - Number(row.Naive)),
      9,
    );
  expect(readJson('cvc/manifest.json').rows[0].coverage).toEqual({ 80: 100, 95: 100 });
});

test('a model that fails on every series ends the run with status 1', async () => {
  const args = ['predict', 'shops.csv', '--horizon', '2', '--last', '2', '--workers', '0'];
  const { status, stdout, stderr } = await forecast([
    ...args,
    '--models',
    'naive,seasonalNaive',
    '--out',
    'f1',
  ]);
  expect([status, besideProgress(stderr)]).toEqual([
    1,
    ['noosphere forecast: SeasonalNaive failed on every series; see above'],
  ]);
  // The hint takes the flags along.
  expect(stdout.replace(/\s+/g, ' ')).toContain(
    'noosphere forecast cv shops.csv --horizon 2 --models naive,seasonalNaive --last 2 --workers 0',
  );
});

test('every kind of model can be named, with lists as values, and misspelt options are refused', async () => {
  const settings: Readonly<Record<string, string>> = {
    windowAverage: ':window=3',
    seasonalWindowAverage: ':window=2',
    arima: ':order=1-1-0',
  };
  const frame = frameOf({
    ds: Array.from({ length: 60 }, (_, t) => t),
    y: Array.from({ length: 60 }, (_, t) => t % 7),
  });
  const data = { frame, seasons: [7] } as unknown as TableData;
  const named = (models: string) =>
    planModels({ models: [models], horizon: 3 } as unknown as ForecastOptions, data, []);
  for (const kind of Object.keys(localModels)) {
    const { local } = named(`${kind}${settings[kind] ?? ''}`);
    expect([kind, local.length]).toEqual([kind, 1]);
    expect(() => named(`${kind}${settings[kind] ?? ''}:modell=3`), kind).toThrow(
      "there is no option 'modell'",
    );
  }
  expect(named('arima:order=1-1-0').local[0]?.options).toMatchObject({ order: [1, 1, 0] });
});

test.each([
  ["frameOf: give one, such as frequency: 'D'", 'give one, such as --freq D'],
  [
    "sales.csv, row 3: expected rows in the order of time, or unordered: 'sort'",
    'sales.csv, row 3: expected rows in the order of time, or --sort',
  ],
  [
    "Give timeZone, or timeZone: 'UTC' where it is a gap",
    'Give --time-zone, or --time-zone UTC where it is a gap',
  ],
  ["say 'wide' or 'long'", 'say --layout wide or --layout long'],
  ["autoEts: there is no option 'modell'", "autoEts: there is no option 'modell'"],
])('messages of the packages speak of flags: %s', (message, expected) => {
  expect(inFlags(message)).toBe(expected);
});

test('Ctrl-C keeps the series that are done, with status 130', async () => {
  let sent = false;
  const args = [
    'predict',
    'many.csv',
    '--horizon',
    '7',
    '--models',
    'naive,autoEts',
    '--workers',
    '0',
    '--out',
    's',
  ];
  const { status, stdout, stderr } = await forecast(args, (text, kill) => {
    // The first line of progress, some seconds after the start.
    if (sent || !text.includes('forecasting: ')) return;
    sent = true;
    kill();
  });
  expect(status).toBe(130);
  expect(stderr).toContain('finishing, and saving what is done');
  // What was not reached did not fail.
  expect(stdout).toMatch(/Not reached before the run was stopped: [\d,]+ series\./);
  expect(stdout).not.toContain('Failed');
  const { interrupted } = readJson('s/manifest.json');
  expect(interrupted).toBe(true);
  const done = readRows('s/forecasts.csv').filter(({ AutoETS }) => AutoETS !== '').length;
  expect(done).toBeGreaterThan(0);
  expect(done).toBeLessThan(1500 * 7);
});

test('what is wrong is one line with status 2, and nothing is replaced unasked', async () => {
  const refused: readonly (readonly [readonly string[], RegExp])[] = [
    [[], /Usage: noosphere forecast/],
    [['predict', 'shops.csv'], /expected '--horizon <steps>'/],
    [['predict', 'absent.csv', '--horizon', '3'], /absent\.csv/],
    [['cv', 'twice.csv', '--horizon', '1'], /A.*2024-01-01/],
    [
      ['predict', 'shops.csv', '--horizon', '3', '--models', 'oracle'],
      /there is no model 'oracle'; there are naive, /,
    ],
    [
      ['fit', 'shops.csv', '--horizon', '3', '--metric', 'mae'],
      /--metric is an option of cv and compare, not of fit/,
    ],
    [['predict', 'shops.csv', '--horizon', '0'], /whole number from 1/],
    [['predict', 'shops.csv', '--horizon', '3', '--freq', 'fortnight'], /expected one of s, min, h, D/],
    [['predict', 'shops.csv', '--horizon', '3', '--id', 'shop'], /expected the columns shop, ds, y/],
    [['predict', 'shops.csv', '--model', 'nowhere'], /nowhere.models\.json: cannot be read/],
    [['predict', 'shops.csv', '--horizon', '3', '--out', 'full'], /full is not empty/],
    [['predict', 'shops.csv', '--horizon', '3', '--json', 'line.csv'], /line\.csv is there already/],
  ];
  await forecast([
    'fit',
    'line.csv',
    '--horizon',
    '1',
    '--models',
    'naive',
    '--out',
    'full',
    '--workers',
    '0',
  ]);
  const before = readdirSync(folder);
  for (const [args, message] of refused) {
    const { status, stdout, stderr } = await forecast(args);
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(message);
    if (args.length > 0) expect(stderr.trim().split('\n').length).toBe(1);
  }
  expect(readdirSync(folder)).toEqual(before);
});

test('a page of each command holds its models, charts and where the data end, and is not replaced', async () => {
  const shared = [
    'shops.csv',
    '--series',
    'North,South',
    '--horizon',
    '7',
    '--models',
    'seasonalNaive,autoEts',
  ];
  for (const command of ['predict', 'cv', 'compare']) {
    const page = `${command}.html`;
    const ended = await forecast([command, ...shared, '--out', `page-${command}`, '--html', page]);
    expect([ended.status, besideProgress(ended.stderr)]).toEqual([0, []]);
    expect(ended.stdout).toMatch(new RegExp(`^Written: .*${page}$`, 'm'));
    const html = readText(page);
    expect(html).toContain('Models: SeasonalNaive, AutoETS');
    expect(html).toContain('AutoETS');
    expect(html).toContain('<figure');
    expect(html).toContain(`<td>${day(89)}</td>`);
  }
  const again = await forecast(['cv', ...shared, '--out', 'page-again', '--html', 'cv.html']);
  expect(again.status).toBe(2);
  expect(again.stderr).toContain('cv.html is there already');
  const fitted = await forecast(['fit', ...shared, '--html', 'fit.html']);
  expect(fitted.stderr).toContain('--html is an option of predict and cv and compare, not of fit');
});
