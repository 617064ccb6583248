/** Runs that can be listed, compared and done again. */

import { availableParallelism } from 'node:os';
import { knownOptions } from '@noosphere/base';
import { sha256 } from '@noosphere/base/files';
import { type HostTensor, hostData, isHostTensor, type Tensor, visitTree } from '@noosphere/core';
import { softwareVersions } from '../files/package-version.js';
import { findRunFiles, readRunFile, writeRunFile } from '../files/run-files.js';
import {
  compareRuns,
  parseRun,
  type RunDifference,
  type RunManifest,
  runFormatVersion,
} from './run-manifest.js';

/** What a run is made of; it must depend on nothing else. */
export interface RunInputs {
  readonly config: Readonly<Record<string, unknown>>;
  readonly seeds: Readonly<Record<string, number>>;
}

/** What a run gives: its numbers, and the model whose bits are compared. */
export interface RunOutcome {
  readonly metrics: Readonly<Record<string, number>>;
  readonly model: object;
}

export interface RecordRunOptions {
  readonly name: string;
  readonly config?: Readonly<Record<string, unknown>>;
  readonly seeds?: Readonly<Record<string, number>>;
  /** The data that the run reads: tensors, bytes or texts, kept as checksums. @default {} */
  readonly data?: Readonly<Record<string, Tensor | Uint8Array | string>>;
  readonly run: (inputs: RunInputs) => Promise<RunOutcome>;
}

/**
 * Runs something and keeps what it was and gave in `root/<time>-<name>/run.json`.
 * @example
 * import type { RunInputs } from '@noosphere/train';
 * const run = async ({ seeds }: RunInputs) => ({ metrics: { loss: 0.5 }, model: new Linear(2, 1, new Random(seeds.weights ?? 0)) });
 * const { path } = await recordRun('runs', { name: 'linear', seeds: { weights: 7 }, run });
 * console.log((await listRuns('runs')).map(({ manifest }) => manifest.name)); // → [ 'linear' ]
 * console.log(await reproduceRun(path, { run })); // → { same: true, differences: [] }
 */
export async function recordRun(
  root: string,
  options: RecordRunOptions,
): Promise<{ manifest: RunManifest; path: string }> {
  knownOptions('recordRun', options, 'name config seeds data run');
  const manifest = await perform(options);
  const time = manifest.started.replace(/[:.]/g, '-');
  const name = options.name.replace(/[^\w-]+/g, '-');
  const path = await writeRunFile(root, `${time}-${name}`, `${JSON.stringify(manifest, null, 2)}\n`);
  return { manifest, path };
}

/** All runs below a folder, the oldest first. */
export async function listRuns(root: string): Promise<{ path: string; manifest: RunManifest }[]> {
  const paths = await findRunFiles(root);
  return Promise.all(
    paths.map(async (path) => ({ path, manifest: parseRun(path, await readRunFile(path)) })),
  );
}

export interface Reproduction {
  /** Whether every weight has the same bits and every metric the same value. */
  readonly same: boolean;
  /** What differs: first the causes (config, data, environment), then the results. */
  readonly differences: readonly RunDifference[];
}

/**
 * Does a recorded run again with its config and seeds, and compares the bits.
 * Without a difference in environment or data the bits must be the same: training is deterministic.
 * @param path A `run.json`.
 */
export async function reproduceRun(
  path: string,
  options: Pick<RecordRunOptions, 'run' | 'data'>,
): Promise<Reproduction> {
  const { run, data = {} } = knownOptions('reproduceRun', options, 'run data');
  const recorded = parseRun(path, await readRunFile(path));
  const { name, config, seeds } = recorded;
  const again = await perform({ name, config, seeds, data, run });
  const differences = compareRuns(recorded, again);
  const same = !differences.some(({ what }) => what.startsWith('metrics.') || what.startsWith('weights.'));
  return { same, differences };
}

async function perform({
  name,
  config = {},
  seeds = {},
  data = {},
  run,
}: RecordRunOptions): Promise<RunManifest> {
  const started = new Date().toISOString();
  const startedMs = performance.now();
  const { metrics, model } = await run({ config, seeds });
  return {
    format: 'noosphere-run',
    version: runFormatVersion,
    name,
    started,
    elapsedMs: Math.round(performance.now() - startedMs),
    config: { ...config },
    seeds: { ...seeds },
    data: Object.fromEntries(Object.entries(data).map(([key, value]) => [key, sha256(bytesOf(value))])),
    metrics: { ...metrics },
    weights: weightChecksums(model),
    environment: environment(),
  };
}

/** All that bits may depend on beside the inputs. */
function environment(): Record<string, string> {
  return {
    ...softwareVersions(),
    threads: process.env.NOOSPHERE_THREADS ?? String(availableParallelism()),
  };
}

function weightChecksums(model: object): Record<string, string> {
  const found: Record<string, string> = {};
  visitTree(model, (leaf, path) => {
    if (isHostTensor(leaf)) found[path] = sha256(bytesOf(leaf));
  });
  return found;
}

function bytesOf(value: Tensor | Uint8Array | string): Uint8Array {
  if (typeof value === 'string') return new TextEncoder().encode(value);
  if (value instanceof Uint8Array) return value;
  const { buffer, byteOffset, byteLength } = hostData(value as HostTensor);
  return new Uint8Array(buffer, byteOffset, byteLength);
}
