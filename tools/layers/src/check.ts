// The rules. Each takes the workspace and gives sentences, one a violation; none means that all is well.
import { posix } from 'node:path';
import type { Layers } from './layers.js';
import type { Member, Source } from './workspace.js';

/** All violations of the layers, each as `path:line: what is wrong; the way out`. */
export function findViolations(members: readonly Member[], layers: Layers): string[] {
  return [
    ...checkTable(members, layers),
    ...members.flatMap((member) => [
      ...checkMember(member, members, layers),
      ...checkFileSystem(member),
      ...checkFolders(member, layers),
      ...member.sources.flatMap((source) => checkSource(source, member, members, layers)),
    ]),
  ];
}

/** Rows of the table about packages that are not there. */
function checkTable(members: readonly Member[], { packages, folders }: Layers): string[] {
  const names = new Set([...Object.keys(packages), ...Object.keys(folders)]);
  for (const { group, folder } of members) if (group === 'packages') names.delete(folder);
  return [...names].map(
    (name) => `tools/layers/layers.json:1: there is no package ${name}; take its rows out of the table`,
  );
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

/** No folder reaches itself through others, and two folders or more of a package have an order. */
function checkFolders(member: Member, layers: Layers): string[] {
  if (member.group === 'tools') return [];
  const sources = member.sources.filter(({ isTest, inside }) => !isTest && !inside.endsWith('.d.ts'));
  const place = `${member.group}/${member.folder}/src`;
  const violations = findCycles(sources).map(
    (cycle) => `${place}: folders import each other, ${cycle}; move what both need into a folder below`,
  );
  if (member.group === 'apps') return violations;
  const order = layers.folders[member.folder];
  const folders = new Set(
    sources.flatMap(({ inside }) => (inside.split('/').length > 2 ? folderOf(inside) : [])),
  );
  if (order === undefined && folders.size > 1) {
    const names = [...folders].join(', ');
    violations.push(`${place}: ${names} have no order; add one to 'folders' in tools/layers/layers.json`);
  }
  return violations;
}

/** Each group of folders that reach each other, by a shortest way round: `a → b → a (a/x.ts:3, b/y.ts:7)`. */
function findCycles(sources: readonly Source[]): string[] {
  const edges = new Map<string, Map<string, string>>();
  for (const { inside, imports } of sources) {
    const from = folderOf(inside);
    for (const { specifier, line } of imports) {
      const to = folderOf(posix.join(posix.dirname(inside), specifier));
      if (!specifier.startsWith('.') || from === undefined || to === undefined || from === to) continue;
      const targets = edges.get(from) ?? new Map<string, string>();
      edges.set(from, targets);
      if (!targets.has(to)) targets.set(to, `${inside.slice('src/'.length)}:${line}`);
    }
  }
  const told = new Set<string>();
  return [...edges.keys()].sort().flatMap((start) => {
    if (told.has(start)) return [];
    const way = wayRound(start, edges);
    if (way === undefined) return [];
    for (const folder of way) told.add(folder);
    const places = way.slice(1).map((to, step) => edges.get(way[step] ?? '')?.get(to));
    return [`${way.join(' → ')} (${places.join(', ')})`];
  });
}

/** The shortest way from a folder back to itself. */
function wayRound(
  start: string,
  edges: ReadonlyMap<string, ReadonlyMap<string, string>>,
): readonly string[] | undefined {
  const seen = new Set<string>();
  let ways: string[][] = [[start]];
  while (ways.length > 0) {
    const next: string[][] = [];
    for (const way of ways) {
      for (const to of edges.get(way.at(-1) ?? '')?.keys() ?? []) {
        if (to === start) return [...way, to];
        if (seen.has(to)) continue;
        seen.add(to);
        next.push([...way, to]);
      }
    }
    ways = next;
  }
  return undefined;
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
  const from = folderOf(source.inside);
  const to = folderOf(target);
  // src/index.ts gathers all folders, and nothing inside imports it. Data has no imports, so it lies anywhere.
  if (order === undefined || source.isTest || from === undefined || from === 'index') return undefined;
  if (to === undefined || specifier.endsWith('.json')) return undefined;
  if (to === 'index')
    return `src/${from} imports '${specifier}' of src; only folders to its left may be imported`;
  const [fromRank, toRank] = [order.indexOf(from), order.indexOf(to)];
  if (fromRank < 0) return `src/${from} is not in the order of folders; add it to tools/layers/layers.json`;
  if (toRank >= 0 && toRank <= fromRank) return undefined;
  return `src/${from} imports '${specifier}'; the order is ${order.join(', ')}, and each imports only from its left`;
}

/** The folder of src that a path lies in; a file of src itself counts as a folder of its own. */
function folderOf(inside: string): string | undefined {
  const [root, first] = inside.split('/');
  return root === 'src' ? first?.replace(/\.[jt]s$/, '') : undefined;
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
