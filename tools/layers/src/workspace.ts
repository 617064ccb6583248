// The workspace as the check sees it: members, their sources, and what each source imports.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import ts from 'typescript';

export type Group = 'packages' | 'apps' | 'tools';

export interface Member {
  readonly group: Group;
  /** The folder's name, as in layers.json. */
  readonly folder: string;
  /** The name in package.json. */
  readonly name: string;
  /** Public entries: the keys of `exports`. */
  readonly entries: readonly string[];
  /** Packages in `dependencies`, `optionalDependencies` and `peerDependencies`. */
  readonly dependencies: readonly string[];
  readonly sources: readonly Source[];
}

export interface Source {
  /** Path from the repository, with `/`. */
  readonly path: string;
  /** Path from the member's folder, with `/`. */
  readonly inside: string;
  readonly isTest: boolean;
  readonly imports: readonly Import[];
}

export interface Import {
  readonly specifier: string;
  readonly line: number;
}

interface Manifest {
  readonly name: string;
  readonly exports?: Readonly<Record<string, unknown>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

export function readWorkspace(root: string): Member[] {
  return (['packages', 'apps', 'tools'] as const).flatMap((group) => {
    const groupFolder = join(root, group);
    if (!existsSync(groupFolder)) return [];
    return readdirSync(groupFolder)
      .filter((folder) => existsSync(join(groupFolder, folder, 'package.json')))
      .map((folder) => readMember(root, group, folder));
  });
}

function readMember(root: string, group: Group, folder: string): Member {
  const memberFolder = join(root, group, folder);
  const manifest: Manifest = JSON.parse(readFileSync(join(memberFolder, 'package.json'), 'utf8'));
  const files = ['src', 'test']
    .map((part) => join(memberFolder, part))
    .filter((part) => existsSync(part))
    .flatMap((part) => ts.sys.readDirectory(part, ['.ts', '.mts', '.js', '.mjs']));
  return {
    group,
    folder,
    name: manifest.name,
    entries: Object.keys(manifest.exports ?? {}),
    dependencies: Object.keys({
      ...manifest.dependencies,
      ...manifest.optionalDependencies,
      ...manifest.peerDependencies,
    }),
    sources: files.map((file) => {
      const inside = relative(memberFolder, file).split(sep).join('/');
      return {
        path: `${group}/${folder}/${inside}`,
        inside,
        isTest: inside.startsWith('test/') || /\.test(-d)?\.ts$/.test(inside),
        imports: readImports(readFileSync(file, 'utf8')),
      };
    }),
  };
}

/** Everything a source imports, re-exports or loads, with types and dynamic imports. */
export function readImports(text: string): Import[] {
  return ts.preProcessFile(text, true, true).importedFiles.map(({ fileName, pos }) => ({
    specifier: fileName,
    line: text.slice(0, pos).split('\n').length,
  }));
}
