/** What the user sees while models train: how far, how fast, how long still. On stderr, so that stdout is the report. */
import type { EpochReport, NetworkKind } from '@noosphere/forecast';
import { rowTitles } from '@noosphere/forecast';

/** One training of many, and how much work it is expected to be. */
export interface Task {
  readonly title: string;
  readonly weight: number;
}

/** Rough cost of a kind of model: an LSTM's step takes about ten times an MLP's. */
export const taskWeight: Readonly<Record<NetworkKind, number>> = { linear: 0.2, mlp: 1, lstm: 10 };

/** Most trainings stop about here: only for the estimate of what is left. */
const usualEpochs = 15;
const plainIntervalMs = 5000;

/** A line that is written over, or one in a while where no terminal is. */
class StatusLine {
  readonly #stream: NodeJS.WriteStream = process.stderr;
  #lastPlainMs = performance.now();
  #shown = false;

  show(line: string): void {
    if (this.#stream.isTTY) {
      this.#stream.write(`\r\u001b[K${line.slice(0, (this.#stream.columns ?? 80) - 1)}`);
      this.#shown = true;
    } else if (performance.now() - this.#lastPlainMs > plainIntervalMs) {
      this.#lastPlainMs = performance.now();
      this.#stream.write(`${line}\n`);
    }
  }

  /** Takes the line away, so that the report can go on. */
  clear(): void {
    if (this.#shown) this.#stream.write('\r\u001b[K');
    this.#shown = false;
  }
}

/** So many of so many are done. */
export class CountProgress {
  readonly #title: string;
  readonly #line = new StatusLine();
  #startedMs = performance.now();
  #reportedMs = performance.now();
  #what = '';

  constructor(title: string) {
    this.#title = title;
  }

  /** @param what What is counted: `markets`. The time left is that of the same count. */
  show(done: number, total: number, what: string): void {
    // What is counted next began where the count before it ended.
    if (what !== this.#what) [this.#what, this.#startedMs] = [what, this.#reportedMs];
    this.#reportedMs = performance.now();
    const share = ((100 * done) / total).toFixed(0).padStart(3);
    const leftSeconds = ((this.#reportedMs - this.#startedMs) / 1000) * (total / done - 1);
    this.#line.show(
      `${share} %  ${this.#title}: ${done} of ${total} ${what}, about ${leftSeconds.toFixed(0)} s left`,
    );
  }

  clear(): void {
    this.#line.clear();
  }
}

/** Trainings one after another. */
export class Progress {
  readonly #totalWeight: number;
  readonly #line = new StatusLine();
  readonly #startedMs = performance.now();
  #doneWeight = 0;

  constructor(totalWeight: number) {
    this.#totalWeight = totalWeight;
  }

  /** One epoch of the running task is done. */
  epoch(task: Task, kind: NetworkKind, report: EpochReport): void {
    const part = Math.min(0.95, report.epoch / Math.min(report.epochs, usualEpochs));
    const done = this.#doneWeight + part * task.weight;
    const rate = `${report.stepsPerSecond.toFixed(0)} steps/s`;
    const loss = `validation loss ${report.validationLoss.toFixed(4)}`;
    this.#show(done, `${task.title}, ${rowTitles[kind]}: epoch ${report.epoch}, ${loss}, ${rate}`);
  }

  /** The running task is done. */
  finish(task: Task): void {
    this.#doneWeight += task.weight;
  }

  /** Takes the line away, so that the report can go on. */
  clear(): void {
    this.#line.clear();
  }

  #show(done: number, text: string): void {
    const share = done / this.#totalWeight;
    const leftSeconds = ((performance.now() - this.#startedMs) / 1000) * (1 / share - 1);
    this.#line.show(
      `${(100 * share).toFixed(0).padStart(3)} %  ${text}, about ${leftSeconds.toFixed(0)} s left`,
    );
  }
}
