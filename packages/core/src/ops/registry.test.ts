/** The registry against the names, and the closure under differentiation that it promises. */
import { describe, expect, test } from 'vitest';
import * as core from '../index.js';
import { findOperator, operatorNames, operators } from '../index.js';

const registered = operatorNames.filter((name) => name !== 'Barrier');

test('each record stands under its own name', () => {
  for (const name of registered) expect(operators[name].name).toBe(name);
  expect(Object.keys(operators).sort()).toEqual([...registered].sort());
});

test('no record of the package is missing', () => {
  const exported = Object.values(core as Readonly<Record<string, unknown>>).filter(
    (value): value is core.Operator =>
      typeof value === 'object' &&
      value !== null &&
      'infer' in value &&
      'gradient' in value &&
      'opset' in value,
  );
  for (const operator of exported) expect(findOperator(operator.domain, operator.name)).toBe(operator);
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
