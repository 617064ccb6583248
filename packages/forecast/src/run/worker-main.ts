/** The program of a forecasting thread: builds the models from their settings, then does the tasks it is sent. */
import { parentPort, workerData } from 'node:worker_threads';
import type { ModelSettings } from '../local/local-model.js';
import { modelFromSettings } from '../registry/models.js';
import { type ModelOutcome, runTask, type SeriesTask, type TaskPlan } from './series-task.js';

export interface ThreadJob extends TaskPlan {
  readonly models: readonly ModelSettings[];
}

export interface ThreadAnswer {
  readonly call: number;
  /** Of each task what each model made of it. */
  readonly outcomes: readonly (readonly ModelOutcome[])[];
}

if (parentPort) {
  const port = parentPort;
  const { models: settings, ...plan } = workerData as ThreadJob;
  const models = settings.map((each) => modelFromSettings(each));
  port.on('message', ({ call, tasks }: { readonly call: number; readonly tasks: readonly SeriesTask[] }) => {
    const outcomes = tasks.map((task) => runTask(task, models, plan));
    const columns = outcomes.flat().flatMap(({ mean, lower, upper }) => [mean, ...lower, ...upper]);
    const answer: ThreadAnswer = { call, outcomes };
    port.postMessage(
      answer,
      columns.map((column) => column.buffer as ArrayBuffer),
    );
  });
}
