// @ts-check
/** What runs inside the worker thread of worker.ts. */
import { parentPort } from 'node:worker_threads';
import { answerOf } from './answers.js';

parentPort?.on('message', (/** @type {import('./worker.js').WorkerRequest} */ request) => {
  // The runtime reads only memory of its own thread, and owns what it gives: copies, here, where they hold nobody up.
  const copy = (/** @type {Float32Array} */ data) => data.slice();
  void answerOf(request, copy, copy).then((result) => {
    const outputs = 'outputs' in result ? (result.outputs ?? []) : [];
    // Handed over, not shared: the other thread's collector counts what it owns, and frees it in time.
    parentPort?.postMessage(
      result,
      outputs.map(({ data }) => /** @type {ArrayBuffer} */ (data.buffer)),
    );
    // Closing the port lets the thread end by itself: ending it from outside while native code runs can abort the process.
    if (request.kind === 'end') parentPort?.close();
  });
});
