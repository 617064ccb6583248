/** Options by a name that nobody reads, such as `stride` for `strides`: through a variable TypeScript lets them pass. */
import { distance as editDistance } from 'fastest-levenshtein';
import { ArgumentError } from './errors/index.js';

/** Insertions, deletions and replacements of letters that make one text of another (Levenshtein 1965). */
export { editDistance };

/** `'a b' | 'c'` is `'a' | 'b' | 'c'`. */
type Words<Text, Found = never> = Text extends `${infer First} ${infer Rest}`
  ? Words<Rest, Found | First>
  : Found | Text;
type NamesOf<Lists extends readonly (string | readonly string[])[]> = Words<
  Lists[number] extends infer Each ? (Each extends readonly string[] ? Each[number] : Each) : never
>;

/**
 * Gives the options back once each of their names is known; others are refused with the nearest one that is.
 * @param names All names of `Options`, with spaces between them, in one text or several: one that is left out is a type error.
 * @example
 * const options = { sed: 7 } as { seed?: number; rows?: number };
 * try {
 *   knownOptions('shuffle', options, 'seed rows');
 * } catch (error) {
 *   console.log(String(error)); // → ArgumentError: shuffle: there is no option 'sed', only seed, rows; did you mean seed?
 * }
 */
export function knownOptions<
  Options extends object,
  const Lists extends readonly (string | readonly string[])[],
>(
  operation: string,
  options: Options,
  ...names: Lists & ([Exclude<keyof Options, NamesOf<Lists>>] extends [never] ? unknown : never)
): Options {
  if (typeof options !== 'object' || options === null)
    throw new ArgumentError(operation, `expects an object of options, got ${options}`);
  const known = names.flatMap((list: string | readonly string[]) =>
    typeof list === 'string' ? list.split(' ') : list,
  );
  for (const name of Object.keys(options)) {
    if (known.includes(name)) continue;
    const only = known.length === 0 ? '' : `, only ${known.join(', ')}`;
    throw new ArgumentError(operation, `there is no option '${name}'${only}${didYouMean(name, known)}`);
  }
  return options;
}

/** Those of a longer list of options that a part takes, by their names with spaces between them; what is not given stays out. */
export function pickOptions<Options extends object, const Names extends string>(
  options: Options,
  names: Names,
): Pick<Options, Words<Names> & keyof Options> {
  const wanted = names.split(' ');
  return Object.fromEntries(Object.entries(options).filter(([name]) => wanted.includes(name))) as Pick<
    Options,
    Words<Names> & keyof Options
  >;
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
