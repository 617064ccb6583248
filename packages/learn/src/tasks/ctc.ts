/** Labels of a sequence without their places: speech to letters, strokes to signs. */
import { editDistance, knownOptions } from '@noosphere/base';
import { argMax, fromData, type HostTensor, logSoftmax, type Tensor, transpose } from '@noosphere/core';
import { ctcLoss, type ForwardContext, padSequences } from '@noosphere/train';
import { valuesOf } from '../predict/index.js';
import { outputNamed, type Task } from './task.js';

export interface SequenceBatch {
  /** [N, T, F], filled with zeros behind each row's end. */
  readonly x: Tensor;
  /** Frames of each row: int32 [N]. */
  readonly lengths: Tensor;
  /** [N, S], filled behind each row's end. */
  readonly y: Tensor;
  /** Labels of each row: int32 [N]. */
  readonly labelLengths: Tensor;
}

/** Frames [T, F] and labels from 1 on (0 is the blank). */
export interface SequenceRow {
  readonly x: HostTensor;
  readonly y: ArrayLike<number>;
}

/** Gives logits [N, T', C] for frames x [N, T, F]; `frames` says how many of T' count for a row of so many frames. */
export interface SequenceModel {
  forward(x: Tensor, context?: ForwardContext): Tensor;
  frames?(lengths: Tensor): Tensor;
}

/**
 * Sequence labelling by connectionist temporal classification (Graves et al. 2006): the loss sums over all places that the labels may
 * take. Outputs: `best` [N, T'], the likeliest class of each frame; `ctcLabels` reads labels from it. Metrics: loss, and
 * `labelErrorRate`, edits between predicted and actual labels over the number of actual ones.
 * @example
 * console.log(ctcLabels([0, 2, 2, 0, 2, 1])); // → [ 2, 2, 1 ]
 */
export function sequenceLabelling(
  options: { readonly zeroInfinity?: boolean } = {},
): Task<SequenceModel, SequenceBatch, SequenceRow> {
  const { zeroInfinity = true } = knownOptions('sequenceLabelling', options, 'zeroInfinity');
  const framesOf = (model: SequenceModel, lengths: Tensor) => model.frames?.(lengths) ?? lengths;
  return {
    name: 'sequence labelling',
    collate: (rows) => {
      const whole = (values: number[]) => fromData('int32', [values.length], Int32Array.from(values));
      return {
        x: padSequences(rows.map(({ x }) => x)).values,
        lengths: whole(rows.map(({ x }) => Number(x.shape[0]))),
        y: padSequences(rows.map(({ y }) => y)).values,
        labelLengths: whole(rows.map(({ y }) => y.length)),
      };
    },
    loss: (model, { x, lengths, y, labelLengths }, context) =>
      ctcLoss(
        transpose(logSoftmax(model.forward(x, context), { axis: -1 }), [1, 0, 2]),
        y,
        { input: framesOf(model, lengths), target: labelLengths },
        { zeroInfinity },
      ),
    outputs: (model, { x, lengths }) => ({
      best: argMax(model.forward(x), { axis: -1 }),
      frames: framesOf(model, lengths),
    }),
    measure: (parts) => {
      let [edits, count] = [0, 0];
      for (const { batch, outputs } of parts) {
        const [best, frames] = [outputNamed(outputs, 'best'), valuesOf(outputNamed(outputs, 'frames'))];
        const [labels, lengths] = [valuesOf(batch.y), valuesOf(batch.labelLengths)];
        const [width, depth] = [Number(best.shape[1]), labels.length / lengths.length];
        const classes = valuesOf(best);
        lengths.forEach((length, row) => {
          const actual = labels.slice(row * depth, row * depth + length);
          const read = ctcLabels(classes.slice(row * width, row * width + (frames[row] ?? 0)));
          edits += editDistance(textOf(actual), textOf(read));
          count += length;
        });
      }
      return { labelErrorRate: edits / Math.max(1, count) };
    },
    monitor: 'labelErrorRate',
  };
}

/** The labels that frames' likeliest classes spell: repeats once, blanks (0) left out. */
export function ctcLabels(classes: ArrayLike<number>): number[] {
  return Array.from(classes).filter((label, place) => label !== 0 && label !== classes[place - 1]);
}

function textOf(labels: ArrayLike<number>): string {
  return Array.from(labels, (label) => String.fromCharCode(label)).join('');
}
