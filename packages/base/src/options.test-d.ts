import { knownOptions } from './options.js';

interface Two {
  readonly first?: number;
  readonly second?: number;
}
const options: Two = {};

// Every name is listed: in one text, in several, or in a list.
knownOptions('f', options, 'first second');
knownOptions('f', options, 'first', 'second');
knownOptions('f', options, ['first', 'second']);
// @ts-expect-error a name is left out
knownOptions('f', options, 'first');
// @ts-expect-error a name is left out
knownOptions('f', options, ['second']);
