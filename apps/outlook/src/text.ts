/** Text for a terminal of 80 to 100 columns: tables, breaks, emphasis. */

export const rule = '─'.repeat(88);
const colours = process.stdout.isTTY && !process.env.NO_COLOR;
export const bold = (text: string) => (colours ? `\u001b[1m${text}\u001b[22m` : text);
export const dim = (text: string) => (colours ? `\u001b[2m${text}\u001b[22m` : text);

export function percent(share: number, digits: number): string {
  return (100 * share).toFixed(digits);
}

/** First column to the left, the others to the right. */
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

/** Breaks a text at spaces. */
export function wrap(text: string, width: number): string {
  const lines = [''];
  for (const word of text.split(' ')) {
    const line = lines.at(-1) ?? '';
    if (line !== '' && line.length + word.length >= width) lines.push(word);
    else lines[lines.length - 1] = line === '' ? word : `${line} ${word}`;
  }
  return lines.join('\n');
}
