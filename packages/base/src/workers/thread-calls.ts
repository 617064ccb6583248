/** Calls into a worker thread, and its answers. */
import type { TransferListItem, Worker } from 'node:worker_threads';

/** What a program answers: the number of the call that it was sent, and whatever else it says. */
interface NumberedAnswer {
  readonly call: number;
}

/**
 * A thread that answers calls: a message `{ call, …request }` goes out, a message `{ call, …answer }` comes back.
 *
 * The thread starts with the first call, and keeps the process alive only while one waits.
 * @param start Starts the thread.
 * @param failure The error of calls that get no answer: the thread failed (`cause` says how), or ended.
 */
export class ThreadCalls<Request extends object, Answer extends NumberedAnswer> {
  readonly #start: () => Worker;
  readonly #failure: (reason: string, cause?: Error) => Error;
  readonly #waiting = new Map<number, { resolve(answer: Answer): void; reject(error: Error): void }>();
  #worker: Worker | undefined;
  #calls = 0;
  #closed: Error | undefined;

  constructor(start: () => Worker, failure: (reason: string, cause?: Error) => Error) {
    this.#start = start;
    this.#failure = failure;
  }

  /** Sends a request; the promise is that of its answer. */
  async call(request: Request, transfer: readonly TransferListItem[] = []): Promise<Answer> {
    if (this.#closed) throw this.#closed;
    const worker = this.#started();
    const call = this.#calls++;
    worker.ref();
    return new Promise<Answer>((resolve, reject) => {
      this.#waiting.set(call, { resolve, reject });
      worker.postMessage({ ...request, call }, transfer);
    });
  }

  /** Refuses further calls with `error`; lets the thread end itself by a last request, or ends it where there is none. */
  async close(error: Error, last?: Request): Promise<void> {
    const worker = this.#worker;
    if (worker === undefined || this.#closed) {
      this.#closed ??= error;
      return;
    }
    if (last === undefined) {
      this.#end(error);
      await worker.terminate();
      return;
    }
    const ended = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
    const answered = this.call(last);
    this.#closed = error;
    await answered;
    worker.ref();
    await ended;
  }

  #started(): Worker {
    if (this.#worker) return this.#worker;
    const worker = this.#start();
    worker.on('message', (answer: Answer) => this.#settle(answer));
    worker.on('error', (cause) => this.#end(this.#failure(`the thread failed: ${cause.message}`, cause)));
    worker.on('exit', (code) =>
      this.#end(this.#failure(`the thread ended with code ${code} before it answered`)),
    );
    this.#worker = worker;
    return worker;
  }

  #settle(answer: Answer): void {
    this.#waiting.get(answer.call)?.resolve(answer);
    this.#waiting.delete(answer.call);
    // An idle thread must not keep the process alive.
    if (this.#waiting.size === 0) this.#worker?.unref();
  }

  #end(error: Error): void {
    this.#closed ??= error;
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }
}
