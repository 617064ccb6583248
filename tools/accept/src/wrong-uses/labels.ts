/** Labels, indices and targets that a model has no place for. */
import {
  crossEntropy,
  fromNumbers,
  gather,
  type HostTensor,
  logSoftmax,
  mean,
  reshape,
  type Tensor,
  tensor,
  transpose,
} from '@noosphere/core';
import { adam, ctcLoss, Embedding, fit, Linear, Random, TrainStep } from '@noosphere/train';
import { refused, type WrongUse } from './wrong-use.js';

const random = new Random(7);
const classes = 3;

interface Labelled {
  readonly x: Tensor;
  readonly y: Tensor;
}

function classifier() {
  return {
    model: new Linear(2, classes, new Random(1)),
    loss: (model: Linear, { x, y }: Labelled) => crossEntropy(model.forward(x), y),
    optimizer: adam(),
  };
}

const features = (count: number) => random.normalTensor([count, 2], 1);
const integers = (values: readonly number[]) => fromNumbers('int32', [values.length], [...values]);
const batchOf = (labels: readonly number[]): Labelled => ({
  x: features(labels.length),
  y: integers(labels),
});

/** One call with these batches. */
async function classify(...batches: readonly Labelled[]): Promise<unknown> {
  const step = new TrainStep(classifier());
  try {
    return await step.run(batches);
  } finally {
    await step.dispose();
  }
}

async function embed(values: readonly number[]): Promise<unknown> {
  const step = new TrainStep({
    model: { table: new Embedding(4, 2, random) },
    loss: ({ table }: { table: Embedding }, { tokens }: { tokens: Tensor }) => mean(table.forward(tokens)),
    optimizer: adam(),
  });
  try {
    return await step.run([{ tokens: integers(values) }]);
  } finally {
    await step.dispose();
  }
}

interface Spoken {
  readonly targets: HostTensor;
  readonly input: HostTensor;
  readonly target: HostTensor;
}

/** CTC over 5 frames, 2 samples and 4 classes. */
async function spell(
  targets: readonly (readonly number[])[],
  input: readonly number[],
  target: readonly number[],
): Promise<unknown> {
  const step = new TrainStep({
    model: { scores: random.normalTensor([5, 2, 4], 1) },
    loss: ({ scores }: { scores: Tensor }, batch: Spoken) =>
      ctcLoss(logSoftmax(scores), batch.targets, { input: batch.input, target: batch.target }),
    optimizer: adam(),
  });
  try {
    const [first = []] = targets;
    const flat = fromNumbers('int32', [targets.length, first.length], targets.flat());
    return await step.run([{ targets: flat, input: integers(input), target: integers(target) }]);
  } finally {
    await step.dispose();
  }
}

const range = /0 (to|\.\.) 2|\[0, 2\]|below 3/;

export const labelUses: readonly WrongUse[] = [
  refused(
    'a label above the classes',
    () => classify(batchOf([0, 1, 5])),
    [/\by\b/, /\b5\b/, range],
    /label|class/,
  ),
  refused('a negative label', () => classify(batchOf([0, -1, 2])), [/\by\b/, /-1\b/, range], /ignoreIndex/),
  refused(
    "PyTorch's -100 without ignoreIndex",
    () => classify(batchOf([0, -100, 2])),
    [/\by\b/, /-100\b/],
    /ignoreIndex/,
  ),
  refused(
    'a label above the classes in the second of two steps of a call',
    () => classify(batchOf([0, 1, 2]), batchOf([0, 3, 2])),
    [/\by\b/, /\b3\b/, /step 2|batch 1/],
    /label|class/,
  ),
  refused(
    'a label above the classes, int64',
    () => classify({ x: features(2), y: fromNumbers('int64', [2], [0, 9]) }),
    [/\by\b/, /\b9\b/, range],
    /label|class/,
  ),
  refused(
    'a label above the classes in a fit, in its second epoch',
    () =>
      fit({
        ...classifier(),
        epochs: 3,
        batches: {
          batchesPerEpoch: 2,
          batch: (epoch, index) => batchOf([0, epoch === 1 && index === 1 ? 4 : 2]),
        },
      }),
    [/\by\b/, /\b4\b/, /step 4|epoch 1/],
    /label|class/,
  ),
  refused(
    'float labels',
    () => classify({ x: features(2), y: tensor([0, 1]) }),
    [/crossEntropy/, /float32/],
    /cast|int32/,
  ),
  refused(
    'one-hot labels for integer ones',
    () =>
      classify({
        x: features(2),
        y: tensor(
          [
            [1, 0, 0],
            [0, 1, 0],
          ],
          { dtype: 'int32' },
        ),
      }),
    [/\[2, 3\]/, /\[N/],
    /axis 1/,
  ),
  refused(
    'logits with the classes last behind a sequence',
    async () =>
      crossEntropy(random.normalTensor([2, 5, 3], 1), fromNumbers('int32', [2, 5], new Array(10).fill(0))),
    [/\[2, 5, 3\]/, /\[2, 5\]/],
    /axis 1/,
  ),
  refused(
    'label smoothing of 2',
    async () => crossEntropy(features(2), integers([0, 1]), { labelSmoothing: 2 }),
    [/labelSmoothing/, /\b2\b/],
    /between 0 and 1/,
  ),
  refused(
    'a label above the classes outside of training',
    async () => crossEntropy(features(2), integers([0, 7])).data(),
    [/\b7\b/],
    /class|label/,
  ),
  refused(
    'a token above the table',
    () => embed([0, 4]),
    [/tokens/, /\b4\b/, /0 to 3/],
    /vocabulary|rows|table/,
  ),
  refused('a negative token', () => embed([0, -1]), [/tokens/, /-1/, /0 to 3/], /padding|rows|table/),
  refused(
    'float tokens',
    async () => new Embedding(4, 2, random).forward(tensor([0, 1])),
    [/float32/, /int32/],
    /cast|must be/,
  ),
  refused(
    'an index above the rows, outside of training',
    async () => gather(random.normalTensor([4, 2], 1), integers([4])).data(),
    [/\b4\b/],
    /0 to 3|-4 to 3|rows/,
  ),
  refused(
    'an embedding of no rows',
    async () => new Embedding(0, 2, random),
    [/Embedding/, /count/, /\b0\b/],
    /from 1|at least|must be/,
  ),
  refused(
    'a padding index outside the table',
    async () => new Embedding(4, 2, random, { paddingIndex: 4 }),
    [/paddingIndex/, /\b4\b/],
    /from 0 to 3/,
  ),
  refused(
    'CTC: more input frames than there are',
    () =>
      spell(
        [
          [1, 2],
          [3, 0],
        ],
        [9, 4],
        [2, 1],
      ),
    [/ctcLoss/, /\b9\b/, /\b5\b/],
    /frames|length/,
  ),
  refused(
    'CTC: a longer target than there is',
    () =>
      spell(
        [
          [1, 2],
          [3, 0],
        ],
        [5, 4],
        [7, 1],
      ),
    [/ctcLoss/, /\b7\b/, /\b2\b/],
    /labels|length/,
  ),
  refused(
    'CTC: negative lengths',
    () =>
      spell(
        [
          [1, 2],
          [3, 0],
        ],
        [5, -4],
        [2, 1],
      ),
    [/ctcLoss/, /-4/],
    /length|frames/,
  ),
  refused(
    'CTC: a label above the classes',
    () =>
      spell(
        [
          [1, 9],
          [3, 0],
        ],
        [5, 4],
        [2, 1],
      ),
    [/ctcLoss/, /\b9\b/, /0 to 3/],
    /class|label/,
  ),
  refused(
    'CTC: the blank as a label',
    () =>
      spell(
        [
          [1, 0],
          [3, 0],
        ],
        [5, 4],
        [2, 1],
      ),
    [/ctcLoss/, /\b0\b/],
    /blank/,
  ),
  refused(
    'CTC: a target too long for its frames',
    () =>
      spell(
        [
          [1, 1],
          [3, 0],
        ],
        [2, 4],
        [2, 1],
      ),
    [/Infinity/, /step 1/],
    /zeroInfinity/,
  ),
  refused(
    'CTC: the batch first',
    async () =>
      ctcLoss(
        transpose(logSoftmax(random.normalTensor([5, 2, 4], 1)), [1, 0, 2]),
        fromNumbers('int32', [2, 1], [1, 1]),
        {
          input: integers([5, 5]),
          target: integers([1, 1]),
        },
      ),
    [/\[2, 5, 4\]/],
    /time comes first/,
  ),
  refused(
    'CTC: a blank that is no class',
    async () =>
      ctcLoss(
        reshape(logSoftmax(random.normalTensor([5, 4], 1)), [5, 1, 4]),
        fromNumbers('int32', [1, 1], [1]),
        {
          input: integers([5]),
          target: integers([1]),
        },
        { blank: 4 },
      ),
    [/blank/, /\b4\b/],
    /from 0 to 3/,
  ),
];
