/** What a hyperparameter may be: the dimensions of a search space. How they are drawn is for samplers. */
import { knownOptions } from '@noosphere/base';
import { ArgumentError } from '@noosphere/core';

/** A value that a configuration may hold. */
export type SpaceValue = number | string | boolean;

/** Numbers between two bounds. Samplers see the unit interval: 0 is `low`, 1 is `high`. */
export class RangeDimension {
  readonly low: number;
  readonly high: number;
  readonly isInteger: boolean;
  readonly isLog: boolean;

  constructor(
    operation: string,
    low: number,
    high: number,
    options: { readonly isInteger?: boolean; readonly isLog?: boolean } = {},
  ) {
    const { isInteger = false, isLog = false } = knownOptions('RangeDimension', options, 'isInteger isLog');
    const isWhole = !isInteger || (Number.isInteger(low) && Number.isInteger(high));
    if (
      !Number.isFinite(low) ||
      !Number.isFinite(high) ||
      !isWhole ||
      low > high ||
      (!isInteger && low === high)
    ) {
      const numbers = isInteger ? 'whole numbers, low <= high' : 'numbers, low < high';
      throw new ArgumentError(
        operation,
        `expects ${numbers}, got ${low} and ${high}; a value that is fixed stands in the space as it is`,
      );
    }
    if (isLog && low <= 0)
      throw new ArgumentError(operation, `a logarithmic range begins above 0, got ${low}; raise low`);
    this.low = low;
    this.high = high;
    this.isInteger = isInteger;
    this.isLog = isLog;
  }

  /** Where a value lies, from 0 to 1. Each whole number has a part of the interval for itself, and lies in its middle. */
  toUnit(value: number): number {
    const [first, last] = this.#bounds();
    return (this.#scaled(value) - first) / (last - first);
  }

  /** The value at a place from 0 to 1. */
  fromUnit(unit: number): number {
    const [first, last] = this.#bounds();
    const scaled = first + unit * (last - first);
    const value = this.isLog ? Math.exp(scaled) : scaled;
    return Math.min(this.high, Math.max(this.low, this.isInteger ? Math.round(value) : value));
  }

  #scaled(value: number): number {
    return this.isLog ? Math.log(value) : value;
  }

  #bounds(): [number, number] {
    const margin = this.isInteger ? 0.5 : 0;
    return [this.#scaled(this.low - margin), this.#scaled(this.high + margin)];
  }
}

/** One of several values without an order. */
export class ChoiceDimension<Value extends SpaceValue = SpaceValue> {
  readonly values: readonly Value[];

  constructor(values: readonly Value[]) {
    if (values.length === 0 || new Set(values).size !== values.length) {
      throw new ArgumentError(
        'vary.choice',
        `expects values that differ, at least one, got ${JSON.stringify(values)}`,
      );
    }
    this.values = values;
  }
}

/** One of several spaces: what is nested in one is there only where that one is chosen. */
export class BranchDimension<
  Branches extends Readonly<Record<string, SearchSpace>> = Readonly<Record<string, SearchSpace>>,
> {
  readonly branches: Branches;

  constructor(branches: Branches) {
    if (Object.keys(branches).length === 0)
      throw new ArgumentError('vary.oneOf', 'expects at least one branch, got none');
    const odd = Object.entries(branches).find(([, space]) => 'kind' in space);
    if (odd)
      throw new ArgumentError(
        'vary.oneOf',
        `'kind' names the branch that was chosen, but '${odd[0]}' has it too; rename it`,
      );
    this.branches = branches;
  }
}

/** A search space: dimensions, fixed values and nested spaces by name. */
export interface SearchSpace {
  readonly [name: string]: RangeDimension | ChoiceDimension | BranchDimension | SpaceValue | SearchSpace;
}

/** The configuration that a space describes. */
export type ConfigOf<S> = S extends RangeDimension
  ? number
  : S extends ChoiceDimension<infer Value>
    ? Value
    : S extends BranchDimension<infer Branches>
      ? {
          readonly [Kind in keyof Branches]: { readonly kind: Kind } & ConfigOf<Branches[Kind]>;
        }[keyof Branches]
      : S extends SpaceValue
        ? S
        : { readonly [Name in keyof S]: ConfigOf<S[Name]> };

/**
 * The dimensions of a search space.
 *
 * - `uniform(low, high)`: a number, all equally likely.
 * - `logUniform(low, high)`: a number above 0 whose logarithm is uniform, as for learning rates.
 * - `integer(low, high)`: a whole number, both bounds included; `logInteger` with a uniform logarithm, as for widths.
 * - `choice(values)`: one of several numbers, texts or booleans.
 * - `oneOf(branches)`: one of several spaces; the configuration has its name as `kind` beside what it nests.
 *
 * @throws ArgumentError where bounds are no range, or there is nothing to choose from.
 * @example
 * import type { ConfigOf } from '@noosphere/train';
 * const space = {
 *   learningRate: vary.logUniform(1e-4, 1e-1),
 *   width: vary.integer(8, 64),
 *   optimizer: vary.oneOf({ sgd: { momentum: vary.uniform(0, 0.99) }, adam: {} }),
 *   epochs: 20,
 * };
 * const describe = (config: ConfigOf<typeof space>) =>
 *   config.optimizer.kind === 'sgd' ? `sgd with ${config.optimizer.momentum}` : config.optimizer.kind;
 * console.log(describe({ learningRate: 0.01, width: 8, optimizer: { kind: 'sgd', momentum: 0.9 }, epochs: 20 }));
 * // → sgd with 0.9
 */
export const vary = {
  uniform: (low: number, high: number): RangeDimension => new RangeDimension('vary.uniform', low, high),
  logUniform: (low: number, high: number): RangeDimension =>
    new RangeDimension('vary.logUniform', low, high, { isLog: true }),
  integer: (low: number, high: number): RangeDimension =>
    new RangeDimension('vary.integer', low, high, { isInteger: true }),
  logInteger: (low: number, high: number): RangeDimension =>
    new RangeDimension('vary.logInteger', low, high, { isInteger: true, isLog: true }),
  choice: <const Value extends SpaceValue>(values: readonly Value[]): ChoiceDimension<Value> =>
    new ChoiceDimension(values),
  oneOf: <const Branches extends Readonly<Record<string, SearchSpace>>>(
    branches: Branches,
  ): BranchDimension<Branches> => new BranchDimension(branches),
};
