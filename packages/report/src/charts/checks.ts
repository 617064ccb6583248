/** Checks of what charts are given, and their readings: errors name the chart, the place, what came and the way out. */
import { ReportError } from '../errors.js';
import { clean } from '../text/clean.js';
import { distinctNames } from '../text/distinct-names.js';
import { formatDate, formatNumber } from '../text/numbers.js';
import type { Axis, ChartText, Positions, Value } from './chart.js';

export function checkText(operation: string, { title, alt }: ChartText): void {
  for (const [name, text] of [
    ['title', title],
    ['alt', alt],
  ] as const) {
    if (typeof text !== 'string' || clean(text) === '')
      throw new ReportError(operation, `${name}: expected a sentence, got ${JSON.stringify(text)}`);
  }
}

export function checkAxis(operation: string, name: string, axis: Axis | undefined): asserts axis is Axis {
  if (axis === undefined) throw new ReportError(operation, `${name}: expected { label, unit }, got nothing`);
  if (typeof axis.unit !== 'string' || clean(axis.unit) === '')
    throw new ReportError(
      operation,
      `${name}.unit: expected a unit such as '%', got ${JSON.stringify(axis.unit)}; 'none' says that there is none`,
    );
}

/** Names that tell series or categories apart, as they are drawn. */
export function checkNames(operation: string, what: string, names: readonly string[]): string[] {
  const other = names.findIndex((name) => typeof name !== 'string');
  if (other >= 0)
    throw new ReportError(operation, `${what}[${other}]: expected a name, got ${String(names[other])}`);
  const seen = new Set<string>();
  for (const name of names) {
    if (seen.has(name))
      throw new ReportError(operation, `${what}: expected different names, got '${name}' twice; number them`);
    seen.add(name);
  }
  return distinctNames(names);
}

export function checkLength(operation: string, what: string, length: number, expected: number): void {
  if (length !== expected)
    throw new ReportError(operation, `${what}: expected ${expected} values, one a position, got ${length}`);
}

export function checkSome(operation: string, what: string, length: number): void {
  if (length === 0) throw new ReportError(operation, `${what}: expected one or more, got none`);
}

/** Beyond it the width of an axis would leave the range of numbers. */
const largestValue = 1e300;

/** NaN for a gap; refuses infinities and what is as good as one, which have no place on an axis. */
export function readValues(operation: string, what: string, values: readonly Value[]): number[] {
  return Array.from(values, (value, index) => {
    if (value === null || value === undefined) return Number.NaN;
    if (typeof value !== 'number' || Math.abs(value) > largestValue)
      throw new ReportError(
        operation,
        `${what}[${index}]: expected a finite number of at most ${largestValue}, or NaN for a gap, got ${String(value)}`,
      );
    return value;
  });
}

/** Positions as numbers: epoch milliseconds of times. */
export interface ReadPositions {
  readonly kind: 'number' | 'time';
  readonly values: readonly number[];
}

/** Reads positions, which must increase. */
export function readPositions(operation: string, what: string, positions: Positions): ReadPositions {
  checkSome(operation, what, positions.length);
  const kind = typeof positions[0] === 'number' ? 'number' : 'time';
  const values = Array.from(positions as readonly (number | Date | string)[], (position) =>
    typeof position === 'number' ? position : readTime(position),
  );
  values.forEach((value, index) => {
    if (!(Math.abs(value) <= largestValue) || (typeof positions[index] === 'number') !== (kind === 'number'))
      throw new ReportError(
        operation,
        `${what}[${index}]: expected ${kind === 'number' ? 'a finite number' : 'a Date or an ISO 8601 time'}, got ${String(positions[index])}`,
      );
    if (index > 0 && value <= (values[index - 1] as number))
      throw new ReportError(
        operation,
        `${what}[${index}]: expected a position after ${positionText(kind, values[index - 1] as number)}, got ${positionText(kind, value)}; sort, and keep one of each`,
      );
  });
  return { kind, values };
}

export function positionText(kind: 'number' | 'time', value: number): string {
  return kind === 'time' ? formatDate(value) : formatNumber(value, 6);
}

/** Times without an offset are UTC, whatever the machine's zone is. */
function readTime(time: Date | string): number {
  if (time instanceof Date) return time.getTime();
  if (typeof time !== 'string' || !/^\d{4}-\d{2}(-\d{2})?/.test(time)) return Number.NaN;
  const hasZone = /(Z|[+-]\d{2}:?\d{2})$/.test(time);
  return Date.parse(time.includes(':') && !hasZone ? `${time.replace(' ', 'T')}Z` : time);
}

/** Logarithms need values above zero. */
export function checkLogarithm(operation: string, what: string, axis: Axis, values: readonly number[]): void {
  const place = axis.scale === 'log' ? values.findIndex((value) => value <= 0) : -1;
  if (place >= 0)
    throw new ReportError(
      operation,
      `${what}, value ${place}: expected more than zero on a logarithmic axis, got ${values[place]}; use scale: 'linear'`,
    );
}
