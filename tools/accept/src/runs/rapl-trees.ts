/**
 * Recorded machines on which everything goes wrong at random: counters that wrap, vanish, are reset or refused, a
 * suspended machine, a turned clock, children that nobody saw. The truth of each is known; no number may be negative,
 * none silently missing, and nested windows must add up.
 */
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Frame, RecordedHost, type Report, track } from '@noosphere/footprint';
import { Random } from '../random.js';
import type { AcceptanceRun, Measured, RunContext } from '../run.js';

const maximum = 262_143_328_850;
const seconds = 24;
const kinds = ['quiet', 'wrap', 'vanish', 'denied', 'reset', 'suspended', 'clock', 'garbage'] as const;
type Kind = (typeof kinds)[number];

interface Recording {
  readonly kind: Kind;
  readonly frames: readonly Frame[];
  /** Joules that the counters truly counted in intervals that could be read. */
  readonly readableJoules: number;
  /** Intervals in which one counter at least could not be read. */
  readonly lostIntervals: number;
  /** Processor seconds of the tree, with children that were never seen alive. */
  readonly treeSeconds: number;
}

export const raplTrees: AcceptanceRun = {
  name: 'rapl-trees',
  metric:
    'broken promises over recorded machines: negative or silent zeros, gaps unlisted, windows or children lost',
  bar: { is: '<=', value: 0 },
  run: checkTrees,
};

async function checkTrees({ seed, count = 400, folder, say }: RunContext): Promise<Measured> {
  const random = new Random(seed);
  const broken: string[] = [];
  let worstWindows = 0;
  for (let index = 0; index < count; index++) {
    const recording = record(random, kinds[index % kinds.length] ?? 'quiet');
    const { report, steps } = await replay(recording);
    const problems = judge(recording, report, steps);
    worstWindows = Math.max(worstWindows, windowError(report));
    broken.push(...problems.map((problem) => `recording ${index} (${recording.kind}): ${problem}`));
    if ((index + 1) % 100 === 0) say(`${index + 1} recordings, ${broken.length} broken promises`);
  }
  say('a real child of half a second between two samples');
  const child = process.platform === 'linux' ? await realChild() : undefined;
  if (child !== undefined && child.counted < 0.9 * child.used)
    broken.push(`a child used ${child.used.toFixed(2)} s, ${child.counted.toFixed(2)} s were counted`);
  const report = join(folder, 'rapl-trees.json');
  writeFileSync(report, JSON.stringify({ count, broken, worstWindows, child }, null, 1));
  return {
    value: broken.length,
    artifacts: [report],
    notes: [
      `${count} recordings of ${kinds.length} kinds; nested windows differ from the whole by ${worstWindows.toExponential(1)} at most`,
      child === undefined
        ? 'children are followed on Linux alone'
        : `a child started and ended between two samples used ${child.used.toFixed(2)} s, ${child.counted.toFixed(2)} s were counted`,
      ...broken.slice(0, 5),
    ],
  };
}

/** Two packages and dram, second by second, with one kind of trouble. */
function record(random: Random, kind: Kind): Recording {
  const zones = ['intel-rapl:0', 'intel-rapl:1'];
  const folder = (zone: string) => `sys/class/powercap/${zone}`;
  const energies = zones.map(() =>
    kind === 'wrap' ? maximum - 1e6 * (1 + random.below(1000)) : 1e9 * (10 + random.below(100)),
  );
  const trouble = 4 + random.below(seconds - 8);
  const length = kind === 'vanish' || kind === 'denied' || kind === 'garbage' ? 1 + random.below(4) : 1;
  const isTrouble = (second: number) => second >= trouble && second < trouble + length;
  let [readableJoules, lostIntervals, treeTicks, endedTicks] = [0, 0, 600, 0];
  let wasLost = false;
  let [wallAheadMs, sleptSeconds] = [0, 0];
  const first: Frame['files'] = {
    ...Object.fromEntries(
      zones.flatMap((zone, index) => [
        [`${folder(zone)}/name`, `package-${index}\n`],
        [`${folder(zone)}/max_energy_range_uj`, `${maximum}\n`],
        [`${folder(zone)}/constraint_0_power_limit_uw`, '150000000\n'],
      ]),
    ),
    'proc/cpuinfo': 'model name\t: Intel(R) Xeon(R) Gold 6248 CPU @ 2.50GHz\n',
    'proc/meminfo': 'MemTotal: 65536000 kB\nMemAvailable: 49152000 kB\n',
  };
  const frames: Frame[] = [];
  for (let second = 0; second <= seconds; second++) {
    const used = zones.map(() => Math.round((20 + random.below(100)) * 1e6));
    if (second > 0) {
      for (const [index, joules] of used.entries())
        energies[index] = ((energies[index] ?? 0) + joules) % maximum;
      treeTicks += random.below(100);
      // A child that starts and ends between two samples is seen in the ended children alone.
      endedTicks += random.below(3) === 0 ? random.below(100) : 0;
    }
    const isLost = (kind === 'vanish' || kind === 'denied' || kind === 'garbage') && isTrouble(second);
    const isReset = kind === 'reset' && second === trouble;
    if (isReset) for (const index of energies.keys()) energies[index] = Math.round(1e6 * random.next());
    if (kind === 'suspended' && second === trouble) {
      sleptSeconds = 60 + random.below(100_000);
      wallAheadMs = 1000 * sleptSeconds;
    }
    if (kind === 'clock' && second === trouble)
      wallAheadMs = (random.below(2) === 0 ? -1 : 1) * (5000 + random.below(1e8));
    if (second > 0) {
      if (isLost || wasLost || isReset) lostIntervals++;
      else readableJoules += used.reduce((sum, value) => sum + value, 0) / 1e6;
    }
    wasLost = isLost;
    const text = (index: number) => `${Math.round(energies[index] ?? 0)}\n`;
    frames.push({
      atMs: 1000 * second,
      wallAheadMs,
      files: {
        ...(second === 0 ? first : {}),
        ...Object.fromEntries(
          zones.map((zone, index) => [
            `${folder(zone)}/energy_uj`,
            !isLost || index > 0
              ? text(index)
              : kind === 'vanish'
                ? null
                : kind === 'denied'
                  ? { error: 'EACCES' }
                  : 'n/a\n',
          ]),
        ),
        'proc/uptime': `${(1000 + second + sleptSeconds).toFixed(2)} 0.00\n`,
        'proc/stat': statFile(second),
        'proc/100/stat': `100 (node) S 1 1 1 0 -1 0 0 0 0 0 ${treeTicks} 0 ${endedTicks} 0 20 0 11 0 90000 0 0`,
        'proc/100/status': 'VmRSS:\t204800 kB\n',
        'proc/100/task/100/children': '',
      },
    });
  }
  return { kind, frames, readableJoules, lostIntervals, treeSeconds: (treeTicks - 600 + endedTicks) / 100 };
}

/** Four processors, half busy. */
function statFile(second: number): string {
  const line = (name: string, times: number) =>
    `${name} ${times * (10_000 + 50 * second)} 0 0 ${times * (90_000 + 50 * second)} 0 0 0 0 0 0`;
  return `${[line('cpu ', 4), ...[0, 1, 2, 3].map((index) => line(`cpu${index}`, 1))].join('\n')}\n`;
}

async function replay({ frames }: Recording): Promise<{ report: Report; steps: number[] }> {
  const host = new RecordedHost(frames);
  const run = track({ host, manual: true, place: 'FRA', memoryWattsPerGigabyte: 0 });
  const steps: number[] = [];
  let before = 0;
  const advance = (count: number) => {
    for (let index = 0; index < count; index++) {
      host.next();
      run.sample();
      const { energyJoules = Number.NaN } = run.read();
      steps.push(energyJoules - before);
      before = energyJoules;
    }
  };
  for (let epoch = 0; epoch < 4; epoch++) {
    const window = run.window(`epoch ${epoch}`);
    for (const name of ['train', 'validation']) {
      const part = window.window(name);
      advance(seconds / 8);
      part.end();
    }
    window.end();
  }
  return { report: await run.stop(), steps };
}

/** What a report breaks of its promises. */
function judge(recording: Recording, report: Report, steps: readonly number[]): string[] {
  const { kind, readableJoules, lostIntervals, treeSeconds } = recording;
  const problems: string[] = [];
  const { cpu } = report.components;
  const bad = steps.find((joules) => !(joules > 0));
  if (bad !== undefined) problems.push(`a second of ${bad} J`);
  if (report.elapsedSeconds !== seconds) problems.push(`${report.elapsedSeconds} s instead of ${seconds}`);
  if (cpu?.energyJoules === null || cpu === undefined) problems.push('no energy of processors');
  else {
    const filled = report.gaps.reduce((sum, gap) => sum + (gap.filledJoules ?? 0), 0);
    const measured = cpu.energyJoules - filled;
    if (Math.abs(measured - readableJoules) > 1e-6 * readableJoules)
      problems.push(`measured ${measured} J, the counters say ${readableJoules}`);
    if (cpu.modelledSeconds !== lostIntervals)
      problems.push(`${cpu.modelledSeconds} s modelled, ${lostIntervals} could not be read`);
  }
  const listed = report.gaps.some(
    ({ component }) => component === (kind === 'suspended' || kind === 'clock' ? 'clock' : 'cpu'),
  );
  if (listed !== (kind !== 'quiet' && kind !== 'wrap')) problems.push(`gaps listed: ${listed}`);
  if (Math.abs(report.processCpuSeconds - treeSeconds) > 1e-6)
    problems.push(`${report.processCpuSeconds} processor seconds of ${treeSeconds}`);
  if (report.processJoules + report.idleJoules > report.machineJoules + 1e-6)
    problems.push('processes and idle part exceed the machine');
  if (windowError(report) > 0.01) problems.push(`windows differ by ${windowError(report)}`);
  return problems;
}

/** Largest relative difference of nested windows from what holds them. */
function windowError({ windows, energyJoules }: Report): number {
  const under = (parent: string) =>
    windows
      .filter(({ path }) => path.startsWith(parent) && !path.slice(parent.length).includes('/'))
      .reduce((sum, window) => sum + window.energyJoules, 0);
  const outer = windows.filter(({ path }) => !path.includes('/'));
  const errors = [
    Math.abs(under('') - energyJoules) / energyJoules,
    ...outer.map((window) => Math.abs(under(`${window.path}/`) - window.energyJoules) / window.energyJoules),
  ];
  return Math.max(...errors);
}

/** A child of this process that is busy for half a second and is gone before the next sample. */
async function realChild(): Promise<{ counted: number; used: number }> {
  const run = track({ manual: true, place: 'FRA' });
  run.sample();
  const ownBefore = process.cpuUsage();
  const program =
    'const end = Date.now() + 500; while (Date.now() < end); const { user, system } = process.cpuUsage(); console.log((user + system) / 1e6)';
  const child = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  await new Promise((resolve) => child.on('close', resolve));
  const { processCpuSeconds } = await run.stop();
  const own = process.cpuUsage(ownBefore);
  return { counted: processCpuSeconds - (own.user + own.system) / 1e6, used: Number(text) };
}
