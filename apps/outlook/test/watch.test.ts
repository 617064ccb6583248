/** The watcher on a folder of its own, with jobs that are counted; and the commands as processes that are interrupted. */
import { type ChildProcess, spawn } from 'node:child_process';
import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { SteadyFiles } from '../src/watch/steady-files.js';
import { type WatchEvent, type WatchOptions, watchFolder } from '../src/watch/watch-folder.js';

const root = mkdtempSync(join(tmpdir(), 'outlook-watch-'));
afterAll(() => rmSync(root, { recursive: true }));
let incoming = '';
let stateFile = '';
const stops: (() => Promise<unknown>)[] = [];
beforeEach(() => {
  const place = mkdtempSync(join(root, 'case-'));
  incoming = join(place, 'incoming');
  mkdirSync(incoming);
  stateFile = join(place, 'out', 'watch-state.json');
});
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

const put = (name: string, text: string) => writeFileSync(join(incoming, name), text);

/** Starts a watch that looks often. */
function start(onFile: WatchOptions['onFile'] = async () => {}) {
  const control = new AbortController();
  const events: WatchEvent[] = [];
  const finished = watchFolder(incoming, {
    onFile,
    signal: control.signal,
    stateFile,
    onEvent: (event) => events.push(event),
    steadyMs: 60,
    pollMs: 20,
  });
  const stop = () => {
    control.abort();
    return finished;
  };
  stops.push(stop);
  const told = () => events.map(({ kind, path }) => `${kind} ${basename(path)}`);
  const until = (line: string, count = 1) =>
    vi.waitFor(() => expect(told().filter((each) => each === line).length).toBe(count), { timeout: 5000 });
  return { events, stop, told, until };
}

describe('files', () => {
  test('each is done once; a change is done again; a copy, a touch and other files are not', async () => {
    put('a.csv', 'date,A\n1,2\n');
    put('notes.txt', 'no table');
    put('.hidden.csv', 'x');
    mkdirSync(join(incoming, 'folder.csv'));
    const done: string[] = [];
    const { stop, told, until } = start(async (path) => {
      done.push(`${basename(path)} ${readFileSync(path, 'utf8').length}`);
    });
    await until('done a.csv');
    put('copy.csv', 'date,A\n1,2\n');
    await until('known copy.csv');
    utimesSync(join(incoming, 'a.csv'), new Date(), new Date(2020, 1));
    await until('known a.csv');
    appendFileSync(join(incoming, 'a.csv'), '3,4\n');
    put('B.PARQUET', 'PAR1');
    await until('done a.csv', 2);
    await until('done B.PARQUET');
    expect(await stop()).toEqual({ done: 3, failed: 0 });
    expect(done.sort()).toEqual(['B.PARQUET 4', 'a.csv 11', 'a.csv 15']);
    expect(told().some((line) => /notes|hidden|folder/.test(line))).toBe(false);
  });

  test('one that grows is not taken before it rests', async () => {
    const files = new SteadyFiles(incoming, ['.csv'], 1000);
    put('a.csv', 'x');
    expect(await files.take(0)).toEqual([]);
    expect(await files.take(900)).toEqual([]);
    appendFileSync(join(incoming, 'a.csv'), 'y');
    expect(await files.take(1100)).toEqual([]);
    expect(await files.take(2000)).toEqual([]);
    expect(await files.take(2100)).toEqual(['a.csv']);
    expect(await files.take(9000)).toEqual([]);
    rmSync(join(incoming, 'a.csv'));
    expect(await files.take(9100)).toEqual([]);
  });

  test('a bad one is reported, and the next is done', async () => {
    put('1-bad.csv', 'bad');
    put('2-good.csv', 'good');
    const { events, stop, until } = start(async (path) => {
      if (path.endsWith('1-bad.csv')) throw new Error('row 2: no number');
    });
    await until('done 2-good.csv');
    expect(events.find(({ kind }) => kind === 'failed')).toMatchObject({ message: 'row 2: no number' });
    expect(await stop()).toEqual({ done: 1, failed: 1 });
  });
});

describe('restarts', () => {
  test('what was done stays done; what failed, or was interrupted, is tried again', async () => {
    put('a.csv', 'a');
    put('b.csv', 'b');
    const first = start(async (path) => {
      if (path.endsWith('b.csv')) throw new Error('not yet');
    });
    await first.until('failed b.csv');
    await first.stop();
    put('c.csv', 'c');
    let begun = () => {};
    const running = new Promise<void>((done) => {
      begun = done;
    });
    const second = start(async (path, signal) => {
      if (!path.endsWith('c.csv')) return;
      begun();
      await new Promise<void>((done) => signal.addEventListener('abort', () => done()));
    });
    await running;
    expect(await second.stop()).toEqual({ done: 1, failed: 0 });
    const third = start();
    await third.until('done c.csv');
    expect(third.told()).toEqual(['known a.csv', 'known b.csv', 'started c.csv', 'done c.csv']);
    const { done } = JSON.parse(readFileSync(stateFile, 'utf8')) as {
      done: Record<string, { name: string }>;
    };
    expect(Object.values(done).map(({ name }) => name)).toEqual(['a.csv', 'b.csv', 'c.csv']);
  });

  test.each(['{"half', '[]', '{"schema":2,"done":{}}'])(
    'a state file with %s is refused, not replaced',
    async (text) => {
      mkdirSync(join(stateFile, '..'));
      writeFileSync(stateFile, text);
      const options = { onFile: async () => {}, signal: new AbortController().signal, stateFile };
      await expect(watchFolder(incoming, options)).rejects.toThrow('remove it to start anew');
      expect(readFileSync(stateFile, 'utf8')).toBe(text);
    },
  );

  test('a folder that is none, or vanishes', async () => {
    const options = { onFile: async () => {}, signal: new AbortController().signal, stateFile, pollMs: 20 };
    await expect(watchFolder(join(incoming, 'no'), options)).rejects.toThrow('is no folder; make it');
    const watching = watchFolder(incoming, options);
    setTimeout(() => rmSync(incoming, { recursive: true }), 100);
    await expect(watching).rejects.toThrow('is no folder');
  });
});

describe('Ctrl-C ends a command with status 130', () => {
  const source = (path: string) => fileURLToPath(new URL(`../src/${path}`, import.meta.url));
  const children: ChildProcess[] = [];
  afterEach(() => {
    for (const child of children.splice(0)) child.kill('SIGKILL');
  });

  /** Runs a module, interrupts it when it prints a text, and gives its status and what it printed. */
  function interrupt(program: string, when: string): Promise<{ status: number | null; output: string }> {
    const child = spawn(
      process.execPath,
      ['--import', 'tsx', '--conditions=@noosphere/source', '--input-type=module', '-e', program],
      { cwd: fileURLToPath(new URL('..', import.meta.url)) },
    );
    children.push(child);
    return new Promise((done) => {
      let output = '';
      const take = (chunk: unknown) => {
        const before = output.includes(when);
        output += String(chunk);
        if (!before && output.includes(when)) child.kill('SIGINT');
      };
      child.stdout.on('data', take);
      child.stderr.on('data', take);
      child.on('close', (status) => done({ status, output }));
    });
  }

  test('watch, while a job runs', async () => {
    put('a.csv', 'a');
    const out = JSON.stringify([
      incoming,
      '--out',
      join(stateFile, '..'),
      '--every',
      '0.05',
      '--',
      '--horizon',
      '20',
    ]);
    const { status, output } = await interrupt(
      `import { runWatch } from '${source('watch/run-watch.ts')}';
       await runWatch(${out}, async (path, { runOptions, signal }) => {
         console.log('works with', ...runOptions);
         await new Promise((done) => signal.addEventListener('abort', () => setTimeout(done, 50)));
         console.log('saved');
       });`,
      'works with --horizon 20',
    );
    expect(output).toContain('saved');
    expect(output).toContain('0 files done, 0 not done.');
    expect(status).toBe(130);
  }, 30_000);

  test('serve', async () => {
    const { status, output } = await interrupt(
      `import { runServe } from '${source('serve/run-serve.ts')}'; await runServe(['${incoming}']);`,
      'Ctrl-C ends it',
    );
    expect(output).toMatch(/is served at http:\/\/127\.0\.0\.1:\d+\//);
    expect(status).toBe(130);
  }, 30_000);
});
