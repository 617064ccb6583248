/** Damaged checkpoints: a safetensors file whose metadata says where a training stands. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Tensor } from '@noosphere/core';
import {
  adam,
  CheckpointFolder,
  Linear,
  meanSquaredError,
  readCheckpoint,
  Random as Seeded,
  type TrainState,
  TrainStep,
} from '@noosphere/train';
import type { Random } from '../random.js';
import { type Damage, type HostileFormat, joined } from './format.js';

/** The run that wants to go on. */
function expected(): TrainState {
  const step = new TrainStep({
    model: new Linear(40, 30, new Seeded(1)),
    loss: (model, batch: { x: Tensor; y: Tensor }) => meanSquaredError(model.forward(batch.x), batch.y),
    optimizer: adam(),
  });
  return { ...step.state(), step: 12 };
}

async function samples(): Promise<Uint8Array[]> {
  const folder = mkdtempSync(join(tmpdir(), 'noosphere-checkpoint-'));
  try {
    const validations = [{ step: 6, metrics: { error: 0.5 }, isBest: true }];
    const progress = { validations, best: { step: 6, value: 0.5 }, bestParameters: expected().parameters };
    const path = await new CheckpointFolder({ folder }).save(expected(), progress);
    return [readFileSync(path)];
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Another text in the header, its length made right. */
function header(change: (text: string, random: Random) => string): Damage {
  return (bytes, random) => {
    const length = Number(Buffer.from(bytes).readBigUInt64LE(0));
    const text = change(Buffer.from(bytes.subarray(8, 8 + length)).toString(), random);
    const prefix = Buffer.alloc(8);
    prefix.writeBigUInt64LE(BigInt(Buffer.byteLength(text)));
    return joined(prefix, Buffer.from(text), bytes.subarray(8 + length));
  };
}

export const checkpointFormat: HostileFormat = {
  name: 'checkpoint',
  extension: '.safetensors',
  samples,
  damages: {
    'the version': header((text) => text.replace(/\\"version\\":1/, '\\"version\\":99')),
    'the step': header((text, random) =>
      text.replace(/\\"step\\":12/, `\\"step\\":${random.pick(['-1', '1.5', 'null', '\\"12\\"', '1e999'])}`),
    ),
    'the metadata': header((text, random) =>
      text.replace('noosphere-checkpoint', random.pick(['other', ''])),
    ),
    'a parameter of another name': header((text) => text.replace('parameter.weight', 'parameter.height')),
    'a slot of another name': header((text) => text.replace('slot.mean.bias', 'slot.mean.bios')),
  },
  read: (path) => readCheckpoint(path, expected()),
};
