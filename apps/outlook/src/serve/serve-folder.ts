/** A small HTTP server over finished runs: it reads, and does nothing else. */
import { createReadStream } from 'node:fs';
import { realpath, stat } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pipeline } from 'node:stream/promises';
import { ArgumentError } from '@noosphere/core';
import { contentType } from './content-types.js';
import { filesPage, indexPage } from './pages.js';
import { resolveInside } from './resolve.js';

export interface ServeOptions {
  /** 0 picks a free one. @default 0 */
  readonly port?: number;
  /** @default '127.0.0.1': this machine alone */
  readonly host?: string;
  /** Ends the server, open answers included. */
  readonly signal?: AbortSignal;
}

export interface ServedFolder {
  /** Such as `http://127.0.0.1:4000/`. */
  readonly address: string;
  readonly port: number;
  /** Settles when the server has ended. */
  readonly closed: Promise<void>;
}

const textType = 'text/plain; charset=utf-8';
/** The pages bring their own policy in a meta element; none is added here. */
const commonHeaders = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
  'cache-control': 'no-cache',
} as const;

/**
 * Serves a folder of runs: a list of them at `/`, their reports and files below. Answers GET and HEAD; hidden files and links out
 * of the folder are not served.
 * @throws ArgumentError where the folder is none, or the port cannot be had.
 */
export async function serveFolder(
  folder: string,
  { port = 0, host = '127.0.0.1', signal }: ServeOptions = {},
): Promise<ServedFolder> {
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new ArgumentError('serve', `port must be a whole number from 0 to 65535, got ${port}`);
  const found = await stat(folder).catch(() => undefined);
  if (!found?.isDirectory())
    throw new ArgumentError('serve', `${folder} is no folder; give one that runs were written to`);
  const root = await realpath(folder);
  const server = createServer((request, response) => {
    answer(root, host, request, response).catch((error: unknown) => fail(response, error));
  });
  await listen(server, port, host);
  const closed = new Promise<void>((done) => server.once('close', () => done()));
  const end = () => {
    server.close();
    server.closeAllConnections();
  };
  if (signal?.aborted) end();
  else signal?.addEventListener('abort', end, { once: true });
  const { port: taken } = server.address() as AddressInfo;
  return { address: `http://${host.includes(':') ? `[${host}]` : host}:${taken}/`, port: taken, closed };
}

function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((done, fault) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const reason = error.code === 'EADDRINUSE' ? 'it is in use' : error.message;
      const message = `cannot listen on port ${port} of ${host}: ${reason}; --port 0 picks a free one`;
      fault(new ArgumentError('serve', message, { cause: error }));
    });
    server.listen(port, host, () => done());
  });
}

async function answer(
  root: string,
  host: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { method = '', url = '/', headers } = request;
  if (method !== 'GET' && method !== 'HEAD') {
    response.setHeader('allow', 'GET, HEAD');
    return send(request, response, 405, textType, 'Only GET and HEAD are answered.\n');
  }
  if (!isOwnName(headers.host, host))
    return send(request, response, 421, textType, 'This server does not answer to that name.\n');
  const base = `http://${headers.host}/`;
  const [path = '/', query] = url.split('?', 2);
  const found = path.startsWith('/') ? await resolveInside(root, path) : undefined;
  if (!found) return send(request, response, 404, textType, 'There is no such file.\n');
  if (found.kind === 'folder') {
    const isIndex = found.path === root && query !== 'files';
    const html = isIndex ? await indexPage(root, base) : await filesPage(root, found.path, base);
    return send(request, response, 200, contentType('page.html'), html);
  }
  response.writeHead(200, {
    ...commonHeaders,
    'content-type': contentType(found.path),
    'content-length': found.bytes,
    'last-modified': found.changed.toUTCString(),
  });
  if (method === 'HEAD' || found.bytes === 0) response.end();
  // A file that grows meanwhile must not exceed its announced length.
  else await pipeline(createReadStream(found.path, { end: found.bytes - 1 }), response);
}

/** A page of another site must not reach this server by a name of its own that points here (DNS rebinding). */
function isOwnName(name: string | undefined, host: string): boolean {
  if (!name || !/^(\[[\da-f:]+\]|[\w.-]+)(:\d{1,5})?$/i.test(name)) return false;
  if (!isLoopback(host)) return true;
  return isLoopback(name.replace(/:\d+$/, '').replace(/^\[|\]$/g, ''));
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d+){3}$/.test(host);
}

function send(
  { method }: IncomingMessage,
  response: ServerResponse,
  status: number,
  type: string,
  text: string,
): void {
  const bytes = Buffer.from(text);
  response.writeHead(status, { ...commonHeaders, 'content-type': type, 'content-length': bytes.length });
  response.end(method === 'HEAD' ? undefined : bytes);
}

/** A file that vanished, or a reader that went away: never the end of the server. */
function fail(response: ServerResponse, error: unknown): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const text = `This could not be read: ${error instanceof Error ? error.message : String(error)}\n`;
  response.writeHead(500, { ...commonHeaders, 'content-type': textType });
  response.end(text);
}
