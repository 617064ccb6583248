// One workload: all sides started, warmed up, then run in turn by blocks, so that whatever else the machine
// does falls on each of them alike.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { track } from '@noosphere/footprint';
import { oursCommand, type Peer, peerCommand } from './commands.js';
import { writeTensors } from './exchange.js';
import { type Row, voidIfWrong } from './report.js';
import { Side, type SideCommand } from './side.js';
import { makeBatches, makeWeights, type Workload } from './workloads.js';

export interface MeasureOptions {
  readonly peers: readonly Peer[];
  readonly rounds: number;
  readonly seed: number;
  /** Run ours from the packages' sources instead of their builds. */
  readonly source: boolean;
  readonly say: (line: string) => void;
}

/** What was measured of one side; `reason` instead when it could not run. */
interface Result {
  readonly name: string;
  reason?: string;
  /** What the side says about itself, such as the variant it chose. */
  note: string;
  side?: Side;
  callsPerBlock: number;
  losses: number[];
  ms: number[];
  peakMb: number | null;
  deltaMb: number | null;
  /** Of a step, the machine's. */
  millijoules: number | null;
}

const comparedSteps = 20;
const warmUpMs = 1500;
const blockMs = 500;
/** Pause before each block, in which the threads of the side before fall asleep. */
const settleMs = 60;

/** Writes the weights and batches every side starts from; gives the folder. */
export function writeData(workload: Workload, seed: number): string {
  const folder = mkdtempSync(join(tmpdir(), `noosphere-bench-${workload.name}-`));
  writeTensors(join(folder, 'weights.safetensors'), makeWeights(workload, seed));
  writeTensors(join(folder, 'batches.safetensors'), makeBatches(workload, seed + 1));
  return folder;
}

/** Measures ours and every peer on one workload: one row a peer. */
export async function measure(workload: Workload, options: MeasureOptions): Promise<Row[]> {
  const folder = writeData(workload, options.seed);
  const results: Result[] = [];
  try {
    results.push(await begin('ours', oursCommand(workload, folder, options.source), workload, options));
    for (const peer of options.peers)
      results.push(await begin(peer, peerCommand(peer, workload, folder), workload, options));
    await runRounds(results, workload, options);
    for (const result of results) await attempt(result, () => readMemory(result));
    return rows(workload, results, await productRate(workload, results[0]));
  } finally {
    for (const { side } of results) side?.quit();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function begin(
  name: string,
  command: SideCommand | string,
  workload: Workload,
  { say }: MeasureOptions,
): Promise<Result> {
  const result: Result = {
    name,
    note: '',
    callsPerBlock: 1,
    losses: [],
    ms: [],
    peakMb: null,
    deltaMb: null,
    millijoules: null,
  };
  if (typeof command === 'string') {
    result.reason = command;
    return result;
  }
  say(`${workload.name}: ${name} starts`);
  await attempt(result, async () => {
    result.side = await Side.start(command);
    result.note = result.side.note;
    await warmUp(result, result.side, workload);
  });
  if (result.reason !== undefined) say(`${workload.name}: ${name}: ${result.reason}`);
  return result;
}

/** At least 20 steps of the sides whose losses are compared, and enough time for any compiler to settle. */
async function warmUp(result: Result, side: Side, { stepsPerCall }: Workload): Promise<void> {
  const compared = result.name === 'ours' || result.name === 'torch';
  const leastCalls = compared ? Math.ceil(comparedSteps / stepsPerCall) : 3;
  const begun = performance.now();
  let last: number[] = [];
  while (result.losses.length < leastCalls * stepsPerCall || performance.now() - begun < warmUpMs) {
    const answer = await side.steps(2);
    result.losses.push(...answer.losses);
    last = answer.ms;
  }
  const callMs = median(last) * stepsPerCall;
  result.callsPerBlock = Math.max(2, Math.min(2000, Math.round(blockMs / callMs)));
}

async function runRounds(
  results: Result[],
  workload: Workload,
  { rounds, say }: MeasureOptions,
): Promise<void> {
  const tracked = track({ name: workload.name });
  for (let round = 1; round <= rounds; round++) {
    for (const result of results) {
      await attempt(result, async () => {
        await sleep(settleMs);
        const window = tracked.window(result.name);
        try {
          const answer = await result.side?.steps(result.callsPerBlock);
          result.ms.push(...(answer?.ms ?? []));
        } finally {
          window.end();
        }
      });
    }
    const state = results.map(({ name, ms }) => `${name} ${ms.length > 0 ? median(ms).toPrecision(3) : '-'}`);
    say(`${workload.name}: round ${round} of ${rounds}, ms a step so far: ${state.join(', ')}`);
  }
  const { windows } = await tracked.stop();
  for (const result of results) {
    const joules = windows.find(({ path }) => path === result.name)?.energyJoules;
    const steps = rounds * result.callsPerBlock * workload.stepsPerCall;
    if (joules !== undefined && result.reason === undefined) result.millijoules = (1e3 * joules) / steps;
  }
}

async function readMemory(result: Result): Promise<void> {
  const memory = await result.side?.memory();
  if (memory === undefined) return;
  result.peakMb = memory.peakMb;
  result.deltaMb = memory.peakMb - memory.importMb;
}

/** This machine's matrix-product rate in FLOP/s through our engine, where the workload reports a share. */
async function productRate(
  { productFlops }: Workload,
  ours: Result | undefined,
): Promise<number | undefined> {
  if (productFlops === 0 || ours?.side === undefined || ours.reason !== undefined) return undefined;
  const { flopsPerSecond } = (await ours.side.ask({ cmd: 'rate' })) as { flopsPerSecond: number };
  return flopsPerSecond;
}

/** A side that fails keeps its reason and takes no further part. */
async function attempt(result: Result, work: () => Promise<void>): Promise<void> {
  if (result.reason !== undefined) return;
  try {
    await work();
  } catch (error) {
    result.reason = `failed: ${error instanceof Error ? error.message : String(error)}`;
  }
}

function rows(workload: Workload, [ours, ...others]: Result[], rate: number | undefined): Row[] {
  if (ours === undefined) return [];
  const oursMs = ours.reason === undefined ? median(ours.ms) : null;
  const torch = others.find(({ name }) => name === 'torch');
  const best = others.find(({ name }) => name === 'torch-best');
  if (torch && best) preferEager(best, torch);
  const rateShare =
    rate === undefined || oursMs === null ? null : workload.productFlops / (oursMs / 1e3) / rate;
  return others.map((peer) => {
    const peerMs = peer.reason === undefined ? median(peer.ms) : null;
    const note = ours.reason === undefined ? (peer.reason ?? peer.note) : `ours ${ours.reason}`;
    return voidIfWrong({
      name: workload.name,
      peer: peer.name,
      precision: ours.side?.precision ?? null,
      oursMs,
      peerMs,
      ratio: oursMs === null || peerMs === null ? null : peerMs / oursMs,
      oursPeakMb: ours.peakMb,
      peerPeakMb: peer.peakMb,
      oursDeltaMb: ours.deltaMb,
      peerDeltaMb: peer.deltaMb,
      oursMillijoules: ours.millijoules,
      peerMillijoules: peer.millijoules,
      lossMaxRel: workload.random ? null : lossMaxRel(ours.losses, torch?.losses ?? []),
      rateShare,
      ...(note === '' ? {} : { note }),
    });
  });
}

/** Eager with defaults is one of the ways of `torch-best`: where the way its trial chose was slower here, it stands in. */
function preferEager(best: Result, torch: Result): void {
  if (best.reason !== undefined || torch.reason !== undefined || median(best.ms) <= median(torch.ms)) return;
  best.note = `eager (${best.note} had won the trial, but was slower here)`;
  best.ms = torch.ms;
  best.peakMb = torch.peakMb;
  best.deltaMb = torch.deltaMb;
  best.millijoules = torch.millijoules;
}

/** max |a - b| / |b| over the first 20 steps; null when either side has fewer. NaN counts as infinite. */
export function lossMaxRel(ours: readonly number[], reference: readonly number[]): number | null {
  if (ours.length < comparedSteps || reference.length < comparedSteps) return null;
  let largest = 0;
  for (let step = 0; step < comparedSteps; step++) {
    const expected = reference[step] ?? Number.NaN;
    const relative = Math.abs((ours[step] ?? Number.NaN) - expected) / Math.abs(expected);
    largest = Math.max(largest, Number.isNaN(relative) ? Number.POSITIVE_INFINITY : relative);
  }
  return largest;
}

/** The middle value, or the mean of the two middle ones. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}
