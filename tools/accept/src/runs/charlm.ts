/** A character model of Shakespeare: the loss on the last tenth of the text, all of it, in windows that do not overlap. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  add,
  compile,
  crossEntropy,
  flatten,
  fromData,
  type HostTensor,
  hostData,
  type Precision,
  reshape,
  type Tensor,
} from '@noosphere/core';
import {
  adamWGroups,
  cosineDecay,
  Embedding,
  fit,
  LayerNorm,
  Linear,
  progress,
  Random,
  TransformerEncoderLayer,
  warmUp,
} from '@noosphere/train';
import { type AcceptanceRun, type Bar, type RunContext, required } from '../run.js';
import { type SeedResult, threeSeeds } from '../three-seeds.js';

const bar: Bar = { is: '<=', value: 1.8 };
/** How long and with what a model is trained. */
interface Training {
  readonly steps: number;
  readonly batchSize: number;
  readonly precision?: Precision;
}

const whole: Training = { steps: 1500, batchSize: 32 };
const context = 128;
const width = 128;
const warmUpSteps = 100;

export const charlm: AcceptanceRun = {
  name: 'charlm',
  metric:
    'validation loss in nats a character (Tiny Shakespeare, last 10 %), worst of 3 seeds, each within 900 s',
  bar,
  run,
};

interface Batch {
  /** [N, L] character numbers. */
  readonly x: HostTensor<'int32'>;
  /** [N, L] the characters that follow. */
  readonly y: HostTensor<'int32'>;
}

async function run(runContext: RunContext) {
  const text = shakespeare();
  return threeSeeds(runContext, { bar, limitSeconds: 900, train: (seed) => trainOnce(seed, text, whole) });
}

/** Numbers of characters; the last tenth is held out. */
interface Text {
  readonly characters: number;
  readonly train: Int32Array;
  readonly held: Int32Array;
}

export function shakespeare(): Text {
  const data = required('NOOSPHERE_DATA', 'the folder with text/tinyshakespeare/input.txt');
  const text = readFileSync(join(data, 'text/tinyshakespeare/input.txt'), 'utf8');
  const characters = [...new Set(text)].sort();
  const numbers = new Map(characters.map((character, index) => [character, index]));
  const tokens = Int32Array.from(text, (character) => numbers.get(character) as number);
  const cut = Math.floor(tokens.length * 0.9);
  return { characters: characters.length, train: tokens.subarray(0, cut), held: tokens.subarray(cut) };
}

/** Windows that begin at these places. */
function windows(tokens: Int32Array, starts: readonly number[]): Batch {
  const cut = (shift: number) => {
    const data = new Int32Array(starts.length * context);
    starts.forEach((start, row) => {
      data.set(tokens.subarray(start + shift, start + shift + context), row * context);
    });
    return fromData('int32', [starts.length, context], data);
  };
  return { x: cut(0), y: cut(1) };
}

class CharacterModel {
  readonly token: Embedding;
  readonly position: Embedding;
  readonly layers: readonly TransformerEncoderLayer[];
  readonly norm: LayerNorm;
  readonly head: Linear;

  constructor(characters: number, random: Random) {
    this.token = new Embedding(characters, width, random);
    this.position = new Embedding(context, width, random);
    const options = { inner: 4 * width, dropout: 0, activation: 'gelu', normFirst: true } as const;
    this.layers = Array.from({ length: 4 }, () => new TransformerEncoderLayer(width, 4, random, options));
    this.norm = new LayerNorm(width);
    this.head = new Linear(width, characters, random);
  }

  /** x [N, L] gives logits [N L, characters]. */
  forward(x: Tensor): Tensor {
    const embedded = add(this.token.forward(x), this.position.weight);
    const encoded = this.layers.reduce(
      (input, layer) => layer.forward(input, undefined, { causal: true }),
      embedded,
    );
    const logits = this.head.forward(this.norm.forward(encoded));
    return reshape(logits, [-1, logits.shape.at(-1) as number]);
  }
}

export async function trainOnce(
  seed: number,
  { characters, train, held }: Text,
  { steps, batchSize, ...running }: Training,
): Promise<SeedResult> {
  const begun = performance.now();
  const { model } = await fit({
    ...running,
    model: new CharacterModel(characters, new Random(seed)),
    loss: (language, { x, y }: Batch) => crossEntropy(language.forward(x), flatten(y)),
    optimizer: adamWGroups({
      learningRate: warmUp(
        warmUpSteps,
        cosineDecay({ learningRate: 3e-3, steps: steps - warmUpSteps, end: 1e-4 }),
      ),
      weightDecay: 0.1,
      beta2: 0.99,
    }),
    clipNorm: 1,
    batches: {
      batchesPerEpoch: steps,
      batch: (_, index) => {
        const random = new Random(1e6 * (seed + 1) + index);
        const starts = Array.from({ length: batchSize }, () =>
          Math.floor(random.uniform() * (train.length - context - 1)),
        );
        return windows(train, starts);
      },
    },
    epochs: 1,
    callbacks: [progress({ label: `charlm seed ${seed}`, everyMs: 30_000 })],
  });
  const seconds = (performance.now() - begun) / 1e3;
  const losses = await heldLosses(model, held);
  const value = losses.reduce((total, loss) => total + loss, 0) / losses.length;
  return { value, seconds, raw: { lossOfEachWindow: losses } };
}

/** The mean loss of each window of the held text. */
async function heldLosses(model: CharacterModel, held: Int32Array): Promise<number[]> {
  const score = compile(({ x, y }: { x: Tensor; y: Tensor }) => crossEntropy(model.forward(x), flatten(y)));
  const losses: number[] = [];
  for (let start = 0; start + context < held.length; start += context) {
    const loss = await score(windows(held, [start]));
    losses.push(hostData(loss as HostTensor<'float32'>)[0] as number);
  }
  await score.dispose();
  return losses;
}
