/** Sources give the same batch whenever it is asked for, in an order that depends on seed and epoch alone. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fromData, hostData, isHostTensor, tensor } from '@noosphere/core';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { arrayBatches, rowBatches } from './array-batches.js';
import type { BatchSource } from './batch-source.js';
import { bucketBatches } from './length-buckets.js';
import { prefetched } from './prefetch.js';
import { stackRows } from './stack-rows.js';
import { countRows, streamBatches } from './stream-batches.js';
import { workerBatches } from './worker-batches.js';

type RowsBatch = { readonly rows: readonly number[] };

function fromStream(
  extra: { shuffle?: boolean; seed?: number; batchSize?: number; dropLast?: boolean } = {},
) {
  let opened = 0;
  const source = streamBatches<number, RowsBatch>({
    open: async function* () {
      opened++;
      for (let row = 0; row < 23; row++) yield row;
    },
    rowsPerEpoch: 23,
    shuffleBuffer: 6,
    batchSize: 4,
    collate: (rows) => ({ rows }),
    ...extra,
  });
  return { source, opened: () => opened };
}

const collate = (rows: Uint32Array): RowsBatch => ({ rows: [...rows] });

const makers: Record<string, (seed: number) => BatchSource<RowsBatch>> = {
  'by row number': (seed) => rowBatches({ rows: 23, batchSize: 4, seed, collate }),
  stream: (seed) => fromStream({ seed }).source,
  buckets: (seed) =>
    bucketBatches({
      lengths: Array.from({ length: 23 }, (_, row) => (row * 7) % 19),
      batchSize: 4,
      seed,
      collate,
    }),
  prefetched: (seed) => prefetched(rowBatches({ rows: 23, batchSize: 4, seed, collate }), { ahead: 3 }),
};

async function epochOf(source: BatchSource<RowsBatch>, epoch: number): Promise<(readonly number[])[]> {
  const batches: (readonly number[])[] = [];
  for (let index = 0; index < source.batchesPerEpoch; index++)
    batches.push((await source.batch(epoch, index)).rows);
  return batches;
}

describe.each(Object.entries(makers))('%s', (_, make) => {
  test('every row once an epoch, in an order of its own', async () => {
    const source = make(5);
    const epochs = [await epochOf(source, 0), await epochOf(source, 1)];
    for (const epoch of epochs) expect(epoch.flat().sort((a, b) => a - b)).toEqual([...Array(23).keys()]);
    expect(epochs[0]).not.toEqual(epochs[1]);
    expect(await epochOf(make(6), 0)).not.toEqual(epochs[0]);
  });

  test('a run resumed in the middle of an epoch sees the same batches', async () => {
    const whole = [await epochOf(make(5), 0), await epochOf(make(5), 1)];
    const resumed = make(5);
    for (const [epoch, index] of [
      [1, 3],
      [1, 4],
      [1, 4],
      [0, 5],
      [1, 0],
      [1, 2],
      [0, 0],
    ] as const)
      expect((await resumed.batch(epoch, index)).rows).toEqual(whole[epoch]?.[index]);
  });
});

describe('last batches', () => {
  test('are kept or left out', async () => {
    const sizes = async (source: BatchSource<RowsBatch>) =>
      (await epochOf(source, 0)).map((rows) => rows.length);
    expect(await sizes(rowBatches({ rows: 10, batchSize: 4, collate }))).toEqual([4, 4, 2]);
    expect(await sizes(rowBatches({ rows: 10, batchSize: 4, dropLast: true, collate }))).toEqual([4, 4]);
    expect(await sizes(fromStream({ dropLast: true }).source)).toEqual([4, 4, 4, 4, 4]);
    const lengths = [1, 1, 1, 9, 9];
    expect(
      await sizes(bucketBatches({ lengths, boundaries: [1, 9], batchSize: 2, dropLast: true, collate })),
    ).toEqual([2, 2]);
  });

  test.each<[string, () => unknown, RegExp]>([
    ['nothing', () => rowBatches({ rows: 0, batchSize: 4, collate }), /the data set is empty/],
    [
      'few rows',
      () => arrayBatches({ x: tensor([1]) }, { batchSize: 2, dropLast: true }),
      /1 rows do not fill one batch of 2/,
    ],
    [
      'rows that differ',
      () => arrayBatches({ x: tensor([1]), y: tensor([1, 2]) }, { batchSize: 1 }),
      /'x' has 1 rows, but 'y' has 2/,
    ],
    [
      'a batch size',
      () => rowBatches({ rows: 3, batchSize: 0.5, collate }),
      /batchSize must be a whole number/,
    ],
    [
      'boundaries',
      () => bucketBatches({ lengths: [1], boundaries: [4, 2], batchSize: 1, collate }),
      /must rise, got 4, 2/,
    ],
    [
      'no full bucket',
      () => bucketBatches({ lengths: [1, 8], batchSize: 2, dropLast: true, collate }),
      /no bucket of .* fills/,
    ],
    [
      'no buffer',
      () =>
        streamBatches({
          open: () => [1],
          rowsPerEpoch: 1,
          shuffleBuffer: 0,
          batchSize: 1,
          collate: () => ({}),
        }),
      /shuffleBuffer/,
    ],
  ])('%s is refused', (_, make, message) => {
    expect(make).toThrow(message);
  });
});

describe('streams', () => {
  test('hold no more than the buffer and are read once an epoch', async () => {
    const { source, opened } = fromStream();
    const order = (await epochOf(source, 0)).flat();
    // Row r can be drawn once rows up to r + buffer are read, never earlier.
    for (const [place, row] of order.entries()) expect(row).toBeLessThanOrEqual(place + 6);
    expect(opened()).toBe(1);
    expect((await epochOf(fromStream({ shuffle: false }).source, 0)).flat()).toEqual([...Array(23).keys()]);
  });

  test('answer in order when asked all at once', async () => {
    const expected = await epochOf(fromStream().source, 0);
    const { source, opened } = fromStream();
    const asked = await Promise.all(expected.map((_, index) => source.batch(0, index)));
    expect(asked.map(({ rows }) => rows)).toEqual(expected);
    expect(opened()).toBe(1);
  });

  test('that end early say so, and are closed when they are left', async () => {
    let closed = 0;
    const source = streamBatches({
      open: function* () {
        try {
          yield* [1, 2, 3];
        } finally {
          closed++;
        }
      },
      rowsPerEpoch: 4,
      batchSize: 2,
      shuffle: false,
      collate: (rows: number[]) => ({ rows }),
    });
    expect((await source.batch(0, 0)).rows).toEqual([1, 2]);
    await expect(source.batch(0, 1)).rejects.toThrow(
      /stream of epoch 0 ended after 3 rows, expected 4; set rowsPerEpoch/,
    );
    expect((await source.batch(1, 0)).rows).toEqual([1, 2]);
    await source.close();
    expect(closed).toBe(2);
    expect(await countRows([1, 2, 3])).toBe(3);
  });
});

test('rows are stacked field by field', async () => {
  const { id, x, flag, image } = stackRows([
    { id: 1, x: [1, 2], flag: true, image: fromData('uint8', [1, 2], Uint8Array.of(5, 6)) },
    { id: 2, x: [3, 4], flag: false, image: fromData('uint8', [1, 2], Uint8Array.of(7, 8)) },
  ]);
  expect([String(id), String(x), String(flag), String(image)]).toEqual([
    'Tensor float32[2]',
    'Tensor float32[2, 2]',
    'Tensor bool[2]',
    'Tensor uint8[2, 1, 2]',
  ]);
  expect(await image.array()).toEqual([[[5, 6]], [[7, 8]]]);
  expect(() => stackRows([{ x: [1] }, { x: [1, 2] }])).toThrow(
    /float32\[2\] in row 1, but Tensor float32\[1\] .* padSequences/,
  );
  expect(() => stackRows([{ x: 1 }, { y: 1 } as never])).toThrow(/row 1 has the fields y, expected x/);
  expect(() => stackRows([])).toThrow(/at least one row/);
});

describe('prefetch', () => {
  test('begins the next batches, over the end of an epoch, and none twice', async () => {
    const begun: string[] = [];
    const source = prefetched(
      {
        batchesPerEpoch: 3,
        batch: async (epoch, index) => {
          begun.push(`${epoch}.${index}`);
          return {};
        },
      },
      { ahead: 2 },
    );
    await source.batch(0, 0);
    expect(begun).toEqual(['0.0', '0.1', '0.2']);
    await source.batch(0, 1);
    await source.batch(0, 1);
    await source.batch(0, 2);
    expect(begun).toEqual(['0.0', '0.1', '0.2', '1.0', '1.1']);
    await source.close();
  });

  test('tells an error when its batch is asked for, and tries again', async () => {
    let broken = true;
    const source = prefetched<RowsBatch>({
      batchesPerEpoch: 5,
      batch: (_, index) => {
        if (index === 1 && broken) throw new Error('disk gone');
        return { rows: [index] };
      },
    });
    expect((await source.batch(0, 0)).rows).toEqual([0]);
    await expect(source.batch(0, 1)).rejects.toThrow('disk gone');
    broken = false;
    expect((await source.batch(0, 1)).rows).toEqual([1]);
  });
});

describe('worker', () => {
  let folder = '';
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'noosphere-worker-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  const moduleOf = async (code: string) => {
    const path = join(folder, 'source.mjs');
    await writeFile(path, code);
    return path;
  };

  test('tensors arrive as they were made, the source keeps its own', async () => {
    const module = await moduleOf(`
      const kept = new Float32Array([1, 2, 3, 4]);
      export default ({ count }) => ({ batchesPerEpoch: count, batch: async (epoch, index) => ({
        x: { dtype: 'float32', shape: [2, 2], origin: { kind: 'data', data: kept } },
        part: kept.subarray(1, 3),
        names: ['a', { epoch, index }],
        id: { dtype: 'int64', shape: [1], origin: { kind: 'data', data: BigInt64Array.of(2n ** 60n) } },
      }) });`);
    type Batch = {
      x: ReturnType<typeof tensor>;
      part: Float32Array;
      names: unknown;
      id: ReturnType<typeof tensor>;
    };
    const source = await workerBatches<Batch>({ module, options: { count: 3 } });
    for (const index of [0, 1, 2]) {
      const { x, part, names, id } = await source.batch(4, index);
      expect(isHostTensor(x) && hostData(x)).toEqual(Float32Array.of(1, 2, 3, 4));
      expect([x.shape, part, names]).toEqual([[2, 2], Float32Array.of(2, 3), ['a', { epoch: 4, index }]]);
      expect(isHostTensor(id) && hostData(id)).toEqual(BigInt64Array.of(2n ** 60n));
    }
    await source.close();
    await expect(source.batch(0, 0)).rejects.toThrow(/the source is closed/);
  });

  test.each([
    ['a module that is not there', undefined, /source\.mjs: .*Cannot find module/],
    ['one without a source', 'export default 5;', /default export must be a batch source/],
    ['one that throws', "throw new Error('no data');", /source\.mjs: no data/],
    ['one that leaves', 'process.exit(3);', /ended with code 3/],
  ])('%s is refused', async (_, code, message) => {
    const module = code === undefined ? join(folder, 'source.mjs') : await moduleOf(code);
    await expect(workerBatches({ module })).rejects.toThrow(message);
  });

  test('an error of a batch keeps the worker, a crash ends it', async () => {
    const module = await moduleOf(`export default { batchesPerEpoch: 9, batch: (epoch, index) => {
      if (index === 1) throw new RangeError('row 7 is damaged');
      if (index === 8) process.exit(1);
      return { index };
    } };`);
    const source = await workerBatches<{ index: number }>({ module, ahead: 1 });
    await expect(source.batch(0, 1)).rejects.toThrow(/source\.mjs: row 7 is damaged/);
    expect(await source.batch(0, 2)).toEqual({ index: 2 });
    await expect(source.batch(0, 8)).rejects.toThrow(/ended with code 1/);
    await source.close();
  });
});
