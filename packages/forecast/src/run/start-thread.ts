/** Starts a forecasting thread, from the built package and from its sources. */
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { ThreadJob } from './worker-main.js';

/**
 * Built, the program lies beside the package's entry as JavaScript. From sources (tests, scripts of this workspace) it is
 * TypeScript, which the thread loads through tsx, with the workspace's own condition.
 */
export function startThread(job: ThreadJob): Worker {
  if (!import.meta.url.endsWith('.ts')) {
    return new Worker(new URL('./forecast-worker.js', import.meta.url), { workerData: job, execArgv: [] });
  }
  // A thread's program cannot be TypeScript before tsx is registered in it; require finds tsx's other build.
  const tsx = createRequire(import.meta.url)
    .resolve('tsx/esm/api')
    .replace(/\.cjs$/, '.mjs');
  const program = new URL('./worker-main.ts', import.meta.url).href;
  const code = `import('${pathToFileURL(tsx).href}').then(({ register }) => (register(), import('${program}')))`;
  return new Worker(code, { eval: true, workerData: job, execArgv: ['-C', '@noosphere/source'] });
}
