/** `outlook fetch` on answers in the documented formats, recorded here by hand, and on a server of its own. Nothing asks the internet. */
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readSeries } from '@noosphere/forecast';
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import { folderCache } from '../src/fetch/cache.js';
import { readCsv } from '../src/fetch/columns.js';
import type { DownloadOptions } from '../src/fetch/download.js';
import { type FetchRequest, fetchSeries, manifestPath } from '../src/fetch/fetch-series.js';
import { runFetch } from '../src/fetch/run-fetch.js';

const root = mkdtempSync(join(tmpdir(), 'outlook-fetch-'));
afterAll(() => rmSync(root, { recursive: true }));
let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(root, 'case-'));
});

const ecb = `KEY,FREQ,CURRENCY,CURRENCY_DENOM,EXR_TYPE,EXR_SUFFIX,TIME_PERIOD,OBS_VALUE
EXR.D.GBP.EUR.SP00.A,D,GBP,EUR,SP00,A,2026-10-29,0.8717
EXR.D.GBP.EUR.SP00.A,D,GBP,EUR,SP00,A,2026-10-30,0.8731
EXR.D.USD.EUR.SP00.A,D,USD,EUR,SP00,A,2026-10-28,1.1502
EXR.D.USD.EUR.SP00.A,D,USD,EUR,SP00,A,2026-10-30,1.1498
`;
const fred = 'observation_date,DCOILWTICO\n2026-10-28,61.20\n2026-10-29,.\n2026-10-30,61.95\n';
const eia = (periods: readonly string[], total: number) =>
  JSON.stringify({
    response: {
      total: String(total),
      data: periods.map((period, at) => ({ period, series: 'RWTC', value: `${60 + at}.5`, units: '$/BBL' })),
    },
    apiVersion: '2.1.12',
  });

type Reply = { status?: number; headers?: Record<string, string>; body?: string };

/** A network that answers by a function, and keeps what it was asked. */
function network(reply: (url: URL, headers: Headers) => Reply) {
  const asked: string[] = [];
  const answer: typeof fetch = async (input, init) => {
    const url = new URL(String(input));
    asked.push(url.href);
    const { status = 200, headers = {}, body = '' } = reply(url, new Headers(init?.headers));
    return new Response(status === 304 ? null : body, { status, headers });
  };
  return { asked, fetch: answer };
}

const request = (part: Partial<FetchRequest>): FetchRequest => ({
  ecb: [],
  fred: [],
  eia: [],
  eiaKey: undefined,
  urls: [],
  columns: { date: undefined, values: undefined },
  start: undefined,
  out: join(folder, 'out.csv'),
  force: false,
  ...part,
});

const options = (answer: typeof fetch, part: Partial<DownloadOptions> = {}): DownloadOptions => ({
  fetch: answer,
  now: () => new Date('2026-11-04T12:00:00Z'),
  cache: folderCache(join(folder, 'cache')),
  maximumAgeMs: 12 * 3_600_000,
  refresh: false,
  offline: false,
  timeoutMs: 5000,
  maximumBytes: 1e6,
  ...part,
});

describe('sources', () => {
  test('ECB and FRED become one table that --data reads, with its manifest', async () => {
    const { fetch, asked } = network(({ host }) => ({ body: host.includes('ecb') ? ecb : fred }));
    const asks = request({ ecb: ['USD', 'GBP'], fred: ['DCOILWTICO'], start: '2026-10-01' });
    const manifest = await fetchSeries(asks, options(fetch));
    expect(asked).toEqual([
      'https://data-api.ecb.europa.eu/service/data/EXR/D.USD+GBP.EUR.SP00.A?format=csvdata&detail=dataonly&startPeriod=2026-10-01',
      'https://fred.stlouisfed.org/graph/fredgraph.csv?id=DCOILWTICO&cosd=2026-10-01',
    ]);
    const table = readFileSync(asks.out, 'utf8');
    expect(table).toBe(
      'date,EUR/USD,EUR/GBP,DCOILWTICO\n2026-10-28,1.1502,,61.2\n2026-10-29,,0.8717,\n2026-10-30,1.1498,0.8731,61.95\n',
    );
    expect((await readSeries(asks.out)).series.map(({ name }) => name)).toEqual([
      'EUR/USD',
      'EUR/GBP',
      'DCOILWTICO',
    ]);
    expect(JSON.parse(readFileSync(manifestPath(asks.out), 'utf8'))).toEqual(manifest);
    expect(manifest.sha256).toBe(createHash('sha256').update(table).digest('hex'));
    expect(manifest.series.map(({ lastDate, stalenessDays }) => [lastDate, stalenessDays])).toEqual([
      ['2026-10-30', 5],
      ['2026-10-30', 5],
      ['2026-10-30', 5],
    ]);
    expect(manifest.series.every(({ licence }) => licence.length > 0)).toBe(true);
    expect(manifest.answers[1]).toMatchObject({
      address: asked[1],
      downloadedAt: '2026-11-04T12:00:00.000Z',
      cameFrom: 'network',
      sha256: createHash('sha256').update(fred).digest('hex'),
    });
  });

  test("EIA page by page, and the user's key is nowhere but in the question", async () => {
    const days = (first: number, count: number) =>
      Array.from({ length: count }, (_, at) =>
        new Date(Date.UTC(2000, 0, 1 + first + at)).toISOString().slice(0, 10),
      );
    const { fetch, asked } = network((url) => ({
      body: eia(url.searchParams.get('offset') === '0' ? days(0, 5000) : days(5000, 3), 5003),
    }));
    const asks = request({ eia: ['RWTC'], eiaKey: 'hush' });
    const { series } = await fetchSeries(asks, options(fetch));
    expect(series[0]).toMatchObject({ name: 'RWTC', days: 5003, firstDate: '2000-01-01' });
    expect(asked.map((address) => new URL(address).searchParams.get('offset'))).toEqual(['0', '5000']);
    expect(asked.every((address) => address.includes('api_key=hush'))).toBe(true);
    const cache = join(folder, 'cache');
    const files = [asks.out, manifestPath(asks.out), ...readdirSync(cache).map((name) => join(cache, name))];
    expect(files.length).toBe(4);
    for (const file of files) expect(readFileSync(file, 'utf8')).not.toContain('hush');
  });

  test('any table in CSV, by its columns', async () => {
    const body =
      '\uFEFF"Day";"Close, adjusted";"Note";Volume\r\n2024-01-03;11.5;"a ""quoted"" one";7\r\n2024-01-02;10;;8\r\n';
    const { fetch } = network(() => ({ body }));
    const urls = ['https://example.org/p.csv'];
    await fetchSeries(request({ urls }), options(fetch));
    expect(readFileSync(join(folder, 'out.csv'), 'utf8')).toBe(
      'date,"Close, adjusted",Volume\n2024-01-02,10,8\n2024-01-03,11.5,7\n',
    );
    const columns = { date: 'Day', values: ['Volume'] };
    await fetchSeries(request({ urls, columns, force: true, start: '2024-01-03' }), options(fetch));
    expect(readFileSync(join(folder, 'out.csv'), 'utf8')).toBe('date,Volume\n2024-01-03,7\n');
  });

  test('cells of CSV, quotes and ends of lines', () => {
    expect(readCsv('a,b\r\n"1,5","x\ny"\n\n,"""q"""', 'here')).toEqual({
      header: ['a', 'b'],
      rows: [
        ['1,5', 'x\ny'],
        ['', '"q"'],
      ],
    });
  });
});

describe('the cache', () => {
  const asks = () => request({ fred: ['DCOILWTICO'], force: true });

  test('answers while young; then the server is asked whether anything changed', async () => {
    const { fetch, asked } = network((_, headers) =>
      headers.get('if-none-match') === '"1"' ? { status: 304 } : { body: fred, headers: { etag: '"1"' } },
    );
    const came = async (part: Partial<DownloadOptions>) => {
      const { answers } = await fetchSeries(asks(), options(fetch, part));
      return answers[0]?.cameFrom;
    };
    const later = (hours: number) => ({
      now: () => new Date(Date.parse('2026-11-04T12:00:00Z') + hours * 3.6e6),
    });
    expect(await came({})).toBe('network');
    expect(await came(later(11))).toBe('cache');
    expect(asked.length).toBe(1);
    expect(await came(later(13))).toBe('cache, confirmed by the server');
    expect(await came(later(24))).toBe('cache');
    expect(asked.length).toBe(2);
    expect(await came({ ...later(24), refresh: true })).toBe('cache, confirmed by the server');
    expect(await came({ ...later(1000), offline: true })).toBe('cache');
    expect(asked.length).toBe(3);
  });

  test('keeps no answer that could not be read', async () => {
    let body = 'observation_date,OTHER\n2024-01-02,1\n';
    const { fetch } = network(() => ({ body }));
    await expect(fetchSeries(asks(), options(fetch))).rejects.toThrow('may have changed');
    body = fred;
    const { answers } = await fetchSeries(asks(), options(fetch));
    expect(answers[0]?.cameFrom).toBe('network');
  });

  test('a broken file in it counts as none', async () => {
    const { fetch } = network(() => ({ body: fred }));
    await fetchSeries(asks(), options(fetch));
    const cache = join(folder, 'cache');
    for (const name of readdirSync(cache)) writeFileSync(join(cache, name), '{"half');
    const { answers } = await fetchSeries(asks(), options(fetch));
    expect(answers[0]?.cameFrom).toBe('network');
  });
});

describe('what goes wrong is said with a way out, and nothing is written', () => {
  const html = '<!DOCTYPE html><html><body>Sign in</body></html>';
  const fredOf = (reply: Reply) => [{ fred: ['DCOILWTICO'] }, reply] as const;
  test.each<[string, readonly [Partial<FetchRequest>, Reply], string]>([
    ['a missing series', fredOf({ status: 404 }), 'status 404; check the name of the series'],
    ['a door', fredOf({ status: 403 }), 'status 403; it wants a key'],
    [
      'too many questions',
      fredOf({ status: 429, headers: { 'retry-after': '60' } }),
      'status 429; it was asked too often; wait 60 seconds',
    ],
    ['a server in trouble', fredOf({ status: 503 }), 'status 503; the server has trouble; try again later'],
    ['a page', fredOf({ body: html }), 'answered with a web page, not a table'],
    [
      'a page by its type',
      fredOf({ body: 'Sign in', headers: { 'content-type': 'text/html; charset=utf-8' } }),
      'answered with a web page',
    ],
    ['nothing', fredOf({ body: ' \n' }), 'answered with nothing'],
    ['a header alone', fredOf({ body: 'observation_date,DCOILWTICO\n' }), 'answered without any row'],
    [
      'other columns',
      fredOf({ body: 'day,price\n2024-01-02,1\n' }),
      "has no column 'observation_date' or 'DATE', got day, price; its format may have changed",
    ],
    ['no value', fredOf({ body: 'observation_date,DCOILWTICO\n2024-01-02,.\n' }), "no value of 'DCOILWTICO'"],
    [
      'a text for a number',
      fredOf({ body: 'observation_date,DCOILWTICO\n2024-01-02,much\n' }),
      "'DCOILWTICO' is 'much' on 2024-01-02, expected a number",
    ],
    [
      'a date of another form',
      fredOf({ body: 'observation_date,DCOILWTICO\n01/02/2024,1\n' }),
      "the date '01/02/2024', expected year-month-day",
    ],
    [
      'a day that comes twice',
      fredOf({ body: 'observation_date,DCOILWTICO\n2024-01-02,1\n2024-01-02,2\n' }),
      'two values on 2024-01-02',
    ],
    [
      'a quote without end',
      fredOf({ body: 'observation_date,X\n"2024,1\n' }),
      'has a quote that does not end',
    ],
    [
      'a ragged row',
      fredOf({ body: 'observation_date,X\n2024-01-02\n' }),
      'row 2 has 1 cells and the header 2',
    ],
    ['too much by its header', fredOf({ headers: { 'content-length': '1e9' } }), 'larger than 1 MB'],
    ['too much', fredOf({ body: 'x'.repeat(1_000_001) }), 'larger than 1 MB; raise --max-size'],
    ['another currency than asked', [{ ecb: ['JPY'] }, { body: ecb }], "no value of 'EUR/JPY'"],
    ['EIA without a key', [{ eia: ['RWTC'] }, {}], 'EIA wants a key: register at'],
    [
      'EIA of another form',
      [{ eia: ['RWTC'], eiaKey: 'k' }, { body: '{"error":"no"}' }],
      'without response.data for RWTC',
    ],
    ['an address of a file', [{ urls: ['file:///etc/passwd'] }, {}], 'is no address of http or https'],
    ['a password', [{ urls: ['https://me:secret@example.org/a'] }, {}], 'leave it out'],
    [
      'one name twice',
      [{ fred: ['DCOILWTICO', 'DCOILWTICO'] }, { body: fred }],
      "two series are called 'DCOILWTICO'",
    ],
    ['nothing asked', [{}, {}], 'nothing is asked for'],
  ])('%s', async (_what, [part, reply], message) => {
    const asks = request(part);
    await expect(fetchSeries(asks, options(network(() => reply).fetch))).rejects.toThrow(message);
    expect(readdirSync(folder).filter((name) => name !== 'cache')).toEqual([]);
  });

  test('files that are there, before anything is asked', async () => {
    const asks = request({ fred: ['DCOILWTICO'] });
    writeFileSync(manifestPath(asks.out), 'mine');
    const { fetch, asked } = network(() => ({ body: fred }));
    await expect(fetchSeries(asks, options(fetch))).rejects.toThrow(
      /manifest.json is there already.*--force/,
    );
    expect(asked).toEqual([]);
    expect(readFileSync(manifestPath(asks.out), 'utf8')).toBe('mine');
  });
});

describe('against a server of its own', () => {
  let close = () => {};
  afterEach(() => close());
  const serve = async (handle: (request: IncomingMessage, response: ServerResponse) => void) => {
    const server = createServer(handle);
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    close = () => {
      server.closeAllConnections();
      server.close();
    };
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/prices.csv`;
  };
  const body = 'date,A\n2026-01-02,1\n2026-01-05,2\n';

  test('the command, from its arguments to its files', async () => {
    const address = await serve((_, response) => response.end(body));
    const out = join(folder, 'new', 'prices.csv');
    await runFetch(['--url', address, '--out', out, '--cache', join(folder, 'cache')]);
    expect(readFileSync(out, 'utf8')).toBe(body);
    expect(JSON.parse(readFileSync(manifestPath(out), 'utf8')).answers[0].address).toBe(address);
  });

  test('a server that does not answer, one that is gone, and the way out by the cache', async () => {
    let silent = false;
    const address = await serve((_, response) => {
      if (!silent) response.end(body);
    });
    const asks = request({ urls: [address], force: true });
    const run = (part: Partial<DownloadOptions>) => fetchSeries(asks, options(globalThis.fetch, part));
    await run({});
    silent = true;
    await expect(run({ refresh: true, timeoutMs: 200 })).rejects.toThrow(
      /did not answer within 0.2 s.*copy of 2026-11-04 by --offline/,
    );
    close();
    await expect(run({ refresh: true })).rejects.toThrow(
      /cannot reach http.*ECONNREFUSED.*check the network/,
    );
    expect((await run({ offline: true })).answers[0]?.cameFrom).toBe('cache');
  });
});
