/** Named windows within a run, nested to any depth. */
import { FootprintError } from '../errors.js';
import { known } from './build-report.js';
import { addTotals, joulesOf, nothing, subtractTotals, type Totals, type View } from './ledger.js';
import type { WindowReport } from './report.js';

/** What a window asks of its run. */
export interface WindowHost {
  /** Takes a sample and gives the totals up to now. */
  now(): Totals;
  readonly view: View;
}

/** Windows by path; each `end` adds to its path's sum. */
export class WindowBook {
  readonly #host: WindowHost;
  readonly #sums = new Map<string, { count: number; totals: Totals }>();
  readonly #open = new Set<Window>();

  constructor(host: WindowHost) {
    this.#host = host;
  }

  open(path: string): Window {
    const window = new Window(path, this.#host.now(), this);
    this.#open.add(window);
    // In the order of their beginnings, so that a parent stands before its children.
    if (!this.#sums.has(path)) this.#sums.set(path, { count: 0, totals: nothing });
    return window;
  }

  /** Ends what is still open, the innermost first. */
  endAll(): void {
    for (const window of [...this.#open].reverse()) window.end();
  }

  /** @internal */
  close(window: Window, start: Totals): Totals {
    this.#open.delete(window);
    return this.add(window.path, start, this.#host.now());
  }

  /** Books what lies between two moments. */
  add(path: string, from: Totals, to: Totals): Totals {
    const used = subtractTotals(to, from);
    const sum = this.#sums.get(path) ?? { count: 0, totals: nothing };
    this.#sums.set(path, { count: sum.count + 1, totals: addTotals(sum.totals, used) });
    return used;
  }

  reports(): WindowReport[] {
    return [...this.#sums]
      .filter(([, { count }]) => count > 0)
      .map(([path, { count, totals }]) => ({ ...windowReport(path, totals, this.#host.view), count }));
  }

  /** @internal */
  report(path: string, totals: Totals): WindowReport {
    return windowReport(path, totals, this.#host.view);
  }
}

function windowReport(path: string, totals: Totals, view: View): WindowReport {
  return {
    path,
    count: 1,
    elapsedSeconds: totals.seconds,
    energyJoules: joulesOf(totals, view),
    carbonKilograms: known(totals.carbonKilograms),
    cost: known(totals.cost),
    processCpuSeconds: totals.processCpuSeconds,
  };
}

/** A stretch of a run: `const epoch = run.window('epoch 1'); …; epoch.end();` or `using epoch = …`. */
export class Window {
  readonly path: string;
  readonly #start: Totals;
  readonly #book: WindowBook;
  #report: WindowReport | undefined;

  /** @internal Made by `Run.window` and `Window.window`. */
  constructor(path: string, start: Totals, book: WindowBook) {
    this.path = path;
    this.#start = start;
    this.#book = book;
  }

  /** A window inside this one. */
  window(name: string): Window {
    if (this.#report !== undefined)
      throw new FootprintError(
        'window',
        `expected an open window, got '${this.path}', which ended; open '${name}' in the run`,
      );
    return this.#book.open(`${this.path}/${checkedName(name)}`);
  }

  /** Ends it and tells what it took; a second call tells the same. */
  end(): WindowReport {
    this.#report ??= this.#book.report(this.path, this.#book.close(this, this.#start));
    return this.#report;
  }

  [Symbol.dispose](): void {
    this.end();
  }
}

/** A name without the separator. */
export function checkedName(name: string): string {
  if (name === '' || name.includes('/'))
    throw new FootprintError('window', `expected a name without '/', got '${name}'`);
  return name;
}
