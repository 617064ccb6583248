/** Learning: a model, a task, data and a recipe become trained weights with a history. */
import { ArgumentError, knownOptions, pickOptions } from '@noosphere/base';
import { namedTensors } from '@noosphere/core';
import { EpochHistory, type EpochRecord, type FitResult, fit, type TrainOptions } from '@noosphere/train';
import { withRunner } from '../predict/index.js';
import { oneCycleRecipe, type Recipe } from '../recipes/index.js';
import type { Task } from '../tasks/index.js';
import { batchesOf, type Evaluator, evaluateWith, evaluation, type LearnData } from './evaluate.js';

export interface LearnOptions<Model extends object, Batch extends object, Row = never>
  extends Partial<TrainOptions> {
  readonly model: Model;
  readonly task: Task<Model, Batch, Row>;
  /** What it learns from. */
  readonly data: LearnData<Batch, Row>;
  /** What it is judged by, for the choice of the best weights and early stopping. @default none */
  readonly validation?: LearnData<Batch, Row>;
  /** @default one cycle up to a rate of 0.001 */
  readonly recipe?: Recipe;
  /** Rows of one step, where `data` are rows. @default 32 */
  readonly batchSize?: number;
  /** Told after each epoch. */
  readonly onEpoch?: (epoch: EpochRecord) => void;
}

export interface LearnResult<Model extends object> extends FitResult<Model> {
  /** The metrics of the weights that are returned; none without validation. */
  readonly metrics: Readonly<Record<string, number>>;
  /** The epoch of those weights, from 1; undefined without validation. */
  readonly bestEpoch: number | undefined;
  /** What was done, in words for a log or a model card. */
  readonly report: string;
}

/**
 * Trains a model on a task: validated by the task's own metrics, the best weights kept, with a history by epoch.
 *
 * All options of `fit` hold as well: epochs (10), patience, checkpoint, signal, meters, … Throws as `fit` does.
 * @example
 * const rows = Array.from({ length: 64 }, (_, i) => ({ x: [i % 2, (i % 3) - 1], y: i % 2 }));
 * const { metrics, bestEpoch } = await learn({
 *   model: new Linear(2, 2, new Random(1)),
 *   task: classification({ classes: 2 }),
 *   data: Dataset.of(rows),
 *   validation: Dataset.of(rows.slice(0, 16)),
 *   recipe: oneCycleRecipe({ peak: 0.1 }),
 *   epochs: 8,
 * });
 * console.log(metrics.accuracy, bestEpoch !== undefined); // → 1 true
 */
export async function learn<Model extends object, Batch extends object, Row = never>(
  options: LearnOptions<Model, Batch, Row>,
): Promise<LearnResult<Model>> {
  const {
    model,
    task,
    data,
    validation,
    recipe = oneCycleRecipe(),
    batchSize = 32,
    onEpoch,
    ...others
  } = knownOptions(
    'learn',
    options,
    'model task data validation recipe batchSize onEpoch epochs stepsPerCall validateEvery',
    'checkpoint callbacks meters timeLimitMs signal monitor better minimumChange patience',
    'plateau seed clipNorm clipValue accumulate trainable threads precision executor',
  );
  const { epochs = 10, seed = 0, accumulate = recipe.options?.accumulate ?? 1 } = others;
  const batches = batchesOf(task, data, { batchSize, seed });
  const held = validation && batchesOf(task, validation, { batchSize: 256, shuffle: false });
  if (held && held.batchesPerEpoch < 1)
    throw new ArgumentError('learn', 'the validation has no batch; give rows, or leave it out');
  const stepsPerEpoch = Math.ceil(batches.batchesPerEpoch / accumulate);
  const told = new EpochHistory(stepsPerEpoch, onEpoch);
  const running = pickOptions(others, 'threads precision executor');
  return await withRunner(
    evaluation(task),
    { name: `${task.name} validation`, ...running },
    async (runner) => {
      const found = await fit<Model, Batch>({
        ...recipe.options,
        ...(recipe.trainable ? { trainable: recipe.trainable(model) } : {}),
        ...(held ? { monitor: task.monitor ?? 'loss', better: task.better ?? 'lower' } : {}),
        ...others,
        model,
        loss: task.loss,
        optimizer: recipe.optimizer({ steps: epochs * stepsPerEpoch, model }),
        batches,
        epochs,
        callbacks: [told, ...(others.callbacks ?? [])],
        ...(held
          ? { validate: (current) => evaluateWith(runner as Evaluator<Model, Batch>, current, task, held) }
          : {}),
      });
      return resultOf(found, task.name, recipe.name, stepsPerEpoch, model);
    },
  );
}

function resultOf<Model extends object>(
  found: FitResult<Model>,
  task: string,
  recipe: string,
  stepsPerEpoch: number,
  model: object,
): LearnResult<Model> {
  const best = found.validations.findLast(({ isBest }) => isBest);
  const metrics = best?.metrics ?? {};
  const bestEpoch = best && best.step / stepsPerEpoch;
  const numbers = Object.entries(metrics).map(([name, value]) => `${name} ${value.toPrecision(4)}`);
  const parameters = [...namedTensors(model)].reduce((count, [, { size }]) => count + size, 0);
  const report = [
    `${task}, ${parameters} parameters, recipe ${recipe}: ${found.steps} steps in ${(found.elapsedMs / 1000).toFixed(1)} s, ended because: ${found.reason}.`,
    ...(bestEpoch === undefined ? [] : [`Best weights after epoch ${bestEpoch}: ${numbers.join(', ')}.`]),
  ].join('\n');
  return { ...found, metrics, bestEpoch, report };
}
