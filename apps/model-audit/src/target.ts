/** What is audited: an ONNX file, or a model folder with its training run. */

import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ArgumentError } from '@noosphere/core';
import { loadModel, type ModelManifest } from '@noosphere/learn';

export interface Target {
  readonly name: string;
  readonly bytes: Uint8Array;
  /** Of a model folder: what its training was and gave. */
  readonly manifest: ModelManifest | undefined;
}

/** Reads the file or folder; a folder's checksums are compared. */
export async function readTarget(path: string): Promise<Target> {
  const found = await stat(path).catch(() => undefined);
  if (!found)
    throw new ArgumentError('model-audit', `there is no ${path}; give an .onnx file or a model folder`);
  if (!found.isDirectory()) return { name: path, bytes: await readFile(path), manifest: undefined };
  const model = await loadModel(path);
  await model.close();
  return { name: path, bytes: await readFile(join(path, 'model.onnx')), manifest: model.manifest };
}
