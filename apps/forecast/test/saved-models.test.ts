import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
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

test('compare chooses on earlier windows, saves, and predict --model follows', async () => {
  const models = ['--models', 'seasonalNaive,drift'];
  const compared = await forecast([
    'compare',
    'shops.csv',
    '--horizon',
    '7',
    ...models,
    '--out',
    'c',
    '--workers',
    '0',
  ]);
  expect([compared.status, besideProgress(compared.stderr)]).toEqual([0, []]);
  expect(compared.stdout).toContain('which no choice saw');
  const [north, south] = readRows('c/selection.csv');
  expect([north?.unique_id, north?.model, south?.model]).toEqual(['North', 'SeasonalNaive', 'SeasonalNaive']);
  // Choices come from windows before the last seven days: the last cutoff is that day less seven.
  const cutoffs = readRows('c/last-window.csv').map(({ cutoff }) => cutoff);
  expect(new Set(cutoffs)).toEqual(new Set([day(82)]));

  const predicted = await forecast(['predict', 'shops.csv', '--model', 'c', '--out', 'd', '--workers', '0']);
  expect(predicted.status).toBe(0);
  const rows = readRows('d/forecasts.csv').filter(({ unique_id }) => unique_id === 'North');
  expect(rows.length).toBe(7);
  expect(rows.every(({ Selected, SeasonalNaive }) => Selected === SeasonalNaive)).toBe(true);
});

test('fit saves settings and estimates that predict --model uses', async () => {
  const fitted = await forecast([
    'fit',
    'line.csv',
    '--horizon',
    '2',
    '--models',
    'ses,drift,ensemble',
    '--out',
    'f',
    '--workers',
    '0',
  ]);
  expect([fitted.status, besideProgress(fitted.stderr)]).toEqual([0, []]);
  const { estimates, ensemble, models } = readJson('f/models.json');
  expect(Object.keys(estimates)).toEqual(['SES', 'RWD']);
  expect(estimates.SES.line.alpha).toBeGreaterThan(0.9);
  expect(ensemble).toEqual(['SES', 'RWD']);
  expect(models[0]).toEqual({ name: 'SES', kind: 'ses', options: expect.anything() });
  expect(
    (await forecast(['predict', 'line.csv', '--model', 'f', '--out', 'g', '--workers', '0'])).status,
  ).toBe(0);
  const [, second] = readRows('g/forecasts.csv');
  expect([second?.ds, Number(second?.RWD)]).toEqual(['2024-02-01', 5 + 3 * 49]);
  expect(second).toHaveProperty('EnsembleMedian-lo-95');
});

test('predict --model goes on from estimates without a fit, but for series that begin elsewhere', async () => {
  const models = ['--models', 'autoEts,autoTheta,autoArima,mstl,seasonalNaive'];
  const run = (...args: readonly string[]) => forecast([...args, '--workers', '0']);
  const asked = ['shops.csv', '--horizon', '7', ...models];
  expect((await run('fit', ...asked, '--out', 'kept')).status).toBe(0);
  expect((await run('predict', ...asked, '--out', 'afresh')).status).toBe(0);
  const resumed = await run('predict', 'shops.csv', '--model', 'kept', '--out', 'resumed');
  expect(resumed.stdout).toContain('Estimates of AutoETS, AutoTheta, AutoARIMA, MSTL: as saved.');
  expect(readText('resumed/forecasts.csv')).toBe(readText('afresh/forecasts.csv'));

  // Estimates that are not what a fit would find show where they are taken.
  const saved = readJson('kept/models.json');
  for (const id of ['North', 'South']) saved.estimates.AutoTheta[id].alpha = 0.99;
  writeFileSync(join(folder, 'kept/models.json'), JSON.stringify(saved));
  const theta = (name: string, id: string) =>
    readRows(`${name}/forecasts.csv`).flatMap((row) => (row.unique_id === id ? [row.AutoTheta] : []));
  expect((await run('predict', 'shops.csv', '--model', 'kept', '--out', 'changed')).status).toBe(0);
  expect(theta('changed', 'North')).not.toEqual(theta('afresh', 'North'));
  expect((await run('predict', 'shops.csv', '--model', 'kept', '--anew', '--out', 'anew')).status).toBe(0);
  expect(readText('anew/forecasts.csv')).toBe(readText('afresh/forecasts.csv'));
  const later = readText('shops.csv').split('\n');
  writeFileSync(join(folder, 'later.csv'), later.filter((line) => line !== later[1]).join('\n'));
  const moved = await run('predict', 'later.csv', '--model', 'kept', '--out', 'moved');
  expect(moved.stdout.replace(/\s+/g, ' ')).toContain('1 series new, or with another first row, fitted anew');
  expect(theta('moved', 'South')).toEqual(theta('changed', 'South'));
  expect(theta('moved', 'North')).not.toEqual(theta('changed', 'North'));
});

test('neural models stand beside the others, with covariates; fit saves weights that predict forecasts with', async () => {
  const sale = (t: number) => (t % 9 === 4 ? 1 : 0);
  const rows = Array.from({ length: 124 }, (_, t) => [
    day(t),
    (shopValue(t) + 30 * sale(t)).toFixed(3),
    sale(t),
  ]);
  const write = (name: string, lines: readonly string[]) =>
    writeFileSync(join(folder, name), lines.join('\n'));
  const known = rows.slice(0, 120);
  write('promoted.csv', ['unique_id,ds,y,sale', ...known.map((row) => `Shop,${row.join(',')}`)]);
  write('sales.csv', ['unique_id,ds,sale', ...rows.slice(120).map(([ds, , own]) => `Shop,${ds},${own}`)]);
  const small = 'mlp:steps=150:hiddenSize=32:learningRate=0.01';
  const fitted = await forecast([
    ...[
      'fit',
      'promoted.csv',
      '--horizon',
      '4',
      '--future',
      'sale',
      '--models',
      `${small},naive`,
      '--out',
      'net',
    ],
  ]);
  expect([fitted.status, besideProgress(fitted.stderr)]).toEqual([0, []]);
  expect(fitted.stdout).toMatch(/150 steps, last loss [\d.]+; weights and ONNX/);
  const args = ['predict', 'promoted.csv', '--model', 'net', '--ahead', 'sales.csv', '--format', 'json'];
  const [first, second] = [
    await forecast([...args, '--out', 'net-1']),
    await forecast([...args, '--out', 'net-2']),
  ];
  expect([first.status, besideProgress(first.stderr)]).toEqual([0, []]);
  const [once, twice] = ['net-1', 'net-2'].map((run) =>
    JSON.parse(readFileSync(join(folder, run, 'forecasts.json'), 'utf8')),
  );
  expect(second.status).toBe(0);
  expect(once.rows ?? once.columns).toEqual(twice.rows ?? twice.columns);
  const models = JSON.parse(readFileSync(join(folder, 'net', 'models.json'), 'utf8'));
  expect(Object.values(models.neural)).toHaveLength(1);
  const without = await forecast(['predict', 'promoted.csv', '--model', 'net', '--out', 'net-3']);
  expect([without.status, without.stderr]).toEqual([
    2,
    expect.stringContaining('--ahead: expected a table with sale of the 4 rows behind each series'),
  ]);
  const wrong = await forecast(['predict', 'promoted.csv', '--horizon', '4', '--models', 'mlp:stpes=3']);
  expect([wrong.status, wrong.stderr]).toEqual([2, expect.stringContaining("mlp has no option 'stpes'")]);
});
