/** The pages of the server: the runs of a folder, and the files of one. */
import { type Dirent, existsSync } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join, relative, sep } from 'node:path';
import { type Cell, page, type RichText } from '@noosphere/report';

const report = 'outlook.html';
const result = 'result.json';
/** More are not listed. */
const mostEntries = 500;
/** A longer result is not read. */
const mostResultBytes = 50e6;

interface RunRow {
  /** '' where the folder itself is a run. */
  readonly name: string;
  readonly changed: Date;
  readonly hasReport: boolean;
  readonly state: string;
}

/** The runs of a folder, the newest first. @param base Address of the folder, ending in a slash. */
export async function indexPage(folder: string, base: string): Promise<string> {
  const names = (await entriesOf(folder)).filter((entry) => entry.isDirectory()).map(({ name }) => name);
  const runs = (await Promise.all(['', ...names].map((name) => readRun(folder, name)))).filter(
    (run) => run !== undefined,
  );
  runs.sort((a, b) => b.changed.getTime() - a.changed.getTime());
  const shown = runs.slice(0, mostEntries);
  const title = `Runs in ${basename(folder)}`;
  if (shown.length === 0)
    return listing({
      title,
      summary: 'There is no finished run here yet. A run is a folder with a report or a result.',
    });
  const rows = shown.map((run): Cell[] => {
    const place = `${base}${run.name === '' ? '' : `${encodeURIComponent(run.name)}/`}`;
    return [
      run.hasReport
        ? [{ link: run.name || 'this folder', href: `${place}${report}` }]
        : run.name || 'this folder',
      minuteOf(run.changed),
      run.state,
      [{ link: 'files', href: `${place}?files` }],
    ];
  });
  return listing({
    title,
    summary: `${runs.length} ${runs.length === 1 ? 'run' : 'runs'}, the newest first.`,
    caption: 'Each name opens its report',
    columns: ['Run', 'Written', 'State', 'All of it'],
    rows,
  });
}

/** All files of a folder and the folders in it. @param base Address of the root, ending in a slash. */
export async function filesPage(root: string, folder: string, base: string): Promise<string> {
  const entries = await entriesOf(folder, true);
  const files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter(
      (path) =>
        !relative(folder, path)
          .split(sep)
          .some((name) => name.startsWith('.')),
    )
    .sort();
  const shown = await Promise.all(
    files.slice(0, mostEntries).map(async (path): Promise<Cell[]> => {
      const { size, mtime } = await stat(path);
      const address = relative(root, path).split(sep).map(encodeURIComponent).join('/');
      return [[{ link: relative(folder, path), href: `${base}${address}` }], size, minuteOf(mtime)];
    }),
  );
  const title = `Files of ${basename(folder)}`;
  const more = files.length > shown.length ? `; the first ${shown.length} are shown` : '';
  if (shown.length === 0) return listing({ title, summary: 'There is no file here.' });
  return listing({
    title,
    summary: [`${files.length} files${more}. `, { link: 'All runs', href: base }],
    caption: 'Each name opens the file',
    columns: ['File', 'Bytes', 'Written'],
    rows: shown,
  });
}

async function entriesOf(folder: string, recursive = false): Promise<Dirent[]> {
  const entries = await readdir(folder, { withFileTypes: true, recursive });
  return entries.filter(({ name }) => !name.startsWith('.'));
}

async function readRun(folder: string, name: string): Promise<RunRow | undefined> {
  const place = join(folder, name);
  const hasReport = existsSync(join(place, report));
  const hasResult = existsSync(join(place, result));
  if (!hasReport && !hasResult) return undefined;
  const { mtime, size } = await stat(join(place, hasResult ? result : report));
  const state = hasResult && size <= mostResultBytes ? await stateOf(join(place, result)) : 'no result yet';
  return { name, changed: mtime, hasReport, state };
}

/** What the result says about its end. */
async function stateOf(path: string): Promise<string> {
  try {
    const { interrupted, failures } = Object(JSON.parse(await readFile(path, 'utf8'))) as {
      interrupted?: unknown;
      failures?: unknown;
    };
    if (interrupted === true) return 'stopped early';
    const count = Array.isArray(failures) ? failures.length : 0;
    return count === 0 ? 'whole' : `${count} ${count === 1 ? 'part' : 'parts'} not done`;
  } catch {
    return 'its result cannot be read';
  }
}

interface Listing {
  readonly title: string;
  readonly summary: RichText;
  readonly caption?: string;
  readonly columns?: readonly string[];
  readonly rows?: readonly (readonly Cell[])[];
}

function listing({ title, summary, caption = '', columns = [], rows = [] }: Listing): string {
  return page({
    kicker: 'outlook',
    title,
    summary,
    sections:
      rows.length === 0
        ? []
        : [
            {
              title: 'What is here',
              blocks: [{ kind: 'table', caption, columns: columns.map((header) => ({ header })), rows }],
            },
          ],
    sources: [],
    method: [{ kind: 'paragraph', text: 'Read from the folder at this moment; nothing is computed here.' }],
    seeds: [],
    footprint: 'not measured: a list of files.',
  });
}

function minuteOf(date: Date): string {
  return `${date.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
