/** The program of a forecasting thread: builds the models from their settings, then does the tasks it is sent. */
import { parentPort, workerData } from 'node:worker_threads';
import type { ModelSettings } from '../local/local-model.js';
import { modelFromSettings } from '../registry/models.js';
import { type ModelOutcome, runTask, type SeriesTask, type TaskPlan } from './series-task.js';

export interface ThreadJob extends TaskPlan {
  readonly models: readonly ModelSettings[];
}

export interface ThreadAnswer {
  readonly index: number;
  readonly outcomes: readonly ModelOutcome[];
}

if (parentPort) {
  const port = parentPort;
  const { models: settings, ...plan } = workerData as ThreadJob;
  const models = settings.map((each) => modelFromSettings(each));
  port.on('message', (tasks: readonly SeriesTask[]) => {
    const answers = tasks.map(
      (task): ThreadAnswer => ({ index: task.index, outcomes: runTask(task, models, plan) }),
    );
    const buffers = answers.flatMap(({ outcomes }) =>
      outcomes.flatMap(({ mean, lower, upper }) =>
        [mean, ...lower, ...upper].map((column) => column.buffer as ArrayBuffer),
      ),
    );
    port.postMessage(answers, buffers);
  });
}
