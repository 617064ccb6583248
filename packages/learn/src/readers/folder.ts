/** A folder with one folder a class: which files there are. What is in them is for others. */
import { join } from 'node:path';
import { ArgumentError, knownOptions } from '@noosphere/base';
import { namesIn } from '../files/chunks.js';

export interface ClassFile {
  readonly path: string;
  /** The place of the class among all, by name. */
  readonly label: number;
  readonly className: string;
}

/**
 * The files of `folder/CLASS/FILE`, classes and files sorted by name; hidden ones are skipped, folders of classes are not
 * searched further. Throws where there is no class, or one has no file.
 * @param extensions Only files that end so, in any case, such as `['.png', '.jpg']`. @default all
 * @example
 * import { mkdir, writeFile } from 'node:fs/promises';
 * for (const name of ['cat', 'dog']) {
 *   await mkdir(`animals/${name}`, { recursive: true });
 *   await writeFile(`animals/${name}/1.png`, '');
 * }
 * console.log((await readFolder('animals')).map(({ label, className }) => `${label} ${className}`)); // → [ '0 cat', '1 dog' ]
 */
export async function readFolder(
  folder: string,
  options: { readonly extensions?: readonly string[] } = {},
): Promise<ClassFile[]> {
  const { extensions } = knownOptions('readFolder', options, 'extensions');
  const { folders } = await namesIn('readFolder', folder);
  if (folders.length === 0)
    throw new ArgumentError('readFolder', `${folder} has no folders, expected one for each class`);
  const rows: ClassFile[] = [];
  for (const [label, className] of folders.entries()) {
    const { files } = await namesIn('readFolder', join(folder, className));
    const chosen = files.filter(
      (file) => !extensions || extensions.some((end) => file.toLowerCase().endsWith(end.toLowerCase())),
    );
    if (chosen.length === 0)
      throw new ArgumentError(
        'readFolder',
        `the class '${className}' has no files${extensions ? ` that end in ${extensions.join(', ')}` : ''}; add some or remove its folder`,
      );
    for (const file of chosen) rows.push({ path: join(folder, className, file), label, className });
  }
  return rows;
}
