/** Options by a name that nobody reads, such as `stride` for `strides`: through a variable TypeScript lets them pass. */
import { distance as editDistance } from 'fastest-levenshtein';
import { ArgumentError } from './errors/index.js';

/** Insertions, deletions and replacements of letters that make one text of another (Levenshtein 1965). */
export { editDistance };

/**
 * Gives the options back once each of their names is known; others are refused with the nearest one that is.
 * @param names All names of `Options`: one that is left out is a type error.
 * @example
 * const options = { sed: 7 } as { seed?: number };
 * try {
 *   knownOptions('shuffle', options, ['seed']);
 * } catch (error) {
 *   console.log(String(error)); // → ArgumentError: shuffle: there is no option 'sed', only seed; did you mean seed?
 * }
 */
export function knownOptions<Options extends object, const Name extends keyof Options & string>(
  operation: string,
  options: Options,
  names: readonly Name[] & ([Exclude<keyof Options, Name>] extends [never] ? unknown : never),
): Options {
  if (typeof options !== 'object' || options === null)
    throw new ArgumentError(operation, `expects an object of options, got ${options}`);
  for (const name of Object.keys(options)) {
    if ((names as readonly string[]).includes(name)) continue;
    const only = names.length === 0 ? '' : `, only ${names.join(', ')}`;
    throw new ArgumentError(operation, `there is no option '${name}'${only}${didYouMean(name, names)}`);
  }
  return options;
}

/** `; did you mean seed?` for `sed`, or nothing where no name is near. */
export function didYouMean(name: string, names: readonly string[]): string {
  const nearest = nearestName(name, names);
  return nearest === undefined ? '' : `; did you mean ${nearest}?`;
}

/** The name with the fewest edits, where those are at most half of the letters; none where one begins with the other, as `eps` and `epsilon`. */
export function nearestName(name: string, names: readonly string[]): string | undefined {
  const asked = name.toLowerCase();
  const edits = names.map((known) => {
    const own = known.toLowerCase();
    return own.startsWith(asked) || asked.startsWith(own) ? 0 : editDistance(asked, own);
  });
  const fewest = Math.min(...edits);
  return fewest <= name.length / 2 ? names[edits.indexOf(fewest)] : undefined;
}
