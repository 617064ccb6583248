/** Sequences of spoken digits: a small network trained with CTC, its greedy readings, and how many are wrong. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  compile,
  fromData,
  fromNumbers,
  type HostTensor,
  hostData,
  logSoftmax,
  relu,
  type Tensor,
  transpose,
} from '@noosphere/core';
import {
  adamW,
  BatchNorm1d,
  Conv1d,
  type ConvLayerOptions,
  ctcLoss,
  Dropout,
  type ForwardContext,
  fit,
  Linear,
  LSTM,
  oneCycle,
  progress,
  Random as TensorRandom,
} from '@noosphere/train';
import { distance } from 'fastest-levenshtein';
import { Random } from './random.js';
import { type RunContext, required } from './run.js';
import { melBands, type Recording, readSpokenDigits } from './spoken-digits.js';

const steps = 700;
const batchSize = 32;
/** The first steps see one digit or two: where a digit lies is learned from those. */
const easySteps = steps / 4;
const testSequences = 320;
const [fewest, most] = [2, 5];
/** Lengths are filled up to a multiple, so that few shapes are compiled. */
const frameStep = 64;
/** Class 0 is the blank, digit d is class d + 1. */
const classes = 11;

/** Digits of one speaker, one behind the other. */
interface Sequence {
  readonly digits: readonly number[];
  readonly speaker: string;
  readonly frames: Float32Array;
}

interface Batch {
  /** [N, bands, T] */
  readonly x: HostTensor;
  /** [N, digits] */
  readonly targets: HostTensor;
  /** [N] frames behind the convolutions, and digits. */
  readonly input: HostTensor<'int32'>;
  readonly target: HostTensor<'int32'>;
}

class Recognizer {
  readonly conv1: Conv1d;
  readonly norm1 = new BatchNorm1d(64);
  readonly conv2: Conv1d;
  readonly norm2 = new BatchNorm1d(96);
  readonly lstm: LSTM;
  readonly head: Linear;
  readonly dropout = new Dropout(0.2);

  constructor(random: TensorRandom) {
    const halving: ConvLayerOptions = { strides: 2, padding: 2 };
    this.conv1 = new Conv1d(melBands, 64, 5, random, halving);
    this.conv2 = new Conv1d(64, 96, 5, random, halving);
    this.lstm = new LSTM(96, 64, random, { bidirectional: true });
    this.head = new Linear(128, classes, random);
  }

  /** Log-probabilities [T / 4, N, classes]. */
  forward(x: Tensor, lengths: Tensor, context?: ForwardContext): Tensor {
    const first = relu(this.norm1.forward(this.conv1.forward(x), context));
    const features = relu(this.norm2.forward(this.conv2.forward(first), context));
    const sequence = transpose(this.dropout.forward(features, context), [2, 0, 1]);
    const { output } = this.lstm.forward(sequence, context, { lengths: lengths as Tensor<'int32'> });
    return logSoftmax(this.head.forward(this.dropout.forward(output, context)));
  }
}

export async function recognizeDigits(
  context: RunContext,
): Promise<{ artifacts: readonly string[]; notes: readonly string[] }> {
  const data = required('NOOSPHERE_DATA', 'the folder with audio/fsdd/fsdd-900.tar.gz');
  const archive = join(data, 'audio/fsdd/fsdd-900.tar.gz');
  const { train, test } = await readSpokenDigits(archive, join(context.folder, 'fsdd'));
  context.say(`${train.length} recordings to train on, ${test.length} to test on`);
  const begun = performance.now();
  const { model } = await fit({
    model: new Recognizer(new TensorRandom(context.seed)),
    loss: (network: Recognizer, { x, targets, input, target }: Batch, forward) =>
      ctcLoss(network.forward(x, input, forward), targets, { input, target }),
    optimizer: adamW({ learningRate: oneCycle({ peak: 3e-3, steps, rise: 0.1 }) }),
    clipNorm: 5,
    seed: context.seed,
    epochs: 1,
    batches: { batchesPerEpoch: steps, batch: (_, index) => trainingBatch(train, context.seed, index) },
    callbacks: [progress({ label: 'ctc', everyMs: 20_000 })],
  });
  const seconds = (performance.now() - begun) / 1000;
  const random = new Random(context.seed + 1_000_000);
  const sequences = Array.from({ length: testSequences }, (_, index) =>
    drawSequence(test, fewest + (index % (most - fewest + 1)), random),
  );
  const readings = await readAll(model, sequences);
  const wrong = sequences.filter(({ digits }, index) => digits.join() !== readings[index]?.join()).length;
  const edits = sequences.reduce(
    (sum, { digits }, index) => sum + distance(digits.join(''), (readings[index] ?? []).join('')),
    0,
  );
  const spoken = sequences.reduce((sum, { digits }) => sum + digits.length, 0);
  const report = join(context.folder, 'readings.json');
  const raw = sequences.map(({ digits, speaker }, index) => ({ speaker, digits, read: readings[index] }));
  writeFileSync(report, JSON.stringify({ steps, batchSize, seconds, sequences: raw }, null, 1));
  const percent = (count: number, of: number) => `${((100 * count) / of).toFixed(1)} % (${count} of ${of})`;
  const notes = [
    `spoken digits: sequence error ${percent(wrong, testSequences)}, digit error ${percent(edits, spoken)} (edits to what was said), on ${testSequences} sequences of ${fewest} to ${most} digits from ${test.length} recordings that were never trained on, of the ${new Set(test.map(({ speaker }) => speaker)).size} speakers that were`,
    `trained ${steps} steps of ${batchSize} sequences of 1 to ${most} digits in ${seconds.toFixed(0)} s; frames of recordings are put one behind the other; the largest score of each frame is read`,
  ];
  return { artifacts: [report], notes };
}

function drawSequence(recordings: readonly Recording[], count: number, random: Random): Sequence {
  const { speaker } = random.pick(recordings);
  const own = recordings.filter((each) => each.speaker === speaker);
  const chosen = Array.from({ length: count }, () => random.pick(own));
  const frames = new Float32Array(chosen.reduce((sum, each) => sum + each.frames.length, 0));
  let at = 0;
  for (const each of chosen) {
    frames.set(each.frames, at);
    at += each.frames.length;
  }
  return { speaker, digits: chosen.map(({ digit }) => digit), frames };
}

/** All sequences of a batch have as many digits, from 1 on, so that they are of about one length. */
function trainingBatch(recordings: readonly Recording[], seed: number, index: number): Batch {
  const random = new Random(seed * 100_003 + index);
  const count = 1 + random.below(index < easySteps ? 2 : most);
  return batchOf(Array.from({ length: batchSize }, () => drawSequence(recordings, count, random)));
}

function batchOf(sequences: readonly Sequence[]): Batch {
  const lengths = sequences.map(({ frames }) => frames.length / melBands);
  const longest = Math.ceil(Math.max(...lengths) / frameStep) * frameStep;
  const x = new Float32Array(sequences.length * melBands * longest);
  sequences.forEach(({ frames }, sample) => {
    for (let at = 0; at < frames.length; at++) {
      const [frame, band] = [Math.floor(at / melBands), at % melBands];
      x[(sample * melBands + band) * longest + frame] = frames[at] ?? 0;
    }
  });
  const halved = (length: number) => Math.ceil(length / 2);
  const count = sequences[0]?.digits.length ?? 0;
  const labels = sequences.flatMap(({ digits }) => digits.map((digit) => digit + 1));
  return {
    x: fromData('float32', [sequences.length, melBands, longest], x),
    targets: fromNumbers('int32', [sequences.length, count], labels),
    input: fromNumbers(
      'int32',
      [sequences.length],
      lengths.map((length) => halved(halved(length))),
    ),
    target: fromNumbers(
      'int32',
      [sequences.length],
      sequences.map(({ digits }) => digits.length),
    ),
  };
}

/** The digits that a model reads in each sequence. */
async function readAll(model: Recognizer, sequences: readonly Sequence[]): Promise<number[][]> {
  const score = compile((x: Tensor, lengths: Tensor) => model.forward(x, lengths));
  const readings: number[][] = new Array(sequences.length);
  for (let count = fewest; count <= most; count++) {
    const places = sequences.flatMap(({ digits }, place) => (digits.length === count ? [place] : []));
    for (let first = 0; first < places.length; first += batchSize) {
      const own = places.slice(first, first + batchSize);
      const { x, input } = batchOf(own.map((place) => sequences[place] as Sequence));
      const scores = (await score(x, input)) as HostTensor;
      const lengths = hostData(input);
      for (const [sample, place] of own.entries())
        readings[place] = greedy(scores, sample, lengths[sample] ?? 0);
    }
  }
  await score.dispose();
  return readings;
}

/** The best class of each frame, repeats and blanks left out. */
function greedy(scores: HostTensor, sample: number, frames: number): number[] {
  const data = hostData(scores) as Float32Array;
  const samples = scores.shape[1] ?? 0;
  const read: number[] = [];
  let before = 0;
  for (let frame = 0; frame < frames; frame++) {
    const row = data.subarray((frame * samples + sample) * classes, (frame * samples + sample + 1) * classes);
    const best = row.indexOf(Math.max(...row));
    if (best !== 0 && best !== before) read.push(best - 1);
    before = best;
  }
  return read;
}
