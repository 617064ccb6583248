import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openFile, pathBeside, readTextIfThere, writeAtomically } from './index.js';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'noosphere-files-'));
});
afterEach(() => rm(folder, { recursive: true }));

const text = (value: string) => [new TextEncoder().encode(value)];

test('a file is written whole, under its name only', async () => {
  const path = join(folder, 'a.bin');
  await writeAtomically(path, [...text('one '), ...text('two')]);
  expect(await readFile(path, 'utf8')).toBe('one two');
  expect(await readdir(folder)).toEqual(['a.bin']);
});

test('a file that is there stays unless replacing is asked for', async () => {
  const path = join(folder, 'a.bin');
  await writeFile(path, 'mine');
  await expect(writeAtomically(path, text('other'))).rejects.toThrow(/overwrite: true/);
  expect(await readFile(path, 'utf8')).toBe('mine');
  expect(await readdir(folder)).toEqual(['a.bin']);
  await writeAtomically(path, text('other'), { overwrite: true });
  expect(await readFile(path, 'utf8')).toBe('other');
});

test('a writer that fails leaves the old file and nothing else', async () => {
  const path = join(folder, 'a.bin');
  await writeFile(path, 'mine');
  const failing = (function* () {
    yield* text('half');
    throw new Error('no more');
  })();
  await expect(writeAtomically(path, failing, { overwrite: true })).rejects.toThrow('no more');
  expect(await readFile(path, 'utf8')).toBe('mine');
  expect(await readdir(folder)).toEqual(['a.bin']);
});

test('pieces beyond the end are refused, and missing files named', async () => {
  const path = join(folder, 'a.bin');
  await writeFile(path, '0123456789');
  const file = await openFile(path);
  expect(Buffer.from(await file.read(2, 3)).toString()).toBe('234');
  await expect(file.read(8, 2 ** 40)).rejects.toThrow(/a file of 10/);
  await file.close();
  await expect(openFile(join(folder, 'none'))).rejects.toThrow(/cannot open .*none/);
  expect(readTextIfThere(join(folder, 'none'))).toBeUndefined();
});

test.each(['../up', '/etc/passwd', 'a/../../up', '..', '', 'nul\0'])(
  'the location %j is not followed',
  (location) => {
    expect(() => pathBeside('/models/a.onnx', location)).toThrow(/own folder/);
  },
);

test('a location in the folder is followed', () => {
  expect(pathBeside('/models/a.onnx', 'weights/b.bin')).toBe('/models/weights/b.bin');
});

test('what the disk refuses is told with the file and the way out', async () => {
  await expect(writeAtomically(join(tmpdir(), 'no-such-folder', 'x.bin'), [])).rejects.toThrow(
    /^write: cannot write .*x\.bin: ENOENT.*; free some disk space, or choose a folder that is there/,
  );
});
