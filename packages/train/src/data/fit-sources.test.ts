/** Streams and worker threads under fit: a run that is stopped in the middle of an epoch ends with the bits of one that was not. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type HostTensor, hostData, isHostTensor, type Tensor, visitTree } from '@noosphere/core';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { fit } from '../fit/index.js';
import { Linear } from '../layers/index.js';
import { meanSquaredError } from '../losses/index.js';
import { adamW } from '../optimizers/index.js';
import { Random } from '../random.js';
import type { BatchSource } from './batch-source.js';
import { prefetched } from './prefetch.js';
import { stackRows } from './stack-rows.js';
import { streamBatches } from './stream-batches.js';
import { workerBatches } from './worker-batches.js';

type Batch = { readonly x: HostTensor; readonly y: HostTensor };

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'noosphere-sources-'));
});
afterEach(() => rm(folder, { recursive: true }));

function streamed(): BatchSource<Batch> {
  return prefetched(
    streamBatches({
      open: async function* (epoch) {
        const random = new Random(epoch);
        for (let row = 0; row < 30; row++) {
          const x = random.normal();
          yield { x: [x, x * x], y: [2 * x - 1] };
        }
      },
      rowsPerEpoch: 30,
      shuffleBuffer: 8,
      batchSize: 4,
      collate: stackRows,
    }),
  );
}

async function threaded(): Promise<BatchSource<Batch>> {
  const module = join(folder, 'source.mjs');
  await writeFile(
    module,
    `const tensor = (shape, data) => ({ dtype: 'float32', shape, origin: { kind: 'data', data: Float32Array.from(data) } });
     export default { batchesPerEpoch: 8, batch: (epoch, index) => ({
       x: tensor([2, 2], [epoch, index, index - epoch, 1]), y: tensor([2, 1], [index, epoch]),
     }) };`,
  );
  return workerBatches<Batch>({ module });
}

/** The bits after three epochs; stopped at a step and resumed, where one is given. */
async function bitsOf(
  source: () => BatchSource<Batch> | Promise<BatchSource<Batch>>,
  stopAt?: number,
): Promise<string> {
  const run = async (signal?: AbortController) => {
    const batches = await source();
    const result = await fit({
      model: new Linear(2, 1, new Random(signal ? 3 : stopAt === undefined ? 3 : 99)),
      loss: (model: Linear, { x, y }: Batch) => meanSquaredError(model.forward(x as Tensor), y),
      optimizer: adamW({ learningRate: 0.05 }),
      batches,
      epochs: 3,
      ...(stopAt === undefined ? {} : { checkpoint: { folder: join(folder, 'run') } }),
      ...(signal
        ? {
            signal: signal.signal,
            callbacks: [{ onStep: ({ step }) => step >= (stopAt ?? 0) && signal.abort() }],
          }
        : {}),
    });
    await batches.close?.();
    return result;
  };
  if (stopAt !== undefined) expect((await run(new AbortController())).reason).toBe('aborted');
  const parts: string[] = [];
  visitTree((await run()).model, (leaf) => {
    if (isHostTensor(leaf))
      parts.push(Buffer.from((hostData(leaf) as Float32Array).slice().buffer).toString('hex'));
  });
  return parts.join();
}

test.each([
  ['a stream with a shuffle buffer', streamed],
  ['a worker thread', threaded],
])('%s', async (_, source) => {
  const whole = await bitsOf(source);
  expect(whole).toHaveLength(3 * 8 + 1);
  expect(await bitsOf(source, 11)).toBe(whole);
});
