/** Model folders, data files and runs that are damaged, foreign or misused. */

import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { importOnnx, matmul, ones, type Tensor, tensor } from '@noosphere/core';
import {
  decodeNpy,
  encodeNpy,
  loadModel,
  type Row,
  readArrow,
  readNpy,
  readNpz,
  refuseForeignFormat,
  saveModel,
  writeNpy,
} from '@noosphere/learn';
import { reproduceRun } from '@noosphere/train';
import { type Place, refused, type WrongUse } from './wrong-use.js';

const folderOf = ({ folder }: Place) => join(folder, 'model');

async function saveSound(place: Place): Promise<void> {
  await saveModel(folderOf(place), {
    kind: 'acceptance',
    forward: ({ x }, { w }) => ({ y: matmul(x as Tensor, w as Tensor) }),
    inputs: { x: { dtype: 'float32', shape: [2], minimum: -10 } },
    weights: { w: tensor([[1], [2]]) },
  });
}

/** Predicts with the saved model. */
const predicts = (rows: readonly unknown[]) => async (place: Place) => {
  const model = await loadModel(folderOf(place));
  try {
    return await model.predict(rows as readonly Row[]);
  } finally {
    await model.close();
  }
};

/** A case whose model folder was changed after it was saved. */
function changed(
  name: string,
  change: (place: Place) => void,
  names: readonly RegExp[],
  hint: RegExp,
): WrongUse {
  return refused(name, predicts([{ x: [1, 2] }]), names, hint, {
    prepare: async (place) => {
      await saveSound(place);
      change(place);
    },
  });
}

const inModel = (place: Place, name: string) => join(folderOf(place), name);

/** A file with these bytes. */
const withFile = (name: string, bytes: Uint8Array | string) => ({
  prepare: async ({ folder }: Place) => writeFileSync(join(folder, name), bytes),
});

export const fileUses: readonly WrongUse[] = [
  refused(
    'a model folder that is not there',
    (place) => loadModel(folderOf(place)),
    [/model\.json/],
    /model folder/,
  ),
  refused(
    'a model folder that is a file',
    (place) => loadModel(join(place.folder, 'notes')),
    [/notes/],
    /model folder/,
    withFile('notes', 'my notes'),
  ),
  changed(
    'a model folder without weights or graph',
    (place) => rmSync(inModel(place, 'model.onnx')),
    [/model\.onnx/],
    /model folder|damaged/,
  ),
  changed(
    'a graph that was changed',
    (place) => {
      const bytes = readFileSync(inModel(place, 'model.onnx'));
      bytes[bytes.length - 5] = (bytes[bytes.length - 5] ?? 0) ^ 1;
      writeFileSync(inModel(place, 'model.onnx'), bytes);
    },
    [/model\.onnx/, /checksum/],
    /changed or damaged/,
  ),
  changed(
    'a manifest that is no JSON',
    (place) => writeFileSync(inModel(place, 'model.json'), '{'),
    [/model\.json/],
    /JSON/,
  ),
  changed(
    'a model folder of a later format',
    (place) => {
      const path = inModel(place, 'model.json');
      writeFileSync(path, readFileSync(path, 'utf8').replace('"version": 2', '"version": 9'));
    },
    [/version 9/],
    /install a newer/,
  ),
  refused('a model saved over another one', saveSound, [/model/, /there already/], /overwrite/, {
    prepare: saveSound,
  }),
  refused('a row with another name', predicts([{ z: [1, 2] }]), [/row 0/, /'z'/], /takes x/, {
    prepare: saveSound,
  }),
  refused('a row that is too short', predicts([{ x: [1, 2] }, { x: [1] }]), [/row 1/, /'x'/], /shape \[2\]/, {
    prepare: saveSound,
  }),
  refused('a row without its value', predicts([{}]), [/row 0/, /'x'/], /missing/, { prepare: saveSound }),
  refused('a row with a text', predicts([{ x: ['a', 'b'] }]), [/row 0/, /'x'/], /number/, {
    prepare: saveSound,
  }),
  refused(
    'a row with NaN',
    predicts([{ x: [1, Number.NaN] }]),
    [/row 0/, /'x'/, /NaN/],
    /number|finite|fill/,
    { prepare: saveSound },
  ),
  refused('a row outside its range', predicts([{ x: [1, -11] }]), [/row 0/, /-11/], /\[-10, /, {
    prepare: saveSound,
  }),
  refused('a row that is nothing', predicts([undefined]), [/row 0/, /undefined/], /object|takes x/, {
    prepare: saveSound,
  }),
  refused(
    'a prediction after the model was closed',
    async (place) => {
      const model = await loadModel(folderOf(place));
      await model.close();
      return model.predict([{ x: [1, 2] }]);
    },
    [/closed|disposed/],
    /load/,
    { prepare: saveSound },
  ),
  refused(
    'an NPY file that is not there',
    ({ folder }) => readNpy(join(folder, 'x.npy')),
    [/x\.npy/],
    /cannot open|ENOENT/,
  ),
  refused(
    'an NPY file that is cut off',
    async () => decodeNpy(encodeNpy(ones([4]) as never).subarray(0, -3)),
    [/float32\[4\]/, /\b13\b/],
    /cut off/,
    {},
  ),
  refused(
    'an NPY file that is a text',
    ({ folder }) => readNpy(join(folder, 'x.npy')),
    [/x\.npy/],
    /NPY|npy/,
    withFile('x.npy', 'a,b\n1,2\n'),
  ),
  refused(
    'an NPY file written over another file',
    ({ folder }) => writeNpy(join(folder, 'x.npy'), tensor([1])),
    [/x\.npy/],
    /overwrite/,
    withFile('x.npy', 'mine'),
  ),
  refused(
    'an NPZ file that is an NPY file',
    ({ folder }) => readNpz(join(folder, 'x.npz')),
    [/x\.npz/],
    /npz|zip|readNpy/i,
    withFile('x.npz', new Uint8Array(64).fill(7)),
  ),
  refused(
    'a CSV file read as Arrow',
    ({ folder }) => readArrow(join(folder, 'x.arrow')),
    [/x\.arrow|arrow/i],
    /Arrow|arrow/,
    withFile('x.arrow', 'a,b\n1,2\n'),
  ),
  refused(
    "PyTorch's file",
    async () => refuseForeignFormat('model.pt'),
    [/model\.pt/, /pickle/],
    /python -c .*safetensors/,
  ),
  refused(
    "Keras's file",
    async () => refuseForeignFormat('model.h5'),
    [/model\.h5/, /HDF5/],
    /python -c .*h5py/,
  ),
  refused(
    'a pickle under the name of an array',
    ({ folder }) => readNpy(join(folder, 'x.npy')),
    [/x\.npy/],
    /NPY|python -c/,
    withFile('x.npy', Uint8Array.of(0x80, 4, 0x95, 1)),
  ),
  refused(
    'a text for an ONNX model',
    async () => importOnnx(new TextEncoder().encode('not a model at all')),
    [/onnx|model/i],
    /damaged|ONNX|cut off|no /,
  ),
  refused(
    'a run whose manifest is not there',
    ({ folder }) => reproduceRun(join(folder, 'run.json'), { run: async () => ({ model: {}, metrics: {} }) }),
    [/run\.json/],
    /manifest|cannot|run folder/,
  ),
  refused(
    'a run whose manifest is damaged',
    ({ folder }) => reproduceRun(join(folder, 'run.json'), { run: async () => ({ model: {}, metrics: {} }) }),
    [/run\.json/],
    /JSON|damaged/,
    withFile('run.json', '{'),
  ),
];
