/** Messages of the packages in the words of this command line: its flags stand where an API has options. */
import { inTableFlags } from '@noosphere/command-line';

/** What the packages call an option, and the flag that is the same here. */
const phrases: readonly (readonly [phrase: RegExp, flag: string])[] = [
  // The function that refuses says nothing to a reader who called none; a model's name does.
  [
    /^(frameOf|crossValidate|forecastFrame|fillGaps|takeSeries|tailRows|dropTail|conformal(Backtest|Forecasts)|evaluate|compareModels|(select|combine|write)(Models|Forecasts|Frame)): /,
    '',
  ],
  [/\bunordered: 'sort'/g, '--sort'],
  [/\bfrequency: '([^']+)'/g, '--freq $1'],
  [/\btimeZone: '([^']+)'/g, '--time-zone $1'],
  [/\btimeZone\b/g, '--time-zone'],
  [/\bcovariates: \{ (past|future|static): \['([^']+)'\] \}/g, '--$1 $2'],
  [/\bcolumns: \['([^']+)', '([^']+)', '([^']+)'\]/g, '--id $1 --time $2 --target $3'],
  [/\bfillGaps, or give the calendar whose days off these are/g, 'let --fill say what becomes of them'],
  [/\bworkers: (\d+)/g, '--workers $1'],
  [/\bbacktest with levels, e\.g\. \[90\]/g, 'ask for --level 90'],
  [/\bask for fewer windows/g, 'ask for fewer --windows or a smaller --horizon'],
];

/**
 * A message with flags in the place of options.
 *
 * @example
 * console.log(inFlags("frameOf: cannot infer the frequency; give one, such as frequency: 'D'"));
 * // → cannot infer the frequency; give one, such as --freq D
 */
export function inFlags(message: string): string {
  return phrases.reduce((text, [phrase, flag]) => text.replace(phrase, flag), inTableFlags(message));
}
