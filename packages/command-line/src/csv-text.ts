/** A table as CSV, with all digits. */
import Papa from 'papaparse';

export function csvText(header: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const table = [[...header], ...rows.map((row) => [...row])];
  return `${Papa.unparse(table, { newline: '\n' })}\n`;
}
