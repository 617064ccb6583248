/** Options by a name that nobody reads, such as `stride` for `strides`: through a variable TypeScript lets them pass. */
import { ArgumentError } from '@noosphere/core';

/**
 * Gives the options back once each of their names is known; others are refused with the nearest one that is.
 * @param names All names of `Options`: one that is left out is a type error.
 */
export function knownOptions<Options extends object, const Name extends keyof Options & string>(
  layer: string,
  options: Options,
  names: readonly Name[] & ([Exclude<keyof Options, Name>] extends [never] ? unknown : never),
): Options {
  if (typeof options !== 'object' || options === null)
    throw new ArgumentError(layer, `expects an object of options, got ${options}`);
  for (const name of Object.keys(options)) {
    if ((names as readonly string[]).includes(name)) continue;
    const nearest = nearestOf(name, names);
    const hint = nearest === undefined ? '' : `; did you mean ${nearest}?`;
    throw new ArgumentError(layer, `there is no option '${name}', only ${names.join(', ')}${hint}`);
  }
  return options;
}

/** The name with the fewest edits, where those are at most half of the letters. */
function nearestOf(name: string, names: readonly string[]): string | undefined {
  const [first] = names
    .map((known) => ({ known, edits: editsBetween(name.toLowerCase(), known.toLowerCase()) }))
    .sort((a, b) => a.edits - b.edits);
  return first && first.edits <= name.length / 2 ? first.known : undefined;
}

/** Letters to insert, drop or change (Levenshtein 1966); none where one begins with the other, as `eps` and `epsilon`. */
function editsBetween(a: string, b: string): number {
  if (a.startsWith(b) || b.startsWith(a)) return 0;
  let row = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (const [index, letter] of [...a].entries()) {
    const next = [index + 1];
    for (let column = 1; column <= b.length; column++) {
      const change = (row[column - 1] ?? 0) + (letter === b[column - 1] ? 0 : 1);
      next.push(Math.min(change, (row[column] ?? 0) + 1, (next[column - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
