import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import { confusionMatrix } from './confusion.js';

test('a confusion matrix is shown as a table', () => {
  const matrix = confusionMatrix(['cat', 'dog', 'dog', 'horse'], ['cat', 'cat', 'dog', 'cat']);
  expect(inspect(matrix)).toBe(
    [
      'actual \\ predicted  cat  dog  horse',
      'cat                   1    0      0',
      'dog                   1    1      0',
      'horse                 1    0      0',
    ].join('\n'),
  );
  expect(Object.keys(matrix)).toEqual(['labels', 'counts']);
});
