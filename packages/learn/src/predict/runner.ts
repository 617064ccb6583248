/** One way to run a function over many rows: compiled once for each shape, called chunk by chunk, freed at the end. */
import { knownOptions, requireWhole } from '@noosphere/base';
import { type CompiledFunction, type CompileOptions, compile, type Tree } from '@noosphere/core';

export interface RunnerOptions extends CompileOptions {
  /** Rows of one call at most. @default 1024 */
  readonly rowsPerCall?: number;
}

/** A compiled function, and how many rows it takes at a time. Rows of one shape share a program; the last, smaller chunk has one of its own. */
export class Runner<Args extends readonly Tree[], Result extends Tree> {
  /** Calls the function once. */
  readonly run: CompiledFunction<Args, Result>;
  readonly rowsPerCall: number;

  constructor(f: (...args: Args) => Result, given: RunnerOptions = {}) {
    const { rowsPerCall = 1024, ...options } = knownOptions(
      'Runner',
      given,
      'rowsPerCall executor cacheSize name threads precision profilePrefix',
    );
    requireWhole('predict', 'rowsPerCall', rowsPerCall);
    this.run = compile(f, options);
    this.rowsPerCall = rowsPerCall;
  }

  /** The results of rows `0 … rows - 1`, chunk by chunk, in order. @param argsOf Makes the arguments of rows `first … last - 1`. */
  async *chunks(
    rows: number,
    argsOf: (first: number, last: number) => Args | Promise<Args>,
  ): AsyncGenerator<{ readonly first: number; readonly last: number; readonly result: Result }> {
    for (let first = 0; first < rows; first += this.rowsPerCall) {
      const last = Math.min(rows, first + this.rowsPerCall);
      yield { first, last, result: await this.run(...(await argsOf(first, last))) };
    }
  }
}

/**
 * Hands a function over as a program, and frees it whatever happens.
 * @example
 * const total = await withRunner((x: Tensor) => sum(square(x)), { rowsPerCall: 2 }, async (runner) => {
 *   const rows = [[1], [2], [3]];
 *   let found = 0;
 *   for await (const { result } of runner.chunks(3, (first, last) => [tensor(rows.slice(first, last))]))
 *     found += await result.item();
 *   return found;
 * });
 * console.log(total); // → 14
 */
export async function withRunner<Args extends readonly Tree[], Result extends Tree, Found>(
  f: (...args: Args) => Result,
  options: RunnerOptions,
  work: (runner: Runner<Args, Result>) => Promise<Found>,
): Promise<Found> {
  knownOptions('withRunner', options, 'rowsPerCall executor cacheSize name threads precision profilePrefix');
  const runner = new Runner(f, options);
  try {
    return await work(runner);
  } finally {
    await runner.run.dispose();
  }
}
