/** How good a model is: the loss of a task over many batches, and its metrics. */
import { ArgumentError, knownOptions } from '@noosphere/base';
import { flattenTree, type HostTensor, Tensor } from '@noosphere/core';
import { type BatchSource, inference } from '@noosphere/train';
import { Dataset } from '../data/index.js';
import { type Runner, type RunnerOptions, withRunner } from '../predict/index.js';
import type { Evaluated, Task } from '../tasks/index.js';

/** Rows, which the task makes batches of, or batches. */
export type LearnData<Batch extends object, Row> = Dataset<Row> | BatchSource<Batch>;

/** Batches of data; rows come in order, for results that belong to them. */
export function batchesOf<Model extends object, Batch extends object, Row>(
  task: Task<Model, Batch, Row>,
  data: LearnData<Batch, Row>,
  options: { readonly batchSize: number; readonly shuffle?: boolean; readonly seed?: number },
): BatchSource<Batch> {
  if (!(data instanceof Dataset)) return data;
  if (!task.collate)
    throw new ArgumentError(
      'learn',
      `the task '${task.name}' makes no batches of rows; give batches, or a task with collate`,
    );
  return data.batches(task.collate, options);
}

type Given = { readonly loss: Tensor; readonly outputs: Readonly<Record<string, Tensor>> };
/** A task's loss and outputs as one program, for a model that is given with each batch. */
export type Evaluator<Model extends object, Batch extends object> = Runner<[Model, Batch], Given>;

/** The function of a task that a runner compiles. */
export function evaluation<Model extends object, Batch extends object, Row>({
  loss,
  outputs,
}: Task<Model, Batch, Row>) {
  return (model: Model, batch: Batch): Given => {
    const result = loss(model, batch, inference);
    return { loss: result instanceof Tensor ? result : result.loss, outputs: outputs?.(model, batch) ?? {} };
  };
}

/** Loss and metrics over all batches of epoch 0: the loss of several batches is their mean by what each counts. */
export async function evaluateWith<Model extends object, Batch extends object, Row>(
  { run }: Evaluator<Model, Batch>,
  model: Model,
  task: Task<Model, Batch, Row>,
  batches: BatchSource<Batch>,
): Promise<Record<string, number>> {
  const { measure, weightOf = rowsOf } = task;
  const found: Evaluated<Batch>[] = [];
  let [total, weight] = [0, 0];
  for (let index = 0; index < batches.batchesPerEpoch; index++) {
    const batch = await batches.batch(0, index);
    const { loss, outputs } = await run(model, batch);
    const counts = weightOf(batch);
    total += (await loss.item()) * counts;
    weight += counts;
    if (measure) found.push({ batch, outputs: outputs as Readonly<Record<string, HostTensor>> });
  }
  return { loss: total / weight, ...measure?.(found) };
}

/** The rows of a batch: those of its first tensor. */
function rowsOf(batch: object): number {
  return Number(flattenTree(batch)[0]?.shape[0] ?? 1);
}

export interface EvaluateOptions extends RunnerOptions {
  /** Rows of one call. @default 256 */
  readonly batchSize?: number;
}

/**
 * Loss and metrics of a model on data.
 * @example
 * const model = new Linear(2, 2, new Random(1));
 * const rows = Dataset.of([{ x: [1, 0], y: 0 }, { x: [0, 1], y: 1 }]);
 * const { accuracy } = await evaluateTask(model, classification({ classes: 2 }), rows);
 * console.log(accuracy !== undefined && accuracy >= 0); // → true
 */
export async function evaluateTask<Model extends object, Batch extends object, Row>(
  model: Model,
  task: Task<Model, Batch, Row>,
  data: LearnData<Batch, Row>,
  given: EvaluateOptions = {},
): Promise<Record<string, number>> {
  const { batchSize = 256, ...options } = knownOptions(
    'evaluateTask',
    given,
    'batchSize rowsPerCall executor cacheSize name threads precision profilePrefix',
  );
  const batches = batchesOf(task, data, { batchSize, shuffle: false });
  return await withRunner(evaluation(task), { name: task.name, ...options }, (runner) =>
    evaluateWith(runner as Evaluator<Model, Batch>, model, task, batches),
  );
}

/**
 * A task's outputs for each row, in order: what `outputs` gives, row by row joined.
 * @example
 * const model = new Linear(2, 2, new Random(1));
 * const rows = Dataset.of([{ x: [1, 0], y: 0 }, { x: [0, 1], y: 1 }]);
 * const [first] = await predictTask(model, classification({ classes: 2 }), rows);
 * console.log(first?.outputs.probabilities?.shape); // → [ 2, 2 ]
 */
export async function predictTask<Model extends object, Batch extends object, Row>(
  model: Model,
  task: Task<Model, Batch, Row>,
  data: LearnData<Batch, Row>,
  given: EvaluateOptions = {},
): Promise<Evaluated<Batch>[]> {
  const { batchSize = 256, ...options } = knownOptions(
    'predictTask',
    given,
    'batchSize rowsPerCall executor cacheSize name threads precision profilePrefix',
  );
  const { outputs } = task;
  if (!outputs)
    throw new ArgumentError('predictTask', `the task '${task.name}' has no outputs; give it some`);
  const batches = batchesOf(task, data, { batchSize, shuffle: false });
  return await withRunner(
    (current: Model, batch: Batch) => outputs(current, batch),
    options,
    async ({ run }) => {
      const found: Evaluated<Batch>[] = [];
      for (let index = 0; index < batches.batchesPerEpoch; index++) {
        const batch = await batches.batch(0, index);
        found.push({ batch, outputs: (await run(model, batch)) as Readonly<Record<string, HostTensor>> });
      }
      return found;
    },
  );
}
