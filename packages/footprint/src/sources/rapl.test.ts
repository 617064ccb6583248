import { describe, expect, test } from 'vitest';
import { energy, recording, type TreeName } from '../../test/trees.js';
import type { Frame } from '../system/recorded-host.js';
import { counterGrowth } from './counter.js';
import type { Interval } from './energy-source.js';
import { RaplSource } from './rapl.js';
import { findRaplZones } from './rapl-zones.js';

const second: Interval = { seconds: 1, suspendedSeconds: 0, utilization: 0.5 };

function samples(name: TreeName, frames: readonly Frame['files'][], options = {}) {
  const host = recording(
    name,
    frames.map((files, index) => ({ atMs: 1000 * (index + 1), files })),
  );
  const source = new RaplSource(host, options);
  source.start();
  return frames.map(() => {
    host.next();
    return source.sample(second);
  });
}

describe('zones', () => {
  test('packages and dram once each: no core, no mmio copy', () => {
    const { zones, lost } = findRaplZones(recording('intel-server'));
    expect(zones.map(({ id, name }) => `${id} ${name}`)).toEqual([
      'intel-rapl:0 package-0',
      'intel-rapl:0:1 dram',
      'intel-rapl:1 package-1',
      'intel-rapl:1:1 dram',
    ]);
    expect(lost).toEqual([
      {
        name: 'package-0',
        id: 'intel-rapl-mmio:0',
        energyFile: '/sys/class/powercap/intel-rapl-mmio:0/energy_uj',
        problem: 'duplicate',
      },
    ]);
    expect(zones[0]?.limitWatts).toBe(150);
  });

  test('a zone that only root may read is named', () => {
    const { zones, lost, hasTree } = findRaplZones(recording('denied'));
    expect([zones.length, hasTree]).toEqual([0, true]);
    expect(lost[0]).toMatchObject({ id: 'intel-rapl:0', problem: 'denied' });
  });
});

describe('energy', () => {
  test('is the sum over packages, and of dram apart', () => {
    const [deltas] = samples('intel-server', [
      {
        ...energy('intel-rapl:0', 5_040_000_000),
        ...energy('intel-rapl:1', 7_060_000_000),
        ...energy('intel-rapl:0:1', 1_003_000_000),
        ...energy('intel-rapl:1:1', 2_004_000_000),
      },
    ]);
    expect(deltas).toEqual({ cpu: { joules: 100 }, memory: { joules: 7 } });
  });

  test('goes on over the end of the counter', () => {
    const maximum = 262_143_328_850;
    const [, deltas] = samples('intel-server', [
      energy('intel-rapl:0', maximum - 10_000_000),
      energy('intel-rapl:0', 15_000_000),
    ]);
    // 10 J to the end of the range, 15 J after it.
    expect(deltas?.cpu).toEqual({ joules: 25 });
  });

  test('a counter that was reset is a gap, not a leap over the range', () => {
    const [deltas] = samples('intel-server', [energy('intel-rapl:0', 1_000_000)]);
    expect(deltas?.cpu).toEqual({ gap: expect.stringContaining('the counter was reset') });
  });

  test('a counter that vanishes is a gap until it was read twice again', () => {
    const file = 'sys/class/powercap/intel-rapl:0/energy_uj';
    const deltas = samples('intel-server', [
      { [file]: { error: 'EACCES' } },
      { [file]: '5100000000' },
      { [file]: '5150000000' },
    ]).map(({ cpu }) => cpu);
    expect(deltas).toEqual([
      { gap: expect.stringContaining('can no longer be read') },
      { gap: expect.stringContaining('could not be read before') },
      { joules: 50 },
    ]);
  });

  test('dies that mirror one meter count once', () => {
    const deltas = samples('amd-mirrored', [
      { ...energy('intel-rapl:0', 3_120_000_000), ...energy('intel-rapl:1', 3_120_000_300) },
      { ...energy('intel-rapl:0', 3_200_000_000), ...energy('intel-rapl:1', 3_200_000_300) },
    ]).map(({ cpu }) => cpu);
    expect(deltas).toEqual([{ joules: 120 }, { joules: 80 }]);
  });

  test('meters that only began alike count both', () => {
    const deltas = samples('amd-mirrored', [
      { ...energy('intel-rapl:0', 3_120_000_000), ...energy('intel-rapl:1', 3_050_000_400) },
    ]).map(({ cpu }) => cpu);
    expect(deltas).toEqual([{ joules: 170 }]);
  });

  test('psys adds only what the packages do not hold', () => {
    const files = {
      ...energy('intel-rapl:0', 9_010_000_000),
      ...energy('intel-rapl:1', 20_017_000_000),
    };
    expect(samples('intel-laptop', [files])[0]).toEqual({ cpu: { joules: 10 } });
    expect(samples('intel-laptop', [files], { psys: true })[0]).toEqual({
      cpu: { joules: 10 },
      board: { joules: 7 },
    });
  });
});

describe('a counter', () => {
  test.each([
    [10, 15, 100, 50, { growth: 5 }],
    [95, 5, 100, 50, { growth: 10 }],
    [95, 5, undefined, 50, { gap: 'the counter was reset' }],
    [50, 5, 100, 50, { gap: 'the counter was reset' }],
    [0, 80, 100, 50, { gap: 'the counter jumped further than it can have counted' }],
    [10, Number.NaN, 100, 50, { gap: 'the counter gave no number' }],
  ])('from %s to %s of %s, at most %s', (last, now, maximum, mostPossible, expected) => {
    expect(counterGrowth({ last, now, maximum, mostPossible })).toEqual(expected);
  });
});
