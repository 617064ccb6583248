// Energies by hand from the recorded counters; TDP of the server's processor 150 W, memory 67.1 GB.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { energy, processFiles, recording, statFile, tree, uptime } from '../../test/trees.js';
import { type Frame, RecordedHost } from '../system/recorded-host.js';
import type { TrackOptions } from './options.js';
import { readRecord } from './record.js';
import { track } from './track.js';

const folder = mkdtempSync(join(tmpdir(), 'noosphere-footprint-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Second by second: package 0 draws 40 W, package 1 60 W, dram 3 + 4 W; half of each second busy, a quarter ours. */
function second(index: number): Frame {
  return {
    atMs: 1000 * index,
    files: {
      ...energy('intel-rapl:0', 5e9 + 40e6 * index),
      ...energy('intel-rapl:1', 7e9 + 60e6 * index),
      ...energy('intel-rapl:0:1', 1e9 + 3e6 * index),
      ...energy('intel-rapl:1:1', 2e9 + 4e6 * index),
      'proc/stat': statFile(4, 10_000 + 50 * index, 90_000 + 50 * index),
      ...processFiles(100, { user: 600 + 50 * index }),
      ...uptime(1000 + index),
    },
  };
}

function start(frames: readonly Frame[], options: TrackOptions = {}) {
  const host = recording('intel-server', frames);
  const run = track({ host, manual: true, place: 'FRA', ...options });
  const step = () => {
    host.next();
    run.sample();
  };
  return { host, run, step };
}

const seconds = (count: number) => Array.from({ length: count }, (_, index) => second(index + 1));

describe('a run', () => {
  test('adds up the counters; machine, idle and process agree', async () => {
    const { run, step } = start(seconds(10));
    for (let index = 0; index < 10; index++) step();
    const report = await run.stop();
    expect(report.elapsedSeconds).toBe(10);
    expect(report.energyJoules).toBeCloseTo(1070);
    const { cpu, memory } = report.components;
    expect([cpu?.energyJoules, memory?.energyJoules]).toEqual([expect.closeTo(1000), expect.closeTo(70)]);
    expect([cpu?.method, cpu?.isMeasured]).toEqual(['rapl', true]);
    // Idle: 12 % of 150 W. The tree used 0.5 of 2 busy processor seconds a second.
    expect(cpu?.idleJoules).toBeCloseTo(180);
    expect(cpu?.processJoules).toBeCloseTo((1000 - 180) / 4);
    expect(report.processCpuSeconds).toBeCloseTo(5);
    expect(report.machineCpuSeconds).toBeCloseTo(20);
    expect(report.processJoules + report.idleJoules).toBeLessThan(report.machineJoules);
    expect(report.peakMemoryBytes).toBe(204_800 * 1024);
    expect(report.gaps).toEqual([]);
  });

  test('the process view states the share of its processes', async () => {
    const { run, step } = start(seconds(4), { view: 'process' });
    for (let index = 0; index < 4; index++) step();
    const report = await run.stop();
    expect(report.energyJoules).toBe(report.processJoules);
    expect(report.carbon.operationalKilograms).toBeCloseTo((report.processJoules / 3.6e6) * 0.056039, 12);
  });

  test('two runs at once see the same', async () => {
    const host = recording('intel-server', seconds(3));
    const runs = [track({ host, manual: true }), track({ host, manual: true })];
    for (let index = 0; index < 3; index++) {
      host.next();
      for (const run of runs) run.sample();
    }
    const reports = await Promise.all(runs.map((run) => run.stop()));
    expect(reports.map(({ energyJoules }) => energyJoules)).toEqual([
      expect.closeTo(321),
      expect.closeTo(321),
    ]);
  });
});

describe('windows', () => {
  test('nested ones add up to the whole', async () => {
    const { host, run } = start(seconds(9));
    for (const name of ['epoch 1', 'epoch 2', 'epoch 3']) {
      const epoch = run.window(name);
      const train = epoch.window('train');
      host.next();
      host.next();
      train.end();
      const check = epoch.window('validation');
      host.next();
      check.end();
      epoch.end();
    }
    const { energyJoules, windows } = await run.stop();
    const sum = (pattern: RegExp) =>
      windows
        .filter(({ path }) => pattern.test(path))
        .reduce((total, window) => total + window.energyJoules, 0);
    expect(sum(/^epoch \d$/)).toBeCloseTo(energyJoules);
    expect(sum(/\/(train|validation)$/)).toBeCloseTo(energyJoules);
    expect(windows.map(({ path }) => path).slice(0, 3)).toEqual([
      'epoch 1',
      'epoch 1/train',
      'epoch 1/validation',
    ]);
    expect(windows[1]?.energyJoules).toBeCloseTo(214);
  });

  test('one path again counts on; an error in measured work still ends its window', async () => {
    const { host, run } = start(seconds(2));
    const work = () => void host.next();
    await run.measure('load', work);
    await expect(
      run.measure('load', () => {
        work();
        throw new Error('broken');
      }),
    ).rejects.toThrow('broken');
    const { windows } = await run.stop();
    expect(windows).toHaveLength(1);
    expect(windows[0]).toMatchObject({ path: 'load', count: 2, elapsedSeconds: 2 });
  });

  test('refused: a separator in a name, a window in one that ended, one in a stopped run', async () => {
    const { run } = start([]);
    expect(() => run.window('a/b')).toThrow("expected a name without '/', got 'a/b'");
    const window = run.window('a');
    window.end();
    expect(() => window.window('b')).toThrow("'a', which ended");
    await run.stop();
    expect(() => run.window('c')).toThrow('was stopped');
  });
});

describe('when measuring fails', () => {
  const broken = (file: Frame['files'][string]): Frame => ({
    ...second(2),
    files: { ...second(2).files, 'sys/class/powercap/intel-rapl:0/energy_uj': file },
  });

  test('a counter that vanishes is filled by the model and listed', async () => {
    const { run, step } = start([second(1), broken(null), second(3), second(4)]);
    for (let index = 0; index < 4; index++) step();
    const report = await run.stop();
    // Two seconds measured (100 W), two by the model: 150 W x 75 % at half load.
    expect(report.components.cpu?.energyJoules).toBeCloseTo(200 + 2 * 112.5);
    expect(report.components.cpu?.modelledSeconds).toBe(2);
    expect(report.gaps.map(({ component, filledJoules }) => [component, filledJoules])).toEqual([
      ['cpu', expect.closeTo(112.5)],
      ['cpu', expect.closeTo(112.5)],
    ]);
    expect(report.warnings.some((text) => text.startsWith('cpu: 2 gaps'))).toBe(true);
  });

  test('permission taken away in between is named', async () => {
    const { run, step } = start([second(1), broken({ error: 'EACCES' })]);
    step();
    step();
    expect((await run.stop()).gaps[0]?.reason).toContain('intel-rapl:0 (package-0) can no longer be read');
  });

  test('a suspended machine: its sleep is no running time and brings no energy of its own', async () => {
    const asleep: Frame = {
      ...second(2),
      wallAheadMs: 3_600_000,
      files: { ...second(2).files, ...uptime(1002 + 3600) },
    };
    const { run, step } = start([second(1), asleep]);
    step();
    step();
    const report = await run.stop();
    expect([report.elapsedSeconds, report.suspendedSeconds]).toEqual([2, 3600]);
    expect(report.energyJoules).toBeCloseTo(214);
    expect(report.gaps[0]).toMatchObject({
      component: 'clock',
      reason: 'the machine was suspended for 3600 s',
    });
  });

  test('counters that a suspension reset are filled, never negative', async () => {
    const reset: Frame = {
      atMs: 2000,
      files: { ...second(2).files, ...energy('intel-rapl:0', 12e6), ...energy('intel-rapl:1', 9e6) },
    };
    const { run, step } = start([second(1), reset]);
    step();
    step();
    const report = await run.stop();
    expect(report.components.cpu?.energyJoules).toBeCloseTo(100 + 112.5);
    expect(report.gaps[0]?.reason).toContain('reset');
  });

  test.each([-86_400_000, 7_200_000])('a clock turned by %s ms changes no duration', async (wallAheadMs) => {
    const { run, step } = start([second(1), { ...second(2), wallAheadMs }]);
    step();
    step();
    const report = await run.stop();
    expect(report.elapsedSeconds).toBe(2);
    expect(report.energyJoules).toBeCloseTo(214);
    expect(report.gaps[0]?.reason).toContain('the wall clock was turned');
  });

  test('no GPU reading at all is null, not 0', async () => {
    const host = new RecordedHost([{ atMs: 0, files: tree('virtual-machine') }, second(1)], {
      commands: { 'nvidia-smi': { fails: 'No devices were found' } },
    });
    const run = track({ host, manual: true });
    await new Promise((resolve) => setTimeout(resolve, 0));
    host.next();
    const { components, warnings } = await run.stop();
    expect(components.gpu?.energyJoules).toBeNull();
    expect(warnings.some((text) => text.startsWith('gpu: not known for 1.0 s'))).toBe(true);
  });
});

describe('factors', () => {
  test('carbon follows the hour, money the tariff, both with PUE', async () => {
    // Midnight UTC is hour 1 at +1: 100 g/kWh and 0.2 a kWh.
    const hours = (value: number) => Array.from({ length: 24 }, (_, hour) => (hour === 1 ? value : 0));
    const { run, step } = start(seconds(10), {
      gramsPerKilowattHour: { hours: hours(100), utcOffsetHours: 1 },
      tariff: {
        currency: 'EUR',
        perKilowattHour: { hours: hours(0.2), utcOffsetHours: 1 },
        perMachineHour: 3.6,
      },
      marginalGramsPerKilowattHour: 200,
      waterLitresPerKilowattHour: 1.8,
      pue: 1.5,
      embodied: { totalKilograms: 1260, lifeYears: 4 },
      functionalUnit: { unit: 'step', units: 10 },
    });
    for (let index = 0; index < 10; index++) step();
    const report = await run.stop();
    const siteKilowattHours = (1070 * 1.5) / 3.6e6;
    expect(report.siteJoules).toBeCloseTo(1605);
    expect(report.carbon.operationalKilograms).toBeCloseTo(siteKilowattHours * 0.1, 9);
    expect(report.carbon.marginalKilograms).toBeCloseTo(siteKilowattHours * 0.2, 9);
    expect(report.waterLitres).toBeCloseTo(siteKilowattHours * 1.8, 9);
    expect(report.cost).toEqual({
      amount: expect.closeTo(siteKilowattHours * 0.2 + (10 / 3600) * 3.6, 9),
      currency: 'EUR',
    });
    // 1260 kg over 4 years of 126.144e6 s in all: 1e-5 kg a second, nearly.
    expect(report.carbon.embodiedKilograms).toBeCloseTo((1260 * 10) / 126_144_000, 9);
    expect(report.sci?.gramsPerUnit).toBeCloseTo(
      100 * (report.carbon.operationalKilograms + (report.carbon.embodiedKilograms ?? Number.NaN)),
      9,
    );
  });

  test('what nobody gave is not known, and an assumed country is flagged', async () => {
    const run = track({ host: recording('intel-server', seconds(1)), manual: true });
    const report = await run.stop();
    expect([report.waterLitres, report.cost, report.carbon.embodiedKilograms, report.sci]).toEqual([
      null,
      null,
      null,
      null,
    ]);
    expect(report.carbon.intensity).toMatchObject({ isAssumed: true, gramsPerKilowattHour: 475 });
    expect(report.warnings.join('\n')).toMatch(/no place was given.*\n.*embodied.*\n.*water.*\n.*cost/);
  });

  test.each<[TrackOptions, RegExp]>([
    [{ pue: 0.9 }, /pue: expected a number from 1 up, got 0.9/],
    [{ place: 'FRX' }, /expected an ISO alpha-3 country.*got 'FRX'; near: FRA \(France\)/],
    [{ gramsPerKilowattHour: -1 }, /gramsPerKilowattHour: expected numbers from 0 up/],
    [{ budget: { cost: 1 } }, /budget.cost: expected a tariff/],
    [{ budget: { minutes: Number.NaN } }, /budget.minutes: expected a number/],
    [{ intervalMs: 0 }, /intervalMs: expected 10 or more/],
  ])('refused: %s', (options, message) => {
    expect(() => track({ host: recording('intel-server'), manual: true, ...options })).toThrow(message);
  });
});

describe('budgets', () => {
  test.each([
    ['energyJoules', 250, 3],
    ['minutes', 2 / 60, 2],
    ['carbonKilograms', 1.5e-6, 1],
    ['memoryMegabytes', 200, 1],
  ] as const)('%s of %s is used up after %s seconds', async (limit, allowed, expected) => {
    const { run, step } = start(seconds(4), { budget: { [limit]: allowed } });
    let count = 0;
    while (!run.isExhausted() && count < 4) {
      step();
      count++;
    }
    expect(count).toBe(expected);
    const report = await run.stop();
    expect(report.budgetExceeded[0]).toMatchObject({ limit, allowed });
  });

  test('warning does not exhaust, and is told once', async () => {
    const told: string[] = [];
    const { run, step } = start(seconds(4), {
      budget: { energyJoules: 1, onExceeded: 'warn' },
      onWarning: (text) => told.push(text),
    });
    for (let index = 0; index < 4; index++) step();
    expect(run.isExhausted()).toBe(false);
    expect(told).toEqual(['budget: energyJoules 107.0 of 1 used']);
    expect((await run.stop()).warnings).toContain(told[0]);
  });
});

describe('a record', () => {
  test('has a line at the start, for each sample and at the end', async () => {
    const record = join(folder, 'deep', 'run.jsonl');
    const { run, step } = start(seconds(3), { record, name: 'mnist' });
    for (let index = 0; index < 3; index++) step();
    const report = await run.stop();
    const lines = readRecord(record);
    expect(lines.map(({ kind }) => kind)).toEqual(['start', 'sample', 'sample', 'sample', 'end']);
    expect(lines[3]).toMatchObject({ elapsedSeconds: 3, energyJoules: expect.closeTo(321) });
    expect(lines[4]).toMatchObject({ report: JSON.parse(JSON.stringify(report)) });
  });

  test('half a line at the end is left out, a damaged one is named', () => {
    const path = join(folder, 'torn.jsonl');
    writeFileSync(path, '{"kind":"sample","elapsedSeconds":1}\n{"kind":"sam');
    expect(readRecord(path)).toHaveLength(1);
    writeFileSync(path, '{"kind":"sample"}\nx\n');
    expect(() => readRecord(path)).toThrow('line 2: expected JSON');
    expect(() => readRecord(join(folder, 'none'))).toThrow('got no file');
  });

  test('one that cannot be written is said once and ends nothing', async () => {
    const told: string[] = [];
    const { run, step } = start(seconds(2), {
      record: join(folder, 'run.jsonl', 'x\0y'),
      onWarning: (text) => told.push(text),
    });
    step();
    step();
    const report = await run.stop();
    expect(report.energyJoules).toBeGreaterThan(0);
    expect(told).toHaveLength(1);
  });
});
