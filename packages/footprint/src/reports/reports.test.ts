import { describe, expect, test } from 'vitest';
import { energy, recording, uptime } from '../../test/trees.js';
import type { TrackOptions } from '../tracker/options.js';
import { track } from '../tracker/track.js';
import { compareRuns } from './compare.js';
import { codecarbonColumns, toCodecarbonCsv } from './csv.js';
import { toMarkdown } from './markdown.js';
import { toPrometheus } from './prometheus.js';
import { carbonText, digits, energyText } from './quantities.js';
import { toSentence } from './sentence.js';
import { whatIf } from './what-if.js';

/** An hour of 100 W in one package: 360 kJ. */
async function hour(options: TrackOptions = {}) {
  const frames = Array.from({ length: 60 }, (_, index) => ({
    atMs: 60_000 * (index + 1),
    files: {
      ...energy('intel-rapl:0', 9e9 + 6e9 * (index + 1)),
      ...uptime(1000 + 60 * (index + 1)),
    },
  }));
  const host = recording('intel-laptop', frames);
  const run = track({
    host,
    manual: true,
    place: 'FRA',
    name: 'a, "b"',
    memoryWattsPerGigabyte: 0,
    ...options,
  });
  while (host.next()) run.sample();
  return run.stop();
}

describe('CSV', () => {
  test("has CodeCarbon's 38 columns in its order, quoted where needed, empty where not known", async () => {
    const csv = toCodecarbonCsv([await hour({ pue: 1.5 })], { runId: 'r1' });
    const [header, row, end] = csv.split('\n');
    expect(header).toBe(codecarbonColumns.join(','));
    expect(header?.split(',')).toHaveLength(38);
    expect(end).toBe('');
    expect(row).toMatch(/^2026-01-01T01:00:00,"a, ""b""",r1,,3600,/);
    const cells = (row ?? '').replace('"a, ""b"""', 'name').split(',');
    const cell = (name: (typeof codecarbonColumns)[number]) => cells[codecarbonColumns.indexOf(name)];
    expect(Number(cell('cpu_energy'))).toBeCloseTo(0.15);
    expect(Number(cell('energy_consumed'))).toBeCloseTo(0.15);
    expect(Number(cell('cpu_power'))).toBeCloseTo(150);
    expect(Number(cell('emissions'))).toBeCloseTo(0.15 * 0.056039);
    expect([cell('country_iso_code'), cell('tracking_mode'), cell('pue')]).toEqual(['FRA', 'machine', '1.5']);
    expect([cell('water_consumed'), cell('wue'), cell('longitude')]).toEqual(['', '', '']);
  });
});

describe('energy and carbon of one scope', () => {
  // 100 W for an hour; France's 56.039 g/kWh.
  test.each([
    [1, '100 Wh of the machine (95 Wh to 105 Wh;', '5.6 g CO2e at 56 g/kWh'],
    [1.5, '150 Wh of the machine and the site (PUE 1.5) (143 Wh to 158 Wh;', '8.41 g CO2e at 56 g/kWh'],
  ])('a sentence with a PUE of %s', async (pue, energyPart, carbonPart) => {
    const sentence = toSentence(await hour({ pue }));
    expect(sentence).toContain(energyPart);
    expect(sentence).toContain(carbonPart);
  });

  test('Markdown, Prometheus and other circumstances say what carbon counts', async () => {
    const report = await hour({ pue: 1.5 });
    expect(toMarkdown(report)).toMatch(
      /with the site \(PUE\) \| 150 Wh \(1\.5\) \|\n\| carbon, operational, with the site \| 8\.41 g/,
    );
    expect(toPrometheus(report)).toMatch(/site_energy_joules\{.*\} 540000/);
    const [there] = whatIf(report, [{ name: 'there', place: 'FRA', pue: 2 }]);
    expect(there?.siteJoules).toBeCloseTo(720_000);
    expect(there?.carbonKilograms).toBeCloseTo(0.2 * 0.056039);
  });
});

describe('Markdown', () => {
  test('says numbers, ranges, methods and what is not known', async () => {
    const text = toMarkdown(await hour());
    expect(text).toContain('| energy of the whole machine | 100 Wh (95 Wh to 105 Wh) |');
    expect(text).toContain('| electricity | France, 2023, 56 g/kWh (OWID) |');
    expect(text).toContain('| water | not known |');
    expect(text).toMatch(/\| cpu \| 100 Wh .*measured.*intel-rapl:0 \|/);
    expect(text).toContain('- cost is not known: give tariff');
  });
});

describe('Prometheus', () => {
  test('every line is a comment or a sample, with escaped labels; what is not known is left out', async () => {
    const text = toPrometheus(await hour());
    for (const line of text.trimEnd().split('\n'))
      expect(line).toMatch(
        /^(# (HELP|TYPE) footprint_\w+ .+|footprint_\w+\{(\w+="(\\.|[^"\\])*",?)+\} -?[\d.e+-]+)$/,
      );
    expect(text).toContain('run="a, \\"b\\""');
    expect(text).not.toContain('water');
    expect(text).toMatch(/component="cpu",method="rapl"\} 360000/);
  });
});

describe('comparing', () => {
  const runs = [
    { name: 'a', score: 0.9, energyJoules: 100 },
    { name: 'b', score: 0.95, energyJoules: 300 },
    { name: 'c', score: 0.94, energyJoules: 400 },
    { name: 'd', score: 0.89, energyJoules: 100 },
    { name: 'e', score: 0.9, energyJoules: 100 },
  ];
  test('the front by hand, ties included', () => {
    const rows = compareRuns(runs);
    expect(rows.filter(({ isParetoOptimal }) => isParetoOptimal).map(({ name }) => name)).toEqual([
      'a',
      'e',
      'b',
    ]);
    // 200 J more for 0.05 more.
    expect(rows.find(({ name }) => name === 'b')?.joulesPerExtraScore).toBeCloseTo(4000);
    expect(rows[0]).toMatchObject({ scorePerJoule: expect.closeTo(0.009), joulesPerExtraScore: null });
  });
  test('losses are better when lower; nonsense is refused', () => {
    const front = compareRuns(runs, { better: 'lower' }).filter(({ isParetoOptimal }) => isParetoOptimal);
    expect(front.map(({ name }) => name)).toEqual(['d']);
    expect(() => compareRuns([{ name: 'x', score: Number.NaN, energyJoules: 1 }])).toThrow(
      'x: expected a finite',
    );
  });
});

describe('what if', () => {
  const work = { energyJoules: 3.6e6, elapsedSeconds: 7200, startedAt: '2026-01-01T11:00:00Z' };
  test('region, machine and hour', () => {
    // Two hours from 11 UTC: one at 100, one at 300 g/kWh; at night 50.
    const hours = Array.from({ length: 24 }, (_, index) => (index < 6 ? 50 : index < 12 ? 100 : 300));
    const gramsPerKilowattHour = { hours, utcOffsetHours: 0 };
    const [here, night, fast, poland] = whatIf(work, [
      { name: 'here', gramsPerKilowattHour },
      { name: 'night', gramsPerKilowattHour, startedAt: '2026-01-01T01:00:00Z' },
      {
        name: 'fast',
        gramsPerKilowattHour: 100,
        speedFactor: 4,
        powerFactor: 2,
        tariff: { currency: 'EUR', perMachineHour: 3 },
      },
      { name: 'poland', place: 'POL', pue: 1.5 },
    ]);
    expect(here?.carbonKilograms).toBeCloseTo(0.2);
    expect(night?.carbonKilograms).toBeCloseTo(0.05);
    expect(fast).toMatchObject({ elapsedSeconds: 1800, energyJoules: 1.8e6, cost: expect.closeTo(1.5) });
    expect(poland?.carbonKilograms).toBeCloseTo(1.5 * 0.66193, 2);
    expect(here?.cost).toBeNull();
  });
  test('refused: a speed of 0, a date that is none', () => {
    expect(() => whatIf(work, [{ name: 'x', speedFactor: 0 }])).toThrow('x: expected factors above 0');
    expect(() => whatIf(work, [{ name: 'x', startedAt: 'noon' }])).toThrow("'noon'");
  });
});

test('quantities are three digits in a unit that fits', () => {
  expect([0.5, 7200, 7.2e6].map(energyText)).toEqual(['0.5 J', '2 Wh', '2 kWh']);
  expect([2e-6, 0.0123456, 2, 3000].map(carbonText)).toEqual([
    '2 mg CO2e',
    '12.3 g CO2e',
    '2 kg CO2e',
    '3 t CO2e',
  ]);
  expect([0, 1234567, 1e-9].map(digits)).toEqual(['0', '1230000', '1.00e-9']);
});
