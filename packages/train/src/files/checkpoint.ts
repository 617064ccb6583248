/**
 * Checkpoints: the whole state of a fit in one safetensors file, written under another name and renamed when it is on disk.
 * A crash at any moment leaves the last complete one.
 */
import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import {
  ArgumentError,
  FormatError,
  type HostTensor,
  NoosphereError,
  openSafetensors,
  writeSafetensors,
} from '@noosphere/core';
import * as v from 'valibot';
import type { ValidationResult } from '../fit/callback.js';
import type { TrainState } from '../step/train-step.js';

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

/** A checkpoint's format: raised whenever an older reader would misunderstand a newer file. */
const formatVersion = 1;

const metadataSchema = v.object({
  format: v.literal('noosphere-checkpoint'),
  version: v.literal(formatVersion),
  step: v.pipe(v.number(), v.integer(), v.minValue(0)),
  // Absent in files of before schedules that listen to validation.
  learningRateScale: v.optional(v.number(), 1),
  best: v.optional(v.object({ step: v.number(), value: v.number() })),
  validations: v.array(
    v.object({ step: v.number(), metrics: v.record(v.string(), v.number()), isBest: v.boolean() }),
  ),
});

const fileName = /^step-\d{10}\.safetensors$/;
/** What core's atomic writer calls a file that is not complete yet. */
const halfName = /^\.step-\d{10}\.safetensors\..*\.part$/;

/** The checkpoints of one fit. */
export class CheckpointFolder {
  readonly #folder: string;
  readonly #keep: number;
  readonly #best: boolean;

  constructor({ folder, keep = 2, best = true }: CheckpointOptions) {
    if (!Number.isInteger(keep) || keep < 1)
      throw new ArgumentError('checkpoint', `keep must be a whole number from 1, got ${keep}`);
    this.#folder = folder;
    this.#keep = keep;
    this.#best = best;
  }

  /** Saves a state and removes what is older than the newest `keep`. Gives the file's path. */
  async save(state: TrainState, progress: FitProgress): Promise<string> {
    await mkdir(this.#folder, { recursive: true });
    const path = join(this.#folder, `step-${String(state.step).padStart(10, '0')}.safetensors`);
    const metadata: v.InferOutput<typeof metadataSchema> = {
      format: 'noosphere-checkpoint',
      version: formatVersion,
      step: state.step,
      learningRateScale: state.learningRateScale,
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
    await writeSafetensors(path, tensors, {
      overwrite: true,
      metadata: { checkpoint: JSON.stringify(metadata) },
    });
    const steps = await this.#steps();
    for (const name of steps.slice(0, Math.max(0, steps.length - this.#keep)))
      await rm(join(this.#folder, name), { force: true });
    return path;
  }

  /** Saves the best weights so far under PyTorch's names, where asked; gives the file's path. */
  async saveBest(parameters: ReadonlyMap<string, HostTensor<'float32'>>): Promise<string | undefined> {
    if (!this.#best) return undefined;
    await mkdir(this.#folder, { recursive: true });
    const path = join(this.#folder, 'best.safetensors');
    await writeSafetensors(path, Object.fromEntries(parameters), { overwrite: true });
    return path;
  }

  /** The newest checkpoint, checked against the run that wants it; `undefined` where there is none yet. */
  async latest(expected: TrainState): Promise<{ state: TrainState; progress: FitProgress } | undefined> {
    await this.#removeHalves();
    const newest = (await this.#steps()).at(-1);
    return newest === undefined ? undefined : readCheckpoint(join(this.#folder, newest), expected);
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

/** Reads a checkpoint and refuses one of another model: all differences at once. */
export async function readCheckpoint(
  path: string,
  expected: TrainState,
): Promise<{ state: TrainState; progress: FitProgress }> {
  const file = await openSafetensors(path);
  try {
    const metadata = parseMetadata(path, file.metadata.checkpoint);
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

function parseMetadata(path: string, text: string | undefined): v.InferOutput<typeof metadataSchema> {
  if (text === undefined) {
    throw new FormatError(
      'checkpoint',
      path,
      'is a safetensors file, but no checkpoint; load weights with openSafetensors',
    );
  }
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new FormatError('checkpoint', path, `its metadata is not JSON: ${String(cause)}`, { cause });
  }
  const parsed = v.safeParse(metadataSchema, json);
  if (parsed.success) return parsed.output;
  const [issue] = parsed.issues;
  throw new FormatError(
    'checkpoint',
    path,
    `${v.getDotPath(issue) ?? 'metadata'}: ${issue.message}; it was written by another version, or is damaged`,
  );
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
      `${path} belongs to another model or optimizer (${what}s): ${differences.join('; ')}`,
    );
  }
}
