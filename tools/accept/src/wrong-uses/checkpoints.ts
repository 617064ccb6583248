/** Checkpoint folders that cannot be written, or hold what does not belong to the run. */
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodeSafetensors, readSafetensors, tensor, writeSafetensors } from '@noosphere/core';
import {
  adam,
  arrayBatches,
  averaged,
  csvLogger,
  fit,
  jsonLinesLogger,
  Linear,
  logFit,
  Random,
  sgd,
} from '@noosphere/train';
import {
  type Place,
  type RowBatch,
  refused,
  resumeSound,
  rowFit,
  rows,
  saveSoundCheckpoint,
  type WrongUse,
} from './wrong-use.js';

const folderOf = ({ folder }: Place) => join(folder, 'checkpoints');

/** A good checkpoint is there before the case, and must be there afterwards. */
const overSound = {
  prepare: (place: Place) => saveSoundCheckpoint(folderOf(place)),
  keeps: folderOf,
};

/** Goes on in the folder of the sound checkpoint with some options replaced. */
const goOn = (extra: Parameters<typeof rowFit>[0]) => (place: Place) =>
  fit(rowFit({ checkpoint: { folder: folderOf(place) }, ...extra }));

/** The newest checkpoint of a folder. */
function newest(folder: string): string {
  const name = readdirSync(folder)
    .filter((each) => each.startsWith('step-'))
    .sort()
    .at(-1);
  if (name === undefined) throw new Error(`there is no checkpoint in ${folder}`);
  return join(folder, name);
}

/** A case whose newest checkpoint was changed before the run sees it. */
function changed(
  name: string,
  change: (path: string) => void | Promise<void>,
  names: readonly RegExp[],
  hint: RegExp,
): WrongUse {
  return refused(name, goOn({}), names, hint, {
    prepare: async (place) => {
      await saveSoundCheckpoint(folderOf(place));
      await change(newest(folderOf(place)));
    },
  });
}

/** The metadata of a checkpoint, edited. */
function rewriteMetadata(
  path: string,
  edit: (metadata: Record<string, unknown>) => Record<string, unknown>,
): void {
  const { tensors, metadata } = readSafetensors(readFileSync(path));
  const checkpoint = JSON.stringify(edit(JSON.parse(metadata.checkpoint ?? '{}') as Record<string, unknown>));
  writeFileSync(path, encodeSafetensors(tensors, { metadata: { checkpoint } }));
}

/** Runs work while files of this process cannot grow beyond a size: what a full disk does to a write. */
async function withFileLimit<T>(bytes: number, work: () => Promise<T>): Promise<T> {
  const limit = (value: string) => {
    const { status, stderr, error } = spawnSync('prlimit', [
      '--pid',
      String(process.pid),
      `--fsize=${value}:`,
    ]);
    if (status !== 0) throw new Error(`this run needs prlimit (util-linux): ${error?.message ?? stderr}`);
  };
  limit(String(bytes));
  try {
    return await work();
  } finally {
    limit('unlimited');
  }
}

/** Runs work with a folder that may be read, not written; root gives up its rights for that time. */
async function withReadOnly<T>(
  fill: (folder: string) => Promise<void>,
  work: (folder: string) => Promise<T>,
): Promise<T> {
  const outer = mkdtempSync(join(tmpdir(), 'noosphere-read-only-'));
  const folder = join(outer, 'folder');
  mkdirSync(folder);
  await fill(folder);
  for (const name of readdirSync(folder)) chmodSync(join(folder, name), 0o444);
  chmodSync(outer, 0o755);
  chmodSync(folder, 0o555);
  const isRoot = process.geteuid?.() === 0;
  if (isRoot) process.seteuid?.(65534);
  try {
    return await work(folder);
  } finally {
    if (isRoot) process.seteuid?.(0);
    chmodSync(folder, 0o755);
    rmSync(outer, { recursive: true });
  }
}

const larger = () => new Linear(300, 40, new Random(1));
const largerRows: RowBatch = {
  x: new Random(1).normalTensor([8, 300], 1),
  y: new Random(1).normalTensor([8, 40], 1),
};
const largerFit = (folder: string, epochs: number) =>
  fit({
    ...rowFit(),
    model: larger(),
    batches: arrayBatches(largerRows, { batchSize: 4 }),
    epochs,
    checkpoint: { folder },
  });

export const checkpointUses: readonly WrongUse[] = [
  refused(
    'a disk that is full while a checkpoint is saved',
    (place) => withFileLimit(60_000, () => largerFit(folderOf(place), 2)),
    [/checkpoint/, /step-0{9}4|EFBIG|ENOSPC/],
    /space|disk|folder/,
    {
      prepare: async (place) => void (await largerFit(folderOf(place), 1)),
    },
  ),
  refused(
    'a disk that is full while the best weights are saved',
    (place) =>
      withFileLimit(20_000, () =>
        fit({
          ...rowFit(),
          model: larger(),
          batches: arrayBatches(largerRows, { batchSize: 4 }),
          epochs: 2,
          validate: async () => ({ loss: 1 }),
          checkpoint: { folder: folderOf(place) },
        }),
      ),
    [/best|checkpoint/],
    /space|disk|folder/,
  ),
  refused(
    'a disk that is full while rows are logged',
    ({ folder }) =>
      withFileLimit(20, () =>
        fit(rowFit({ callbacks: [logFit(csvLogger(join(folder, 'log.csv')), { everySteps: 1 })] })),
      ),
    [/log\.csv/, /EFBIG|ENOSPC/],
    /free some space/,
  ),
  refused(
    'a checkpoint folder that may only be read',
    () => withReadOnly(saveSoundCheckpoint, (folder) => fit(rowFit({ checkpoint: { folder } }))),
    [/checkpoint/, /noosphere-read-only|folder/],
    /may be written|permission|another folder/,
  ),
  refused(
    'a new checkpoint folder in one that may only be read',
    () =>
      withReadOnly(
        async () => {},
        (folder) => fit(rowFit({ checkpoint: { folder: join(folder, 'new') } })),
      ),
    [/checkpoint/, /new/],
    /may be written|permission|another folder/,
  ),
  refused(
    'a checkpoint folder that is a file',
    async (place) => fit(rowFit({ checkpoint: { folder: folderOf(place) } })),
    [/checkpoints/],
    /folder|ENOTDIR/,
    {
      prepare: async (place) => writeFileSync(folderOf(place), 'my notes'),
    },
  ),
  refused(
    'a checkpoint folder inside a file',
    async (place) => fit(rowFit({ checkpoint: { folder: join(place.folder, 'notes', 'deeper') } })),
    [/notes/],
    /folder/,
    {
      prepare: async (place) => writeFileSync(join(place.folder, 'notes'), 'my notes'),
    },
  ),
  refused(
    'an empty name of the checkpoint folder',
    async () => fit(rowFit({ checkpoint: { folder: '' } })),
    [/folder/],
    /name|give|empty/,
  ),
  refused(
    'a checkpoint of another model',
    goOn({
      model: { layer: new Linear(2, 1, new Random(1)) } as unknown as Linear,
      loss: (model, { x }) => (model as unknown as { layer: Linear }).layer.forward(x),
    }),
    [/missing layer\.weight/, /unexpected weight/],
    /another folder|folder/,
    overSound,
  ),
  refused(
    'a checkpoint of a wider model',
    goOn({ model: new Linear(3, 1, new Random(1)) }),
    [/weight is .*\[1, 2\]/, /\[1, 3\]/],
    /another folder|folder/,
    overSound,
  ),
  refused(
    'a checkpoint of another optimizer',
    goOn({ optimizer: sgd({ momentum: 0.9 }) }),
    [/missing momentum\.weight/, /unexpected mean\.weight/],
    /another folder|folder/,
    overSound,
  ),
  refused(
    'a checkpoint of a run without an average',
    goOn({ optimizer: averaged(adam(), { decay: 0.9 }) }),
    [/missing average\.weight/],
    /another folder|folder/,
    overSound,
  ),
  refused(
    'a checkpoint of a run with more parameters to train',
    goOn({ trainable: (path) => path === 'weight' }),
    [/unexpected bias/],
    /another folder|folder/,
    overSound,
  ),
  refused(
    'a resume with other batches an epoch',
    goOn({ batches: arrayBatches(rows, { batchSize: 5 }) }),
    [/\b6\b/, /\b5\b/, /epoch/],
    /same|another folder|batches/,
    overSound,
  ),
  refused(
    'a resume with another accumulate',
    goOn({ accumulate: 2 }),
    [/accumulate was 1 and is 2/],
    /same|another folder|batches/,
    overSound,
  ),
  refused(
    'a resume with fewer epochs than are done',
    (place) => fit(rowFit({ epochs: 1, checkpoint: { folder: folderOf(place) } })),
    [/12|step/, /\b6\b/],
    /epochs/,
    {
      prepare: (place) =>
        fit(rowFit({ epochs: 2, checkpoint: { folder: folderOf(place) } })).then(() => undefined),
      keeps: folderOf,
    },
  ),
  refused(
    'two fits into one checkpoint folder at a time',
    async (place) => {
      const both = await Promise.allSettled(
        [1, 2].map(() => fit(rowFit({ epochs: 30, checkpoint: { folder: folderOf(place), everySteps: 2 } }))),
      );
      const refusal = both.find(({ status }) => status === 'rejected');
      if (refusal?.status === 'rejected') throw refusal.reason;
      return both;
    },
    [/checkpoints/],
    /one fit|another/,
  ),
  changed(
    'a checkpoint that is cut off',
    (path) => writeFileSync(path, readFileSync(path).subarray(0, -20)),
    [/step-0+6\.safetensors/],
    /cut off|damaged/,
  ),
  changed(
    'an empty checkpoint',
    (path) => writeFileSync(path, ''),
    [/step-0+6\.safetensors/],
    /cut off|damaged|empty/,
  ),
  changed(
    'a checkpoint of random bytes',
    (path) =>
      writeFileSync(
        path,
        Uint8Array.from({ length: 500 }, (_, at) => (at * 37) % 256),
      ),
    [/step-0+6\.safetensors/],
    /damaged|safetensors|cut off/,
  ),
  changed(
    'a checkpoint that is plain weights',
    (path) => writeSafetensors(path, { weight: tensor([1]) }, { overwrite: true }),
    [/step-0+6\.safetensors/, /no checkpoint/],
    /openSafetensors/,
  ),
  changed(
    'a checkpoint of a later format version',
    (path) => rewriteMetadata(path, (metadata) => ({ ...metadata, version: 99 })),
    [/version/, /99/],
    /newer|another version|install/,
  ),
  changed(
    'a checkpoint without its step',
    (path) => rewriteMetadata(path, ({ step: _, ...metadata }) => metadata),
    [/step/],
    /damaged|another version/,
  ),
  changed(
    'a checkpoint without one of its tensors',
    (path) => {
      const { tensors, metadata } = readSafetensors(readFileSync(path));
      const { 'slot.mean.bias': _, ...rest } = tensors;
      writeFileSync(path, encodeSafetensors(rest, { metadata }));
    },
    [/missing mean\.bias/],
    /folder|another|damaged/,
  ),
  refused(
    'a log file whose folder is a file',
    async (place) =>
      fit(rowFit({ callbacks: [logFit(jsonLinesLogger(join(place.folder, 'notes', 'log.jsonl')))] })),
    [/notes/],
    /another file|space/,
    {
      prepare: async (place) => writeFileSync(join(place.folder, 'notes'), 'my notes'),
    },
  ),
  {
    name: 'a sound resume after all of that',
    act: async (place) => resumeSound(folderOf(place)),
    prepare: overSound.prepare,
    expected: { result: /^12$/ },
  },
];
