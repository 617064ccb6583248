/**
 * The Python package CodeCarbon and ours with its method, over the same recorded machines: counters that wrap, are
 * doubled or mirrored, loads, memory sizes, countries. Beside it a live run of both on this machine.
 */
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { carbonIntensity, carbonPlaces, openHost, type Report, track } from '@noosphere/footprint';
import { runPython } from '../python.js';
import { Random } from '../random.js';
import { type AcceptanceRun, type Measured, type RunContext, required } from '../run.js';

type Files = Record<string, string>;

interface RaplRecording {
  readonly files: Files;
  readonly frames: readonly Files[];
  readonly seconds: number;
}

interface LoadRecording {
  readonly tdpWatts: number;
  readonly memoryBytes: number;
  /** As /proc/stat counts, in seconds. */
  readonly times: readonly (readonly number[])[];
  readonly seconds: number;
}

interface Replayed {
  readonly version: string;
  readonly rapl: readonly number[];
  readonly loads: readonly { readonly cpuJoules: number; readonly memoryJoules: number }[];
  readonly kilogramsPerKilowattHour: Readonly<Record<string, number>>;
}

interface Live {
  readonly cpuJoules: number;
  readonly memoryJoules: number;
  readonly seconds: number;
  readonly tdpWatts: number;
  readonly mode: string;
}

/** Why numbers of the two may differ where nobody set them to one method. */
const differences = [
  'kWh: CodeCarbon counts 2.77778e-7 kWh a joule, rounded by 8e-7; we divide by 3.6e6.',
  'load: CodeCarbon draws TDP (0.1 + 0.9 load³) for the machine and TDP x load for a process, so a process may draw more than its machine; we draw one curve and split what lies above idle.',
  'TDP: in a virtual machine CodeCarbon takes the whole processor, or 4 W a thread where its name is unknown; we take 0.74 to 3.5 W a virtual processor. Here ours was given its TDP.',
  'memory: CodeCarbon guesses modules of 5 W, at least 10 W; we take 0.3725 W a gigabyte.',
  'dram: with rapl_include_dram CodeCarbon reads the counters, but adds up only those named "Processor Energy Delta": they are lost; we give them as memory.',
  'stolen time: CodeCarbon counts what other guests took as busy; we count it neither as busy nor as idle. None is in the recordings.',
  'counters that vanish or are reset: CodeCarbon skips the interval as 0 J; we put the model in and list a gap. None is in the recordings.',
  'children that end between two samples: CodeCarbon misses them in its process mode; we count them. The recordings are of machines.',
];

export const codecarbonAgreement: AcceptanceRun = {
  name: 'codecarbon-agreement',
  metric: "largest relative difference from CodeCarbon's joules and kilograms over recorded machines",
  bar: { is: '<=', value: 0.001 },
  run: agree,
};

async function agree({ seed, count = 40, folder, say }: RunContext): Promise<Measured> {
  const random = new Random(seed);
  const rapl = Array.from({ length: count }, (_, index) => recordRapl(random, index));
  const loads = Array.from({ length: count }, () => recordLoad(random));
  const places = carbonPlaces()
    .map(({ place }) => place)
    .filter((place) => place.length === 3 && !/\d/.test(place));
  const recordings = join(folder, 'recordings.json');
  writeFileSync(recordings, JSON.stringify({ rapl, loads, places }));
  say(`CodeCarbon replays ${count} recorded counters, ${count} loads, ${places.length} countries`);
  const theirs: Replayed = JSON.parse(await runPython('codecarbon_replay.py', ['replay', recordings]));
  const pairs: [what: string, ours: number, theirs: number][] = [];
  for (const [index, recording] of rapl.entries()) {
    const report = await replay(recording, 100);
    pairs.push([
      `rapl ${index}`,
      report.components.cpu?.energyJoules ?? Number.NaN,
      theirs.rapl[index] ?? Number.NaN,
    ]);
  }
  for (const [index, recording] of loads.entries()) {
    const report = await replay(loadFiles(recording), recording.tdpWatts);
    const expected = theirs.loads[index];
    const { cpu, memory } = report.components;
    pairs.push(
      [`load ${index} cpu`, cpu?.energyJoules ?? Number.NaN, expected?.cpuJoules ?? Number.NaN],
      [`load ${index} memory`, memory?.energyJoules ?? Number.NaN, expected?.memoryJoules ?? Number.NaN],
    );
  }
  for (const place of places) {
    const ours = carbonIntensity(place).gramsPerKilowattHour / 1000;
    pairs.push([place, ours, theirs.kilogramsPerKilowattHour[place] ?? Number.NaN]);
  }
  const errors = pairs.map(([what, a, b]) => ({ what, ours: a, theirs: b, error: relative(a, b) }));
  const worst = errors.reduce((most, next) =>
    next.error > most.error || Number.isNaN(next.error) ? next : most,
  );
  say('both track this machine for 15 s, one processor busy');
  const live = await liveRun(15);
  const report = join(folder, 'codecarbon-agreement.json');
  writeFileSync(report, JSON.stringify({ version: theirs.version, errors, live, differences }, null, 1));
  return {
    value: worst.error,
    artifacts: [recordings, report],
    notes: [
      `CodeCarbon ${theirs.version}: ${errors.length} numbers; the largest difference is at ${worst.what}: ${worst.ours} and ${worst.theirs}`,
      `live, ${live.theirs.mode}, ${live.theirs.tdpWatts} W: processors ${live.ours.cpuJoules.toFixed(1)} J and ${live.theirs.cpuJoules.toFixed(1)} J (${percent(live.ours.cpuJoules, live.theirs.cpuJoules)}), memory ${live.ours.memoryJoules.toFixed(1)} J and ${live.theirs.memoryJoules.toFixed(1)} J (${percent(live.ours.memoryJoules, live.theirs.memoryJoules)}); within 10 %: ${live.isWithinTenPercent}`,
      ...differences,
    ],
  };
}

function relative(a: number, b: number): number {
  return Math.abs(a - b) / Math.max(Math.abs(b), 1e-12);
}

function percent(a: number, b: number): string {
  return `${(100 * (a / b - 1)).toFixed(1)} %`;
}

const maximum = 262_143_328_850;
const frames = 30;

/** One or two sockets, some with dram, core, a copy in mmio, a mirror, a start near the end of the range. */
function recordRapl(random: Random, index: number): RaplRecording {
  const sockets = 1 + random.below(2);
  const isMirrored = index % 5 === 4;
  const hasCopy = index % 3 === 0;
  const names = Array.from({ length: isMirrored ? 2 : sockets }, (_, socket) => socket);
  const starts = names.map(() =>
    index % 2 === 0
      ? maximum - 1_000_000 * (1 + random.below(1000))
      : 10_000_000 * (1 + random.below(20_000)),
  );
  const watts = names.map(() => 20 + random.below(150));
  const files: Files = {};
  const energies = names.map((socket) => starts[isMirrored ? 0 : socket] ?? 0);
  const at = (zone: string) => [
    `intel-rapl/${zone}/energy_uj`,
    ...(hasCopy ? [`intel-rapl-mmio/${zone.replace('rapl', 'rapl-mmio')}/energy_uj`] : []),
  ];
  const texts = (): Files =>
    Object.fromEntries(
      names.flatMap((socket) => at(`intel-rapl:${socket}`).map((file) => [file, `${energies[socket]}\n`])),
    );
  for (const socket of names) {
    for (const [prefix, folder] of [
      ['intel-rapl', 'intel-rapl'],
      ['intel-rapl-mmio', 'intel-rapl-mmio'],
    ] as const) {
      if (prefix === 'intel-rapl-mmio' && !hasCopy) continue;
      const zone = `${folder}/${prefix}:${socket}`;
      files[`${zone}/name`] = `package-${socket}\n`;
      files[`${zone}/max_energy_range_uj`] = `${maximum}\n`;
    }
    const core = `intel-rapl/intel-rapl:${socket}/intel-rapl:${socket}:0`;
    files[`${core}/name`] = 'core\n';
    files[`${core}/energy_uj`] = '5\n';
    files[`${core}/max_energy_range_uj`] = `${maximum}\n`;
  }
  Object.assign(files, texts());
  const later = Array.from({ length: frames }, () => {
    for (const socket of names) {
      const power = (watts[isMirrored ? 0 : socket] ?? 0) * 1e6;
      const step = isMirrored && socket > 0 ? 0 : Math.round(power * (0.5 + random.next()));
      energies[socket] =
        isMirrored && socket > 0 ? (energies[0] ?? 0) : ((energies[socket] ?? 0) + step) % maximum;
    }
    return texts();
  });
  return { files, frames: later, seconds: 1 };
}

/** A machine whose load wanders, of any size. */
function recordLoad(random: Random): LoadRecording {
  const processors = 1 + random.below(64);
  let now = Array.from({ length: 10 }, () => random.below(1000));
  // No time stolen, no guests: see the differences.
  now = now.map((value, index) => (index >= 7 ? 0 : value));
  const times = [now];
  let load = random.next();
  for (let frame = 0; frame < frames; frame++) {
    load = Math.min(1, Math.max(0, load + 0.4 * (random.next() - 0.5)));
    const ticks = 100 * processors;
    const busy = Math.round(load * ticks);
    const [user, system] = [Math.floor(0.8 * busy), busy - Math.floor(0.8 * busy)];
    const waiting = Math.floor(0.1 * (ticks - busy));
    const step = [user, 0, system, ticks - busy - waiting, waiting, 0, 0, 0, 0, 0];
    now = now.map((value, index) => (Math.round(value * 100) + (step[index] ?? 0)) / 100);
    times.push(now);
  }
  return {
    tdpWatts: 10 + random.below(300),
    memoryBytes: (1 + random.below(1024)) * 2 ** 30,
    times,
    seconds: 1,
  };
}

/** The same as files of /proc. */
function loadFiles({ times, memoryBytes, seconds }: LoadRecording): RaplRecording {
  const stat = (values: readonly number[]) =>
    `cpu  ${values.map((value) => Math.round(value * 100)).join(' ')}\ncpu0 0 0 0 0 0 0 0\n`;
  const [first = [], ...rest] = times;
  const files = {
    '../../../proc/stat': stat(first),
    '../../../proc/meminfo': `MemTotal: ${memoryBytes / 1024} kB\nMemAvailable: ${memoryBytes / 2048} kB\n`,
  };
  return { files, frames: rest.map((values) => ({ '../../../proc/stat': stat(values) })), seconds };
}

/** Ours over a tree on disk, with clocks of the recording. */
async function replay({ files, frames: later, seconds }: RaplRecording, tdpWatts: number): Promise<Report> {
  const root = mkdtempSync(join(tmpdir(), 'noosphere-replay-'));
  const write = (changed: Files) => {
    for (const [path, text] of Object.entries(changed)) {
      // The kernel shows each zone flat as well: sys/class/powercap/intel-rapl:0.
      const flat = path.replace(/^intel-rapl(-mmio)?\/(?:[^/]+\/)?(intel-rapl[^/]+\/[^/]+)$/, '$2');
      const full = join(root, 'sys/class/powercap', flat);
      mkdirSync(dirname(full), { recursive: true });
      writeFileSync(full, text);
    }
  };
  write(files);
  let nowMs = 0;
  const host = { ...openHost({ root }), monotonicMs: () => nowMs, wallMs: () => nowMs };
  const run = track({ host, manual: true, models: 'codecarbon', cpuTdpWatts: tdpWatts, commands: false });
  for (const frame of later) {
    write(frame);
    nowMs += 1000 * seconds;
    run.sample();
  }
  return run.stop();
}

/** Both over the same seconds of this machine. */
async function liveRun(seconds: number) {
  const python = required('NOOSPHERE_PYTHON', 'a Python with tools/accept/python/requirements.txt installed');
  const script = fileURLToPath(new URL('../../python/codecarbon_replay.py', import.meta.url));
  const child = spawn(python, [script, 'live', String(seconds)], { stdio: ['ignore', 'pipe', 'inherit'] });
  let run: ReturnType<typeof track> | undefined;
  let ours: Promise<Report> | undefined;
  let last = '';
  // Its TDP is known only at the end: ours is tracked at 1 W, and the model is linear in it.
  for await (const line of createInterface({ input: child.stdout })) {
    if (line === 'started') run = track({ models: 'codecarbon', cpuTdpWatts: 1, commands: false });
    else if (line === 'stopped') ours = run?.stop();
    else last = line;
  }
  const theirs: Live = JSON.parse(last);
  const report = await ours;
  const cpuJoules = (report?.components.cpu?.energyJoules ?? Number.NaN) * theirs.tdpWatts;
  const memoryJoules = report?.components.memory?.energyJoules ?? Number.NaN;
  const isWithinTenPercent =
    relative(cpuJoules, theirs.cpuJoules) <= 0.1 && relative(memoryJoules, theirs.memoryJoules) <= 0.1;
  return {
    ours: { cpuJoules, memoryJoules, seconds: report?.elapsedSeconds },
    theirs,
    isWithinTenPercent,
  };
}
