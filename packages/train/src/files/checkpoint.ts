/**
 * Checkpoints: the whole state of a fit in one safetensors file, written under another name and renamed when it is on disk.
 * A crash at any moment leaves the last complete one.
 */

import { mkdir, readdir, rm, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { knownOptions } from '@noosphere/base';
import {
  ArgumentError,
  FormatError,
  type HostTensor,
  NoosphereError,
  openSafetensors,
  RuntimeError,
  type SafetensorsFile,
  writeSafetensors,
} from '@noosphere/core';
import type { ValidationResult } from '../step/callback.js';
import type { TrainState } from '../step/train-step.js';
import {
  formatVersion,
  type Metadata,
  parseMetadata,
  type RunPace,
  requireSamePace,
} from './checkpoint-metadata.js';
import { lockFolder } from './folder-lock.js';

export type { RunPace } from './checkpoint-metadata.js';

export interface CheckpointOptions {
  /** Where checkpoints are kept; made where it is not there. One fit a folder. */
  readonly folder: string;
  /** Steps between checkpoints; one is always saved at the end. @default only at the end */
  readonly everySteps?: number;
  /** How many of the newest stay. @default 2 */
  readonly keep?: number;
  /** Also keep the best validated weights in `best.safetensors`. @default true */
  readonly best?: boolean;
}

/** What a fit remembers beside the train state. */
export interface FitProgress {
  readonly validations: readonly ValidationResult[];
  readonly best: { readonly step: number; readonly value: number } | undefined;
  readonly bestParameters: ReadonlyMap<string, HostTensor<'float32'>> | undefined;
}

const fileName = /^step-\d{10}\.safetensors$/;
/** What core's atomic writer calls a file that is not complete yet. */
const halfName = /^\.step-\d{10}\.safetensors\..*\.part$/;

/** The checkpoints of one fit. */
export class CheckpointFolder {
  readonly #folder: string;
  readonly #keep: number;
  readonly #best: boolean;
  #release: (() => Promise<void>) | undefined;

  constructor(options: CheckpointOptions) {
    const {
      folder,
      keep = 2,
      best = true,
    } = knownOptions('CheckpointFolder', options, 'folder everySteps keep best');
    if (!Number.isInteger(keep) || keep < 1)
      throw new ArgumentError('checkpoint', `keep must be a whole number from 1, got ${keep}`);
    if (folder === '') throw new ArgumentError('checkpoint', "the folder has no name, got ''; give its path");
    this.#folder = folder;
    this.#keep = keep;
    this.#best = best;
  }

  /** Makes the folder and claims it for this run: what cannot be written is known before the first step. */
  async open(): Promise<void> {
    try {
      await mkdir(this.#folder, { recursive: true });
      this.#release = await lockFolder(this.#folder);
    } catch (cause) {
      if (NoosphereError.isInstance(cause)) throw cause;
      throw new ArgumentError(
        'checkpoint',
        `cannot write into ${this.#folder}: ${messageOf(cause)}; choose a folder that may be written`,
        { cause },
      );
    }
  }

  async close(): Promise<void> {
    await this.#release?.();
    this.#release = undefined;
  }

  /** Saves a state and removes what is older than the newest `keep`. Gives the file's path. */
  async save(state: TrainState, progress: FitProgress, pace?: RunPace): Promise<string> {
    const path = join(this.#folder, `step-${String(state.step).padStart(10, '0')}.safetensors`);
    const metadata: Metadata = {
      format: 'noosphere-checkpoint',
      version: formatVersion,
      step: state.step,
      learningRateScale: state.learningRateScale,
      pace: pace && { batchesPerEpoch: pace.batchesPerEpoch, accumulate: pace.accumulate },
      best: progress.best,
      validations: progress.validations.map(({ step, metrics, isBest }) => ({
        step,
        metrics: { ...metrics },
        isBest,
      })),
    };
    const tensors = Object.fromEntries([
      ...prefixed('parameter', state.parameters),
      ...prefixed('slot', state.slots),
      ...prefixed('best', progress.bestParameters ?? new Map()),
    ]);
    // The same step saved again is the same state: an earlier run may have been stopped right after it.
    await this.#write(path, tensors, { checkpoint: JSON.stringify(metadata) });
    const steps = await this.#steps();
    // One that cannot be removed does no harm.
    for (const name of steps.slice(0, Math.max(0, steps.length - this.#keep)))
      await unlink(join(this.#folder, name)).catch(() => undefined);
    return path;
  }

  /** Saves the best weights so far under PyTorch's names, where asked; gives the file's path. */
  async saveBest(parameters: ReadonlyMap<string, HostTensor<'float32'>>): Promise<string | undefined> {
    if (!this.#best) return undefined;
    const path = join(this.#folder, 'best.safetensors');
    await this.#write(path, Object.fromEntries(parameters));
    return path;
  }

  async #write(
    path: string,
    tensors: Readonly<Record<string, HostTensor>>,
    metadata?: Readonly<Record<string, string>>,
  ): Promise<void> {
    try {
      if (!this.#release) await mkdir(this.#folder, { recursive: true });
      await writeSafetensors(path, tensors, { overwrite: true, ...(metadata && { metadata }) });
    } catch (cause) {
      throw new RuntimeError(
        'checkpoint',
        `cannot save ${path}: ${messageOf(cause)}; free some disk space or choose another folder, earlier checkpoints are as they were`,
        { cause },
      );
    }
  }

  /** The newest checkpoint, checked against the run that wants it; `undefined` where there is none yet. */
  async latest(
    expected: TrainState,
    pace?: RunPace,
  ): Promise<{ state: TrainState; progress: FitProgress } | undefined> {
    await this.#removeHalves();
    const newest = (await this.#steps()).at(-1);
    return newest === undefined ? undefined : readCheckpoint(join(this.#folder, newest), expected, pace);
  }

  /** Takes away what a process that was killed while saving left behind. */
  async #removeHalves(): Promise<void> {
    const halves = (await this.#names()).filter((name) => halfName.test(name));
    for (const name of halves) await rm(join(this.#folder, name), { force: true });
  }

  /** File names of complete checkpoints, oldest first. */
  async #steps(): Promise<string[]> {
    return (await this.#names()).filter((name) => fileName.test(name)).sort();
  }

  async #names(): Promise<string[]> {
    return readdir(this.#folder).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return [];
      throw new ArgumentError('checkpoint', `cannot read the folder ${this.#folder}: ${error.message}`, {
        cause: error,
      });
    });
  }
}

function prefixed(prefix: string, tensors: ReadonlyMap<string, HostTensor>): [string, HostTensor][] {
  return [...tensors].map(([path, tensor]) => [`${prefix}.${path}`, tensor]);
}

/** Reads a checkpoint and refuses one of another model or run: all differences of tensors at once. */
export async function readCheckpoint(
  path: string,
  expected: TrainState,
  pace?: RunPace,
): Promise<{ state: TrainState; progress: FitProgress }> {
  const file = await openCheckpoint(path);
  try {
    const metadata = parseMetadata(path, file.metadata.checkpoint);
    if (pace) requireSamePace(path, metadata, pace);
    const read = async (prefix: string) => {
      const names = file.entries.map(({ name }) => name).filter((name) => name.startsWith(`${prefix}.`));
      const tensors = await Promise.all(names.map((name) => file.tensor(name)));
      return new Map(
        names.map((name, index) => [name.slice(prefix.length + 1), tensors[index] as HostTensor<'float32'>]),
      );
    };
    const state: TrainState = {
      step: metadata.step,
      learningRateScale: metadata.learningRateScale,
      parameters: await read('parameter'),
      slots: await read('slot'),
    };
    requireSame(path, 'parameter', state.parameters, expected.parameters);
    requireSame(path, 'optimizer slot', state.slots, expected.slots);
    const best = await read('best');
    const progress = {
      validations: metadata.validations,
      best: metadata.best,
      bestParameters: best.size > 0 ? best : undefined,
    };
    return { state, progress };
  } finally {
    await file.close();
  }
}

/** Opens a checkpoint; one that is damaged is named with the way to go on from the one before. */
async function openCheckpoint(path: string): Promise<SafetensorsFile> {
  try {
    return await openSafetensors(path);
  } catch (cause) {
    if (!(cause instanceof FormatError)) throw cause;
    throw new FormatError(
      'checkpoint',
      path,
      `${cause.message}; remove it to go on from the checkpoint before it, if one is there`,
      { cause },
    );
  }
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}

/** Names all missing, unexpected and mis-shaped tensors at once. */
function requireSame(
  path: string,
  what: string,
  found: ReadonlyMap<string, HostTensor>,
  expected: ReadonlyMap<string, HostTensor>,
): void {
  const differences = [
    ...[...expected.keys()].filter((name) => !found.has(name)).map((name) => `missing ${name}`),
    ...[...found.keys()].filter((name) => !expected.has(name)).map((name) => `unexpected ${name}`),
    ...[...found].flatMap(([name, tensor]) => {
      const other = expected.get(name);
      return other && String(other) !== String(tensor) ? [`${name} is ${tensor}, expected ${other}`] : [];
    }),
  ];
  if (differences.length > 0) {
    throw new NoosphereError(
      'argument',
      'checkpoint',
      `${path} belongs to another model or optimizer (${what}s): ${differences.join('; ')}; build the same model and optimizer, or choose another folder`,
    );
  }
}
