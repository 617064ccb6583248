/**
 * Connectionist temporal classification: the likelihood of a short sequence of labels under a longer one of frames,
 * summed over every way to spread the labels over the frames.
 */
import { knownOptions } from '@noosphere/base';
import {
  ArgumentError,
  add,
  cast,
  concat,
  DTypeError,
  div,
  equal,
  expand,
  formatShape,
  full,
  gatherElements,
  greater,
  isFloat,
  isInteger,
  less,
  logicalAnd,
  logicalNot,
  logSumExp,
  maximum,
  neg,
  pad,
  reshape,
  ShapeError,
  scan,
  slice,
  stack,
  staticDim,
  sub,
  type Tensor,
  tensor,
  unsqueeze,
  where,
} from '@noosphere/core';
import { demandOfCtc } from './ctc-demands.js';
import { type LossOptions, reduceLoss } from './reduction.js';

export interface CtcOptions extends LossOptions {
  /** The class that stands for no label. @default 0 */
  readonly blank?: number;
  /** Let impossible targets (longer than their frames allow) cost 0, with no gradient, in place of infinity. @default false */
  readonly zeroInfinity?: boolean;
}

/** Lengths of each sample: int32 or int64 [N]. */
export interface CtcLengths {
  /** Frames that count, up to T. */
  readonly input: Tensor;
  /** Labels that count, up to S. */
  readonly target: Tensor;
}

/** The logarithm of 0: finite, so that differences of it are numbers; sums over any T stay far inside float32. */
const logZero = -1e30;
/** Losses above are those of impossible targets. */
const impossible = 1e29;

/**
 * CTC loss: -ln Σ over alignments Π_t p_t(label), as PyTorch's `ctc_loss`. Between equal labels a blank must stand, so a
 * target of U labels with R repeats needs U + R frames; with fewer its loss is infinite (see `zeroInfinity`).
 * `mean` divides each loss by its target's length (at least 1) and averages over the batch.
 * The gradient is that of the logarithms as given, which behind `logSoftmax` equals PyTorch's; it is a walk back over the
 * frames, in which posterior probabilities take the place of the backward variables of the paper.
 * Shapes: logProbabilities [T, N, C] (behind `logSoftmax` over C), targets [N, S] integers, padded with anything; the result
 * is [] or, not reduced, [N]. Graves et al. 2006.
 * @example
 * const frames = logSoftmax(zeros([3, 1, 2]));
 * const [input, target] = [tensor([3], { dtype: 'int32' }), tensor([1], { dtype: 'int32' })];
 * const loss = ctcLoss(frames, tensor([[1]], { dtype: 'int32' }), { input, target });
 * console.log((await loss.item()).toFixed(4)); // → 0.2877
 */
export function ctcLoss(
  logProbabilities: Tensor,
  targets: Tensor,
  lengths: CtcLengths,
  options: CtcOptions = {},
): Tensor {
  const {
    blank = 0,
    zeroInfinity = false,
    reduction = 'mean',
  } = knownOptions('ctcLoss', options, 'blank zeroInfinity reduction');
  checkArguments(logProbabilities, targets, lengths, blank);
  demandOfCtc(logProbabilities, targets, lengths, { blank, zeroInfinity });
  const [inputLengths, targetLengths] = [cast(lengths.input, 'int32'), cast(lengths.target, 'int32')];
  const labels = cast(targets, 'int32');
  const last = lastPaths(logProbabilities, withBlanks(labels, targetLengths, blank), inputLengths, blank);
  const losses = pathLosses(last, targetLengths);
  const isImpossible = greater(losses, impossible);
  const finite = where(isImpossible, zeroInfinity ? 0 : Number.POSITIVE_INFINITY, losses);
  if (reduction !== 'mean') return reduceLoss('ctcLoss', finite, reduction);
  const perLabel = div(finite, cast(maximum(targetLengths, 1), finite.dtype) as Tensor);
  return reduceLoss('ctcLoss', perLabel, 'mean');
}

/** The labels with a blank before, between and behind: [N, S] gives [N, 2 S + 1]; what a target does not count is blank. */
function withBlanks(labels: Tensor<'int32'>, targetLengths: Tensor<'int32'>, blank: number): Tensor<'int32'> {
  const [batch, count] = [staticDim('ctcLoss', labels.shape[0]), staticDim('ctcLoss', labels.shape[1])];
  const blanks = (width: number) => full([batch, width], blank, { dtype: 'int32' });
  if (count === 0) return blanks(1);
  const counted = less(positions(count), unsqueeze(targetLengths, 1));
  const kept = where(counted, labels, blank) as Tensor<'int32'>;
  const pairs = reshape(stack([blanks(count) as Tensor<'int32'>, kept], { axis: 2 }), [batch, 2 * count]);
  return concat([pairs, blanks(1)], { axis: 1 });
}

function positions(count: number): Tensor<'int32'> {
  return tensor(Int32Array.from({ length: count }, (_, index) => index));
}

/**
 * ln of the probability of all paths that end at each place of the extended labels behind a sample's last frame: [N, L].
 * α_t(s) = p_t(s) (α(s) + α(s - 1) + α(s - 2)), the last only where s - 2 holds another label (Graves et al., eq. 6).
 */
function lastPaths(
  logProbabilities: Tensor,
  extended: Tensor<'int32'>,
  inputLengths: Tensor<'int32'>,
  blank: number,
): Tensor {
  const [time, batch] = logProbabilities.shape.map((dim) => staticDim('ctcLoss', dim)) as [number, number];
  const places = staticDim('ctcLoss', extended.shape[1]);
  const { dtype } = logProbabilities;
  // [T, N, L]: what each frame gives to the label of each place.
  const emitted = gatherElements(
    maximum(logProbabilities, logZero),
    expand(unsqueeze(extended, 0), [time, batch, places]),
    { axis: 2 },
  );
  const frame = reshape(positions(time), [time, 1, 1]);
  const runs = less(frame, reshape(inputLengths, [1, batch, 1]));
  const start = tensor(
    Float32Array.from({ length: batch * places }, (_, index) => (index % places === 0 ? 0 : logZero)),
    { shape: [batch, places] },
  );
  const initial: Tensor = cast(start, dtype);
  const skip = skipPenalty(extended, blank, dtype);
  const { state } = scan(
    ([alpha], [emission, running]) => {
      const ways = places === 1 ? [alpha] : [alpha, shifted(alpha, 1), add(shifted(alpha, 2), skip)];
      const reached = ways.length === 1 ? alpha : logSumExp(stack(ways), { axes: 0 });
      return { state: [where(running as Tensor<'bool'>, add(reached, emission), alpha)] };
    },
    { state: [initial], sequences: [emitted, runs] },
  );
  return state[0];
}

/** Each place gets what stood `by` places before: [N, L]. */
function shifted(alpha: Tensor, by: number): Tensor {
  const places = staticDim('ctcLoss', alpha.shape[1]);
  const moved = slice(alpha, { starts: [0], ends: [places - by], axes: [1] });
  return pad(moved, {
    pads: [
      [0, 0],
      [by, 0],
    ],
    value: logZero,
  });
}

/** 0 where a path may jump over a blank to another label, ln 0 elsewhere: [N, L]. */
function skipPenalty(extended: Tensor<'int32'>, blank: number, dtype: Tensor['dtype']): Tensor {
  const places = staticDim('ctcLoss', extended.shape[1]);
  if (places === 1) return cast(full([1, 1], logZero), dtype);
  const before = slice(extended, { starts: [0], ends: [places - 2], axes: [1] });
  const here = slice(extended, { starts: [2], ends: [places], axes: [1] });
  const allowed = logicalAnd(logicalNot(equal(here, blank)), logicalNot(equal(here, before)));
  const penalty = cast(where(allowed, 0 as number | Tensor<'float32'>, logZero), dtype) as Tensor;
  return pad(penalty, {
    pads: [
      [0, 0],
      [2, 0],
    ],
    value: logZero,
  });
}

/** -ln of the paths that end at a sample's last label or at the blank behind it: [N]. */
function pathLosses(last: Tensor, targetLengths: Tensor<'int32'>): Tensor {
  const blankPlace = unsqueeze(add(targetLengths, targetLengths), 1);
  const atBlank = gatherElements(last, blankPlace, { axis: 1 });
  const labelPlace = maximum(sub(blankPlace, 1), 0);
  const atLabel = gatherElements(last, labelPlace, { axis: 1 });
  const isEmpty = equal(blankPlace, 0);
  const ends = concat([atBlank, where(isEmpty, logZero, atLabel)], { axis: 1 });
  return neg(logSumExp(ends, { axes: 1 }));
}

function checkArguments(
  logProbabilities: Tensor,
  targets: Tensor,
  { input, target }: CtcLengths,
  blank: number,
): void {
  if (!isFloat(logProbabilities.dtype))
    throw new DTypeError('ctcLoss', `logProbabilities must be floats, got ${logProbabilities}`);
  for (const each of [targets, input, target]) {
    if (!isInteger(each.dtype))
      throw new DTypeError('ctcLoss', `targets and lengths must be integers, got ${each}; cast(x, 'int32')`);
  }
  const [, batch, classes] = logProbabilities.shape;
  const fits =
    logProbabilities.rank === 3 &&
    targets.rank === 2 &&
    [targets, input, target].every((each) => each.shape[0] === batch) &&
    input.rank === 1 &&
    target.rank === 1;
  if (!fits) {
    throw new ShapeError(
      'ctcLoss',
      'expects logProbabilities [T, N, C], targets [N, S] and lengths [N], got ' +
        `${[logProbabilities, targets, input, target].map(({ shape }) => formatShape(shape)).join(', ')}; time comes first`,
    );
  }
  if (!(Number.isInteger(blank) && blank >= 0 && blank < Number(classes)))
    throw new ArgumentError(
      'ctcLoss',
      `blank must be a class from 0 to ${Number(classes) - 1}, got ${blank}`,
    );
}
