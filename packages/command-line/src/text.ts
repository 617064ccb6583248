/** Text for a terminal of 80 to 100 columns: tables, breaks, emphasis. */

const colours = process.stdout.isTTY && !process.env.NO_COLOR;
export const bold = (text: string) => (colours ? `\u001b[1m${text}\u001b[22m` : text);
export const dim = (text: string) => (colours ? `\u001b[2m${text}\u001b[22m` : text);
export const width = 96;

/** First column to the left, the others to the right; the first row is the header. */
export function layOut(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row, index) => {
    const cells = row.map((cell, column) =>
      column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0),
    );
    const line = cells.join('  ').trimEnd();
    if (index === 0) return dim(line);
    return row[0]?.startsWith('*') ? bold(line) : line;
  });
}

/** Breaks a text at spaces; what stands before its first word stays. @param indent Of every line but the first. */
export function wrap(text: string, indent = 0): string {
  const [margin = ''] = /^ */.exec(text) ?? [];
  const lines: string[] = [];
  let line = margin;
  for (const word of text.trim().split(' ')) {
    const isFirst = line.trim() === '';
    if (!isFirst && line.length + 1 + word.length > width) {
      lines.push(line);
      line = ' '.repeat(indent) + word;
    } else line += isFirst ? word : ` ${word}`;
  }
  return [...lines, line].join('\n');
}
