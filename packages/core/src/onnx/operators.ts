/** The records by the names that files use. */
import type { Operator } from '../graph/index.js';
import * as ops from '../ops/index.js';

const records: ReadonlyMap<string, Operator> = new Map(
  Object.values(ops)
    .filter(isOperator)
    .map((operator) => [`${operator.domain}.${operator.name}`, operator]),
);

function isOperator(value: unknown): value is Operator {
  return typeof value === 'object' && value !== null && 'infer' in value && 'gradient' in value;
}

/** The record of an operator, or `undefined` where Noosphere has none. */
export function findRecord(domain: string, name: string): Operator | undefined {
  return records.get(`${domain}.${name}`);
}
