import { fromData, mul, relu, type Tensor } from '@noosphere/core';
import { type ForwardContext, inference, Linear, Random, sgd } from '@noosphere/train';
import { describe, expect, test } from 'vitest';
import {
  causalLanguage,
  classification,
  contrastive,
  Dataset,
  distillation,
  evaluateTask,
  fineTuning,
  learn,
  lora,
  maskedLanguage,
  maskTokens,
  oneCycleRecipe,
  plain,
  predictTask,
  regression,
  sequenceLabelling,
  type Task,
  tokenLabelling,
  warmUpLinear,
} from '../index.js';

class Net {
  readonly first: Linear;
  readonly second: Linear;
  constructor(inputs: number, hidden: number, outputs: number, seed = 1) {
    const random = new Random(seed);
    this.first = new Linear(inputs, hidden, random);
    this.second = new Linear(hidden, outputs, random);
  }
  forward(x: Tensor): Tensor {
    return this.second.forward(relu(this.first.forward(x)));
  }
}

/** Two rings: which one a point lies on. */
const random = new Random(5);
const rings = Array.from({ length: 200 }, (_, row) => {
  const angle = 2 * Math.PI * random.uniform();
  const radius = row % 2 === 0 ? 1 : 2;
  return { x: [radius * Math.cos(angle), radius * Math.sin(angle)], y: row % 2 };
});
const split = Dataset.of(rings).split({ test: 0.2, validation: 0.2, labels: rings.map(({ y }) => y) });

describe('learn', () => {
  test('a net learns two rings; history, best weights and report fit together', async () => {
    const epochs: number[] = [];
    const result = await learn({
      model: new Net(2, 32, 2),
      task: classification({ classes: 2 }),
      data: split.train,
      validation: split.validation,
      recipe: oneCycleRecipe({ peak: 0.03 }),
      epochs: 15,
      seed: 1,
      onEpoch: ({ epoch }) => epochs.push(epoch),
    });
    expect(epochs).toEqual(Array.from({ length: 15 }, (_, index) => index + 1));
    expect(result.history.length).toBe(15);
    expect(result.history.at(-1)?.trainingLoss).toBeLessThan((result.history[0]?.trainingLoss ?? 0) / 2);
    expect(result.metrics).toBe(result.history.findLast(({ isBest }) => isBest)?.metrics);
    expect(result.report).toMatch(
      /classification, 162 parameters, recipe one cycle: 60 steps .* finished\.\nBest/,
    );
    const test = await evaluateTask(result.model, classification({ classes: 2 }), split.test);
    expect(test.accuracy).toBeGreaterThan(0.9);
    const again = await evaluateTask(result.model, classification({ classes: 2 }), split.test, {
      batchSize: 7,
    });
    expect(again.loss).toBeCloseTo(test.loss ?? 0, 6);
    expect(again.accuracy).toBe(test.accuracy);
  });

  test('batches in place of rows, no validation, a task of one’s own', async () => {
    const x = fromData('float32', [4, 1], Float32Array.of(1, 2, 3, 4));
    const task: Task<Linear, { x: Tensor; y: Tensor }> = {
      name: 'own',
      loss: (model, batch) => regression().loss(model, batch, undefined as never),
    };
    const { history, bestEpoch, metrics, steps } = await learn({
      model: new Linear(1, 1, new Random(1)),
      task,
      data: {
        batchesPerEpoch: 1,
        batch: () => ({ x, y: fromData('float32', [4, 1], Float32Array.of(2, 4, 6, 8)) }),
      },
      recipe: plain(sgd({ learningRate: 0.01 })),
      epochs: 3,
    });
    expect([steps, bestEpoch, metrics, history.map(({ epoch }) => epoch)]).toEqual([
      3,
      undefined,
      {},
      [1, 2, 3],
    ]);
    await expect(
      learn({ model: new Linear(1, 1, new Random(1)), task, data: Dataset.of([1]) as never }),
    ).rejects.toThrow("the task 'own' makes no batches of rows");
  });
});

describe('data sets', () => {
  test('a row’s random numbers depend on seed, epoch and row alone', async () => {
    const noisy = Dataset.of([0, 0, 0]).map((_, rows) => rows.uniform(), { seed: 4 });
    const values = await Promise.all([noisy.row(0, 0), noisy.row(1, 0), noisy.row(0, 1), noisy.row(0, 0)]);
    expect(new Set(values).size).toBe(3);
    expect(values[3]).toBe(values[0]);
  });

  test('filter, take and split keep the rows that they say', async () => {
    const even = await Dataset.of([1, 2, 3, 4]).filter((row) => row % 2 === 0);
    expect([even.length, await even.row(1)]).toEqual([2, 4]);
    const { train, validation, test: held } = Dataset.of([...Array(10).keys()]).split({ validation: 0.2 });
    const all = [];
    for (const part of [train, validation, held]) for await (const row of part.rows()) all.push(row);
    expect(all.sort((a, b) => a - b)).toEqual([...Array(10).keys()]);
    await expect(even.row(2)).rejects.toThrow('index must be a whole number from 0 to 1, got 2');
  });
});

describe('tasks', () => {
  test('classification of several labels', async () => {
    const rows = rings.slice(0, 80).map(({ x, y }) => ({ x, y: [y, 1 - y] }));
    const task = classification({ classes: 2, multiLabel: true });
    const { metrics } = await learn({
      model: new Net(2, 32, 2),
      task,
      data: Dataset.of(rows),
      validation: Dataset.of(rows),
      recipe: oneCycleRecipe({ peak: 0.05 }),
      epochs: 15,
    });
    expect(metrics.accuracy).toBeGreaterThan(0.9);
  });

  test('labels and options that cannot be are refused', async () => {
    expect(() => classification({ classes: 1 })).toThrow('classes must be a whole number from 2');
    expect(() => classification({ class: 2 } as never)).toThrow("there is no option 'class'");
    await expect(
      (async () => classification({ classes: 2 }).collate?.([{ x: [1], y: 2 }]))(),
    ).rejects.toThrow('y must be a whole number from 0 to 1, got 2');
    await expect(
      (async () => tokenLabelling({ labels: 2 }).collate?.([{ x: [1], y: [] }]))(),
    ).rejects.toThrow('row 0 has 1 tokens and 0 labels');
  });

  test('causal, masked and labelled tokens count the places that hold a label', async () => {
    const causal = await causalLanguage().collate?.([
      [1, 2, 3],
      [4, 5],
    ]);
    expect(causalLanguage().weightOf?.(causal as never)).toBe(3);
    const hide = maskTokens({ mask: 1, vocabulary: 50, rate: 0.5, keep: [7] });
    const tokens = Array.from({ length: 1000 }, (_, index) => (index % 10 === 0 ? 7 : 10 + (index % 30)));
    const { x, y } = hide(tokens, new Random(1));
    const asked = Array.from(y).filter((label) => label !== -100).length;
    expect(asked / 900).toBeCloseTo(0.5, 1);
    expect(Array.from(y).filter((label) => label === 7)).toEqual([]);
    const masks = Array.from(x).filter((token) => token === 1).length;
    expect(masks / asked).toBeCloseTo(0.8, 1);
    expect(maskedLanguage().name).toBe('masked language modelling');
  });

  test('sequences are read from frames, and edits are counted', async () => {
    // A model whose frames are its logits: [N, T, C].
    const identityModel = {
      scale: fromData('float32', [1], Float32Array.of(1)),
      forward(x: Tensor) {
        return mul(x, this.scale);
      },
    };
    const frames = (labels: number[]) =>
      fromData(
        'float32',
        [labels.length, 3],
        Float32Array.from(labels.flatMap((label) => [0, 1, 2].map((c) => (c === label ? 9 : 0)))),
      );
    const rows = [
      { x: frames([1, 0, 2, 2]), y: [1, 2] },
      { x: frames([2, 0, 2]), y: [2, 1] },
    ];
    const found = await evaluateTask(identityModel, sequenceLabelling(), Dataset.of(rows));
    // Row 0 is right; row 1 reads 2, 2 for 2, 1: one edit of four labels.
    expect(found.labelErrorRate).toBe(0.25);
  });

  test('contrastive pairs find each other', async () => {
    const pairs = Array.from({ length: 32 }, () => {
      const a = [random.normal(), random.normal(), random.normal()];
      return { a, b: a.map((value) => -value) };
    });
    const flip = { scale: fromData('float32', [1], Float32Array.of(1)), forward: (x: Tensor) => x };
    const { accuracy } = await evaluateTask(
      flip,
      contrastive(),
      Dataset.of(pairs.map(({ a }) => ({ a, b: a }))),
    );
    expect(accuracy).toBe(1);
    const opposite = await evaluateTask(flip, contrastive(), Dataset.of(pairs));
    expect(opposite.accuracy).toBeLessThan(0.2);
  });

  test('a student learns from its teacher alone, where its weight is 1', async () => {
    const task = classification({ classes: 2 });
    const teacher = (
      await learn({
        model: new Net(2, 32, 2),
        task,
        data: split.train,
        recipe: oneCycleRecipe({ peak: 0.03 }),
        epochs: 15,
      })
    ).model;
    const wrong = split.train.map(({ x }) => ({ x, y: 0 }));
    const { model } = await learn({
      model: new Net(2, 32, 2, 9),
      task: distillation(task, teacher, { weight: 1 }),
      data: wrong,
      recipe: oneCycleRecipe({ peak: 0.03 }),
      epochs: 15,
    });
    const { accuracy } = await evaluateTask(model, task, split.test);
    expect(accuracy).toBeGreaterThan(0.85);
  });

  test('distillation passes a batch through the student once', async () => {
    const task = distillation(classification({ classes: 2 }), new Net(2, 4, 2));
    let passes = 0;
    const student = new Net(2, 4, 2, 3);
    const counted = {
      forward(x: Tensor) {
        passes++;
        return student.forward(x);
      },
    };
    const batch = {
      x: fromData('float32', [1, 2], Float32Array.of(1, 2)),
      y: fromData('int32', [1], Int32Array.of(0)),
    };
    const loss = task.loss(counted, batch, { ...inference, training: true });
    expect(passes).toBe(1);
    expect(Number.isFinite(await (loss as Tensor | { loss: Tensor } as { loss: Tensor }).loss.item())).toBe(
      true,
    );
  });

  test('metrics of batches with more values than a call takes arguments', () => {
    const [rows, classes] = [1000, 300];
    const zeros = fromData('float32', [rows, classes], new Float32Array(rows * classes));
    const batch = { x: zeros, y: zeros };
    const found = classification({ classes, multiLabel: true }).measure?.([
      { batch, outputs: { probabilities: zeros } },
    ]);
    expect(found?.accuracy).toBe(1);
  });

  test('outputs come back batch by batch', async () => {
    const found = await predictTask(new Net(2, 4, 2), classification({ classes: 2 }), split.test, {
      batchSize: 16,
    });
    expect(found.map(({ outputs }) => outputs.probabilities?.shape[0])).toEqual([16, 16, 8]);
  });
});

describe('recipes', () => {
  test('rates rise and fall, and fall from the head to the first layer', () => {
    const plan = { steps: 10, model: new Net(2, 4, 2) };
    const groups = fineTuning({
      learningRate: 1,
      warmUp: 0.2,
      layers: ['first', 'second'],
      layerDecay: 0.5,
    }).optimizer(plan);
    expect((groups as readonly unknown[]).length).toBe(6);
    expect(() => fineTuning({ layers: ['third'] }).optimizer(plan)).toThrow(
      "no parameter begins with 'third'",
    );
    expect(() => warmUpLinear({ rate: 1 } as never)).toThrow("there is no option 'rate'");
  });

  test('frozen parameters keep their bits, the others move', async () => {
    const model = new Net(2, 4, 2);
    const { model: tuned } = await learn({
      model,
      task: classification({ classes: 2 }),
      data: split.train,
      recipe: fineTuning({ learningRate: 0.01, frozen: 'first.**' }),
      epochs: 1,
    });
    expect(await tuned.first.weight.array()).toEqual(await model.first.weight.array());
    expect(await tuned.second.weight.array()).not.toEqual(await model.second.weight.array());
  });
});

test('LoRA gives what the model gave, trains its own matrices only, and merges', async () => {
  const model = new Net(2, 8, 2);
  const adapted = lora(model, { rank: 2, match: /first/ });
  const x = fromData('float32', [1, 2], Float32Array.of(1, -2));
  expect(await adapted.model.forward(x).array()).toEqual(await model.forward(x).array());
  const { model: tuned } = await learn({
    model: adapted.model,
    task: classification({ classes: 2 }),
    data: split.train,
    trainable: adapted.trainable,
    recipe: oneCycleRecipe({ peak: 0.05 }),
    epochs: 2,
  });
  expect(await tuned.second.weight.array()).toEqual(await model.second.weight.array());
  const first = tuned.first as unknown as {
    merged(): Promise<Linear>;
    forward(x: Tensor, c?: ForwardContext): Tensor;
  };
  const before = (await first.forward(x).array()) as number[][];
  const after = (await (await first.merged()).forward(x).array()) as number[][];
  before[0]?.forEach((value, at) => {
    expect(after[0]?.[at]).toBeCloseTo(value, 5);
  });
  expect(() => lora(model, { match: /none/ })).toThrow('no layer was replaced');
});
