import { readFileSync } from 'node:fs';
import * as core from '@noosphere/core';
import { expect, test } from 'vitest';
import { operatorsIn, opsPage } from '../src/ops-page.js';

const operators = operatorsIn(core);
const page = opsPage(operators);

test('docs/ops.md is what the operators say; otherwise run `npm run docs`', () => {
  expect(readFileSync(new URL('../../../docs/ops.md', import.meta.url), 'utf8')).toBe(page);
});

test('every operator known by name has its row, and every gap its reason', () => {
  for (const name of core.operatorNames) expect(page).toContain(`| ${name} | `);
  for (const { name, gradient } of operators) {
    if ('reason' in gradient) expect(gradient.reason, name).not.toBe('');
  }
});

test('a bar in a text does not end its cell', () => {
  const [first] = operators;
  if (first === undefined) throw new Error('core exports no operator');
  expect(opsPage([{ ...first, doc: 'a | b' }])).toContain('| a \\| b |');
});
