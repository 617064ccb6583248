/** Starts a thread from a program of the package, built or from its sources. */
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';

export interface ThreadProgram {
  /** `import.meta.url` of the module that starts the thread; once built, that of the package's entry. */
  readonly from: string;
  /** The program beside the built entry, such as `./forecast-worker.js`. */
  readonly built: string;
  /** The program beside the source of the module, such as `./worker-main.ts`. */
  readonly source: string;
  /** What the program finds in `workerData`. @default undefined */
  readonly data?: unknown;
}

/**
 * Built, a program lies beside the package's entry as JavaScript. From sources (tests, scripts of this workspace) it may be
 * TypeScript, which the thread loads through tsx, with the workspace's own condition.
 */
export function startThread({ from, built, source, data }: ThreadProgram): Worker {
  if (!from.endsWith('.ts')) return new Worker(new URL(built, from), { workerData: data, execArgv: [] });
  if (!source.endsWith('.ts')) return new Worker(new URL(source, from), { workerData: data, execArgv: [] });
  // A thread's program cannot be TypeScript before tsx is registered in it; require finds tsx's other build.
  const tsx = createRequire(from)
    .resolve('tsx/esm/api')
    .replace(/\.cjs$/, '.mjs');
  const program = new URL(source, from).href;
  const code = `import('${pathToFileURL(tsx).href}').then(({ register }) => (register(), import('${program}')))`;
  return new Worker(code, { eval: true, workerData: data, execArgv: ['-C', '@noosphere/source'] });
}
