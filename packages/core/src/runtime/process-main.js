// @ts-check
/** What runs inside the process of process.ts. */
import { answerOf } from './answers.js';

/** @param {Float32Array} data */
const asIs = (data) => data;

process.on('message', (/** @type {import('./worker.js').WorkerRequest} */ request) => {
  void answerOf(request, asIs, asIs).then((result) => process.send?.(result));
});
process.on('disconnect', () => process.exit());
