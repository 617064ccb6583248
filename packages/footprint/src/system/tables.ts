/** The embedded tables, read when first asked for. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const tables = new Map<string, readonly (readonly string[])[]>();

/** Rows of a file in this package's `data` folder, without its header. */
export function embeddedRows(name: string): readonly (readonly string[])[] {
  const known = tables.get(name);
  if (known !== undefined) return known;
  const require = createRequire(import.meta.url);
  const folder = join(dirname(require.resolve('@noosphere/footprint/package.json')), 'data');
  const [, ...lines] = readFileSync(join(folder, name), 'utf8').trimEnd().split('\n');
  const rows = lines.map(fields);
  tables.set(name, rows);
  return rows;
}

/** Fields of a line of CSV; a quoted field may hold commas. */
function fields(line: string): readonly string[] {
  if (!line.includes('"')) return line.split(',');
  return Array.from(line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g), ([, quoted, plain]) =>
    quoted === undefined ? (plain ?? '') : quoted.replaceAll('""', '"'),
  );
}
