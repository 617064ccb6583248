/** Estimates read back, maybe out of a file: what is missing or no number is refused by name. */
import { ArgumentError } from '@noosphere/core';
import type { Estimates } from './local-model.js';

export function numberFrom(operation: string, estimates: Estimates, name: string): number {
  const value = estimates[name];
  return typeof value === 'number' && Number.isFinite(value)
    ? value
    : refuse(operation, name, 'a finite number', value);
}

export function numbersFrom(operation: string, estimates: Estimates, name: string): Float64Array {
  const value = estimates[name];
  return Array.isArray(value) && value.length > 0 && value.every(Number.isFinite)
    ? Float64Array.from(value)
    : refuse(operation, name, 'finite numbers', value);
}

/** The estimate that says which model it is. */
export function modelFrom(operation: string, estimates: Estimates): string {
  const value = estimates.model;
  return typeof value === 'string' ? value : refuse(operation, 'model', 'a name', value);
}

function refuse(operation: string, name: string, expected: string, got: unknown): never {
  const found = got === undefined ? 'nothing' : (JSON.stringify(got) ?? String(got)).slice(0, 60);
  throw new ArgumentError(
    operation,
    `expects ${expected} as the estimate '${name}', got ${found}; give what fit told, or fit anew`,
  );
}
