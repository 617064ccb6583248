/** A small HTTP server over finished runs: it reads, and does nothing else. */
import { createReadStream } from 'node:fs';
import { realpath, stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { ArgumentError } from '@noosphere/core';
import {
  type Answer,
  answerText,
  type ServerOptions,
  type StartedServer,
  startServer,
} from '@noosphere/learn';
import { contentType } from './content-types.js';
import { filesPage, indexPage } from './pages.js';
import { resolveInside } from './resolve.js';

/**
 * Serves a folder of runs: a list of them at `/`, their reports and files below. Answers GET and HEAD; hidden files and links out
 * of the folder are not served. The signal ends it, open answers included.
 * @throws ArgumentError where the folder is none, or the port cannot be had.
 */
export async function serveFolder(
  folder: string,
  options: Pick<ServerOptions, 'port' | 'host' | 'signal'> = {},
): Promise<StartedServer> {
  const found = await stat(folder).catch(() => undefined);
  if (!found?.isDirectory())
    throw new ArgumentError('serve', `${folder} is no folder; give one that runs were written to`);
  return await startServer(answersFrom(await realpath(folder)), { ...options, portOption: '--port 0' });
}

function answersFrom(root: string): Answer {
  return async (request, response) => {
    const { method = '', url = '/', headers } = request;
    if (method !== 'GET' && method !== 'HEAD') {
      response.setHeader('allow', 'GET, HEAD');
      return answerText(request, response, 405, 'Only GET and HEAD are answered.\n');
    }
    const base = `http://${headers.host}/`;
    const [path = '/', query] = url.split('?', 2);
    const found = path.startsWith('/') ? await resolveInside(root, path) : undefined;
    if (!found) return answerText(request, response, 404, 'There is no such file.\n');
    if (found.kind === 'folder') {
      const isIndex = found.path === root && query !== 'files';
      const html = isIndex ? await indexPage(root, base) : await filesPage(root, found.path, base);
      return answerText(request, response, 200, html, contentType('page.html'));
    }
    response.writeHead(200, {
      'content-type': contentType(found.path),
      'content-length': found.bytes,
      'last-modified': found.changed.toUTCString(),
    });
    if (method === 'HEAD' || found.bytes === 0) response.end();
    // A file that grows meanwhile must not exceed its announced length.
    else await pipeline(createReadStream(found.path, { end: found.bytes - 1 }), response);
  };
}
