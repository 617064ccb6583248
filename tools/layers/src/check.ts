// The rules. Each takes the workspace and gives sentences, one a violation; none means that all is well.
import { posix } from 'node:path';
import type { Layers } from './layers.js';
import type { Member, Source } from './workspace.js';

/** All violations of the layers, each as `path:line: what is wrong; the way out`. */
export function findViolations(members: readonly Member[], layers: Layers): string[] {
  return members.flatMap((member) => [
    ...checkMember(member, members, layers),
    ...checkFileSystem(member),
    ...member.sources.flatMap((source) => checkSource(source, member, members, layers)),
  ]);
}

function checkMember(member: Member, members: readonly Member[], layers: Layers): string[] {
  if (member.group !== 'packages') return [];
  const place = `packages/${member.folder}/package.json:1`;
  const allowed = layers.packages[member.folder];
  if (allowed === undefined) {
    return [`${place}: ${member.folder} is not in the table; add it to tools/layers/layers.json`];
  }
  return member.dependencies
    .flatMap((name) => members.find((other) => other.name === name) ?? [])
    .filter((other) => other.group !== 'packages' || !allowed.includes(other.folder))
    .map((other) => `${place}: depends on ${other.name}, ${direction(member, allowed)}`);
}

/** In a package, one folder of src touches the file system: the rest then runs where there is none. */
function checkFileSystem(member: Member): string[] {
  if (member.group !== 'packages') return [];
  const users = member.sources.filter(
    (source) =>
      !source.isTest && source.imports.some(({ specifier }) => /^(node:)?fs(\/promises)?$/.test(specifier)),
  );
  const folders = [
    ...new Set(users.map((source) => posix.dirname(source.inside).split('/').slice(0, 2).join('/'))),
  ];
  if (folders.length <= 1) return [];
  const paths = users.map(({ path }) => path).join(', ');
  return [
    `packages/${member.folder}: ${folders.length} folders touch the file system (${paths}); keep it to one`,
  ];
}

function checkSource(source: Source, member: Member, members: readonly Member[], layers: Layers): string[] {
  return source.imports.flatMap(({ specifier, line }) => {
    const problem = specifier.startsWith('.')
      ? checkRelative(specifier, source, member, layers)
      : checkPackage(specifier, source, member, members, layers);
    return problem === undefined ? [] : [`${source.path}:${line}: ${problem}`];
  });
}

function checkRelative(
  specifier: string,
  source: Source,
  member: Member,
  layers: Layers,
): string | undefined {
  const target = posix.join(posix.dirname(source.inside), specifier);
  if (target.startsWith('../')) return `'${specifier}' leaves the package; import it by its name`;
  const order = member.group === 'packages' ? layers.folders[member.folder] : undefined;
  if (order === undefined || source.isTest) return undefined;
  const from = folderInSource(source.inside);
  const to = folderInSource(target);
  // src/index.ts gathers all folders, and nothing inside imports it.
  if (from === undefined) return undefined;
  if (to === undefined)
    return `src/${from} imports '${specifier}' of src; only folders to its left may be imported`;
  const [fromRank, toRank] = [order.indexOf(from), order.indexOf(to)];
  if (fromRank < 0) return `src/${from} is not in the order of folders; add it to tools/layers/layers.json`;
  if (toRank >= 0 && toRank <= fromRank) return undefined;
  return `src/${from} imports '${specifier}'; the order is ${order.join(', ')}, and each imports only from its left`;
}

function folderInSource(inside: string): string | undefined {
  const [, folder, ...rest] = inside.split('/');
  return rest.length === 0 ? undefined : folder;
}

function checkPackage(
  specifier: string,
  source: Source,
  member: Member,
  members: readonly Member[],
  layers: Layers,
): string | undefined {
  const name = specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');
  const owner = layers.owners[name];
  if (owner !== undefined) {
    const isOwner = source.path.startsWith(`${owner}/`);
    const isOwnersTest = source.isTest && owner.startsWith(`${member.group}/${member.folder}/`);
    return isOwner || isOwnersTest ? undefined : `imports ${name}, which only ${owner} may`;
  }
  const other = members.find((candidate) => candidate.name === name);
  if (other === undefined) return undefined;
  if (other.group === 'apps') return `imports ${name}, an app; move what is shared into a package`;
  const entry = `.${specifier.slice(name.length)}`;
  if (!other.entries.includes(entry)) {
    return `imports '${specifier}', which is no public entry of ${name} (${other.entries.join(', ')})`;
  }
  if (source.isTest) return undefined;
  if (other.group === 'tools' && member.group !== 'tools') return `imports ${name}, a developer's tool`;
  const allowed = layers.packages[member.folder];
  if (member.group !== 'packages' || allowed === undefined || allowed.includes(other.folder))
    return undefined;
  return `imports ${name}, ${direction(member, allowed)}`;
}

function direction(member: Member, allowed: readonly string[]): string {
  return `but ${member.folder} may import ${allowed.length === 0 ? 'nothing of ours' : `only ${allowed.join(', ')}`}`;
}
