/** The softmax family and cross-entropy. */
import { ArgumentError, knownOptions, ShapeError } from '@noosphere/base';
import {
  apply,
  apply1,
  defineOperator,
  type GradientContext,
  hostData,
  isHostTensor,
  scalar,
  Tensor,
} from '../graph/index.js';
import {
  type DType,
  formatShape,
  isInteger,
  normalizeAxes,
  normalizeAxis,
  staticDim,
} from '../shape/index.js';
import { add, div, mul, sub } from './arithmetic.js';
import { equal, logicalNot, where } from './comparison.js';
import { gather } from './gather.js';
import { cast, unsqueeze } from './layout.js';
import { elementwiseFlops, required, requireFloat, sameInfo } from './like.js';
import { countAlong, mean, sum } from './reduce.js';
import { scatterElements } from './scatter.js';
import { exp, neg } from './unary.js';

export const Softmax = defineOperator({
  name: 'Softmax',
  opset: 13,
  attributes: { axis: 'int' },
  defaults: { axis: -1 },
  infer: ({ inputs }) => sameInfo('Softmax', inputs),
  gradient: ({ outputs, outputGradients, attributes }) => {
    const y = required('Softmax', outputs, 0);
    const weighted = mul(required('Softmax', outputGradients, 0), y);
    return [sub(weighted, mul(y, sum(weighted, { axes: attributes.axis, keepDims: true })))];
  },
  flops: elementwiseFlops(15),
  doc: 'e^x / Σ e^x along an axis. Gradient: y (g - Σ g y).',
});

export const LogSoftmax = defineOperator({
  name: 'LogSoftmax',
  opset: 13,
  attributes: { axis: 'int' },
  defaults: { axis: -1 },
  infer: ({ inputs }) => sameInfo('LogSoftmax', inputs),
  gradient: ({ outputs, outputGradients, attributes }) => [
    logSoftmaxGradient(
      required('LogSoftmax', outputs, 0),
      required('LogSoftmax', outputGradients, 0),
      attributes.axis,
    ),
  ],
  flops: elementwiseFlops(15),
  doc: 'ln softmax along an axis. Gradient: g - e^y Σ g.',
});

function logSoftmaxGradient(y: Tensor, g: Tensor, axis: number): Tensor {
  return sub(g, mul(exp(y), sum(g, { axes: axis, keepDims: true })));
}

const lossSchema = { reduction: 'string', ignore_index: 'int?' } as const;
type LossAttributes = { readonly reduction: string; readonly ignore_index: number | undefined };

/** Per-sample weights of a loss over labels: the class weight, 0 for ignored labels; and labels safe to index with. */
function labelWeights({
  inputs,
  attributes,
}: Pick<GradientContext<LossAttributes>, 'inputs' | 'attributes'>) {
  const scores = required('loss', inputs, 0);
  const labels = required('loss', inputs, 1);
  const classWeights = inputs[2];
  const valid =
    attributes.ignore_index === undefined ? undefined : logicalNot(equal(labels, attributes.ignore_index));
  const safe = valid ? where(valid, labels, 0) : labels;
  const weight = classWeights ? gather(classWeights, safe) : undefined;
  const one = scalar(scores.dtype, 1);
  const weights = valid ? where(valid, weight ?? one, 0) : weight;
  return { safe, weights };
}

/** d(loss)/d(scores[label]) per sample, before the sign. */
function sampleGradients(context: GradientContext<LossAttributes>) {
  const { safe, weights } = labelWeights(context);
  const g = required('loss', context.outputGradients, 0);
  const labels = required('loss', context.inputs, 1);
  const count = () => countAlong(labels, normalizeAxes('loss', undefined, labels.rank), { dtype: g.dtype });
  let coefficient = weights ? mul(g, weights) : g;
  if (context.attributes.reduction === 'mean')
    coefficient = div(coefficient, weights ? sum(weights) : count());
  return { safe, coefficient, perSample: weights !== undefined || context.attributes.reduction === 'none' };
}

export const SoftmaxCrossEntropyLoss = defineOperator({
  name: 'SoftmaxCrossEntropyLoss',
  opset: 13,
  attributes: lossSchema,
  defaults: { reduction: 'mean' },
  infer: ({ inputs, attributes }) => {
    const scores = required('SoftmaxCrossEntropyLoss', inputs, 0);
    const labels = required('SoftmaxCrossEntropyLoss', inputs, 1);
    const shape = attributes.reduction === 'none' ? labels.shape : [];
    return [
      { dtype: scores.dtype, shape },
      { dtype: scores.dtype, shape: scores.shape },
    ];
  },
  gradient: (context) => {
    const [, logProbabilities] = context.outputs;
    const y = logProbabilities as Tensor;
    const direct = context.outputGradients[1] && logSoftmaxGradient(y, context.outputGradients[1], 1);
    if (!context.outputGradients[0]) return [direct, undefined];
    const { safe, coefficient, perSample } = sampleGradients(context);
    const scale = perSample ? unsqueeze(coefficient, 1) : coefficient;
    const all = mul(exp(y), scale);
    const fromLoss = subtractAtLabels(all, safe, perSample ? coefficient : undefined, coefficient);
    return [direct ? add(direct, fromLoss) : fromLoss, undefined];
  },
  flops: ({ inputs }) => elementwiseFlops(15)({ outputs: inputs as readonly Tensor[] }),
  doc: '-w ln softmax(scores)[label] over axis 1, and the log-probabilities. Gradient: g w (softmax - one-hot).',
});

/** Subtracts each sample's coefficient at its label, along axis 1. */
function subtractAtLabels(x: Tensor, labels: Tensor, perSample: Tensor | undefined, shared: Tensor): Tensor {
  const at = unsqueeze(labels, 1);
  const updates = perSample ? unsqueeze(neg(perSample), 1) : mul(neg(shared), cast(equal(at, at), x.dtype));
  return scatterElements(x, at, updates, { axis: 1, reduction: 'add' });
}

export const NegativeLogLikelihoodLoss = defineOperator({
  name: 'NegativeLogLikelihoodLoss',
  opset: 22,
  attributes: lossSchema,
  defaults: { reduction: 'mean' },
  infer: ({ inputs, attributes }) => {
    const scores = required('NegativeLogLikelihoodLoss', inputs, 0);
    const labels = required('NegativeLogLikelihoodLoss', inputs, 1);
    return [{ dtype: scores.dtype, shape: attributes.reduction === 'none' ? labels.shape : [] }];
  },
  gradient: (context) => {
    const scores = required('NegativeLogLikelihoodLoss', context.inputs, 0);
    const { safe, coefficient, perSample } = sampleGradients(context);
    return [
      subtractAtLabels(mul(scores, 0), safe, perSample ? coefficient : undefined, coefficient),
      undefined,
    ];
  },
  flops: ({ inputs }) => elementwiseFlops()({ outputs: inputs as readonly Tensor[] }),
  doc: '-w scores[label] over axis 1. Gradient: -g w at the label.',
});

/**
 * e^x / Σ e^x along an axis.
 * @example
 * console.log(await softmax(tensor([0, 0])).array()); // → [ 0.5, 0.5 ]
 */
export function softmax<D extends DType>(x: Tensor<D>, options: { axis?: number } = {}): Tensor<D> {
  const { axis = -1 } = knownOptions('softmax', options, 'axis');
  requireFloat('softmax', x);
  return apply1(Softmax, [x], { axis: normalizeAxis('softmax', axis, x.rank) }) as Tensor<D>;
}

/**
 * Logarithm of the softmax along an axis, without overflow.
 * @example
 * console.log(await logSoftmax(tensor([0])).array()); // → [ 0 ]
 */
export function logSoftmax<D extends DType>(x: Tensor<D>, options: { axis?: number } = {}): Tensor<D> {
  const { axis = -1 } = knownOptions('logSoftmax', options, 'axis');
  requireFloat('logSoftmax', x);
  return apply1(LogSoftmax, [x], { axis: normalizeAxis('logSoftmax', axis, x.rank) }) as Tensor<D>;
}

/** How per-sample losses become one number, or stay as they are. */
export type LossReduction = 'mean' | 'sum' | 'none';

export interface CrossEntropyOptions {
  /** `mean` divides by the sum of the weights of the labels that count. @default 'mean' */
  readonly reduction?: LossReduction;
  /** Samples with this label count nothing. */
  readonly ignoreIndex?: number;
  /** A weight per class, shape [C]. */
  readonly weights?: Tensor;
  /** Share of the target spread evenly over the classes. @default 0 */
  readonly labelSmoothing?: number;
}

/**
 * Cross-entropy of integer labels against logits: -ln softmax(logits)[label], as PyTorch's `cross_entropy`.
 * Shapes: logits [N, C, ...], labels [N, ...] (int32 or int64); classes C on axis 1.
 * @example
 * const loss = crossEntropy(tensor([[0, 0]]), tensor([1], { dtype: 'int32' }));
 * console.log((await loss.item()).toFixed(4)); // → 0.6931
 */
export function crossEntropy(logits: Tensor, labels: Tensor, options: CrossEntropyOptions = {}): Tensor {
  const {
    reduction = 'mean',
    ignoreIndex,
    weights,
    labelSmoothing = 0,
  } = knownOptions('crossEntropy', options, 'reduction ignoreIndex weights labelSmoothing');
  checkLabels(logits, labels, labelSmoothing);
  requireClasses(logits.shape[1], labels, ignoreIndex);
  const attributes = { reduction: 'none', ignore_index: ignoreIndex };
  const inputs = weights ? [logits, labels, weights] : [logits, labels];
  if (reduction !== 'none' && labelSmoothing === 0) {
    return apply(SoftmaxCrossEntropyLoss, inputs, { ...attributes, reduction })[0] as Tensor;
  }
  const [perSample, logProbabilities] = apply(SoftmaxCrossEntropyLoss, inputs, attributes) as [
    Tensor,
    Tensor,
  ];
  const { weights: sampleWeights } = labelWeights({ inputs, attributes });
  let losses = perSample;
  if (labelSmoothing > 0) {
    const classes = staticDim('crossEntropy', logits.shape[1]);
    const shape = logits.shape.map((_, axis) => (axis === 1 ? classes : 1));
    const weighted = weights ? mul(logProbabilities, reshapeTo(weights, shape)) : logProbabilities;
    const even = neg(sum(weighted, { axes: 1 }));
    const valid = ignoreIndex === undefined ? even : where(equal(labels, ignoreIndex), 0, even);
    losses = add(mul(perSample, 1 - labelSmoothing), mul(valid, labelSmoothing / classes));
  }
  if (reduction === 'none') return losses;
  if (reduction === 'sum') return sum(losses);
  return sampleWeights ? div(sum(losses), sum(sampleWeights)) : mean(losses);
}

function reshapeTo(weights: Tensor, shape: readonly (number | string)[]): Tensor {
  return unsqueeze(
    weights,
    shape.flatMap((_, axis) => (axis === 1 ? [] : [axis])),
  );
}

/** Labels that are at hand are compared with the classes: the runtime would take -1 for the last one. */
function requireClasses(
  classes: number | string | undefined,
  labels: Tensor,
  ignoreIndex: number | undefined,
): void {
  if (typeof classes !== 'number' || !isHostTensor(labels)) return;
  const values = hostData(labels) as Int32Array;
  for (let place = 0; place < values.length; place++) {
    const label = Number(values[place]);
    if ((label >= 0 && label < classes) || label === ignoreIndex) continue;
    throw new ArgumentError(
      'crossEntropy',
      `label ${place} is ${label}, but ${classes} classes are 0 to ${classes - 1}; renumber the labels, or mark rows without one by ignoreIndex`,
    );
  }
}

function checkLabels(logits: Tensor, labels: Tensor, labelSmoothing: number): void {
  requireFloat('crossEntropy', logits);
  if (!(labels instanceof Tensor) || !isInteger(labels.dtype)) {
    throw new ArgumentError(
      'crossEntropy',
      `labels must be integers (int32 or int64), got ${labels}; cast(labels, 'int32')`,
    );
  }
  const expected = logits.shape.filter((_, axis) => axis !== 1);
  const fits =
    logits.rank >= 2 &&
    labels.rank === expected.length &&
    expected.every((dim, axis) => dim === labels.shape[axis]);
  if (!fits) {
    throw new ShapeError(
      'crossEntropy',
      `logits [N, C, ...] go with labels [N, ...], got ${formatShape(logits.shape)} and ${formatShape(labels.shape)}; classes are on axis 1`,
    );
  }
  if (!(labelSmoothing >= 0 && labelSmoothing <= 1)) {
    throw new ArgumentError('crossEntropy', `labelSmoothing must lie between 0 and 1, got ${labelSmoothing}`);
  }
}
