/** Options by a name that nobody reads, such as `stride` for `strides`: through a variable TypeScript lets them pass. */
import { ArgumentError } from '@noosphere/core';
import { distance } from 'fastest-levenshtein';

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

/** The name with the fewest edits, where those are at most half of the letters; none where one begins with the other, as `eps` and `epsilon`. */
function nearestOf(name: string, names: readonly string[]): string | undefined {
  const asked = name.toLowerCase();
  const edits = names.map((known) => {
    const own = known.toLowerCase();
    return own.startsWith(asked) || asked.startsWith(own) ? 0 : distance(asked, own);
  });
  const fewest = Math.min(...edits);
  return fewest <= name.length / 2 ? names[edits.indexOf(fewest)] : undefined;
}
