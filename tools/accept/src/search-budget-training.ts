/**
 * A training job to search: a small network by TrainStep on a synthetic table. Its budget is in epochs, and a promoted trial
 * goes on from its train state.
 */
import {
  type CompiledFunction,
  compile,
  type HostTensor,
  hostData,
  relu,
  sigmoid,
  type Tensor,
  tanh,
  tensor,
} from '@noosphere/core';
import {
  adamW,
  arrayBatches,
  type ConfigOf,
  Linear,
  meanSquaredError,
  Random,
  type TrainState,
  TrainStep,
  type TrialContext,
  vary,
} from '@noosphere/train';

const trainingRows = 512;
/** Enough that chance in what a loss is measured on is small beside the differences of configurations. */
const judgedRows = 2048;
const activations = { relu, tanh, sigmoid };

export const trainingSpace = {
  learningRate: vary.logUniform(1e-5, 1),
  weightDecay: vary.logUniform(1e-6, 10),
  width: vary.choice([4, 16, 64]),
  layers: vary.integer(1, 3),
  activation: vary.choice(['relu', 'tanh', 'sigmoid']),
};
type Config = ConfigOf<typeof trainingSpace>;
type Part = { readonly x: HostTensor<'float32'>; readonly y: HostTensor<'float32'> };

interface Network {
  readonly hidden: readonly Linear[];
  readonly output: Linear;
}

function network({ width, layers }: Config, random: Random): Network {
  return {
    hidden: Array.from({ length: layers }, (_, layer) => new Linear(layer === 0 ? 4 : width, width, random)),
    output: new Linear(width, 1, random),
  };
}

function lossOf({ activation }: Config) {
  return ({ hidden, output }: Network, { x, y }: { readonly x: Tensor; readonly y: Tensor }): Tensor =>
    meanSquaredError(
      output.forward(hidden.reduce((layer: Tensor, each) => activations[activation](each.forward(layer)), x)),
      y,
    );
}

/** y = sin(3 x0) x1 + |x2| - x3 / 2 + noise of deviation 0.02, x uniform in [-1, 1). */
function table(random: Random, rows: number): Part {
  const x = random.uniformTensor([rows, 4], 1);
  const values = hostData(x);
  const y = Float32Array.from({ length: rows }, (_, row) => {
    const [a = 0, b = 0, c = 0, d = 0] = values.subarray(row * 4, row * 4 + 4);
    return Math.sin(3 * a) * b + Math.abs(c) - d / 2 + 0.02 * random.normal();
  });
  return { x, y: tensor(y, { shape: [rows, 1] }) };
}

/** One table, and what was trained on it. */
export class TrainingJob {
  readonly #training: Part;
  readonly #validation: Part;
  readonly #test: Part;
  readonly #seed: number;
  readonly #evaluators = new Map<string, CompiledFunction<[Network, Part], Tensor>>();
  /** Test loss by trial and budget: looked up for the chosen trial alone, when the search is over. */
  readonly testLosses = new Map<string, number>();
  /** The longest time between two looks at the signal: the step that a search may end late by. */
  longestStepMs = 0;

  constructor(seed: number) {
    const random = new Random(seed);
    this.#seed = seed;
    this.#training = table(random, trainingRows);
    this.#validation = table(random, judgedRows);
    this.#test = table(random, judgedRows);
  }

  /**
   * The validation loss of a configuration after `budget` epochs.
   * @param takeEpoch Called before each epoch; it may end the trial through the search's signal.
   */
  async objective(config: Config, context: TrialContext<TrainState>, takeEpoch = () => {}): Promise<number> {
    const { trial, budget, doneBudget, kept, keep, signal } = context;
    let lookedMs = performance.now();
    const look = () => {
      this.longestStepMs = Math.max(this.longestStepMs, performance.now() - lookedMs);
      lookedMs = performance.now();
      signal.throwIfAborted();
    };
    const batches = arrayBatches(this.#training, { batchSize: 64, seed: this.#seed });
    const step = new TrainStep({
      model: network(config, new Random(this.#seed)),
      loss: lossOf(config),
      optimizer: adamW({ learningRate: config.learningRate, weightDecay: config.weightDecay }),
      threads: 1,
    });
    try {
      if (kept) step.restore(kept);
      for (let epoch = doneBudget; epoch < budget; epoch++) {
        takeEpoch();
        look();
        const all = Array.from({ length: batches.batchesPerEpoch }, (_, index) =>
          batches.batch(epoch, index),
        );
        await step.run(await Promise.all(all));
      }
      keep(step.state());
      const value = await this.#loss(config, step.model, this.#validation);
      this.testLosses.set(`${trial} ${budget}`, await this.#loss(config, step.model, this.#test));
      look();
      return value;
    } finally {
      await step.dispose();
    }
  }

  async dispose(): Promise<void> {
    for (const evaluator of this.#evaluators.values()) await evaluator.dispose();
  }

  async #loss(config: Config, model: Network, part: Part): Promise<number> {
    const key = `${config.activation} ${config.layers} ${config.width}`;
    const evaluator = this.#evaluators.get(key) ?? compile(lossOf(config), { threads: 1 });
    this.#evaluators.set(key, evaluator);
    return Number(await (await evaluator(model, part)).item());
  }
}
