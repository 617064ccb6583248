/** Loads series and writes them as one table, with a manifest that says where each came from and how old it is. */

import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { writeAtomically } from '@noosphere/base/files';
import { csvText } from '@noosphere/command-line';
import { ArgumentError } from '@noosphere/core';
import type { FetchedSeries } from './columns.js';
import { type DownloadOptions, download } from './download.js';
import {
  type ColumnNames,
  fromAddress,
  fromEcb,
  fromEia,
  fromFred,
  type Get,
  type SourceSeries,
} from './sources.js';

/** What is asked for, and where it goes. */
export interface FetchRequest {
  /** Currency codes. */
  readonly ecb: readonly string[];
  readonly fred: readonly string[];
  readonly eia: readonly string[];
  readonly eiaKey: string | undefined;
  readonly urls: readonly string[];
  readonly columns: ColumnNames;
  /** First day. */
  readonly start: string | undefined;
  readonly out: string;
  /** Files may be replaced. */
  readonly force: boolean;
}

export interface ManifestSeries {
  readonly name: string;
  readonly source: string;
  readonly licence: string;
  readonly days: number;
  readonly firstDate: string;
  readonly lastDate: string;
  /** Whole days from the last date to the time of writing. */
  readonly stalenessDays: number;
}

export interface Manifest {
  readonly file: string;
  readonly sha256: string;
  readonly written: string;
  readonly series: readonly ManifestSeries[];
  /** Addresses without keys. */
  readonly answers: readonly Readonly<Record<string, unknown>>[];
}

const dayMs = 86_400_000;

/** Where the manifest of a table lies. */
export function manifestPath(out: string): string {
  return `${out}.manifest.json`;
}

/** Loads all, then writes both files: where one source fails, nothing is written. */
export async function fetchSeries(request: FetchRequest, options: DownloadOptions): Promise<Manifest> {
  const { out, force } = request;
  for (const path of [out, manifestPath(out)])
    if (existsSync(path) && !force)
      throw new ArgumentError(
        'fetch',
        `${path} is there already; choose another name by --out or pass --force`,
      );
  const sources = await loadAll(request, options);
  const all = sources.flatMap(({ series }) => series);
  requireNames(all);
  const now = options.now();
  const bytes = new TextEncoder().encode(tableOf(all));
  const manifest: Manifest = {
    file: basename(out),
    sha256: createHash('sha256').update(bytes).digest('hex'),
    written: now.toISOString(),
    series: sources.flatMap(({ source, licence, series }) =>
      series.map(({ name, dates }) => {
        const lastDate = dates.at(-1) ?? '';
        const stalenessDays = Math.floor((now.getTime() - Date.parse(lastDate)) / dayMs);
        return {
          name,
          source,
          licence,
          days: dates.length,
          firstDate: dates[0] ?? '',
          lastDate,
          stalenessDays,
        };
      }),
    ),
    answers: sources.flatMap(({ answers }) => answers.map((answer) => ({ ...answer }))),
  };
  await mkdir(dirname(out), { recursive: true });
  await writeAtomically(out, [bytes], { overwrite: force });
  const text = `${JSON.stringify(manifest, null, 2)}\n`;
  await writeAtomically(manifestPath(out), [new TextEncoder().encode(text)], { overwrite: force });
  return manifest;
}

/** One address after the other: no server is asked for much at once. */
async function loadAll(request: FetchRequest, options: DownloadOptions): Promise<SourceSeries[]> {
  const { ecb, fred, eia, eiaKey, urls, columns, start } = request;
  const came: string[] = [];
  const get: Get = async (address, shown = address) => {
    const answer = await download(address, shown, options);
    came.push(shown);
    return answer;
  };
  const work: (() => Promise<SourceSeries>)[] = [
    ...(ecb.length > 0 ? [() => fromEcb(ecb, start, get)] : []),
    ...fred.map((name) => () => fromFred(name, start, get)),
    ...eia.map((name) => () => fromEia(name, start, get, eiaKey)),
    ...urls.map((address) => () => fromAddress(address, columns, start, get)),
  ];
  if (work.length === 0)
    throw new ArgumentError('fetch', 'nothing is asked for; name series by --ecb, --fred, --eia or --url');
  const sources: SourceSeries[] = [];
  for (const load of work) {
    came.length = 0;
    try {
      sources.push(await load());
    } catch (error) {
      // What cannot be read must not come from the cache again.
      for (const address of came) await options.cache.remove(address);
      throw error;
    }
  }
  return sources;
}

function requireNames(series: readonly FetchedSeries[]): void {
  const names = series.map(({ name }) => name);
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice !== undefined)
    throw new ArgumentError('fetch', `two series are called '${twice}'; fetch them into two files`);
}

/** `date` and a column a series on the days of any of them; a cell is empty where a series has no value. */
function tableOf(series: readonly FetchedSeries[]): string {
  const dates = [...new Set(series.flatMap((each) => each.dates))].sort();
  const byDate = series.map((each) => new Map(each.dates.map((date, at) => [date, each.values[at] ?? ''])));
  return csvText(
    ['date', ...series.map(({ name }) => name)],
    dates.map((date) => [date, ...byDate.map((values) => values.get(date) ?? '')]),
  );
}
