/** What a wrong use is: something a user may do by mistake, and what must be told of it. */

import type { HostTensor } from '@noosphere/core';
import {
  adam,
  arrayBatches,
  type FitOptions,
  fit,
  Linear,
  meanSquaredError,
  Random,
  type TrainStepOptions,
} from '@noosphere/train';

/** Where a case may write. */
export interface Place {
  /** An empty folder of its own. */
  readonly folder: string;
}

/** How a case must end. */
export type Expected =
  /** A typed error whose text matches all: the offending name or value, and the way out. */
  | { readonly names: readonly RegExp[]; readonly hint: RegExp }
  /** An error of the user's own code, which must arrive as it was thrown. */
  | { readonly own: string }
  /** No error: the use is unusual, and its result says what happened. */
  | { readonly result: RegExp };

export interface WrongUse {
  readonly name: string;
  readonly expected: Expected;
  /** Makes what the case needs, such as a good checkpoint; files that are there afterwards must not change. */
  prepare?(place: Place): Promise<void>;
  act(place: Place): Promise<unknown>;
  /** A folder whose newest checkpoint must still be read by a sound run after the case. */
  keeps?(place: Place): string;
}

/** A case that must end in a typed error. */
export function refused(
  name: string,
  act: WrongUse['act'],
  names: readonly RegExp[],
  hint: RegExp,
  more: Pick<WrongUse, 'prepare' | 'keeps'> = {},
): WrongUse {
  return { name, act, expected: { names, hint }, ...more };
}

const random = new Random(5);

/** A regression of 24 rows: 6 batches of 4 an epoch. */
export const rows = {
  x: random.normalTensor([24, 2], 1),
  y: random.normalTensor([24, 1], 1),
};

export type RowBatch = { readonly x: HostTensor; readonly y: HostTensor };
export type RowOptions = FitOptions<Linear, RowBatch>;

/** Options of a sound fit, with some replaced. */
export function rowFit(extra: Partial<RowOptions> = {}): RowOptions {
  return {
    model: new Linear(2, 1, new Random(2)),
    loss: (model, batch) => meanSquaredError(model.forward(batch.x), batch.y),
    optimizer: adam({ learningRate: 0.01 }),
    batches: arrayBatches<RowBatch>(rows, { batchSize: 4 }),
    epochs: 2,
    ...extra,
  };
}

/** Options of a sound train step, with some replaced. */
export function rowStep(
  extra: Partial<TrainStepOptions<Linear, RowBatch>> = {},
): TrainStepOptions<Linear, RowBatch> {
  const { model, loss, optimizer } = rowFit();
  return { model, loss, optimizer, ...extra };
}

/** Saves checkpoints of a sound fit of one epoch. */
export async function saveSoundCheckpoint(folder: string): Promise<void> {
  await fit(rowFit({ epochs: 1, checkpoint: { folder, everySteps: 3 } }));
}

/** Goes on from the checkpoint of `saveSoundCheckpoint`; throws where it cannot be read. */
export async function resumeSound(folder: string): Promise<number> {
  const { steps } = await fit(rowFit({ epochs: 2, checkpoint: { folder } }));
  return steps;
}
