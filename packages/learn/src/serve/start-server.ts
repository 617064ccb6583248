/** The plumbing of small HTTP servers: they listen, answer to their own names alone, and end in order. What they say is for others. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ArgumentError, knownOptions, requireWhole } from '@noosphere/base';

export interface ServerOptions {
  /** 0 picks a free one. @default 0 */
  readonly port?: number;
  /** @default '127.0.0.1': this machine alone */
  readonly host?: string;
  /** Ends the server: it takes nothing new, and ends what is under way within `graceMs`. */
  readonly signal?: AbortSignal;
  /** How long answers that are under way may take after the signal. @default 0 */
  readonly graceMs?: number;
  /** How long a request may take to arrive; longer ends in 408. @default Node's own five minutes */
  readonly timeoutMs?: number;
  /** How a user asks for a free port, for messages. @default 'port: 0' */
  readonly portOption?: string;
}

export interface StartedServer {
  /** Such as `http://127.0.0.1:4000/`. */
  readonly address: string;
  readonly port: number;
  /** Settles when the server has ended. */
  readonly closed: Promise<void>;
}

/** Answers one request; an error becomes status 500. */
export type Answer = (request: IncomingMessage, response: ServerResponse) => unknown;

const textType = 'text/plain; charset=utf-8';
/** Pages bring their own policy in a meta element; none is added here. */
const commonHeaders = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
  'cache-control': 'no-cache',
} as const;

/**
 * Starts a server. Every answer has headers that keep browsers careful; a request under a foreign name is refused where the server
 * is this machine's alone.
 * @throws ArgumentError where the port cannot be had.
 * @example
 * const stop = new AbortController();
 * const { address, closed } = await startServer((request, response) => answerText(request, response, 200, 'good day'), { signal: stop.signal });
 * console.log(await (await fetch(address)).text()); // → good day
 * stop.abort();
 * await closed;
 */
export async function startServer(answer: Answer, options: ServerOptions = {}): Promise<StartedServer> {
  const {
    port = 0,
    host = '127.0.0.1',
    signal,
    graceMs = 0,
    timeoutMs = 300e3,
    portOption = 'port: 0',
  } = knownOptions('startServer', options, 'port host signal graceMs timeoutMs portOption');
  requireWhole('serve', 'port', port, 0, 65_535);
  const open = new Set<ServerResponse>();
  const server = createServer({ requestTimeout: timeoutMs }, (request, response) => {
    open.add(response);
    response.once('close', () => {
      open.delete(response);
      if (signal?.aborted) endIdle();
    });
    if (signal?.aborted) response.setHeader('connection', 'close');
    for (const [name, value] of Object.entries(commonHeaders)) response.setHeader(name, value);
    if (!isOwnName(request.headers.host, host))
      answerText(request, response, 421, 'This server does not answer to that name.\n');
    else
      Promise.resolve()
        .then(() => answer(request, response))
        .catch((error: unknown) => fail(request, response, error));
  });
  await listen(server, port, host, portOption);
  const endIdle = () => (open.size === 0 ? server.closeAllConnections() : server.closeIdleConnections());
  const closed = new Promise<void>((done) => server.once('close', () => done()));
  const end = () => {
    server.close();
    // A connection that stays open must not bring more.
    for (const response of open) if (!response.headersSent) response.setHeader('connection', 'close');
    endIdle();
    const timer = setTimeout(() => server.closeAllConnections(), graceMs);
    server.once('close', () => clearTimeout(timer));
  };
  if (signal?.aborted) end();
  else signal?.addEventListener('abort', end, { once: true });
  const { port: taken } = server.address() as AddressInfo;
  return { address: `http://${host.includes(':') ? `[${host}]` : host}:${taken}/`, port: taken, closed };
}

/** A whole answer; of HEAD its headers. */
export function answerText(
  { method }: IncomingMessage,
  response: ServerResponse,
  status: number,
  text: string,
  type = textType,
): void {
  const bytes = Buffer.from(text);
  response.writeHead(status, { 'content-type': type, 'content-length': bytes.length });
  response.end(method === 'HEAD' ? undefined : bytes);
}

function listen(server: Server, port: number, host: string, portOption: string): Promise<void> {
  return new Promise((done, fault) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const reason = error.code === 'EADDRINUSE' ? 'it is in use' : error.message;
      const message = `cannot listen on port ${port} of ${host}: ${reason}; ${portOption} picks a free one`;
      fault(new ArgumentError('serve', message, { cause: error }));
    });
    server.listen(port, host, () => done());
  });
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

/** A file that vanished, or a reader that went away: never the end of the server. */
function fail(request: IncomingMessage, response: ServerResponse, error: unknown): void {
  if (response.headersSent) response.destroy();
  else
    answerText(
      request,
      response,
      500,
      `This could not be answered: ${error instanceof Error ? error.message : error}\n`,
    );
}
