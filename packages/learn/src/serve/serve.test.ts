/** A served model as programs meet it, and as those who mean harm do. */
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { add, matmul, mul, type Tensor, tensor } from '@noosphere/core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  loadModel,
  type Prediction,
  registerProcessing,
  type SavedModel,
  saveModel,
} from '../folder/index.js';
import { type ServeModelOptions, type StartedServer, serveModel, startServer } from './index.js';

const root = mkdtempSync(join(tmpdir(), 'noosphere-serve-'));
const folder = join(root, 'model');
const stop = new AbortController();
let served: StartedServer;

beforeAll(async () => {
  await saveModel(folder, {
    kind: 'test/served',
    forward: ({ x, n, flag }, { w }) => ({
      y: matmul(x as Tensor, w as Tensor),
      twice: add(n as Tensor, n as Tensor),
      same: flag as Tensor,
    }),
    inputs: {
      x: { dtype: 'float32', shape: ['time', 2], minimum: -10, maximum: 10, description: 'steps' },
      n: { dtype: 'int64', shape: [] },
      flag: { dtype: 'bool', shape: [1] },
    },
    weights: { w: tensor([1, 2]) },
    metrics: { mae: 0.5 },
    card: { title: 'A test', licence: 'mit' },
  });
  served = await serveModel(folder, { signal: stop.signal, mostRows: 3, largestBodyBytes: 2000 });
});
afterAll(async () => {
  stop.abort();
  await served.closed;
  rmSync(root, { recursive: true });
});

const post = (body: unknown, address = served.address, type = 'application/json') =>
  fetch(`${address}predict`, {
    method: 'POST',
    headers: { 'content-type': type },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
const get = (path: string) => fetch(`${served.address}${path}`);
const row = { x: [[1, 2]], n: 3, flag: [true] };

test('rows of several sizes give predictions in order', async () => {
  const answer = await post({
    rows: [
      row,
      {
        x: [
          [0, 1],
          [2, 0],
          [1, 1],
        ],
        n: 2 ** 52,
        flag: [0],
      },
    ],
  });
  expect([answer.status, answer.headers.get('x-content-type-options')]).toEqual([200, 'nosniff']);
  expect(await answer.json()).toEqual({
    predictions: [
      { y: [5], twice: 6, same: [true] },
      // 2^53 is no safe integer.
      { y: [2, 2, 3], twice: '9007199254740992', same: [false] },
    ],
  });
});

test.each([
  [{}, 400, "must have required property 'rows'"],
  [{ rows: [] }, 400, 'must NOT have fewer than 1 items'],
  [{ rows: [row, row, row, row] }, 400, 'must NOT have more than 3 items'],
  [{ rows: [{ ...row, z: 1 }] }, 400, 'body/rows/0 must NOT have additional properties'],
  [{ rows: [{ ...row, x: [[1, '2']] }] }, 400, 'body/rows/0/x/0/1 must be number'],
  [{ rows: [{ ...row, x: [[1, 11]] }] }, 400, 'must be <= 10'],
  [{ rows: [{ ...row, x: [[1]] }] }, 400, 'must NOT have fewer than 2 items'],
  [{ rows: [{ ...row, n: 0.5 }] }, 400, 'must be integer'],
  [{ rows: [{ ...row, flag: [2] }] }, 400, 'flag/0'],
  ['{', 400, 'JSON'],
  [{ rows: [row], more: 'x'.repeat(3000) }, 413, 'too large'],
])('request %# is refused', async (body, status, message) => {
  const answer = await post(body);
  expect(answer.status).toBe(status);
  expect(((await answer.json()) as { error: string }).error).toContain(message);
});

test('other types, paths and methods', async () => {
  expect((await post('<rows/>', undefined, 'application/xml')).status).toBe(415);
  expect((await get('nothing')).status).toBe(404);
  expect((await get('predict')).status).toBe(404);
});

test('what it says of itself', async () => {
  expect(await (await get('health')).json()).toEqual({ status: 'ok', kind: 'test/served' });
  const model = (await (await get('model')).json()) as SavedModel['manifest'];
  expect(model).toMatchObject({
    kind: 'test/served',
    metrics: { mae: 0.5 },
    card: { title: 'A test', licence: 'mit' },
  });
  expect(model.files).toBeUndefined();
  const api = (await (await get('openapi.json')).json()) as {
    paths: Record<string, { post: { requestBody: unknown } }>;
  };
  expect(api.paths['/predict']?.post.requestBody).toMatchObject({
    content: {
      'application/json': {
        schema: {
          properties: {
            rows: {
              items: {
                required: ['x', 'n', 'flag'],
                properties: {
                  x: {
                    type: 'array',
                    title: 'time',
                    description: 'steps',
                    items: { minItems: 2, maxItems: 2 },
                  },
                  n: { type: 'integer', maximum: Number.MAX_SAFE_INTEGER },
                },
              },
            },
          },
        },
      },
    },
  });
  const text = await (await get('metrics')).text();
  expect(text).toMatch(/^noosphere_requests_total\{status="200"\} [1-9]/m);
  expect(text).toMatch(/^noosphere_requests_total\{status="413"\} 1$/m);
  expect(text).toMatch(/^noosphere_errors_total \d\d$/m);
  expect(text).toMatch(/^noosphere_rows_total 2$/m);
  expect(text).toMatch(/^noosphere_predict_seconds\{quantile="0.99"\} 0\.\d+$/m);
  for (const line of text.trim().split('\n'))
    expect(line).toMatch(/^(# (HELP|TYPE) )?noosphere_[a-z_]+(\{\w+="[\d.]+"\})? .+$/);
});

test('a name of another site that points here', async () => {
  const answer = await new Promise<string>((done, fault) => {
    const socket = connect(served.port, '127.0.0.1', () =>
      socket.write('GET /model HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n'),
    );
    let text = '';
    socket.on('data', (chunk) => {
      text += String(chunk);
    });
    socket.on('end', () => done(text));
    socket.on('error', fault);
  });
  expect(answer).toMatch(/^HTTP\/1\.1 421 /);
});

/** A model whose predictions wait until they are let go. */
function slowModel(model: SavedModel) {
  const waiting: (() => void)[] = [];
  let closed = false;
  const slow: SavedModel = {
    ...model,
    predict: (rows) =>
      new Promise<Prediction[]>((done) => waiting.push(() => done(rows.map(() => ({ y: closed ? 0 : 1 }))))),
    close: async () => {
      closed = true;
      await model.close();
    },
  };
  const letGo = () => {
    for (const go of waiting.splice(0)) go();
  };
  return { slow, letGo, isClosed: () => closed, waiting };
}

describe('when it is slow', () => {
  const start = async (options: ServeModelOptions) => {
    const own = new AbortController();
    const model = slowModel(await loadModel(folder));
    const server = await serveModel(model.slow, { signal: own.signal, ...options });
    const until = async (count: number) => {
      while (model.waiting.length < count) await new Promise((done) => setTimeout(done, 5));
    };
    return { ...model, ...server, own, until };
  };

  test('more than may wait is refused, and told when to come again', async () => {
    const { address, closed, own, letGo, until } = await start({ mostWaiting: 2 });
    const first = [post({ rows: [row] }, address), post({ rows: [row] }, address)];
    await until(2);
    const refused = await post({ rows: [row] }, address);
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '1']);
    letGo();
    expect((await Promise.all(first)).map(({ status }) => status)).toEqual([200, 200]);
    own.abort();
    await closed;
  });

  test('what takes too long ends in 504, and the server goes on', async () => {
    const { address, closed, own, letGo } = await start({ timeoutMs: 50 });
    expect((await post({ rows: [row] }, address)).status).toBe(504);
    expect((await fetch(`${address}health`)).status).toBe(200);
    letGo();
    own.abort();
    await closed;
  });

  test('the signal lets it end what runs, take nothing more, and close the model', async () => {
    const { address, closed, own, letGo, until, isClosed } = await start({});
    const running = post({ rows: [row] }, address);
    await until(1);
    own.abort();
    await expect(fetch(`${address}health`)).rejects.toThrow();
    expect(isClosed()).toBe(false);
    letGo();
    const answer = await running;
    expect([answer.headers.get('connection'), await answer.json()]).toEqual([
      'close',
      { predictions: [{ y: 1 }] },
    ]);
    await closed;
    expect(isClosed()).toBe(true);
  });

  test('what runs beyond the grace is cut off', async () => {
    const { address, closed, own, letGo, until } = await start({ graceMs: 30 });
    const running = post({ rows: [row] }, address).catch((error: Error) => error.message);
    await until(1);
    own.abort();
    expect(await running).toBe('fetch failed');
    letGo();
    await closed;
  });
});

test('rows of processing are described by it, and its faults are not told', async () => {
  registerProcessing('test/serve', {
    make: () => ({
      before: ({ text }) => {
        if (text === 'secret') throw new Error('the secret path');
        return { x: String(text).length };
      },
      rowSchema: { type: 'object', required: ['text'], properties: { text: { type: 'string' } } },
    }),
  });
  const place = join(root, 'text');
  await saveModel(place, {
    kind: 'test/text',
    forward: ({ x }) => ({ y: mul(x as Tensor, 2) }),
    inputs: { x: { dtype: 'float32', shape: [] } },
    weights: {},
    processing: [{ name: 'test/serve' }],
  });
  const own = new AbortController();
  const faults: unknown[] = [];
  const { address, closed } = await serveModel(place, {
    signal: own.signal,
    onError: (fault) => faults.push(fault),
  });
  expect(await (await post({ rows: [{ text: 'four' }] }, address)).json()).toEqual({
    predictions: [{ y: 8 }],
  });
  expect(await (await post({ rows: [{ text: 4 }] }, address)).json()).toEqual({
    error: 'body/rows/0/text must be string',
  });
  const failed = await post({ rows: [{ text: 'secret' }] }, address);
  expect([failed.status, await failed.json(), faults.length]).toEqual([
    500,
    { error: 'the prediction failed' },
    1,
  ]);
  own.abort();
  await closed;
});

test('a port that is taken, wrong options, an answer that fails', async () => {
  await expect(serveModel(folder, { port: served.port })).rejects.toThrow(
    /it is in use; port: 0 picks a free one/,
  );
  await expect(serveModel(folder, { mostRow: 1 } as never)).rejects.toThrow('did you mean mostRows?');
  await expect(serveModel(folder, { mostRows: 0 })).rejects.toThrow('mostRows must be a whole number from 1');
  const own = new AbortController();
  const { address, closed } = await startServer(
    () => {
      throw new Error('no');
    },
    { signal: own.signal },
  );
  const answer = await fetch(address);
  expect([answer.status, await answer.text()]).toEqual([500, 'This could not be answered: no\n']);
  own.abort();
  await closed;
});
