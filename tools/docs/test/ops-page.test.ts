import { readFileSync } from 'node:fs';
import { operators } from '@noosphere/core/operators';
import { expect, test } from 'vitest';
import { opsPage } from '../src/ops-page.js';

const records = Object.values(operators);
const page = opsPage(records);

test('docs/ops.md is what the operators say; otherwise run `npm run docs`', () => {
  expect(readFileSync(new URL('../../../docs/ops.md', import.meta.url), 'utf8')).toBe(page);
});

test('every operator has its row, and every gap its reason', () => {
  for (const { name, gradient } of records) {
    expect(page).toContain(`\n| ${name} | `);
    if ('reason' in gradient) expect(gradient.reason, name).not.toBe('');
  }
});

test('rows say what is known: a standard operator, one of the CPU executor, a gap, a bar in the text', () => {
  const add = { ...operators.Add, doc: 'a | b' };
  const fused = { ...operators.FusedMatMul, gradient: { reason: 'put in later' } };
  const rows = opsPage([fused, add]);
  expect(rows).toContain('2 operators, 1 with a gradient');
  expect(rows).toContain('| Add | 14 | yes | any | chain | a \\| b |');
  expect(rows).toMatch(/\| FusedMatMul \| 1 \| no \| cpu \| product \| /);
  expect(rows).toContain('| FusedMatMul | put in later |');
});
