// What an example says it prints, and whether it did.
import type { Example } from './extract.js';

/**
 * The lines an example claims to print, or undefined when it claims nothing.
 *
 * `// → text` claims a line; comment lines right below it, `//   more`, claim the lines after it. Without any
 * arrow, the ```text block after the example is the whole output.
 */
export function expectedOutput(example: Example): string[] | undefined {
  const claimed: string[] = [];
  let continues = false;
  for (const line of example.code.split('\n')) {
    const arrow = /\/\/ → ?(.*)$/.exec(line);
    const more = /^\s*\/\/ {3}(.*)$/.exec(line);
    if (arrow !== null) claimed.push(arrow[1] ?? '');
    else if (continues && more !== null) claimed.push(more[1] ?? '');
    continues = arrow !== null || (continues && more !== null);
  }
  if (claimed.length > 0 && example.text !== undefined) {
    throw new Error(
      `${example.path}:${example.line}: the example claims its output twice; keep the arrows or the text block`,
    );
  }
  if (claimed.length > 0) return claimed;
  return example.text === undefined ? undefined : splitLines(example.text);
}

/** Undefined when the printed text is as claimed, otherwise a sentence that says where it is not. */
export function compareOutput(printed: string, claimed: readonly string[]): string | undefined {
  const lines = splitLines(printed);
  const count = Math.max(lines.length, claimed.length);
  for (let index = 0; index < count; index++) {
    const got = lines[index];
    const want = claimed[index];
    if (got === undefined || want === undefined || !matches(got, want)) {
      return `line ${index + 1} of the output: expected ${show(want)}, got ${show(got)}`;
    }
  }
  return undefined;
}

function show(line: string | undefined): string {
  return line === undefined ? 'no more lines' : `'${line.trim()}'`;
}

function splitLines(text: string): string[] {
  const trimmed = text.replace(/\s+$/, '');
  return trimmed === '' ? [] : trimmed.split(/\r?\n/);
}

// An ellipsis stands for anything within the line, as timings need.
function matches(got: string, want: string): boolean {
  const parts = want
    .trim()
    .split('…')
    .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`).test(got.trim());
}
