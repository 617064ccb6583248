/** From the path of a question to a file inside the folder that is served, or to nothing. */
import { realpath, stat } from 'node:fs/promises';
import { join, sep } from 'node:path';

export interface Found {
  readonly kind: 'file' | 'folder';
  /** Without links. */
  readonly path: string;
  readonly bytes: number;
  readonly changed: Date;
}

/**
 * What lies at a path such as `/run-1/outlook.html`. Nothing for hidden names, `..` in any spelling, links that lead out of the
 * folder, and what is neither file nor folder.
 * @param root The folder, without links in it.
 */
export async function resolveInside(root: string, path: string): Promise<Found | undefined> {
  const names = namesOf(path);
  if (!names) return undefined;
  try {
    const real = await realpath(join(root, ...names));
    if (real !== root && !real.startsWith(root.endsWith(sep) ? root : root + sep)) return undefined;
    const found = await stat(real);
    const kind = found.isFile() ? 'file' : found.isDirectory() ? 'folder' : undefined;
    return kind && { kind, path: real, bytes: found.size, changed: found.mtime };
  } catch (error) {
    // Not there, not allowed, too long, or a folder that is a file: nothing to serve in any case.
    if (error instanceof Error && 'syscall' in error) return undefined;
    throw error;
  }
}

/** The names between the slashes, decoded once. */
function namesOf(path: string): string[] | undefined {
  const names: string[] = [];
  for (const part of path.split('/').filter(Boolean)) {
    let name: string;
    try {
      name = decodeURIComponent(part);
    } catch {
      return undefined;
    }
    if (name.startsWith('.') || /[/\\\0]/.test(name)) return undefined;
    names.push(name);
  }
  return names;
}
