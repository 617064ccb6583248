/** Fits with options, batch sources, callbacks or validations that do not work. */
import { fromNumbers, type HostTensor, mean, mul, type Tensor } from '@noosphere/core';
import {
  adam,
  arrayBatches,
  type BatchSource,
  bucketBatches,
  csvLogger,
  findLearningRate,
  fit,
  kFold,
  logFit,
  memorySink,
  padSequences,
  prefetched,
  Random,
  reduceOnPlateau,
  rowBatches,
  splitRows,
  stackRows,
  streamBatches,
  workerBatches,
} from '@noosphere/train';
import { type RowBatch, type RowOptions, refused, rowFit, rows, type WrongUse } from './wrong-use.js';

const random = new Random(11);

const batchOf = (count: number): RowBatch => ({
  x: random.normalTensor([count, 2], 1),
  y: random.normalTensor([count, 1], 1),
});

/** A source of batches as a test wants them, 4 an epoch. */
const sourceOf = (batch: BatchSource<RowBatch>['batch']): BatchSource<RowBatch> => ({
  batchesPerEpoch: 4,
  batch,
});

const fits = (extra: Partial<RowOptions>) => () => fit(rowFit(extra));

/** A signal that was aborted before anything began. */
function abortedSignal(): AbortSignal {
  const controller = new AbortController();
  controller.abort();
  return controller.signal;
}

async function* fewRows() {
  for (let row = 0; row < 3; row++) yield { x: [row, row], y: [row] };
}

export const fitUses: readonly WrongUse[] = [
  refused(
    'an empty data set',
    async () => arrayBatches({ x: fromNumbers('float32', [0, 2], []) }, { batchSize: 4 }),
    [/empty/],
    /at least one row/,
  ),
  refused('a data set without tensors', async () => arrayBatches({}, { batchSize: 4 }), [/empty/], /give/),
  refused(
    'a batch larger than the data where the last one is dropped',
    async () => arrayBatches(rows, { batchSize: 100, dropLast: true }),
    [/24/, /100/],
    /lower batchSize|keep/,
  ),
  refused(
    'a batch size of 0',
    async () => arrayBatches(rows, { batchSize: 0 }),
    [/batchSize/, /\b0\b/],
    /from 1/,
  ),
  refused(
    'features and targets that differ in rows',
    async () => arrayBatches({ ...rows, z: random.normalTensor([7, 1], 1) }, { batchSize: 4 }),
    [/'z'/, /\b24\b/, /\b7\b/],
    /same/,
  ),
  refused(
    'no rows to read',
    async () => rowBatches({ rows: 0, batchSize: 2, collate: () => ({}) }),
    [/empty/],
    /at least one/,
  ),
  refused(
    'a plain array in arrayBatches',
    async () => arrayBatches({ x: [[1, 2]] as unknown as HostTensor }, { batchSize: 1 }),
    [/'x'/],
    /tensor/,
  ),
  refused(
    'buckets whose boundaries fall',
    async () => bucketBatches({ lengths: [1, 2], boundaries: [4, 2], batchSize: 1, collate: () => ({}) }),
    [/boundaries/, /4, 2/],
    /rise/,
  ),
  refused('nothing to pad', async () => padSequences([]), [/none/], /at least one/),
  refused(
    'rows that do not stack',
    async () => stackRows([{ x: [1, 2] }, { x: [1] }]),
    [/x/],
    /shape|length|pad/,
  ),
  refused('more folds than rows', async () => kFold(3, { folds: 5 }), [/\b3\b/, /\b5\b/], /folds|rows/),
  refused(
    'splits that leave nothing to train on',
    async () => splitRows(10, { test: 0.6, validation: 0.5 }),
    [/0\.6|1\.1/],
    /lower them/,
  ),
  refused(
    'a stream that ends too early',
    () =>
      fit(
        rowFit({
          batches: streamBatches({
            open: fewRows,
            rowsPerEpoch: 8,
            batchSize: 2,
            collate: stackRows,
          }) as unknown as BatchSource<RowBatch>,
        }),
      ),
    [/\b3 rows\b/, /\b8\b/],
    /countRows/,
  ),
  refused(
    'a worker whose module is not there',
    () => workerBatches({ module: './no-such-module.mjs' }),
    [/no-such-module/],
    /path|export|module/,
  ),
  refused(
    'prefetching 0 batches',
    async () => prefetched(arrayBatches(rows, { batchSize: 4 }), { ahead: 0 }),
    [/ahead/, /\b0\b/],
    /from 1/,
  ),
  refused('no epochs', fits({ epochs: 0 }), [/epochs/, /\b0\b/], /from 1/),
  refused('half an epoch', fits({ epochs: 0.5 }), [/epochs/, /0\.5/], /whole number/),
  refused('0 steps a call', fits({ stepsPerCall: 0 }), [/stepsPerCall/], /from 1/),
  refused(
    'an epoch smaller than accumulate',
    fits({ accumulate: 7 }),
    [/\b6\b/, /\b7\b/],
    /lower batchSize or accumulate/,
  ),
  refused(
    'a source without batchesPerEpoch',
    fits({ batches: { batch: () => batchOf(4) } as unknown as BatchSource<RowBatch> }),
    [/batchesPerEpoch|undefined/],
    /batches/,
  ),
  refused(
    'an array in place of a source',
    fits({ batches: [batchOf(4)] as unknown as BatchSource<RowBatch> }),
    [/batches/],
    /arrayBatches|batchesPerEpoch/,
  ),
  refused(
    'a source that returns nothing in the middle of an epoch',
    fits({
      batches: sourceOf((_, index) => (index === 2 ? (undefined as unknown as RowBatch) : batchOf(4))),
    }),
    [/batch 2/, /undefined/],
    /return|give/,
  ),
  refused(
    'a source that returns other names in the middle of an epoch',
    fits({
      batches: sourceOf((_, index) => (index === 2 ? ({ x: rows.x } as unknown as RowBatch) : batchOf(4))),
    }),
    [/y|undefined/],
    /batch|tensor/,
  ),
  refused(
    'a source that returns other widths in the middle of an epoch',
    fits({
      batches: sourceOf((_, index) => ({
        ...batchOf(4),
        ...(index === 2 && { x: random.normalTensor([4, 3], 1) }),
      })),
    }),
    [/\[4, 3\]/],
    /fit|inner sizes|width|transpose/,
  ),
  refused(
    'accumulated batches of two sizes',
    fits({ accumulate: 2, batches: sourceOf((_, index) => batchOf(index === 3 ? 2 : 4)) }),
    [/\[4, 2\]/, /\[2, 2\]/],
    /drop|last batch/,
  ),
  {
    name: 'a last batch of another size with many steps a call',
    act: fits({ stepsPerCall: 8, epochs: 1, batches: sourceOf((_, index) => batchOf(index === 3 ? 2 : 4)) }),
    expected: { result: /"steps":4/ },
  },
  {
    name: 'a source that throws in the middle of an epoch',
    act: fits({
      batches: sourceOf((_, index) => {
        if (index === 2) throw new Error('the disk of rows is gone');
        return batchOf(4);
      }),
    }),
    expected: { own: 'the disk of rows is gone' },
  },
  {
    name: 'a callback that throws',
    act: fits({
      callbacks: [
        {
          onStep: () => {
            throw new Error('my callback fell');
          },
        },
      ],
    }),
    expected: { own: 'my callback fell' },
  },
  {
    name: 'a validation that throws',
    act: fits({
      validate: async () => {
        throw new Error('my validation fell');
      },
    }),
    expected: { own: 'my validation fell' },
  },
  {
    name: 'aborted before it began',
    act: fits({ signal: abortedSignal() }),
    expected: { result: /"steps":0,"reason":"aborted"/ },
  },
  refused('patience without validate', fits({ patience: 2 }), [/patience/], /give validate/),
  refused('a plateau without validate', fits({ plateau: reduceOnPlateau() }), [/plateau/], /give validate/),
  refused(
    'a negative patience',
    fits({ patience: -1, validate: async () => ({ loss: 1 }) }),
    [/patience/, /-1/],
    /from 0|from 1/,
  ),
  refused(
    'a monitor that validate does not give',
    fits({ monitor: 'auc', validate: async () => ({ loss: 1, error: 2 }) }),
    [/auc/, /loss, error/],
    /set monitor/,
  ),
  refused('a monitor without validate', fits({ monitor: 'auc' }), [/monitor/], /validate/),
  refused(
    'a validation that gives nothing',
    fits({ validate: async () => ({}) }),
    [/nothing/],
    /monitor|metric|return/,
  ),
  refused(
    'a validation that returns undefined',
    fits({ validate: async () => undefined as unknown as Record<string, number> }),
    [/validate/, /undefined|nothing/],
    /return/,
  ),
  refused(
    'a validation that gives NaN where it is monitored',
    fits({ validate: async () => ({ loss: Number.NaN }) }),
    [/loss/, /NaN/],
    /validat/,
  ),
  refused(
    'a validation that gives a tensor',
    fits({ validate: async (model) => ({ loss: mean(model.weight) as unknown as number }) }),
    [/loss/, /Tensor|tensor/],
    /item\(\)|number/,
  ),
  refused(
    'validateEvery of 0',
    fits({ validateEvery: 0, validate: async () => ({ loss: 1 }) }),
    [/validateEvery/],
    /from 1/,
  ),
  refused('a negative time limit', fits({ timeLimitMs: -1 }), [/timeLimitMs/, /-1/], /above 0|from 0/),
  refused(
    'keep of 0 checkpoints',
    ({ folder }) => fit(rowFit({ checkpoint: { folder, keep: 0 } })),
    [/keep/, /\b0\b/],
    /from 1/,
  ),
  refused(
    'a checkpoint every 0 steps',
    ({ folder }) => fit(rowFit({ checkpoint: { folder, everySteps: 0 } })),
    [/everySteps/, /\b0\b/],
    /from 1/,
  ),
  refused(
    'a plateau factor of 2',
    async () => reduceOnPlateau({ factor: 2 }),
    [/factor/, /\b2\b/],
    /between 0 and 1/,
  ),
  refused(
    'logging every 0 steps',
    async () => logFit(csvLogger(memorySink()), { everySteps: 0 }),
    [/everySteps/, /\b0\b/],
    /from 1/,
  ),
  refused(
    'a learning-rate test that falls',
    () => findLearningRate({ ...rowFit(), from: 1, to: 0.1 }),
    [/\b1\b/, /0\.1/],
    /from < to/,
  ),
  refused(
    'a learning-rate test of a schedule that starts at 0',
    () => findLearningRate({ ...rowFit(), optimizer: adam({ learningRate: () => 0 }) }),
    [/learning rate/, /\b0\b/],
    /constant/,
  ),
  refused(
    'a loss that grows without bound',
    fits({
      optimizer: {
        ...adam(),
        slots: [],
        scalars: () => [],
        learningRate: () => 1,
        update: (parameter: Tensor) => ({ parameter: mul(parameter, 1e9), slots: [] }),
      },
      epochs: 40,
    }),
    [/Infinity|NaN/, /epoch/],
    /lower the learning rate/,
  ),
];
