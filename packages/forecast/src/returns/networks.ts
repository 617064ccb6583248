/** The networks, between scaled features [N, L, F] and the scaled log return [N, 1]. */
import { flatten, relu, type Tensor, transpose } from '@noosphere/core';
import { Linear, LSTM, type Random } from '@noosphere/train';
import type { FeatureKind } from './features.js';
import { featureWidth } from './features.js';

/** The networks that `fitForecaster` knows. */
export const networkKinds = ['linear', 'mlp', 'lstm'] as const;
export type NetworkKind = (typeof networkKinds)[number];

export interface Network {
  /** Shapes: [N, L, F] gives [N, 1]. */
  forward(features: Tensor): Tensor;
}

/** One plane over all features of all days. */
export class LinearNetwork implements Network {
  readonly output: Linear;

  constructor(inputs: number, random: Random) {
    this.output = new Linear(inputs, 1, random);
  }

  forward(features: Tensor): Tensor {
    return this.output.forward(flatten(features, 1)); // [N, L, F] -> [N, L F]
  }
}

/** One hidden layer with relu. */
export class MlpNetwork implements Network {
  readonly hidden: Linear;
  readonly output: Linear;

  constructor(inputs: number, hiddenSize: number, random: Random) {
    this.hidden = new Linear(inputs, hiddenSize, random);
    this.output = new Linear(hiddenSize, 1, random);
  }

  forward(features: Tensor): Tensor {
    return this.output.forward(relu(this.hidden.forward(flatten(features, 1)))); // [N, L, F] -> [N, L F]
  }
}

/** An LSTM over the days; its last state decides. */
export class LstmNetwork implements Network {
  readonly lstm: LSTM;
  readonly output: Linear;

  constructor(width: number, hiddenSize: number, random: Random) {
    this.lstm = new LSTM(width, hiddenSize, random);
    this.output = new Linear(hiddenSize, 1, random);
  }

  forward(features: Tensor): Tensor {
    const { hidden } = this.lstm.forward(transpose(features, [1, 0, 2])); // [N, L, F] -> [L, N, F]
    return this.output.forward(hidden);
  }
}

/** What it takes to build a network anew, apart from its weights. */
export interface NetworkShape {
  readonly kind: NetworkKind;
  readonly features: FeatureKind;
  readonly lookback: number;
  /** Units of the hidden layer; a linear network has none. */
  readonly hiddenSize: number;
}

/** A network with random weights. */
export function createNetwork(
  { kind, features, lookback, hiddenSize }: NetworkShape,
  random: Random,
): Network {
  const width = featureWidth[features];
  switch (kind) {
    case 'linear':
      return new LinearNetwork(lookback * width, random);
    case 'mlp':
      return new MlpNetwork(lookback * width, hiddenSize, random);
    case 'lstm':
      return new LstmNetwork(width, hiddenSize, random);
  }
}
