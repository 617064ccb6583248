/** Tasks over series, shared by threads: their results do not depend on how many there are. */
import { setImmediate } from 'node:timers/promises';
import { startThread, ThreadCalls } from '@noosphere/base/workers';
import { ArgumentError, RuntimeError } from '@noosphere/core';
import { type LocalModel, settingsOf } from '../local/local-model.js';
import { isRegistered } from '../registry/models.js';
import { type ModelOutcome, runTask, type SeriesTask, type TaskPlan } from './series-task.js';
import type { ThreadAnswer, ThreadJob } from './worker-main.js';

export interface RunOptions {
  /**
   * Threads that fit; 0 for this one only. Models of your own, that the registry cannot rebuild, always run in this thread.
   * @default all cores, started once this thread has worked for 100 ms
   */
  readonly workers?: number;
  /** Told as series, and steps of trainings, are done. */
  readonly onProgress?: (progress: RunProgress) => void;
  /** Ends the work. */
  readonly signal?: AbortSignal;
  /** What an aborted signal leaves: a rejection with its reason, or the series done, the others being failures. @default 'reject' */
  readonly onAbort?: 'reject' | 'keep';
}

/** How far a run is: series that all models of one series each have forecast, or steps of a training. */
export interface RunProgress {
  readonly done: number;
  readonly total: number;
  readonly unit: 'series' | 'step';
  /** Name of the model that is trained. */
  readonly model?: string;
  /** Training loss of the step. */
  readonly loss?: number;
  /** Loss of the last validation, where there was one. */
  readonly validationLoss?: number;
}

/** Work that a thread of its own does not pay for. */
const warmUpMs = 100;
/** This thread takes a breath, for signals and progress, at least this often. */
const breathMs = 20;

export interface SeriesRun {
  readonly count: number;
  readonly taskOf: (index: number) => SeriesTask;
  readonly models: readonly LocalModel[];
  readonly plan: TaskPlan;
  /** Takes what a model made of a series, in any order. */
  readonly take: (index: number, model: number, outcome: ModelOutcome) => void;
}

export async function runSeries(run: SeriesRun, options: RunOptions): Promise<void> {
  const { workers, signal, onAbort = 'reject' } = options;
  if (workers !== undefined && (!Number.isSafeInteger(workers) || workers < 0))
    throw new ArgumentError('workers', `expects a whole number of threads from 0, got ${workers}`);
  if (onAbort === 'reject') signal?.throwIfAborted();
  if (run.models.length === 0) return;
  const places = run.models.map((_, index) => index);
  const isShared = (place: number) => workers !== 0 && isRegistered(run.models[place] as LocalModel);
  const done = new Uint8Array(run.count);
  const groups = [places.filter(isShared), places.filter((place) => !isShared(place))].filter(
    (group) => group.length > 0,
  );
  const taken = new Uint8Array(run.count * run.models.length);
  let finished = 0;
  const tell = (index: number, group: readonly number[], outcomes: readonly ModelOutcome[]) => {
    outcomes.forEach((outcome, at) => {
      const place = group[at] as number;
      taken[index * run.models.length + place] = 1;
      run.take(index, place, outcome);
    });
    done[index] = (done[index] as number) + 1;
    if (done[index] === groups.length) {
      options.onProgress?.({ done: ++finished, total: run.count, unit: 'series' });
    }
  };
  const ended = await Promise.allSettled(
    groups.map(async (group) => {
      const part: Part = { ...run, models: group.map((place) => run.models[place] as LocalModel), next: 0 };
      const take = (index: number, outcomes: readonly ModelOutcome[]) => tell(index, group, outcomes);
      const isAlone = !isShared(group[0] as number);
      await runHere(
        part,
        take,
        isAlone ? Number.POSITIVE_INFINITY : workers === undefined ? warmUpMs : 0,
        signal,
      );
      if (part.next < part.count) await runThreads(part, take, workers, signal);
    }),
  );
  const isKept = onAbort === 'keep' && signal?.aborted === true;
  for (const each of ended)
    if (each.status === 'rejected' && !(isKept && each.reason === signal.reason)) throw each.reason;
  for (let at = 0; isKept && at < taken.length; at++)
    if (taken[at] === 0)
      run.take(Math.floor(at / run.models.length), at % run.models.length, notReached(run.plan));
}

/** The message of a series that a stopped run did not come to. */
export const unreachedMessage = 'not reached before the run was stopped';

/** What a stopped run leaves of a series. */
export function notReached({ levels }: TaskPlan): ModelOutcome {
  const none = levels.map(() => new Float64Array());
  return {
    mean: new Float64Array(),
    lower: none,
    upper: none,
    failure: { origin: 0, message: unreachedMessage },
    elapsedMs: 0,
  };
}

interface Part extends Pick<SeriesRun, 'count' | 'taskOf' | 'models' | 'plan'> {
  /** The next series to begin. */
  next: number;
}
type Take = (index: number, outcomes: readonly ModelOutcome[]) => void;

async function runHere(
  part: Part,
  take: Take,
  limitMs: number,
  signal: AbortSignal | undefined,
): Promise<void> {
  signal?.throwIfAborted();
  const startMs = performance.now();
  let breathedMs = startMs;
  while (part.next < part.count && performance.now() - startMs < limitMs) {
    const index = part.next++;
    take(index, runTask(part.taskOf(index), part.models, part.plan));
    if (performance.now() - breathedMs > breathMs) {
      await setImmediate();
      signal?.throwIfAborted();
      breathedMs = performance.now();
    }
  }
}

async function runThreads(
  part: Part,
  take: Take,
  asked: number | undefined,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { availableParallelism } = await import('node:os');
  signal?.throwIfAborted();
  const left = part.count - part.next;
  const count = Math.min(asked ?? availableParallelism(), left);
  const chunk = Math.max(1, Math.min(64, Math.floor(left / (8 * count))));
  const data: ThreadJob = { ...part.plan, models: part.models.map(settingsOf) };
  const program = { from: import.meta.url, built: './forecast-worker.js', source: './worker-main.ts', data };
  const failure = (reason: string, cause?: Error) =>
    new RuntimeError('workers', `${reason}; workers: 0 does without`, { cause });
  const ended = new AbortController();
  const aborted = new Promise<never>((_, reject) =>
    signal?.addEventListener('abort', () => reject(signal.reason), { signal: ended.signal }),
  );
  const threads = Array.from(
    { length: count },
    () =>
      new ThreadCalls<{ tasks: readonly SeriesTask[] }, ThreadAnswer>(() => startThread(program), failure),
  );
  const serve = async (thread: (typeof threads)[number]) => {
    while (part.next < part.count) {
      const size = Math.min(chunk, part.count - part.next);
      const tasks = Array.from({ length: size }, () => part.taskOf(part.next++));
      const { outcomes } = await thread.call({ tasks });
      for (const [place, { index }] of tasks.entries()) take(index, outcomes[place] ?? []);
    }
  };
  try {
    await Promise.race([Promise.all(threads.map(serve)), aborted]);
  } finally {
    ended.abort();
    await Promise.all(threads.map((thread) => thread.close(failure('the run is over'))));
  }
}
