/** Batches made on another thread: decoding, augmenting and tokenizing beside the training step. */
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import { type AnyData, ArgumentError, type DataOf, fromData, isDType, RuntimeError } from '@noosphere/core';
import type { BatchSource } from './batch-source.js';
import { prefetched } from './prefetch.js';
import { type SentTensor, type WorkerAnswer, workerCode } from './worker-program.js';

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
export async function workerBatches<Batch extends object>({
  module,
  options,
  ahead = 2,
}: WorkerBatchesOptions): Promise<BatchSource<Batch> & { close(): Promise<void> }> {
  const url =
    module instanceof URL || /^[a-z]+:\/\//.test(module)
      ? String(module)
      : pathToFileURL(resolve(module)).href;
  const worker = new Worker(workerCode, { eval: true, workerData: { module: url, options } });
  const source = new RemoteSource<Batch>(worker, url);
  try {
    await source.ready;
    return prefetched(source, { ahead });
  } catch (error) {
    await source.close();
    throw error;
  }
}

interface Pending<Batch> {
  readonly resolve: (batch: Batch) => void;
  readonly reject: (error: unknown) => void;
}

class RemoteSource<Batch extends object> implements BatchSource<Batch> {
  batchesPerEpoch = 0;
  readonly ready: Promise<void>;
  readonly #worker: Worker;
  readonly #module: string;
  readonly #pending = new Map<number, Pending<Batch>>();
  #requests = 0;
  #ended: unknown;

  constructor(worker: Worker, module: string) {
    this.#worker = worker;
    this.#module = module;
    this.ready = new Promise((resolve, reject) => {
      worker.on('message', (answer: WorkerAnswer) => {
        if (answer.kind === 'ready') {
          this.batchesPerEpoch = answer.batchesPerEpoch;
          worker.unref();
          resolve();
        } else if (answer.kind === 'error' && answer.id === undefined) {
          reject(this.#failure(answer.message, answer.stack));
        } else this.#settle(answer);
      });
      worker.on('error', (cause) => {
        const failure = this.#failure(String(cause), '');
        this.#end(failure);
        reject(failure);
      });
      worker.on('exit', (code) => {
        const failure = this.#failure(`the worker thread has ended with code ${code}`, '');
        this.#end(failure);
        reject(failure);
      });
    });
  }

  batch(epoch: number, index: number): Promise<Batch> {
    if (this.#ended) return Promise.reject(this.#ended);
    const id = this.#requests++;
    const answer = new Promise<Batch>((resolve, reject) => this.#pending.set(id, { resolve, reject }));
    this.#worker.ref();
    this.#worker.postMessage({ id, epoch, index });
    return answer;
  }

  async close(): Promise<void> {
    this.#end(new ArgumentError('workerBatches', 'the source is closed; make another one'));
    await this.#worker.terminate();
  }

  #settle(answer: Exclude<WorkerAnswer, { kind: 'ready' }>): void {
    const { id = -1 } = answer;
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    if (this.#pending.size === 0) this.#worker.unref();
    if (answer.kind === 'error') pending?.reject(this.#failure(answer.message, answer.stack));
    else pending?.resolve(decode(answer.batch) as Batch);
  }

  #end(reason: unknown): void {
    this.#ended ??= reason;
    for (const { reject } of this.#pending.values()) reject(this.#ended);
    this.#pending.clear();
  }

  #failure(message: string, stack: string): RuntimeError {
    const cause = stack === '' ? undefined : new Error(message);
    if (cause) cause.stack = stack;
    return new RuntimeError('workerBatches', `${this.#module}: ${message}`, { cause });
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
