// The public entries of a package and what each exports, read from its source. Types are not checked here.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

/** An entry of a package's `exports`. */
export interface Entry {
  /** As users import it: `@noosphere/core/quantize`. */
  readonly specifier: string;
  /** The source file behind it. */
  readonly file: string;
}

/** A name that an entry exports. */
export interface ExportedName {
  readonly name: string;
  /** `function`, `class`, `const`, `namespace`; `interface` or `type` where there is no value. */
  readonly kind: string;
  /** The first paragraph of its docstring; empty where it has none. */
  readonly doc: string;
}

interface Manifest {
  readonly name: string;
  readonly exports?: Readonly<Record<string, string | Readonly<Record<string, string>>>>;
}

/** The entries of the package in a folder that have a source, the main one first. */
export function entriesOf(packageFolder: string): Entry[] {
  const manifest: Manifest = JSON.parse(readFileSync(join(packageFolder, 'package.json'), 'utf8'));
  return Object.entries(manifest.exports ?? {})
    .flatMap(([key, target]) => {
      const file = typeof target === 'string' ? target : (target['@noosphere/source'] ?? '');
      const entry = { specifier: manifest.name + key.slice(1), file: join(packageFolder, file) };
      return file.endsWith('.ts') ? [entry] : [];
    })
    .sort((a, b) => a.specifier.length - b.specifier.length);
}

/**
 * What each entry exports, sorted by name. Only the package's files are read, and neighbours where it exports names of
 * theirs, so it takes a second; a name that came in by an `import` from a package is of kind `unknown`.
 */
export function exportsOf(entries: readonly Entry[]): ExportedName[][] {
  const options: ts.CompilerOptions = {
    target: ts.ScriptTarget.ESNext,
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    customConditions: ['@noosphere/source'],
    noLib: true,
    types: [],
  };
  const host = ts.createCompilerHost(options);
  host.resolveModuleNameLiterals = (literals, file, redirected, _options, source) =>
    literals.map((literal) =>
      literal.text.startsWith('.') || (isWorkspace(literal.text) && ts.isExportDeclaration(literal.parent))
        ? ts.resolveModuleName(
            literal.text,
            file,
            options,
            host,
            undefined,
            redirected,
            ts.getModeForUsageLocation(source, literal, options),
          )
        : { resolvedModule: undefined },
    );
  const program = ts.createProgram(
    entries.map(({ file }) => file),
    options,
    host,
  );
  const checker = program.getTypeChecker();
  return entries.map(({ file }) => {
    const source = program.getSourceFile(file);
    const module = source && checker.getSymbolAtLocation(source);
    if (module === undefined) throw new Error(`${file}: expected a module, got nothing that exports`);
    return checker
      .getExportsOfModule(module)
      .map((symbol) => exportedName(symbol, checker))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  });
}

function isWorkspace(specifier: string): boolean {
  return specifier.startsWith('@noosphere/');
}

function exportedName(symbol: ts.Symbol, checker: ts.TypeChecker): ExportedName {
  const target = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
  const typeOnly = symbol.declarations?.some(ts.isTypeOnlyExportDeclaration) ?? false;
  const doc = ts.displayPartsToString(target.getDocumentationComment(checker)).split(/\n\s*\n/)[0] ?? '';
  return { name: symbol.name, kind: kindOf(target.flags, typeOnly), doc };
}

function kindOf(flags: ts.SymbolFlags, typeOnly: boolean): string {
  if (!typeOnly && flags & ts.SymbolFlags.Function) return 'function';
  if (!typeOnly && flags & ts.SymbolFlags.Class) return 'class';
  if (!typeOnly && flags & ts.SymbolFlags.Variable) return 'const';
  if (!typeOnly && flags & ts.SymbolFlags.ValueModule) return 'namespace';
  if (flags & ts.SymbolFlags.Interface) return 'interface';
  return flags & (ts.SymbolFlags.TypeAlias | ts.SymbolFlags.Class) ? 'type' : 'unknown';
}

/** Whether a kind is there when the program runs. */
export function isValue({ kind }: ExportedName): boolean {
  return kind !== 'type' && kind !== 'interface';
}
