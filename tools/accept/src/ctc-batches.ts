/** Random CTC batches with repeats, empty and impossible targets: our loss and gradient next to PyTorch's in float64. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  compile,
  fromNumbers,
  gradients,
  hostData,
  logSoftmax,
  sum,
  type Tensor,
  toNumbers,
} from '@noosphere/core';
import { ctcLoss, Random as TensorRandom } from '@noosphere/train';
import { runPython } from './python.js';
import { Random } from './random.js';
import type { RunContext } from './run.js';

const defaultCount = 200;
const reductions = ['mean', 'sum', 'none'] as const;

interface CtcBatch {
  readonly frames: number;
  readonly samples: number;
  readonly classes: number;
  readonly blank: number;
  readonly reduction: (typeof reductions)[number];
  readonly zeroInfinity: boolean;
  /** [frames, samples, classes] */
  readonly logits: readonly number[];
  /** [samples, longest], filled up with a class. */
  readonly targets: readonly (readonly number[])[];
  readonly inputLengths: readonly number[];
  readonly targetLengths: readonly number[];
}

/** Losses, and the gradients of their sum by the logits; infinities as text, which JSON has not. */
interface CtcResult {
  readonly losses: readonly (number | 'inf')[];
  readonly gradient: readonly number[];
}

export interface Comparison {
  readonly largest: number;
  readonly artifacts: readonly string[];
  readonly notes: readonly string[];
}

export async function compareWithTorch({
  folder,
  seed,
  count = defaultCount,
}: RunContext): Promise<Comparison> {
  const random = new Random(seed);
  const tensors = new TensorRandom(seed);
  const batches = Array.from({ length: count }, () => drawBatch(random, tensors));
  const [given, answered] = [join(folder, 'batches.json'), join(folder, 'torch.json')];
  writeFileSync(given, JSON.stringify(batches));
  await runPython('ctc_losses.py', [given, answered]);
  const expected = JSON.parse(readFileSync(answered, 'utf8')) as CtcResult[];
  const ours: CtcResult[] = [];
  for (const batch of batches) ours.push(await evaluate(batch));
  const differences = ours.map((result, index) => ({
    loss: relativeDifference(result.losses, expected[index]?.losses ?? []),
    gradient: relativeDifference(result.gradient, expected[index]?.gradient ?? []),
  }));
  const report = join(folder, 'ours.json');
  writeFileSync(
    report,
    JSON.stringify(ours.map((result, index) => ({ ...result, difference: differences[index] }))),
  );
  const worst = (of: 'loss' | 'gradient') => Math.max(...differences.map((each) => each[of]));
  const counted = (test: (batch: CtcBatch) => boolean) => batches.filter(test).length;
  const notes = [
    `${count} batches: ${counted(hasRepeat)} with repeats, ${counted(({ targetLengths }) => targetLengths.includes(0))} with an empty target, ${counted(hasImpossible)} with an impossible one; largest difference of losses ${worst('loss').toExponential(1)}, of gradients ${worst('gradient').toExponential(1)}`,
  ];
  return { largest: Math.max(worst('loss'), worst('gradient')), artifacts: [given, answered, report], notes };
}

function drawBatch(random: Random, tensors: TensorRandom): CtcBatch {
  const frames = 1 + random.below(24);
  const samples = 1 + random.below(5);
  const classes = 2 + random.below(9);
  const longest = 1 + random.below(10);
  const blank = random.below(3) === 0 ? random.below(classes) : 0;
  const isUsual = random.below(2) === 0;
  const draw = () => (blank + 1 + random.below(classes - 1)) % classes;
  const inputLengths = Array.from({ length: samples }, () => 1 + random.below(frames));
  const targetLengths = inputLengths.map((length) =>
    random.below(6) === 0
      ? 0
      : Math.min(longest, isUsual ? 1 + random.below(Math.ceil(length / 2)) : 1 + random.below(longest)),
  );
  const targets = inputLengths.map(() => {
    const labels = Array.from({ length: longest }, draw);
    // Equal neighbours are rare among many classes, and are what CTC is easily wrong about.
    return labels.map((label, at) => (at > 0 && random.below(3) === 0 ? (labels[at - 1] ?? label) : label));
  });
  const logits = tensors.normalTensor([frames, samples, classes], 2);
  const batch = { frames, samples, classes, blank, targets, inputLengths, targetLengths };
  const reduction = random.pick(reductions);
  return {
    ...batch,
    reduction,
    // An infinite loss has no gradient to compare: those are asked for as zeros.
    zeroInfinity: hasImpossible(batch) || random.below(2) === 0,
    logits: Array.from(hostData(logits)),
  };
}

type Targets = Pick<CtcBatch, 'targets' | 'targetLengths' | 'inputLengths'>;

function repeatsOf({ targets, targetLengths }: Targets, sample: number): number {
  const labels = targets[sample]?.slice(0, targetLengths[sample]) ?? [];
  return labels.filter((label, at) => at > 0 && label === labels[at - 1]).length;
}

function hasRepeat(batch: Targets): boolean {
  return batch.targets.some((_, sample) => repeatsOf(batch, sample) > 0);
}

function hasImpossible(batch: Targets): boolean {
  return batch.targetLengths.some(
    (length, sample) => length + repeatsOf(batch, sample) > (batch.inputLengths[sample] ?? 0),
  );
}

async function evaluate(batch: CtcBatch): Promise<CtcResult> {
  const { frames, samples, classes, blank, reduction, zeroInfinity } = batch;
  const int32 = (shape: number[], values: readonly number[]) => fromNumbers('int32', shape, [...values]);
  const targets = int32([samples, batch.targets[0]?.length ?? 0], batch.targets.flat());
  const lengths = {
    input: int32([samples], batch.inputLengths),
    target: int32([samples], batch.targetLengths),
  };
  const both = compile((logits: Tensor) => {
    const scores = logSoftmax(logits);
    const loss = ctcLoss(scores, targets, lengths, { blank, reduction, zeroInfinity });
    // What each sample costs with impossible targets told as they are.
    const plain = ctcLoss(scores, targets, lengths, { blank, reduction: 'none' });
    const [gradient] = gradients(sum(loss), [logits]);
    return { loss, plain, gradient: gradient as Tensor };
  });
  const found = await both(fromNumbers('float32', [frames, samples, classes], [...batch.logits]));
  const numbers = async (tensor: Tensor) => Array.from(toNumbers(tensor.dtype, await tensor.data()), Number);
  const losses = [...(await numbers(found.loss)), ...(await numbers(found.plain))];
  const gradient = await numbers(found.gradient);
  await both.dispose();
  return { losses: losses.map((value) => (value === Number.POSITIVE_INFINITY ? 'inf' : value)), gradient };
}

/** max |a - b| / (max |b| + 1e-7) over finite numbers; infinities must be equal. */
function relativeDifference(got: CtcResult['losses'], expected: CtcResult['losses']): number {
  if (got.length !== expected.length) return Number.POSITIVE_INFINITY;
  let [difference, scale] = [0, 0];
  for (const [index, b] of expected.entries()) {
    const a = got[index];
    if (a === 'inf' || b === 'inf' || a === undefined) {
      if (a !== b) return Number.POSITIVE_INFINITY;
      continue;
    }
    difference = Math.max(difference, Math.abs(a - b));
    scale = Math.max(scale, Math.abs(b));
    if (!Number.isFinite(a)) return Number.POSITIVE_INFINITY;
  }
  return difference / (scale + 1e-7);
}
