// @ts-check
/** What a thread or process of an executor does: it loads programs, runs them, answers. It holds native sessions only. */

/** @type {Map<number, import('onnxruntime-node').InferenceSession>} */
const sessions = new Map();

/**
 * @param {import('./worker.js').WorkerRequest} request
 * @param {(data: Float32Array) => Float32Array} own Data in memory of its own, which is all that the runtime reads.
 * @param {(data: Float32Array) => Float32Array} sent Data as it goes back.
 * @returns {Promise<import('./worker.js').WorkerAnswer>}
 */
async function answer(request, own, sent) {
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
      const values = own(/** @type {Float32Array} */ (data));
      feeds[name] = new ort.Tensor(/** @type {'float32'} */ (dtype), values, shape);
    }
    const results = await session.run(feeds);
    const outputs = request.outputs.map((name) => {
      const { type, dims, data } = /** @type {import('onnxruntime-node').Tensor} */ (results[name]);
      return { dtype: type, shape: dims, data: sent(/** @type {Float32Array} */ (data)) };
    });
    return { call, outputs };
  }
  const ending = request.kind === 'end' ? [...sessions.keys()] : [request.program];
  for (const program of ending) {
    await sessions.get(program)?.release();
    sessions.delete(program);
  }
  return { call };
}

/** `answer`, with errors as answers. @type {typeof answer} */
export async function answerOf(request, own, sent) {
  try {
    return await answer(request, own, sent);
  } catch (error) {
    return { call: request.call, error: error instanceof Error ? error.message : String(error) };
  }
}
