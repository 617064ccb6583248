// Docstrings stand beside what they show, so their examples may leave the imports of it out; these are added here.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { entriesOf, exportsOf } from './entries.js';

/** Public names, each with the entry that exports it. */
export type PublicNames = ReadonlyMap<string, string>;

interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>;
}

/**
 * What a package and the workspace packages it depends on export. On a clash the package's own name wins, and main
 * entries win over others.
 */
export function publicNames(packageFolder: string): PublicNames {
  const manifest: Manifest = JSON.parse(readFileSync(join(packageFolder, 'package.json'), 'utf8'));
  const neighbours = Object.entries(manifest.dependencies ?? {})
    .filter(([, version]) => version.startsWith('workspace:'))
    .map(([name]) => entriesOf(join(packageFolder, 'node_modules', name)));
  const all = [...neighbours, entriesOf(packageFolder)];
  const entries = [...all.flatMap(([, ...others]) => others), ...all.flatMap(([main]) => main ?? [])];
  const names = exportsOf(entries);
  return new Map(
    entries.flatMap(({ specifier }, index) =>
      (names[index] ?? []).map(({ name }): [string, string] => [name, specifier]),
    ),
  );
}

/** The code with imports of the public names it uses, on its first line so that lines stay where they are. */
export function withImports(code: string, names: PublicNames): string {
  const source = ts.createSourceFile('example.ts', code, ts.ScriptTarget.Latest, true);
  const used = new Set<string>();
  const declared = new Set<string>();
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node)) {
      if (isDeclared(node)) declared.add(node.text);
      else if (!isMemberName(node)) used.add(node.text);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  const missing = [...used].filter((name) => names.has(name) && !declared.has(name));
  const imports = [...new Set(missing.map((name) => names.get(name)))].map((from) => {
    const list = missing.filter((name) => names.get(name) === from).join(', ');
    return `import { ${list} } from '${from}'; `;
  });
  return imports.join('') + code;
}

function isDeclared(node: ts.Identifier): boolean {
  const { parent } = node;
  return (
    ts.isImportSpecifier(parent) ||
    ts.isImportClause(parent) ||
    ts.isNamespaceImport(parent) ||
    ((ts.isVariableDeclaration(parent) ||
      ts.isBindingElement(parent) ||
      ts.isParameter(parent) ||
      ts.isFunctionDeclaration(parent) ||
      ts.isClassDeclaration(parent)) &&
      parent.name === node)
  );
}

function isMemberName(node: ts.Identifier): boolean {
  const { parent } = node;
  return (
    (ts.isPropertyAccessExpression(parent) ||
      ts.isPropertyAssignment(parent) ||
      ts.isMethodDeclaration(parent)) &&
    parent.name === node
  );
}
