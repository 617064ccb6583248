/** How tables are written, as flags of a command line. */
import { InvalidArgumentError } from '@commander-js/extra-typings';

const marks: Readonly<Record<string, ',' | ';' | '\t'>> = {
  ',': ',',
  comma: ',',
  ';': ';',
  semicolon: ';',
  '\t': '\t',
  '\\t': '\t',
  tab: '\t',
};

/** The value of `--delimiter`: what separates cells, as a mark or by name. */
export function delimiterMark(text: string): ',' | ';' | '\t' {
  const mark = Object.hasOwn(marks, text) ? marks[text] : undefined;
  if (mark === undefined) throw new InvalidArgumentError('Expected comma, semicolon or tab.');
  return mark;
}

/** What readers of tables call an option, and the flag that is the same on a command line. */
const phrases: readonly (readonly [phrase: RegExp, flag: string])[] = [
  [/^((parse|read)(Frame|Series)): /, ''],
  [/\bdateFormat: '([^']+)'/g, "--date-format '$1'"],
  [/^dateFormat\b/g, '--date-format'],
  [/\bdecimal: '([^']+)'/g, "--decimal '$1'"],
  [/\bdelimiter: '([^']+)'/g, "--delimiter '$1'"],
  [/\bsay 'wide' or 'long'/g, 'say --layout wide or --layout long'],
  [/\blayout: '(wide|long)'/g, '--layout $1'],
];

/**
 * A message of a reader of tables with flags in the place of its options.
 *
 * @example
 * console.log(inTableFlags("readSeries: a decimal comma? Give decimal: ','")); // → a decimal comma? Give --decimal ','
 */
export function inTableFlags(message: string): string {
  return phrases.reduce((text, [phrase, flag]) => text.replace(phrase, flag), message);
}
