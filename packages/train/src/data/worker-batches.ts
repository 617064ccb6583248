/** Batches made on another thread: decoding, augmenting and tokenizing beside the training step. */

import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import { knownOptions } from '@noosphere/base';
import { ThreadCalls } from '@noosphere/base/workers';
import { type AnyData, ArgumentError, type DataOf, fromData, isDType, RuntimeError } from '@noosphere/core';
import type { BatchSource } from './batch-source.js';
import { prefetched } from './prefetch.js';
import { type SentTensor, type WorkerAnswer, type WorkerRequest, workerCode } from './worker-program.js';

export interface WorkerBatchesOptions {
  /**
   * The module whose default export is a batch source, or a function that makes one from `options`: a file URL, or a path
   * from the working folder.
   */
  readonly module: string | URL;
  /** Given to the module's function; must be plain data. @default undefined */
  readonly options?: unknown;
  /** How many batches are under way or waiting. @default 2 */
  readonly ahead?: number;
}

/**
 * The source that a module exports, run on a worker thread and asked ahead of time.
 *
 * Batches are plain objects of tensors with data, typed arrays, numbers and texts; they arrive with the bits that the
 * module made. The thread keeps the program alive only while a batch is under way; `close` ends it. Throws where the module
 * cannot be loaded or exports no source; an error of the source is told when its batch is asked for.
 * @example
 * import { writeFile } from 'node:fs/promises';
 * await writeFile('squares.mjs', `export default ({ count }) => ({
 *   batchesPerEpoch: count,
 *   batch: (epoch, index) => ({ x: Float32Array.of(epoch, index ** 2) }),
 * });`);
 * const source = await workerBatches<{ x: Float32Array }>({ module: 'squares.mjs', options: { count: 4 } });
 * console.log(source.batchesPerEpoch, (await source.batch(1, 3)).x); // → 4 Float32Array(2) [ 1, 9 ]
 * await source.close();
 */
export async function workerBatches<Batch extends object>(
  given: WorkerBatchesOptions,
): Promise<BatchSource<Batch> & { close(): Promise<void> }> {
  const { module, options, ahead = 2 } = knownOptions('workerBatches', given, 'module options ahead');
  const url =
    module instanceof URL || /^[a-z]+:\/\//.test(module)
      ? String(module)
      : pathToFileURL(resolve(module)).href;
  const failure = (reason: string, cause?: Error) =>
    new RuntimeError('workerBatches', `${url}: ${reason}`, { cause });
  const thread = new ThreadCalls<WorkerRequest, WorkerAnswer>(
    () => new Worker(workerCode, { eval: true, workerData: { module: url, options } }),
    failure,
  );
  const ask = async (request: WorkerRequest) => {
    const answer = await thread.call(request);
    if (!('error' in answer)) return answer;
    const cause = new Error(answer.error.message);
    cause.stack = answer.error.stack;
    throw failure(answer.error.message, cause);
  };
  const close = () =>
    thread.close(new ArgumentError('workerBatches', 'the source is closed; make another one'));
  try {
    const { batchesPerEpoch = 0 } = await ask({});
    const batch = async (epoch: number, index: number) =>
      decode((await ask({ wanted: { epoch, index } })).batch) as Batch;
    return { ...prefetched({ batchesPerEpoch, batch }, { ahead }), close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Tensors again from what arrived. */
function decode(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(decode);
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return value;
  if (isSentTensor(value)) return tensorOf(value);
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, decode(each)]));
}

function isSentTensor(value: object): value is SentTensor {
  return 'kind' in value && value.kind === 'noosphere.tensor';
}

function tensorOf({ dtype, shape, data }: SentTensor) {
  if (!isDType(dtype))
    throw new RuntimeError('workerBatches', `a tensor has the unknown element type ${dtype}`);
  return fromData(dtype, shape, data as AnyData as DataOf<typeof dtype>);
}
