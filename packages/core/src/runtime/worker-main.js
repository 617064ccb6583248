// @ts-check
/** What runs inside the worker thread of worker.ts. */
import { parentPort } from 'node:worker_threads';
import { answerOf } from './answers.js';

/**
 * Data in memory that both threads see.
 * @param {Float32Array} from
 */
function shared(from) {
  const memory = new SharedArrayBuffer(from.byteLength);
  new Uint8Array(memory).set(new Uint8Array(from.buffer, from.byteOffset, from.byteLength));
  const View = /** @type {Float32ArrayConstructor} */ (from.constructor);
  return new View(memory);
}

parentPort?.on('message', (/** @type {import('./worker.js').WorkerRequest} */ request) => {
  // The runtime reads only memory of its own thread: one copy, here, where it holds nobody up.
  void answerOf(request, (data) => data.slice(), shared).then((result) => {
    parentPort?.postMessage(result);
    // Closing the port lets the thread end by itself: ending it from outside while native code runs can abort the process.
    if (request.kind === 'end') parentPort?.close();
  });
});
