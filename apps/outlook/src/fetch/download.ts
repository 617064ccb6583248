/** One answer from the network, or from the cache: bounded in size and time, with errors that say what to do. */
import { createHash } from 'node:crypto';
import { ArgumentError, NoosphereError } from '@noosphere/core';
import type { Cache, CachedAnswer } from './cache.js';

export interface DownloadOptions {
  /** What reaches the network. */
  readonly fetch: typeof fetch;
  readonly now: () => Date;
  readonly cache: Cache;
  /** Answers younger than this are not asked for again. */
  readonly maximumAgeMs: number;
  /** Ask again, however young. */
  readonly refresh: boolean;
  /** Never ask: what the cache has, however old. */
  readonly offline: boolean;
  readonly timeoutMs: number;
  readonly maximumBytes: number;
}

export interface Answer extends CachedAnswer {
  readonly cameFrom: 'network' | 'cache' | 'cache, confirmed by the server';
  readonly sha256: string;
}

/** @param shown The address without secrets: the one that is stored and told. */
export async function download(address: string, shown: string, options: DownloadOptions): Promise<Answer> {
  requireAddress(address, shown);
  const { cache, now, maximumAgeMs, refresh, offline } = options;
  const kept = await cache.read(shown);
  if (offline && !kept)
    throw new ArgumentError('fetch', `the cache has no answer of ${shown}; leave --offline out`);
  const ageMs = kept ? now().getTime() - Date.parse(kept.confirmedAt) : Number.POSITIVE_INFINITY;
  if (kept && (offline || (!refresh && ageMs >= 0 && ageMs <= maximumAgeMs)))
    return { ...kept, cameFrom: 'cache', sha256: hashOf(kept.text) };
  const signal = AbortSignal.timeout(options.timeoutMs);
  try {
    const response = await options.fetch(address, { headers: conditions(kept), signal });
    if (kept && response.status === 304) {
      const confirmed = { ...kept, confirmedAt: now().toISOString() };
      await cache.write(confirmed);
      return { ...confirmed, cameFrom: 'cache, confirmed by the server', sha256: hashOf(kept.text) };
    }
    const text = await textOf(response, shown, options.maximumBytes);
    const time = now().toISOString();
    const answer: CachedAnswer = {
      address: shown,
      downloadedAt: time,
      confirmedAt: time,
      etag: response.headers.get('etag') ?? undefined,
      lastModified: response.headers.get('last-modified') ?? undefined,
      text,
    };
    await cache.write(answer);
    return { ...answer, cameFrom: 'network', sha256: hashOf(text) };
  } catch (error) {
    if (NoosphereError.isInstance(error)) throw error;
    throw unreachable(error, shown, options.timeoutMs, kept);
  }
}

function requireAddress(address: string, shown: string): void {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url?.protocol !== 'https:' && url?.protocol !== 'http:')
    throw new ArgumentError('fetch', `${shown} is no address of http or https`);
  if (url.username !== '' || url.password !== '')
    throw new ArgumentError('fetch', `${url.host}: an address with a password would be stored; leave it out`);
}

function conditions(kept: CachedAnswer | undefined): Record<string, string> {
  return {
    'user-agent': 'noosphere-outlook',
    accept: 'text/csv, application/json;q=0.9, text/plain;q=0.8, */*;q=0.1',
    ...(kept?.etag !== undefined && { 'if-none-match': kept.etag }),
    ...(kept?.lastModified !== undefined && { 'if-modified-since': kept.lastModified }),
  };
}

/** What to do about a status that is not 200. */
function advice(status: number, response: Response): string {
  if (status === 401 || status === 403)
    return 'it wants a key, or takes no programs; check --eia-key or EIA_API_KEY, or save the file by hand';
  if (status === 404 || status === 400) return 'check the name of the series and the address';
  if (status === 429) {
    const wait = response.headers.get('retry-after');
    return `it was asked too often; wait ${wait === null ? 'a while' : `${wait} seconds`}`;
  }
  return status >= 500 ? 'the server has trouble; try again later' : 'check the address';
}

async function textOf(response: Response, shown: string, maximumBytes: number): Promise<string> {
  if (response.status !== 200) {
    await response.body?.cancel();
    throw new ArgumentError(
      'fetch',
      `${shown} answered with status ${response.status}; ${advice(response.status, response)}`,
    );
  }
  const text = await readBounded(response, shown, maximumBytes);
  const isPage = /^\s*<(!doctype|html|\?xml)/i.test(text);
  if (isPage || response.headers.get('content-type')?.startsWith('text/html'))
    throw new ArgumentError(
      'fetch',
      `${shown} answered with a web page, not a table; look at it in a browser, and give the address of the file itself`,
    );
  if (text.trim() === '')
    throw new ArgumentError(
      'fetch',
      `${shown} answered with nothing; check the name of the series and --start`,
    );
  return text;
}

async function readBounded(
  { body, headers }: Response,
  shown: string,
  maximumBytes: number,
): Promise<string> {
  const refuse = () =>
    new ArgumentError(
      'fetch',
      `${shown} is larger than ${maximumBytes / 1e6} MB; raise --max-size if that is what you want`,
    );
  if (Number(headers.get('content-length') ?? 0) > maximumBytes) {
    await body?.cancel();
    throw refuse();
  }
  const decoder = new TextDecoder();
  let text = '';
  let bytes = 0;
  for await (const chunk of body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > maximumBytes) throw refuse();
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

function unreachable(
  error: unknown,
  shown: string,
  timeoutMs: number,
  kept: CachedAnswer | undefined,
): ArgumentError {
  const { name, message, cause } = error instanceof Error ? error : new Error(String(error));
  const reason = (cause as NodeJS.ErrnoException | undefined)?.code ?? message;
  const what =
    name === 'TimeoutError'
      ? `${shown} did not answer within ${timeoutMs / 1000} s; raise --timeout, or try again later`
      : `cannot reach ${shown} (${reason}); check the network and the address`;
  const copy = kept ? `, or use the copy of ${kept.downloadedAt.slice(0, 10)} by --offline` : '';
  return new ArgumentError('fetch', `${what}${copy}`, { cause: error });
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
