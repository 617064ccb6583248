/** The registry against the names, and the closure under differentiation that it promises. */
import { describe, expect, test } from 'vitest';
import type { Operator } from '../graph/operator.js';
import { operatorNames } from '../graph/operator-names.js';
import * as entry from '../operators.js';
import * as folder from './index.js';
import { findOperator, operators } from './registry.js';

const registered = operatorNames.filter((name) => name !== 'Barrier');

test('each record stands under its own name', () => {
  for (const name of registered) expect(operators[name].name).toBe(name);
  expect(Object.keys(operators).sort()).toEqual([...registered].sort());
});

function recordsOf(module: Readonly<Record<string, unknown>>): Operator[] {
  return Object.values(module).filter(
    (value): value is Operator =>
      typeof value === 'object' &&
      value !== null &&
      'infer' in value &&
      'gradient' in value &&
      'opset' in value,
  );
}

test('no record of the package is missing, here and in the entry', () => {
  for (const operator of recordsOf(folder))
    expect(findOperator(operator.domain, operator.name)).toBe(operator);
  expect(new Set(recordsOf(entry))).toEqual(new Set(Object.values(operators)));
});

describe.each(registered)('%s', (name) => {
  const operator = operators[name];
  test('says what it computes, and its gradient or why there is none', () => {
    expect(operator.doc.endsWith('.')).toBe(true);
    if (typeof operator.gradient !== 'function') expect(operator.gradient.reason.length).toBeGreaterThan(10);
  });

  test('gives defaults to attributes of its schema only, in an opset that files may declare', () => {
    for (const key of Object.keys(operator.defaults)) expect(Object.keys(operator.attributes)).toContain(key);
    expect(operator.opset).toBeGreaterThanOrEqual(1);
    expect(operator.opset).toBeLessThanOrEqual(23);
  });
});
