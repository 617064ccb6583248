/**
 * Damaged files of every format that Noosphere reads: each ends in a typed error within a second, or is read because the
 * damage did not touch what a reader can check; memory stays within the file's size and 200 MB; no file changes.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { NoosphereError } from '@noosphere/core';
import { byteDamages, type HostileFormat } from '../hostile/format.js';
import { formats } from '../hostile/index.js';
import { Random } from '../random.js';
import type { AcceptanceRun, Measured, RunContext } from '../run.js';

const longestMs = 1000;
const mostExtraBytes = 200e6;
const defaultCount = 4000;

export const hostileFiles: AcceptanceRun = {
  name: 'hostile-files',
  metric:
    'share of damaged files that end in a typed error or are read, in time and memory, with nothing overwritten',
  bar: { is: '>=', value: 1 },
  run: runFiles,
};

interface Outcome {
  readonly format: string;
  readonly damage: string;
  readonly index: number;
  readonly result: string;
  readonly milliseconds: number;
  readonly problem?: string;
}

async function runFiles(context: RunContext): Promise<Measured> {
  const count = context.count ?? defaultCount;
  const random = new Random(context.seed);
  const folder = join(context.folder, 'files');
  mkdirSync(folder, { recursive: true });
  const outcomes: Outcome[] = [];
  for (const format of formats) {
    const samples = await format.samples(folder);
    await warmUp(format, samples, folder);
    const damages = Object.entries({ ...byteDamages, ...format.damages });
    for (let index = 0; index < count / formats.length; index++) {
      const [damage, apply] = damages[index % damages.length] ?? random.pick(damages);
      const bytes = apply(random.pick(samples), random);
      const { problem, ...rest } = await attempt(format, bytes, folder);
      if (problem !== undefined) {
        const kept = join(context.folder, `${format.name}-${index}${format.extension}`);
        writeFileSync(kept, bytes);
        context.say(`${format.name} ${index}, ${damage}: ${problem} (${kept})`);
      }
      outcomes.push({
        format: format.name,
        damage,
        index,
        ...rest,
        ...(problem === undefined ? {} : { problem }),
      });
    }
  }
  const report = join(context.folder, 'outcomes.json');
  writeFileSync(report, JSON.stringify(outcomes, null, 1));
  const good = outcomes.filter(({ problem }) => problem === undefined).length;
  const refused = outcomes.filter(({ result }) => result !== 'read').length;
  const slowest = Math.max(...outcomes.map(({ milliseconds }) => milliseconds));
  const notes = [
    `${outcomes.length} files, ${refused} refused, ${outcomes.length - refused} read; the slowest took ${slowest.toFixed(0)} ms`,
  ];
  return { value: good / outcomes.length, artifacts: [report], notes };
}

/** Sound samples are read; what the process needs once is in memory afterwards. */
async function warmUp(format: HostileFormat, samples: readonly Uint8Array[], folder: string): Promise<void> {
  for (const [index, bytes] of samples.entries()) {
    const path = join(folder, `sound-${index}${format.extension}`);
    writeFileSync(path, bytes);
    await format.read(path);
  }
}

async function attempt(
  format: HostileFormat,
  bytes: Uint8Array,
  folder: string,
): Promise<Pick<Outcome, 'result' | 'milliseconds' | 'problem'>> {
  const path = join(folder, `damaged${format.extension}`);
  writeFileSync(path, bytes);
  const before = { state: stateOf(folder), resident: process.memoryUsage.rss() };
  const peakBefore = process.resourceUsage().maxRSS * 1024;
  const start = performance.now();
  let result = 'read';
  let problem: string | undefined;
  try {
    await format.read(path);
  } catch (error) {
    result = error instanceof Error ? error.message.slice(0, 200) : String(error);
    if (!NoosphereError.isInstance(error))
      problem = `an untyped error: ${error instanceof Error ? error.stack : error}`;
  }
  const milliseconds = performance.now() - start;
  const peak = process.resourceUsage().maxRSS * 1024;
  if (milliseconds > longestMs) problem ??= `took ${milliseconds.toFixed(0)} ms`;
  // A new peak was reached in this attempt; an old one says nothing about it.
  if (peak > peakBefore && peak - before.resident > bytes.length + mostExtraBytes)
    problem ??= `took ${((peak - before.resident) / 1e6).toFixed(0)} MB for a file of ${bytes.length} bytes`;
  if (stateOf(folder) !== before.state) problem ??= 'changed a file';
  return { result, milliseconds, ...(problem === undefined ? {} : { problem }) };
}

/** Names and contents of a folder. */
function stateOf(folder: string): string {
  const hash = createHash('sha256');
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    hash.update(entry.name);
    if (entry.isFile()) hash.update(readFileSync(join(folder, entry.name)));
  }
  return hash.digest('hex');
}
