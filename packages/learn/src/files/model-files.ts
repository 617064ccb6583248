/** A model folder on disk: written whole under another name, then renamed; read back with its checksums compared. */
import { mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { ArgumentError, FormatError } from '@noosphere/base';
import { sha256 } from '@noosphere/base/files';

export type FolderFiles = Readonly<Record<string, Uint8Array>>;

/** Writes a folder that is there completely or not at all; names may lie in folders of it. */
export async function writeFolder(
  folder: string,
  files: FolderFiles,
  { overwrite }: { readonly overwrite: boolean },
): Promise<void> {
  const target = resolve(folder);
  const exists = await isThere(target);
  if (exists && !overwrite)
    throw new ArgumentError(
      'saveModel',
      `${folder} is there already; choose another folder or set overwrite`,
    );
  const unique = `${process.pid}-${Date.now()}`;
  const half = `${target}.${unique}.part`;
  const old = `${target}.${unique}.old`;
  await mkdir(dirname(target), { recursive: true });
  try {
    await mkdir(half);
    for (const [name, bytes] of Object.entries(files)) {
      await mkdir(dirname(join(half, name)), { recursive: true });
      await writeFile(join(half, name), bytes, { flush: true });
    }
    if (exists) await rename(target, old);
    await rename(half, target);
  } catch (error) {
    if (exists && !(await isThere(target)) && (await isThere(old))) await rename(old, target);
    throw error;
  } finally {
    await rm(half, { recursive: true, force: true });
    await rm(old, { recursive: true, force: true });
  }
}

/** A file of a folder. */
export async function readFolderFile(folder: string, name: string): Promise<Uint8Array> {
  const path = join(folder, name);
  try {
    return await readFile(path);
  } catch (cause) {
    throw new FormatError('loadModel', path, `cannot be read; is ${folder} a model folder?`, { cause });
  }
}

/** A file whose checksum the manifest knows. */
export async function readCheckedFile(
  folder: string,
  name: string,
  expected: string | undefined,
): Promise<Uint8Array> {
  const bytes = await readFolderFile(folder, name);
  const found = sha256(bytes);
  if (expected !== undefined && found === expected) return bytes;
  throw new FormatError(
    'loadModel',
    join(folder, name),
    expected === undefined
      ? 'is not in the manifest'
      : `has the checksum ${found}, the manifest says ${expected}; the folder was changed or damaged`,
  );
}

async function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return false;
      throw error;
    },
  );
}
