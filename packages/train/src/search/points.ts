/** Configurations as points: one coordinate a dimension, which is all that samplers see of a space. */
import { ArgumentError } from '@noosphere/core';
import {
  BranchDimension,
  ChoiceDimension,
  RangeDimension,
  type SearchSpace,
  type SpaceValue,
} from './vary.js';

/** A dimension where it stands: `optimizer.sgd.momentum`, with the branch it is nested in. */
export interface Coordinate {
  readonly path: string;
  /** How many values there are to choose from; `undefined` for a range, whose coordinate is from 0 to 1. */
  readonly choices: number | undefined;
}

/** Coordinates by path, of the dimensions that a configuration has: the place from 0 to 1, or the number of a choice. */
export type SpacePoint = ReadonlyMap<string, number>;

/** A configuration as plain data, as files hold it. */
export interface PlainConfig {
  readonly [name: string]: SpaceValue | PlainConfig;
}

/** Makes a configuration; `choose` gives each coordinate, in the order of the space. */
export function configFrom(
  space: SearchSpace,
  choose: (coordinate: Coordinate) => number,
  prefix = '',
): PlainConfig {
  const entries = Object.entries(space).map(([name, part]): [string, SpaceValue | PlainConfig] => {
    const path = prefix + name;
    if (part instanceof RangeDimension) return [name, part.fromUnit(choose({ path, choices: undefined }))];
    if (part instanceof ChoiceDimension) {
      const chosen = part.values[choose({ path, choices: part.values.length })];
      return [name, chosen as SpaceValue];
    }
    if (part instanceof BranchDimension) {
      const kinds = Object.keys(part.branches);
      const kind = kinds[choose({ path, choices: kinds.length })] as string;
      return [name, { kind, ...configFrom(part.branches[kind] as SearchSpace, choose, `${path}.${kind}.`) }];
    }
    return [name, typeof part === 'object' ? configFrom(part, choose, `${path}.`) : part];
  });
  return Object.fromEntries(entries);
}

/** The point of a configuration; an error where it does not belong to the space. */
export function pointOf(space: SearchSpace, config: PlainConfig, prefix = ''): Map<string, number> {
  const point = new Map<string, number>();
  const refuse = (path: string, got: unknown): never => {
    throw new ArgumentError(
      'search',
      `the configuration does not belong to the space: '${path}' is ${JSON.stringify(got)}; use the space it was drawn from`,
    );
  };
  for (const [name, part] of Object.entries(space)) {
    const [path, value] = [prefix + name, config[name]];
    if (part instanceof RangeDimension) {
      if (typeof value !== 'number' || value < part.low || value > part.high) return refuse(path, value);
      point.set(path, part.toUnit(value));
    } else if (part instanceof ChoiceDimension) {
      const place = part.values.indexOf(value as SpaceValue);
      if (place < 0) return refuse(path, value);
      point.set(path, place);
    } else if (part instanceof BranchDimension) {
      const kind = typeof value === 'object' ? String(value.kind) : '';
      const branch = part.branches[kind];
      if (typeof value !== 'object' || branch === undefined) return refuse(path, value);
      point.set(path, Object.keys(part.branches).indexOf(kind));
      for (const [inner, at] of pointOf(branch, value, `${path}.${kind}.`)) point.set(inner, at);
    } else if (typeof part === 'object') {
      if (typeof value !== 'object') return refuse(path, value);
      for (const [inner, at] of pointOf(part, value, `${path}.`)) point.set(inner, at);
    }
  }
  return point;
}

/** All coordinates of a space, those of every branch. */
export function coordinatesOf(space: SearchSpace, prefix = ''): Coordinate[] {
  return Object.entries(space).flatMap(([name, part]): Coordinate[] => {
    const path = prefix + name;
    if (part instanceof RangeDimension) return [{ path, choices: undefined }];
    if (part instanceof ChoiceDimension) return [{ path, choices: part.values.length }];
    if (part instanceof BranchDimension) {
      const branches = Object.entries(part.branches);
      const nested = branches.flatMap(([kind, branch]) => coordinatesOf(branch, `${path}.${kind}.`));
      return [{ path, choices: branches.length }, ...nested];
    }
    return typeof part === 'object' ? coordinatesOf(part, `${path}.`) : [];
  });
}

/** How many configurations a space has; infinity where a number is not whole. */
export function countConfigs(space: SearchSpace): number {
  return Object.values(space).reduce((count: number, part) => {
    if (part instanceof RangeDimension)
      return part.isInteger ? count * (part.high - part.low + 1) : Number.POSITIVE_INFINITY;
    if (part instanceof ChoiceDimension) return count * part.values.length;
    if (part instanceof BranchDimension)
      return count * Object.values(part.branches).reduce((sum, branch) => sum + countConfigs(branch), 0);
    return typeof part === 'object' ? count * countConfigs(part) : count;
  }, 1);
}

/** All configurations of a space that has only so many, in order. */
export function* allConfigs(space: SearchSpace): Generator<PlainConfig> {
  const [first, ...others] = Object.entries(space);
  if (first === undefined) return yield {};
  const [name, part] = first;
  for (const value of valuesOf(part)) {
    for (const rest of allConfigs(Object.fromEntries(others))) yield { [name]: value, ...rest };
  }
}

function* valuesOf(part: SearchSpace[string]): Generator<SpaceValue | PlainConfig> {
  if (part instanceof RangeDimension) for (let value = part.low; value <= part.high; value++) yield value;
  else if (part instanceof ChoiceDimension) yield* part.values;
  else if (part instanceof BranchDimension) {
    for (const [kind, branch] of Object.entries(part.branches))
      for (const nested of allConfigs(branch)) yield { kind, ...nested };
  } else if (typeof part === 'object') yield* allConfigs(part);
  else yield part;
}

/** A space as plain data, by which a file knows whether it belongs to it. */
export function describeSpace(space: SearchSpace): unknown {
  const describe = (part: SearchSpace[string]): unknown => {
    if (part instanceof RangeDimension) {
      const kind = `${part.isLog ? 'log ' : ''}${part.isInteger ? 'integer' : 'uniform'}`;
      return { [kind]: [part.low, part.high] };
    }
    if (part instanceof ChoiceDimension) return { choice: part.values };
    if (part instanceof BranchDimension) return { oneOf: describeSpace(part.branches) };
    return typeof part === 'object' ? { space: describeSpace(part) } : part;
  };
  return Object.fromEntries(Object.entries(space).map(([name, part]) => [name, describe(part)]));
}
