/** Which column of a table of scores belongs to which class. */
import { ArgumentError } from '@noosphere/core';
import { sortedLabels } from './confusion.js';
import type { Label } from './inputs.js';

/** The classes of the columns and the column of each actual label. */
export function readClasses(
  operation: string,
  actual: readonly Label[],
  table: readonly Float64Array[],
  given: readonly Label[] | undefined,
): { classes: readonly Label[]; indexes: Uint32Array } {
  const columns = table[0]?.length ?? 0;
  const classes = given ?? defaultClasses(operation, actual, columns);
  if (classes.length !== columns || new Set(classes).size !== columns) {
    throw new ArgumentError(
      operation,
      `scores have ${columns} columns, but there are ${new Set(classes).size} classes (${classes.slice(0, 10).join(', ')}); pass labels, one for each column`,
    );
  }
  const columnOf = new Map(classes.map((label, index) => [label, index]));
  const indexes = Uint32Array.from(actual, (label, row) => {
    const column = columnOf.get(label);
    if (column !== undefined) return column;
    throw new ArgumentError(
      operation,
      `actual[${row}] is ${label}, which is none of the classes ${classes.slice(0, 10).join(', ')}; pass labels, one for each column`,
    );
  });
  return { classes, indexes };
}

/** The classes that occur where they are as many as columns; else, for whole numbers below the count, 0, 1, 2, … */
function defaultClasses(operation: string, actual: readonly Label[], columns: number): Label[] {
  const found = sortedLabels(operation, actual);
  const arePlaces = found.every(
    (label) => typeof label === 'number' && Number.isInteger(label) && label >= 0 && label < columns,
  );
  return arePlaces && found.length < columns ? Array.from({ length: columns }, (_, index) => index) : found;
}
