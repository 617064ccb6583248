// The benchmark models over @noosphere/core, by PyTorch's parameter names: each gives the loss of one batch.
import {
  conv,
  crossEntropy,
  flatten,
  linear,
  maxPool,
  mean,
  relu,
  square,
  sub,
  type Tensor,
} from '@noosphere/core';

/** Parameters by PyTorch's state-dict names. */
export type Parameters = Readonly<Record<string, Tensor>>;
export type Loss = (parameters: Parameters, x: Tensor, y: Tensor) => Tensor;

function parameter(parameters: Parameters, name: string): Tensor {
  const found = parameters[name];
  if (found === undefined) throw new Error(`the weights hold no ${name}`);
  return found;
}

function dense(parameters: Parameters, name: string, x: Tensor): Tensor {
  return linear(x, parameter(parameters, `${name}.weight`), parameter(parameters, `${name}.bias`));
}

function convolution(parameters: Parameters, name: string, x: Tensor, padding = 0): Tensor {
  const bias = parameter(parameters, `${name}.bias`);
  return conv(x, parameter(parameters, `${name}.weight`), { bias, padding });
}

const meanSquaredError = (prediction: Tensor, y: Tensor): Tensor => mean(square(sub(prediction, y)));

const mlp: Loss = (p, x, y) => meanSquaredError(dense(p, 'fc2', relu(dense(p, 'fc1', x))), y);

const smallCnn: Loss = (p, x, y) => {
  const first = relu(maxPool(convolution(p, 'conv1', x), { kernel: 2 }));
  const second = relu(maxPool(convolution(p, 'conv2', first), { kernel: 2 }));
  return crossEntropy(dense(p, 'fc2', relu(dense(p, 'fc1', flatten(second, 1)))), y);
};

const cnn: Loss = (p, x, y) => {
  const features = ['conv1', 'conv2', 'conv3'].reduce(
    (input, name) => maxPool(relu(convolution(p, name, input, 1)), { kernel: 2 }),
    x,
  );
  return crossEntropy(dense(p, 'fc2', relu(dense(p, 'fc1', flatten(features, 1)))), y);
};

/** The loss of a row; `mlp-k32` is the model `mlp`. */
export function lossOf(name: string): Loss {
  const losses: Readonly<Record<string, Loss>> = { mlp, 'small-cnn': smallCnn, cnn };
  const found = losses[name.replace(/-k\d+$/, '')];
  if (found === undefined) throw new Error(`there is no model ${name}`);
  return found;
}
