/** Lines as they are drawn: read, checked and thinned. */
import { ReportError } from '../errors.js';
import { seriesColors } from '../theme/colors.js';
import {
  checkLength,
  checkNames,
  checkSome,
  type ReadPositions,
  readPositions,
  readValues,
} from './checks.js';
import type { LineChartOptions } from './line.js';
import { mostPoints, thin } from './thin.js';

/** Lines beyond the colours repeat them, dashed. */
const mostLines = 2 * seriesColors;

/** A line whose positions and values are numbers, and which of them are drawn. */
export interface ReadLine {
  readonly name: string;
  readonly position: number;
  readonly dashed: boolean;
  readonly x: ReadPositions;
  readonly values: readonly number[];
  readonly kept: readonly number[];
  readonly intervals: readonly { level: number; low: readonly number[]; high: readonly number[] }[];
}

export function readLines(operation: string, { lines, x }: LineChartOptions): ReadLine[] {
  checkSome(operation, 'lines', lines.length);
  if (lines.length > mostLines)
    throw new ReportError(
      operation,
      `lines: expected at most ${mostLines}, which can still be told apart, got ${lines.length}; use a heat map, or several charts`,
    );
  const names = checkNames(
    operation,
    'lines',
    lines.map(({ name }) => name),
  );
  const shared = x && readPositions(operation, 'x', x);
  const read = lines.map((line, position) => {
    const what = `lines[${position}]`;
    const own = line.x ? readPositions(operation, `${what}.x`, line.x) : shared;
    if (!own) throw new ReportError(operation, `${what}: expected x, of the line or of the chart, got none`);
    const values = readValues(operation, `${what}.values`, line.values);
    checkLength(operation, `${what}.values`, values.length, own.values.length);
    const intervals = (line.intervals ?? []).map(({ level, low, high }) => {
      checkLength(operation, `${what}: low of ${level} %`, low.length, values.length);
      checkLength(operation, `${what}: high of ${level} %`, high.length, values.length);
      return { level, low: readValues(operation, 'low', low), high: readValues(operation, 'high', high) };
    });
    return {
      name: names[position] as string,
      position,
      dashed: line.dashed ?? position >= seriesColors,
      x: own,
      values,
      kept: thin(values, mostPoints),
      intervals: intervals.sort((a, b) => b.level - a.level),
    };
  });
  const other = read.find((line) => line.x.kind !== read[0]?.x.kind);
  if (other)
    throw new ReportError(operation, `lines[${other.position}].x: expected ${read[0]?.x.kind}s as before`);
  return read;
}
