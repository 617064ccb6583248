/** Shapes: static numbers, or names for dimensions known only when a program runs. Pure functions, no tensors. */
import { ShapeError } from '@noosphere/base';

/** A dimension: a size, or the name of a size known only at run time (`'batch'`). */
export type Dim = number | string;
export type Shape = readonly Dim[];

export function isStatic(shape: Shape): shape is readonly number[] {
  return shape.every((dim) => typeof dim === 'number');
}

/** `[2, batch, 3]`, as messages show it. */
export function formatShape(shape: Shape): string {
  return `[${shape.join(', ')}]`;
}

/** Number of elements of a static shape. */
export function elementCount(shape: Shape, operation = 'elementCount'): number {
  let count = 1;
  for (const dim of shape) count *= staticDim(operation, dim);
  return count;
}

/** Refuses what is no shape of numbers: sizes are whole and from 0. */
export function requireDims(operation: string, shape: unknown): asserts shape is readonly number[] {
  const isShape = Array.isArray(shape) && shape.every((dim) => Number.isSafeInteger(dim) && dim >= 0);
  if (isShape) return;
  const got = Array.isArray(shape) ? `[${shape.join(', ')}]` : String(shape);
  throw new ShapeError(operation, `expects a shape such as [2, 3], whole sizes from 0, got ${got}`);
}

/** The number behind a dimension; a named one is an error with the way out. */
export function staticDim(operation: string, dim: Dim | undefined): number {
  if (typeof dim === 'number') return dim;
  throw new ShapeError(
    operation,
    `needs a known size, got the symbolic dimension '${dim}'; compile for concrete shapes instead`,
  );
}

export function staticShape(operation: string, shape: Shape): readonly number[] {
  return shape.map((dim) => staticDim(operation, dim));
}

/** Whether two shapes are the same, dimension by dimension. */
export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((dim, axis) => dim === b[axis]);
}

/** Row-major strides, in elements. */
export function stridesOf(shape: readonly number[]): number[] {
  const strides = new Array<number>(shape.length);
  let stride = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = stride;
    stride *= shape[axis] ?? 1;
  }
  return strides;
}

/**
 * The common shape of NumPy broadcasting: aligned at the last axis, 1 stretches.
 * A named dimension meets 1 or itself; against another size it must match at run time, and the number is kept.
 */
export function broadcastShapes(operation: string, ...shapes: readonly Shape[]): Dim[] {
  const rank = Math.max(0, ...shapes.map((shape) => shape.length));
  const result = new Array<Dim>(rank).fill(1);
  for (const shape of shapes) {
    const offset = rank - shape.length;
    shape.forEach((dim, axis) => {
      const current = result[axis + offset] as Dim;
      if (dim === 1 || dim === current) return;
      if (current === 1 || (typeof current === 'string' && typeof dim === 'number'))
        result[axis + offset] = dim;
      else if (typeof dim === 'number' && typeof current === 'number') {
        throw new ShapeError(
          operation,
          `shapes ${shapes.map(formatShape).join(' and ')} do not broadcast: sizes ${current} and ${dim} meet at axis ${axis + offset}; reshape or expand one of them`,
        );
      }
    });
  }
  return result;
}

/** Axis counted from the front; negative ones count from the end. */
export function normalizeAxis(operation: string, axis: number, rank: number): number {
  if (!Number.isInteger(axis) || axis < -rank || axis >= rank) {
    throw new ShapeError(
      operation,
      rank === 0
        ? `has no axis ${axis}, the tensor is a scalar`
        : `axis must be an integer from ${-rank} to ${rank - 1}, got ${axis}`,
    );
  }
  return axis < 0 ? axis + rank : axis;
}

/** Sorted, distinct axes counted from the front; all of them where none are given. */
export function normalizeAxes(
  operation: string,
  axes: readonly number[] | undefined,
  rank: number,
): number[] {
  if (axes === undefined) return Array.from({ length: rank }, (_, axis) => axis);
  const normalized = axes.map((axis) => normalizeAxis(operation, axis, rank));
  if (new Set(normalized).size !== normalized.length) {
    throw new ShapeError(operation, `axes must be distinct, got [${axes.join(', ')}] for rank ${rank}`);
  }
  return normalized.sort((a, b) => a - b);
}

/** The shape that remains when `axes` are summed away. */
export function reducedShape(shape: Shape, axes: readonly number[], keepDims: boolean): Dim[] {
  if (keepDims) return shape.map((dim, axis) => (axes.includes(axis) ? 1 : dim));
  return shape.filter((_, axis) => !axes.includes(axis));
}
