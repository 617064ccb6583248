// What users see of programs: the texts are written by hand.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { layOut, RunFolder, wrap } from './index.js';

const folder = mkdtempSync(join(tmpdir(), 'noosphere-command-line-'));
afterAll(() => rmSync(folder, { recursive: true }));
const asked = { out: undefined, parent: join(folder, 'runs'), json: undefined, force: false };

test('a run gets a folder of its own, and replaces nothing unasked', async () => {
  const first = await RunFolder.create({ ...asked, folders: ['models'] });
  expect(first.path).toBe(join(folder, 'runs', 'run-1'));
  await first.write('models/a.txt', 'one');
  expect((await RunFolder.create(asked)).path).toBe(join(folder, 'runs', 'run-2'));
  await expect(RunFolder.create({ ...asked, out: first.path })).rejects.toThrow(/not empty; choose another/);
  await expect(first.write('models/a.txt', 'two')).rejects.toThrow();
  expect(readFileSync(first.place('models/a.txt'), 'utf8')).toBe('one');
  const forced = await RunFolder.create({ ...asked, out: first.path, force: true });
  await forced.write('models/a.txt', 'two');
  expect(readFileSync(first.place('models/a.txt'), 'utf8')).toBe('two');
});

test('a file that is in the way is known before any work', async () => {
  const json = join(folder, 'taken.json');
  writeFileSync(json, '');
  await expect(RunFolder.create({ ...asked, json })).rejects.toThrow(/taken.json is there already/);
  await expect(RunFolder.create({ ...asked, out: json })).rejects.toThrow(/cannot use .* as a folder/);
});

test('tables and breaks', () => {
  expect(
    layOut([
      ['', 'MAE'],
      ['naive', '1'],
      ['model', '10.5'],
    ]),
  ).toEqual(['        MAE', 'naive     1', 'model  10.5']);
  const text = wrap(`  ${'word '.repeat(30).trim()}`, 2).split('\n');
  expect(text.length).toBe(2);
  expect(text.every((line) => line.startsWith('  w') && line.length <= 96)).toBe(true);
});

test.each([
  [
    "throw new ArgumentError('job', 'expected a number,\\n got none; give one')",
    'job: expected a number, got none; give one\n',
  ],
  [
    "await import('node:fs').then(({ readFileSync }) => readFileSync('/no/file'))",
    "job: ENOENT: no such file or directory, open '/no/file'\n",
  ],
  ['null.x', "job: internal error, please report this: Cannot read properties of null (reading 'x')\n"],
])('what goes wrong is one line and status 2: %s', (body, line) => {
  const source = fileURLToPath(new URL('./index.ts', import.meta.url));
  const program = `import { ArgumentError } from '@noosphere/core'; import { runProgram } from '${source}'; await runProgram('job', async () => { ${body}; });`;
  const { status, stderr } = spawnSync(
    process.execPath,
    ['--import', 'tsx', '--conditions=@noosphere/source', '--input-type=module', '-e', program],
    { encoding: 'utf8', cwd: fileURLToPath(new URL('..', import.meta.url)) },
  );
  expect([status, stderr]).toEqual([2, line]);
});
