/**
 * What runs in the worker thread of `workerBatches`. It is handed over as text, so it uses nothing from outside itself:
 * the package needs no second file that bundlers would have to find.
 */
import type { MessagePort } from 'node:worker_threads';

/** A tensor on its way between threads. */
export interface SentTensor {
  readonly kind: 'noosphere.tensor';
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data: ArrayBufferView;
}

/** A batch, or, without `wanted`, how many there are. */
export interface WorkerRequest {
  readonly wanted?: { readonly epoch: number; readonly index: number };
}
export type WorkerAnswer =
  | { readonly call: number; readonly batchesPerEpoch?: number; readonly batch?: unknown }
  | { readonly call: number; readonly error: { readonly message: string; readonly stack: string } };

interface WorkerThreads {
  readonly parentPort: MessagePort | null;
  readonly workerData: { readonly module: string; readonly options: unknown };
}

/** Loads the module, makes its source, and answers requests one after the other. */
export function workerProgram(threads: WorkerThreads, load: (module: string) => Promise<unknown>): void {
  const { parentPort: port, workerData } = threads;
  if (!port) return;
  type Source = { batchesPerEpoch: number; batch(epoch: number, index: number): unknown };

  /** Copies of typed arrays travel without another copy; the source keeps its own. */
  const encode = (value: unknown, transfer: ArrayBuffer[]): unknown => {
    if (ArrayBuffer.isView(value)) {
      const { buffer, byteOffset, byteLength } = value;
      const copied = buffer.slice(byteOffset, byteOffset + byteLength) as ArrayBuffer;
      transfer.push(copied);
      const Kind = value.constructor as new (buffer: ArrayBuffer) => ArrayBufferView;
      return new Kind(copied);
    }
    if (Array.isArray(value)) return value.map((each) => encode(each, transfer));
    if (typeof value !== 'object' || value === null) return value;
    const { dtype, shape, origin } = value as {
      dtype?: unknown;
      shape?: unknown;
      origin?: { data?: unknown };
    };
    if (typeof dtype === 'string' && Array.isArray(shape) && ArrayBuffer.isView(origin?.data))
      return { kind: 'noosphere.tensor', dtype, shape: [...shape], data: encode(origin.data, transfer) };
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, encode(each, transfer)]));
  };
  const start = async (): Promise<Source> => {
    const module = (await load(workerData.module)) as { default?: unknown };
    const made =
      typeof module.default === 'function' ? await module.default(workerData.options) : module.default;
    const source = made as Source | undefined;
    if (typeof source?.batch !== 'function' || !Number.isInteger(source.batchesPerEpoch))
      throw new Error('its default export must be a batch source, or a function that makes one');
    return source;
  };
  const started = start();
  let queue: Promise<unknown> = started.catch(() => undefined);
  port.on('message', ({ call, wanted }: WorkerRequest & { readonly call: number }) => {
    queue = queue.then(async () => {
      try {
        const source = await started;
        if (wanted === undefined) return port.postMessage({ call, batchesPerEpoch: source.batchesPerEpoch });
        const transfer: ArrayBuffer[] = [];
        const batch = encode(await source.batch(wanted.epoch, wanted.index), transfer);
        port.postMessage({ call, batch }, transfer);
      } catch (error) {
        const { message, stack = '' } = error instanceof Error ? error : new Error(String(error));
        port.postMessage({ call, error: { message, stack } });
      }
    });
  });
}

/** The program as text for a worker thread; `__name` is what some compilers wrap functions in. */
export const workerCode = `const __name = (target) => target;
(${workerProgram})(require('node:worker_threads'), (module) => import(module));`;
