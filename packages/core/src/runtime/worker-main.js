// @ts-check
/** What runs inside the worker thread of worker.ts: loads programs, runs them, answers. It holds native sessions only. */
import { parentPort } from 'node:worker_threads';

/** @type {Map<number, import('onnxruntime-node').InferenceSession>} */
const sessions = new Map();

/**
 * @param {import('./worker.js').WorkerRequest} request
 * @returns {Promise<import('./worker.js').WorkerAnswer>}
 */
async function answer(request) {
  const { call } = request;
  const ort = await import('onnxruntime-node');
  if (request.kind === 'load') {
    sessions.set(request.program, await ort.InferenceSession.create(request.bytes, request.options));
    return { call };
  }
  if (request.kind === 'run') {
    const session = sessions.get(request.program);
    if (!session) return { call, error: 'the program was disposed' };
    /** @type {Record<string, import('onnxruntime-node').Tensor>} */
    const feeds = {};
    for (const [name, { dtype, shape, data }] of Object.entries(request.inputs)) {
      // The runtime reads only memory of its own thread: one copy, here, where it holds nobody up.
      feeds[name] = new ort.Tensor(
        /** @type {'float32'} */ (dtype),
        /** @type {Float32Array} */ (data.slice()),
        shape,
      );
    }
    const results = await session.run(feeds);
    return { call, outputs: request.outputs.map((name) => shared(results[name])) };
  }
  const ending = request.kind === 'end' ? [...sessions.keys()] : [request.program];
  for (const program of ending) {
    await sessions.get(program)?.release();
    sessions.delete(program);
  }
  return { call };
}

/**
 * A result with its data in memory that both threads see.
 * @param {import('onnxruntime-node').Tensor} tensor
 * @returns {import('./worker.js').SharedTensor}
 */
function shared({ type, dims, data }) {
  const from = /** @type {Float32Array} */ (data);
  const memory = new SharedArrayBuffer(from.byteLength);
  new Uint8Array(memory).set(new Uint8Array(from.buffer, from.byteOffset, from.byteLength));
  const View = /** @type {Float32ArrayConstructor} */ (from.constructor);
  return { dtype: type, shape: dims, data: new View(memory) };
}

parentPort?.on('message', (/** @type {import('./worker.js').WorkerRequest} */ request) => {
  void answer(request)
    .catch((error) => ({ call: request.call, error: error instanceof Error ? error.message : String(error) }))
    .then((result) => {
      parentPort?.postMessage(result);
      // Closing the port lets the thread end by itself: ending it from outside while native code runs can abort the process.
      if (request.kind === 'end') parentPort?.close();
    });
});
