/** A model as an HTTP service: rows in, predictions out, with limits, counts and an orderly end. */
import { ArgumentError, knownOptions, PlatformError, requirePositive, requireWhole } from '@noosphere/base';
import { loadModel, type Row, type SavedModel } from '../folder/index.js';
import { openApiOf, rowSchemaOf } from './schema.js';
import { type ServerOptions, type StartedServer, startServer } from './start-server.js';

export interface ServeModelOptions extends Omit<ServerOptions, 'portOption'> {
  /** Bytes of one request; more is refused with 413. @default 1e6 */
  readonly largestBodyBytes?: number;
  /** Rows of one request; more is refused with 400. @default 1000 */
  readonly mostRows?: number;
  /** Requests that are worked on or wait at a time; more are refused with 503. @default 100 */
  readonly mostWaiting?: number;
  /** How long one request may take to arrive, and to be answered; longer ends in 408 or 504. @default 30e3 */
  readonly timeoutMs?: number;
  /** How long requests that are under way may take after the signal. @default 10e3 */
  readonly graceMs?: number;
  /** Told of errors that are no fault of a request. @default nothing */
  readonly onError?: (error: unknown) => void;
}

/**
 * Serves a model, or a folder of `saveModel`: POST /predict takes `{"rows": [...]}` and gives `{"predictions": [...]}`; requests at
 * the same time run together. GET /model, /health, /metrics (Prometheus) and /openapi.json say what is there. When the signal comes
 * it takes no more, ends what is under way, and closes the model.
 * @throws ArgumentError where the port cannot be had.
 * @example
 * const forward = ({ x }: Record<string, Tensor>) => ({ y: mul(x as Tensor, 2) });
 * await saveModel('twice', { kind: 'example', forward, inputs: { x: { dtype: 'float32', shape: ['n'] } }, weights: {} });
 * const stop = new AbortController();
 * const { address, closed } = await serveModel('twice', { signal: stop.signal });
 * const body = JSON.stringify({ rows: [{ x: [1, 2] }, { x: [3] }] });
 * const answer = await fetch(`${address}predict`, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
 * console.log(await answer.text()); // → {"predictions":[{"y":[2,4]},{"y":[6]}]}
 * stop.abort();
 * await closed;
 */
export async function serveModel(
  source: string | SavedModel,
  options: ServeModelOptions = {},
): Promise<StartedServer> {
  knownOptions(
    'serveModel',
    options,
    'port host signal graceMs largestBodyBytes mostRows mostWaiting timeoutMs onError',
  );
  const { largestBodyBytes = 1e6, mostRows = 1000, mostWaiting = 100, onError, ...others } = options;
  const { timeoutMs = 30e3, graceMs = 10e3 } = others;
  for (const [name, value] of Object.entries({ largestBodyBytes, mostRows, mostWaiting }))
    requireWhole('serveModel', name, value);
  requirePositive('serveModel', 'timeoutMs', timeoutMs);
  const model = typeof source === 'string' ? await loadModel(source) : source;
  const { manifest } = model;
  const statuses = new Map<number, number>();
  let waiting = 0;
  let rowsDone = 0;
  let errors = 0;

  const { fastify } = await loadFastify();
  const app = fastify({
    bodyLimit: largestBodyBytes,
    ajv: { customOptions: { coerceTypes: false, removeAdditional: false, useDefaults: false } },
  });
  app.addHook('onResponse', async (_, { statusCode }) => {
    statuses.set(statusCode, (statuses.get(statusCode) ?? 0) + 1);
    if (statusCode >= 400) errors++;
  });
  app.setNotFoundHandler((request, reply) =>
    reply.code(404).send({ error: `there is no ${request.method} ${request.url}; see /openapi.json` }),
  );
  app.setErrorHandler((error, _, reply) => {
    const { statusCode = 500 } = error as { statusCode?: number };
    const status = ArgumentError.isInstance(error) ? 400 : statusCode;
    if (status >= 500) onError?.(error);
    const message = error instanceof Error && status < 500 ? error.message : 'the prediction failed';
    return reply.code(status).send({ error: message });
  });

  const rows = {
    type: 'array',
    minItems: 1,
    maxItems: mostRows,
    items: model.rowSchema ?? rowSchemaOf(manifest.inputs),
  };
  const body = { type: 'object', additionalProperties: false, required: ['rows'], properties: { rows } };
  app.post('/predict', { schema: { body } }, async (request, reply) => {
    if (waiting >= mostWaiting) {
      const seconds = Math.ceil((model.latency.p99Ms || 1000) / 1000);
      return reply
        .code(503)
        .header('retry-after', seconds)
        .send({ error: `${waiting} requests wait; try again later` });
    }
    const { rows } = request.body as { rows: readonly Row[] };
    waiting++;
    // What ran out of time still takes its place until it is done.
    const predicted = model.predict(rows).finally(() => waiting--);
    const predictions = await within(timeoutMs, predicted);
    if (!predictions)
      return reply.code(504).send({ error: `no prediction within ${timeoutMs} ms; send fewer rows` });
    rowsDone += rows.length;
    return reply
      .type('application/json')
      .send(
        JSON.stringify({ predictions }, (_, value) => (typeof value === 'bigint' ? String(value) : value)),
      );
  });
  app.get('/health', () => ({ status: 'ok', kind: manifest.kind }));
  app.get('/model', () => {
    const { kind, card, inputs, outputs, metrics, seeds, versions, created } = manifest;
    return { kind, card, inputs, outputs, metrics, seeds, versions, created };
  });
  app.get('/openapi.json', () => openApiOf(manifest, body));
  app.get('/metrics', (_, reply) => reply.type('text/plain; version=0.0.4').send(metricsText()));

  const metricsText = () => {
    const { calls, p50Ms, p99Ms } = model.latency;
    const answers = [...statuses].map(
      ([status, count]) => `noosphere_requests_total{status="${status}"} ${count}\n`,
    );
    return `# TYPE noosphere_requests_total counter
${answers.join('')}# TYPE noosphere_errors_total counter
noosphere_errors_total ${errors}
# TYPE noosphere_rows_total counter
noosphere_rows_total ${rowsDone}
# TYPE noosphere_waiting gauge
noosphere_waiting ${waiting}
# TYPE noosphere_predict_seconds summary
noosphere_predict_seconds{quantile="0.5"} ${p50Ms / 1000}
noosphere_predict_seconds{quantile="0.99"} ${p99Ms / 1000}
noosphere_predict_seconds_count ${calls}
`;
  };

  try {
    await app.ready();
    const limits = { ...others, timeoutMs, graceMs };
    const started = await startServer((request, response) => app.routing(request, response), limits);
    return { ...started, closed: started.closed.then(() => app.close()).then(() => model.close()) };
  } catch (error) {
    await app.close();
    if (model !== source) await model.close();
    throw error;
  }
}

/** Loaded here, and installed by those who serve: a program that does not pays nothing for it. */
async function loadFastify() {
  try {
    return await import('fastify');
  } catch (cause) {
    throw new PlatformError('serveModel', 'needs fastify, which is not installed; npm install fastify@5', {
      cause,
    });
  }
}

/** What a promise gives, or nothing where it takes longer. */
async function within<T>(timeoutMs: number, promise: Promise<T>): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((done) => {
    timer = setTimeout(() => done(undefined), timeoutMs);
  });
  return await Promise.race([promise, late]).finally(() => clearTimeout(timer));
}
