/** The server as a browser meets it, and as one who means harm does: raw requests, since fetch tidies paths. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { StartedServer } from '@noosphere/learn';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { serveFolder } from '../src/serve/serve-folder.js';

const root = mkdtempSync(join(tmpdir(), 'outlook-serve-'));
const folder = join(root, 'runs');
const stop = new AbortController();
const policy = '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'">';
const report = `<!DOCTYPE html>${policy}<title>One</title>`;
let served: StartedServer;

beforeAll(async () => {
  mkdirSync(join(folder, 'run-1', 'models'), { recursive: true });
  mkdirSync(join(folder, 'run-2'));
  mkdirSync(join(folder, '<b>run & 3'));
  mkdirSync(join(folder, 'no run'));
  writeFileSync(join(root, 'secret.txt'), 'secret');
  writeFileSync(join(folder, '.hidden'), 'secret');
  writeFileSync(join(folder, 'run-1', 'outlook.html'), report);
  writeFileSync(join(folder, 'run-1', 'result.json'), '{"interrupted":false,"failures":[{"stage":"risk"}]}');
  writeFileSync(join(folder, 'run-1', 'models', 'a.onnx'), new Uint8Array([1, 2, 3]));
  writeFileSync(join(folder, 'run-1', 'forecasts.csv'), 'date,A\n');
  writeFileSync(join(folder, 'run-1', 'empty.csv'), '');
  writeFileSync(join(folder, 'run-2', 'result.json'), '{"interrupted":true');
  writeFileSync(join(folder, '<b>run & 3', 'outlook.html'), report);
  symlinkSync(join(root, 'secret.txt'), join(folder, 'out.txt'));
  symlinkSync(root, join(folder, 'up'));
  symlinkSync(join(folder, 'run-1', 'forecasts.csv'), join(folder, 'run-2', 'inside.csv'));
  served = await serveFolder(folder, { signal: stop.signal });
});
afterAll(async () => {
  stop.abort();
  await served.closed;
  rmSync(root, { recursive: true });
});

const get = (path: string, method = 'GET') => fetch(`${served.address}${path}`, { method });

/** Sends a request as it is, and returns the whole answer. */
function raw(text: string): Promise<string> {
  return new Promise((done, fault) => {
    const socket = connect(served.port, '127.0.0.1', () => socket.write(text));
    let answer = '';
    socket.on('data', (chunk) => {
      answer += String(chunk);
    });
    socket.on('end', () => done(answer));
    socket.on('error', fault);
  });
}
const rawGet = (path: string, host = `127.0.0.1:${served.port}`) =>
  raw(`GET ${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);

describe('what is there', () => {
  test('the list of runs, with their states and links that work', async () => {
    const answer = await get('');
    expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8');
    const html = await answer.text();
    expect(html).toContain('3 runs, the newest first.');
    expect(html).toContain('1 part not done');
    expect(html).toContain('its result cannot be read');
    expect(html).not.toContain('no run');
    expect(html).not.toContain('<b>run');
    const links = [...html.matchAll(/href="(http[^"]+)"/g)].map(([, href = '']) => href);
    expect(links.length).toBe(5);
    for (const link of links) expect((await fetch(link)).status).toBe(200);
  });

  test('a report, as it was written, under its own policy', async () => {
    const answer = await get('run-1/outlook.html');
    expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(answer.headers.get('content-security-policy')).toBeNull();
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
    expect(await answer.text()).toBe(report);
  });

  test.each([
    ['run-1/result.json', 'application/json; charset=utf-8', 51],
    ['run-1/forecasts.csv', 'text/csv; charset=utf-8', 7],
    ['run-1/models/a.onnx', 'application/octet-stream', 3],
    ['run-1/empty.csv', 'text/csv; charset=utf-8', 0],
    ['run-2/inside.csv', 'text/csv; charset=utf-8', 7],
    ['%3Cb%3Erun%20%26%203/outlook.html', 'text/html; charset=utf-8', report.length],
  ])('%s', async (path, type, bytes) => {
    const answer = await get(path);
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toBe(type);
    expect((await answer.arrayBuffer()).byteLength).toBe(bytes);
    const head = await get(path, 'HEAD');
    expect([head.status, head.headers.get('content-length'), await head.text()]).toEqual([
      200,
      String(bytes),
      '',
    ]);
  });

  test('all files of a run', async () => {
    const html = await (await get('run-1?files')).text();
    for (const name of ['outlook.html', 'models/a.onnx', 'forecasts.csv'])
      expect(html).toContain(`>${name}</a>`);
    for (const [, href = ''] of html.matchAll(/href="(http[^"]+)"/g))
      expect((await fetch(href)).status).toBe(200);
  });
});

describe('what is not', () => {
  test.each([
    '/../secret.txt',
    '/run-1/../../secret.txt',
    '/%2e%2e/secret.txt',
    '/..%2fsecret.txt',
    '/%2e%2e%2fsecret.txt',
    '/run-1/%2e%2e/%2e%2e/secret.txt',
    '/..\\secret.txt',
    '/..%5csecret.txt',
    '/%252e%252e/secret.txt',
    '//etc/passwd',
    '/out.txt',
    '/up/secret.txt',
    '/up',
    '/.hidden',
    '/run-1/outlook.html%00.txt',
    '/%ff',
    '/run-9',
    '/run-1/outlook.html/x',
    'http://127.0.0.1/run-1/outlook.html',
  ])('%s', async (path) => {
    const answer = await rawGet(path);
    expect(answer).toMatch(/^HTTP\/1\.1 404 /);
    expect(answer).not.toMatch(/\n.*secret|root:/);
  });

  test('a name longer than any file has', async () => {
    expect(await rawGet(`/${'a'.repeat(5000)}`)).toMatch(/^HTTP\/1\.1 404 /);
  });

  test.each(['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'])('%s', async (method) => {
    const answer = await get('run-1/outlook.html', method);
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
  });

  test('a name of another site that points here', async () => {
    expect(await rawGet('/', 'evil.example')).toMatch(/^HTTP\/1\.1 421 /);
    expect(await rawGet('/', `localhost:${served.port}`)).toMatch(/^HTTP\/1\.1 200 /);
    expect(await rawGet('/', '127.0.0.1"onload="x')).toMatch(/^HTTP\/1\.1 421 /);
  });
});

describe('its start and its end', () => {
  test('a port that is taken, a folder that is none, a wrong port', async () => {
    await expect(serveFolder(folder, { port: served.port })).rejects.toThrow(
      /in use; --port 0 picks a free one/,
    );
    await expect(serveFolder(join(root, 'secret.txt'))).rejects.toThrow('is no folder');
    await expect(serveFolder(folder, { port: 70_000 })).rejects.toThrow('from 0 to 65535, got 70000');
  });

  test('the signal ends it, with connections that are open', async () => {
    const own = new AbortController();
    const { closed, port, address } = await serveFolder(folder, { signal: own.signal });
    const socket = connect(port, '127.0.0.1');
    await new Promise((done) => socket.once('connect', done));
    own.abort();
    await closed;
    await expect(fetch(address)).rejects.toThrow();
    socket.destroy();
  });

  test('a folder without a run says so', async () => {
    const own = new AbortController();
    mkdirSync(join(root, 'none'));
    const { address, closed } = await serveFolder(join(root, 'none'), { signal: own.signal });
    expect(await (await fetch(address)).text()).toContain('There is no finished run here yet');
    own.abort();
    await closed;
  });
});
