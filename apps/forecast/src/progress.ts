/** How far the work is and how long it still takes, on stderr, so that stdout is the report. */
import type { RunProgress } from '@noosphere/forecast';

const intervalMs = 200;
/** Where no terminal is, lines are kept. */
const plainIntervalMs = 5000;

export class Progress {
  readonly #stream: NodeJS.WriteStream = process.stderr;
  /** A part of the work begins where the one before it ended, so that its first report tells its pace already. */
  #startedMs = performance.now();
  #reportedMs = performance.now();
  #part = '';
  #lastMs = performance.now();
  #shown = false;

  /** @param title What is being done: `fitting`. */
  show(title: string, { done, total, unit, model, loss, validationLoss }: RunProgress): void {
    const nowMs = performance.now();
    const part = `${title} ${model ?? ''}`;
    if (part !== this.#part) [this.#part, this.#startedMs] = [part, this.#reportedMs];
    this.#reportedMs = nowMs;
    if (nowMs - this.#lastMs < (this.#stream.isTTY ? intervalMs : plainIntervalMs)) return;
    this.#lastMs = nowMs;
    const leftSeconds = ((nowMs - this.#startedMs) / 1000) * (total / done - 1);
    const share = ((100 * done) / total).toFixed(0).padStart(3);
    const what =
      unit === 'step'
        ? `${title}, training ${model}: step ${done} of ${total}`
        : `${title}: ${done} of ${total} series`;
    const losses = [lossText('loss', loss), lossText('validation loss', validationLoss)].join('');
    const line = `${share} %  ${what}${losses}, about ${leftSeconds.toFixed(0)} s left`;
    if (!this.#stream.isTTY) this.#stream.write(`${line}\n`);
    else this.#stream.write(`\r\u001b[K${line.slice(0, (this.#stream.columns ?? 80) - 1)}`);
    this.#shown = true;
  }

  /** Takes the line away, so that the report can go on. */
  clear(): void {
    if (this.#shown && this.#stream.isTTY) this.#stream.write('\r\u001b[K');
    this.#shown = false;
  }
}

function lossText(name: string, loss: number | undefined): string {
  return loss === undefined ? '' : `, ${name} ${loss.toPrecision(4)}`;
}
