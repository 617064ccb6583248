/** Models, losses, optimizers and batches that make no training step. */
import {
  cast,
  fromNumbers,
  type HostTensor,
  matmul,
  mean,
  ones,
  square,
  sub,
  sum,
  type Tensor,
  tensor,
  zeros,
} from '@noosphere/core';
import {
  adam,
  adamW,
  averaged,
  fit,
  freeze,
  Linear,
  meanSquaredError,
  oneCycle,
  Random,
  sgd,
  TrainStep,
  trainOnly,
  warmUp,
} from '@noosphere/train';
import { type RowBatch, refused, rowFit, rowStep, rows, type WrongUse } from './wrong-use.js';

const random = new Random(9);

/** The first four rows, with some of it replaced. */
const batchOf = (extra: Partial<RowBatch> = {}): RowBatch => ({
  x: random.normalTensor([4, 2], 1),
  y: random.normalTensor([4, 1], 1),
  ...extra,
});

async function step(
  options: Parameters<typeof rowStep>[0] = {},
  ...batches: readonly RowBatch[]
): Promise<unknown> {
  const made = new TrainStep(rowStep(options));
  try {
    return await made.run(batches.length === 0 ? [batchOf()] : batches);
  } finally {
    await made.dispose();
  }
}

const withNaN = () =>
  tensor([
    [1, 2],
    [3, Number.NaN],
    [1, 1],
    [0, 0],
  ]) as HostTensor;

/** A tensor that is not computed yet. */
const lazy = () => matmul(ones([4, 2]), ones([2, 2])) as unknown as HostTensor;

export const stepUses: readonly WrongUse[] = [
  refused(
    'NaN in a batch',
    () => step({}, batchOf({ x: withNaN() })),
    [/\bx\b/, /NaN/, /step 1/],
    /mend the data/,
  ),
  refused(
    'NaN in a batch of a fit',
    () => fit(rowFit({ batches: { batchesPerEpoch: 2, batch: () => batchOf({ x: withNaN() }) } })),
    [/\bx\b/, /NaN/, /epoch 0, batch 0/],
    /mend the data/,
  ),
  refused(
    'infinity in a parameter',
    () => {
      const model = new Linear(2, 1, random);
      const broken = Object.assign(Object.create(Object.getPrototypeOf(model)), model, {
        weight: tensor([[Number.POSITIVE_INFINITY, 1]]),
      }) as Linear;
      return step({ model: broken });
    },
    [/weight/, /infinity/],
    /mend|lower|clip/,
  ),
  refused(
    'features of another width than the model takes',
    () => step({}, batchOf({ x: random.normalTensor([4, 3], 1) })),
    [/\[4, 3\]/],
    /inner sizes|transpose|fit|width|must/,
  ),
  refused(
    'targets of another shape than the predictions',
    () => step({}, batchOf({ y: random.normalTensor([5, 1], 1) })),
    [/\[4, 1\]/, /\[5, 1\]/],
    /reshape/,
  ),
  refused(
    'targets [N] against predictions [N, 1], which would broadcast to [N, N]',
    () => step({}, batchOf({ y: random.normalTensor([4], 1) })),
    [/\[4, 1\]/, /\[4\]/],
    /reshape|same|squeeze|unsqueeze/,
  ),
  refused('a lazy tensor in a batch', () => step({}, batchOf({ x: lazy() })), [/lazy/], /await t\.data\(\)/),
  refused(
    'a plain array in a batch',
    () => step({}, { ...batchOf(), x: [[1, 2]] as unknown as HostTensor }),
    [/\bx\b|number|array/],
    /tensor\(/,
  ),
  refused(
    'a float64 batch for float32 weights',
    () => step({}, batchOf({ x: fromNumbers('float64', [4, 2], new Array(8).fill(1)) as HostTensor })),
    [/float64/, /float32/],
    /cast/,
  ),
  refused(
    'float64 parameters',
    () =>
      step({
        model: { forward: (x: Tensor) => x, weight: fromNumbers('float64', [1], [1]) } as unknown as Linear,
      }),
    [/weight/, /float64/],
    /cast/,
  ),
  refused(
    'lazy parameters',
    () => step({ model: { weight: cast(lazy() as Tensor, 'float32') } as unknown as Linear }),
    [/weight/, /lazy|data/],
    /await|data\(\)/,
  ),
  refused(
    'a model without parameters',
    () => step({ model: {} as Linear }),
    [/nothing to train/],
    /float32 parameter|add/,
  ),
  refused(
    'everything frozen by a predicate',
    () => step({ trainable: () => false }),
    [/nothing to train/],
    /frozen?|froze/,
  ),
  refused(
    'everything frozen by patterns',
    async () => freeze(rowFit().model, '**'),
    [/every parameter/],
    /leave some/,
  ),
  refused(
    'a freeze pattern that matches nothing',
    async () => freeze(rowFit().model, 'encoder.*'),
    [/encoder\.\*/, /weight, bias/],
    /branch|there are/,
  ),
  refused(
    'a pattern to train that matches nothing',
    async () => trainOnly(rowFit().model, /head/),
    [/head/, /weight, bias/],
    /there are/,
  ),
  refused(
    'parameter groups that leave a parameter out',
    () => step({ optimizer: [{ parameters: /weight/, optimizer: adam() }] }),
    [/'bias'/, /no parameter group/],
    /last group|freeze/,
  ),
  refused('no parameter group at all', () => step({ optimizer: [] }), [/group|optimizer/], /add|give|pass/),
  refused(
    'a parameter group that matches nothing',
    () => step({ optimizer: [{ parameters: /head/, optimizer: sgd() }, { optimizer: adam() }] }),
    [/head/, /weight|matches no|no parameter/],
    /there are|leave|check/,
  ),
  refused(
    'a loss that is not a single number',
    () => step({ loss: (model, { x, y }) => square(sub(model.forward(x), y)) }),
    [/single number/, /\[4, 1\]/],
    /sum\(\) or mean\(\)/,
  ),
  refused(
    'a loss that depends on no parameter',
    () => step({ loss: (_, { x }) => mean(x) }),
    [/loss/, /depend/],
    /parameter/,
  ),
  refused(
    'a loss that returns a number',
    () => step({ loss: () => 1 as unknown as Tensor }),
    [/loss/, /number|1/],
    /tensor/,
  ),
  refused(
    'a loss that returns nothing',
    () => step({ loss: () => undefined as unknown as Tensor }),
    [/loss/, /undefined/],
    /return/,
  ),
  refused(
    'an async loss',
    () => step({ loss: (async () => zeros([])) as unknown as () => Tensor }),
    [/loss/, /promise/i],
    /async|await/,
  ),
  refused(
    'an integer loss',
    () => step({ loss: (model, { x }) => cast(sum(model.forward(x)), 'int32') as Tensor }),
    [/int32/, /loss|float/],
    /cast|leave/,
  ),
  refused(
    'a metric that is not a single number',
    () =>
      step({
        loss: (model, { x, y }) => ({
          loss: meanSquaredError(model.forward(x), y),
          metrics: { error: sub(model.forward(x), y) },
        }),
      }),
    [/error/, /\[4, 1\]/],
    /mean|single/,
  ),
  refused('no batch', async () => new TrainStep(rowStep()).run([]), [/\b0\b/], /at least one/),
  refused(
    'batches of two shapes in one call',
    () => step({}, batchOf(), { x: random.normalTensor([3, 2], 1), y: random.normalTensor([3, 1], 1) }),
    [/\[4, 2\]/, /\[3, 2\]/],
    /drop|last batch/,
  ),
  refused(
    'batches with other names in one call',
    () => step({}, batchOf(), { x: rows.x } as unknown as RowBatch),
    [/batch/],
    /same|must|one shape/,
  ),
  refused('accumulate of 1.5', () => step({ accumulate: 1.5 }), [/accumulate/, /1\.5/], /whole number/),
  refused(
    'a number of batches that accumulate does not divide',
    () => step({ accumulate: 2 }, batchOf(), batchOf(), batchOf()),
    [/\b3\b/, /accumulate/],
    /multiple of 2/,
  ),
  refused(
    'a learning rate of NaN',
    () => step({ optimizer: adam({ learningRate: Number.NaN }) }),
    [/learning ?rate/i, /NaN/],
    /finite|from 0|positive|above/,
  ),
  refused(
    'a negative learning rate',
    () => step({ optimizer: sgd({ learningRate: -0.1 }) }),
    [/learning ?rate/i, /-0\.1/],
    /finite|from 0|positive|above|negative/,
  ),
  refused(
    'a schedule that gives NaN at the second step',
    () =>
      step(
        { optimizer: adam({ learningRate: (at) => (at === 1 ? Number.NaN : 0.1) }) },
        batchOf(),
        batchOf(),
      ),
    [/learning ?rate/i, /NaN/, /step 2|step 1/],
    /schedule|finite/,
  ),
  refused('a beta of 1', async () => adam({ beta1: 1 }), [/beta1/, /\b1\b/], /\[0, 1\)/),
  refused(
    'a negative epsilon',
    async () => adam({ epsilon: -1 }),
    [/epsilon/, /-1/],
    /above|negative|from 0/,
  ),
  refused(
    'a weight decay of NaN',
    async () => adamW({ weightDecay: Number.NaN }),
    [/weightDecay/, /NaN/],
    /from 0|negative|finite/,
  ),
  refused(
    'an average with decay 2',
    async () => averaged(adam(), { decay: 2 }),
    [/decay/, /\b2\b/],
    /\[0, 1\)/,
  ),
  refused('warm-up over half a step', async () => warmUp(0.5, () => 1), [/0\.5/], /whole number/),
  refused(
    'one cycle over no step',
    async () => oneCycle({ peak: 1, steps: 0 }),
    [/steps/, /\b0\b/],
    /from 1/,
  ),
  refused(
    'clipping to a negative norm',
    () => step({ clipNorm: -1 }),
    [/clipNorm/, /-1/],
    /above 0|positive/,
  ),
  refused(
    'clipping to a value of NaN',
    () => step({ clipValue: Number.NaN }),
    [/clipValue/, /NaN/],
    /above 0|positive/,
  ),
  refused('threads of 0', () => step({ threads: 0 }), [/threads/, /\b0\b/], /from 1/),
];
