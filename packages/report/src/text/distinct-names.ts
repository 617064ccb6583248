/** Names of series, groups and categories as Vega gets them: it takes equal ones for one, and keeps them as keys of plain objects. */
import { clean } from './clean.js';

/** A character that no text may hold (Unicode 23.7): what it is added to is another key, and it is taken out of what is drawn. */
const mark = '\ufdd0';
const marks = new RegExp(mark, 'g');

/**
 * One printable key for each different name. Names that differ only in blanks, and empty ones, are shown in quotes: `a`, `a ` and
 * nothing become `"a"`, `"a "` and `""`.
 */
export function distinctNames(names: readonly string[]): string[] {
  const originals = new Map<string, Set<string>>();
  for (const name of names) {
    const cleaned = clean(name);
    originals.set(cleaned, (originals.get(cleaned) ?? new Set()).add(name));
  }
  const keys = new Map<string, string>();
  const taken = new Set<string>();
  return names.map((name) => {
    const known = keys.get(name);
    if (known !== undefined) return known;
    const cleaned = clean(name);
    const isQuoted = cleaned === '' || (originals.get(cleaned)?.size ?? 0) > 1;
    let key = isQuoted ? clean(JSON.stringify(name)) : cleaned;
    while (taken.has(key) || key in Object.prototype) key += mark;
    taken.add(key);
    keys.set(name, key);
    return key;
  });
}

/** Text as it is shown. */
export function withoutMarks(text: string): string {
  return text.replace(marks, '');
}
