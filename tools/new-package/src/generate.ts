// Writes a domain package from the template, and the lines that make the workspace know it. Runs nothing.
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const templateFolder = fileURLToPath(new URL('../template/', import.meta.url));
// A sibling over core: its configuration and manifest are what a domain package has.
const sibling = 'packages/train';
const siblingFiles = ['tsconfig.json', 'tsconfig.build.json', 'tsup.config.ts', 'vitest.config.ts'];

interface Manifest {
  name: string;
  version: string;
  description: string;
  dependencies: Record<string, string>;
  devDependencies: Record<string, string>;
}

/**
 * Writes packages/`name` in the workspace at `root`, its changeset, and its lines in the layer table, the consumer
 * test, the docs and the README. Gives the paths written; refuses, before writing, a name that cannot be.
 */
export function generatePackage(root: string, name: string): string[] {
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name)) {
    throw new Error(`new:package: expected a kebab-case name such as 'audio', got '${name}'`);
  }
  const folder = join(root, 'packages', name);
  if (existsSync(folder))
    throw new Error(`new:package: packages/${name} exists already; choose another name`);

  const written = [
    ...copyTemplate(folder, name),
    ...siblingFiles.map((file) => copyFile(join(root, sibling, file), join(folder, file))),
    writeManifest(root, folder, name),
    writeChangeset(root, name),
    ...['consumer', 'docs'].map((tool) => addDependency(join(root, 'tools', tool, 'package.json'), name)),
    addLayer(join(root, 'tools', 'layers', 'layers.json'), name),
    addToReadme(join(root, 'README.md'), name),
  ];
  return written.map((file) => relative(root, file));
}

function copyTemplate(folder: string, name: string): string[] {
  const files = readdirSync(templateFolder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name !== 'changeset.md')
    .map((entry) => relative(templateFolder, join(entry.parentPath, entry.name)));
  return files.map((file) => {
    const text = readFileSync(join(templateFolder, file), 'utf8').replaceAll('package-name', name);
    return write(join(folder, file), text);
  });
}

function copyFile(from: string, to: string): string {
  cpSync(from, to);
  return to;
}

function writeManifest(root: string, folder: string, name: string): string {
  const manifest: Manifest = readJson(join(root, sibling, 'package.json'));
  manifest.name = `@noosphere/${name}`;
  manifest.description = 'The columns of a table on one scale, as a part of the graph.';
  manifest.dependencies = { '@noosphere/core': 'workspace:*' };
  manifest.devDependencies = { '@noosphere/tool-examples': 'workspace:*' };
  return writeJson(join(folder, 'package.json'), manifest);
}

function writeChangeset(root: string, name: string): string {
  const text = readFileSync(join(templateFolder, 'changeset.md'), 'utf8').replaceAll('package-name', name);
  return write(join(root, '.changeset', `add-${name}.md`), text);
}

function addDependency(file: string, name: string): string {
  const manifest: Manifest = readJson(file);
  const all = { ...manifest.devDependencies, [`@noosphere/${name}`]: 'workspace:*' };
  manifest.devDependencies = Object.fromEntries(Object.entries(all).sort(([a], [b]) => (a < b ? -1 : 1)));
  return writeJson(file, manifest);
}

/** A domain package stands on learn and what is below it; a name that the table knows keeps its line. */
function addLayer(file: string, name: string): string {
  const text = readFileSync(file, 'utf8');
  const layers: { packages: Record<string, readonly string[]> } = JSON.parse(text);
  if (layers.packages[name] !== undefined) return file;
  const line = `    "${name}": ["learn", "train", "core", "base"]`;
  const [before, after] = splitAt(text, text.indexOf('\n  }', text.indexOf('"packages"')), file);
  return write(file, `${before},\n${line}${after}`);
}

function addToReadme(file: string, name: string): string {
  const text = readFileSync(file, 'utf8');
  const row = /^\| \[`@noosphere\/[^\n]*\]\(packages\/[^\n]*$/gm;
  const last = [...text.matchAll(row)].at(-1);
  const [before, after] = splitAt(text, last === undefined ? -1 : last.index + last[0].length, file);
  const added = `| [\`@noosphere/${name}\`](packages/${name}/README.md) | the columns of a table on one scale |`;
  return write(file, `${before}\n${added}${after}`);
}

function splitAt(text: string, position: number, file: string): [string, string] {
  if (position < 0)
    throw new Error(`new:package: ${basename(file)} has not the form expected; add the line by hand`);
  return [text.slice(0, position), text.slice(position)];
}

function readJson<T>(file: string): T {
  return JSON.parse(readFileSync(file, 'utf8'));
}

function writeJson(file: string, value: unknown): string {
  return write(file, `${JSON.stringify(value, null, 2)}\n`);
}

function write(file: string, text: string): string {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  return file;
}
