/** Labels of the places of a sequence: tags of tokens, and the next or the hidden token of a text. */
import { ArgumentError, knownOptions, requireWhole } from '@noosphere/base';
import { crossEntropy, type HostTensor, hostData, softmax, type Tensor, transpose } from '@noosphere/core';
import { type ForwardContext, metrics, padSequences, type Random } from '@noosphere/train';
import { largest } from './classification.js';
import { type Evaluated, type Forward, type Labelled, outputNamed, type Task } from './task.js';

/** The label of places that do not count, as PyTorch's. */
export const ignoredLabel = -100;

export interface TokenRow {
  /** Tokens' numbers. */
  readonly x: ArrayLike<number>;
  /** One label a token; `ignoredLabel` where none counts. */
  readonly y: ArrayLike<number>;
}

/**
 * Labels of tokens by a model that gives logits [N, T, C] for numbers of tokens x [N, T]. Rows are padded with `padding` to the
 * longest of the batch, their labels with `ignoredLabel`. Outputs: `probabilities` [N, T, C]. Metrics: loss, accuracy, macro F1 over
 * the tokens that count.
 * @example
 * const batch = await tokenLabelling({ labels: 3 }).collate?.([{ x: [5, 6, 7], y: [0, 1, 2] }, { x: [8], y: [1] }]);
 * console.log(await batch?.y.array()); // → [ [ 0, 1, 2 ], [ 1, -100, -100 ] ]
 */
export function tokenLabelling(options: {
  /** How many labels there are. */
  readonly labels: number;
  /** The number that fills short rows. @default 0 */
  readonly padding?: number;
}): Task<Forward, Labelled, TokenRow> {
  const { labels, padding = 0 } = knownOptions('tokenLabelling', options, 'labels padding');
  requireWhole('tokenLabelling', 'labels', labels, 2);
  return { ...tokenTask(padding), name: 'token labelling', measure: (parts) => measureTokens(parts, labels) };
}

/**
 * Language modelling by a model that gives logits [N, T, V] for tokens x [N, T]. Causal: each place is asked for the next token, and
 * rows are lists of tokens. Masked: rows are those of `maskTokens`. Metrics: loss (nats a token) and perplexity, e^loss.
 * @example
 * const batch = await causalLanguage().collate?.([[1, 2, 3], [4, 5]]);
 * console.log(await batch?.x.array(), await batch?.y.array()); // → [ [ 1, 2 ], [ 4, 0 ] ] [ [ 2, 3 ], [ 5, -100 ] ]
 */
export function causalLanguage(
  options: { readonly padding?: number } = {},
): Task<Forward, Labelled, ArrayLike<number>> {
  const { padding = 0 } = knownOptions('causalLanguage', options, 'padding');
  const { collate: _, ...task } = tokenTask(padding);
  return {
    ...task,
    name: 'causal language modelling',
    collate: (rows) =>
      padded(
        rows.map((row) => {
          const tokens = Array.from(row);
          if (tokens.length < 2)
            throw new ArgumentError('causalLanguage', `a row needs 2 tokens or more, got ${tokens.length}`);
          return { x: tokens.slice(0, -1), y: tokens.slice(1) };
        }),
        padding,
      ),
  };
}

/** As `causalLanguage`, for rows whose hidden tokens are the labels: `dataset.map(maskTokens({ … }))`. */
export function maskedLanguage(
  options: { readonly padding?: number } = {},
): Task<Forward, Labelled, TokenRow> {
  const { padding = 0 } = knownOptions('maskedLanguage', options, 'padding');
  return { ...tokenTask(padding), name: 'masked language modelling' };
}

export interface MaskTokensOptions {
  /** The token that stands for a hidden one. */
  readonly mask: number;
  /** How many tokens there are. */
  readonly vocabulary: number;
  /** The share that is asked for. @default 0.15 */
  readonly rate?: number;
  /** Tokens that are never asked for, such as those that begin and end a text. @default none */
  readonly keep?: readonly number[];
}

/**
 * Hides tokens anew in each epoch, as BERT does: of those asked for, 80 % become `mask`, 10 % any token, 10 % stay. Devlin et al. 2019.
 * @example
 * const rows = Dataset.of([[5, 6, 7, 8]]).map(maskTokens({ mask: 1, vocabulary: 9, rate: 0.5 }), { seed: 3 });
 * const { x, y } = await rows.row(0);
 * console.log(x.length, y.length); // → 4 4
 */
export function maskTokens(options: MaskTokensOptions) {
  const names = ['mask', 'vocabulary', 'rate', 'keep'] as const;
  const { mask, vocabulary, rate = 0.15, keep = [] } = knownOptions('maskTokens', options, names);
  return (tokens: ArrayLike<number>, random: Random): TokenRow => {
    const [x, y] = [Array.from(tokens), Array.from(tokens, () => ignoredLabel)];
    x.forEach((token, place) => {
      if (keep.includes(token) || random.uniform() >= rate) return;
      y[place] = token;
      const fate = random.uniform();
      if (fate < 0.8) x[place] = mask;
      else if (fate < 0.9) x[place] = Math.floor(random.uniform() * vocabulary);
    });
    return { x, y };
  };
}

/** Cross-entropy over the places that count. */
function tokenTask(padding: number): Task<Forward, Labelled, TokenRow> {
  return {
    name: 'tokens',
    collate: (rows) => padded(rows, padding),
    loss: (model, { x, y }, context: ForwardContext) =>
      crossEntropy(transpose(model.forward(x, context), [0, 2, 1]), y, { ignoreIndex: ignoredLabel }),
    outputs: (model, { x }) => ({ probabilities: softmax(model.forward(x), { axis: -1 }) }),
    weightOf: ({ y }) => countedPlaces(y),
  };
}

function countedPlaces(y: Tensor): number {
  return (hostData(y as HostTensor<'int32'>) as Int32Array).reduce(
    (count, label) => count + Number(label !== ignoredLabel),
    0,
  );
}

function padded(rows: readonly TokenRow[], padding: number): Labelled {
  const odd = rows.findIndex(({ x, y }) => x.length !== y.length);
  if (odd >= 0)
    throw new ArgumentError(
      'tokens',
      `row ${odd} has ${rows[odd]?.x.length} tokens and ${rows[odd]?.y.length} labels; give one label a token`,
    );
  return {
    x: padSequences(
      rows.map(({ x }) => x),
      { value: padding },
    ).values,
    y: padSequences(
      rows.map(({ y }) => y),
      { value: ignoredLabel },
    ).values,
  };
}

function measureTokens(parts: readonly Evaluated<Labelled>[], labels: number) {
  const [actual, predicted]: [number[], number[]] = [[], []];
  for (const { batch, outputs } of parts) {
    const scores = hostData(outputNamed(outputs, 'probabilities')) as Float32Array;
    (hostData(batch.y as HostTensor<'int32'>) as Int32Array).forEach((label, place) => {
      if (label === ignoredLabel) return;
      actual.push(label);
      predicted.push(largest(scores, place * labels, labels));
    });
  }
  return {
    accuracy: metrics.accuracy(actual, predicted),
    f1: metrics.f1(actual, predicted, { average: 'macro' }),
  };
}
