/** What explanations share: functions of named inputs with the rows in front, what stands for "not known", groups of elements. */
import { ArgumentError, didYouMean, requireWhole } from '@noosphere/base';
import {
  fromNumbers,
  gatherElements,
  type HostTensor,
  hostData,
  reshape,
  type Tensor,
} from '@noosphere/core';
import { takeRows } from '@noosphere/train';
import { countOf, type RunnerOptions, valuesOf, withRunner } from '../predict/index.js';

/** Tensors by name, each with as many rows. */
export type Named<Name extends string, T extends Tensor = HostTensor> = Readonly<Record<Name, T>>;

/** What is explained: outputs [N] or [N, K] of inputs [N, …], each row by itself; `fixed` goes along unexplained. */
export type RowFunction<Name extends string> = (
  inputs: Named<Name, Tensor>,
  fixed: Named<string, Tensor>,
) => Tensor;

export interface ExplainedOptions extends RunnerOptions {
  /** Tensors that the function needs beside the inputs and that stay as they are, such as masks. @default none */
  readonly fixed?: Named<string>;
}

export interface OutputOptions extends ExplainedOptions {
  /** Which of K outputs is explained: one for all rows, or one for each. @default the only one */
  readonly output?: number | ArrayLike<number>;
}

const running = [
  'rowsPerCall',
  'executor',
  'cacheSize',
  'name',
  'threads',
  'precision',
  'profilePrefix',
] as const;
export const explainedNames = [...running, 'fixed'] as const;

/** What stands for "not known": one number, or by input a tensor with one row for all or a row for each. */
export type Fill<Name extends string> = number | Partial<Named<Name>>;

/** Elements that change together: by input, their places in a flattened row, or all. */
export type Groups<Name extends string> = Readonly<
  Record<string, Readonly<Partial<Record<Name, 'all' | ArrayLike<number>>>>>
>;

/** One of the groups, its places checked. */
export interface Group<Name extends string> {
  readonly group: string;
  readonly parts: readonly (readonly [Name, ArrayLike<number>])[];
}

/** Another value for each tensor. */
export function eachOf<Name extends string, T>(
  inputs: Named<Name>,
  make: (tensor: HostTensor, name: Name) => T,
): Record<Name, T> {
  const entries = Object.entries(inputs) as [Name, HostTensor][];
  return Object.fromEntries(entries.map(([name, tensor]) => [name, make(tensor, name)])) as Record<Name, T>;
}

/** Elements of one row. */
export function widthOf({ shape }: HostTensor): number {
  return shape.slice(1).reduce((product: number, size) => product * Number(size), 1);
}

/** The numbers from `first` to `last - 1`. */
export function range(first: number, last: number): Uint32Array {
  return Uint32Array.from({ length: last - first }, (_, at) => first + at);
}

/** What goes along with the inputs of some rows: fixed tensors, and which output is chosen. */
type Along = { readonly fixed: Named<string>; readonly chosen: Named<string> };

/** The number of rows, the one output of each, and what goes along with rows by their numbers. */
export function explained<Name extends string>(
  operation: string,
  f: RowFunction<Name>,
  inputs: Named<Name>,
  { fixed = {}, output }: OutputOptions,
) {
  const count = countOf({ ...fixed, ...inputs });
  requireWhole(operation, 'the number of rows', count);
  const asked = typeof output === 'number' ? new Array<number>(count).fill(output) : Array.from(output ?? []);
  if (output !== undefined && asked.length !== count)
    throw new ArgumentError(operation, `got ${asked.length} outputs for ${count} rows; give one for each`);
  const choice: Named<string> = output === undefined ? {} : { at: fromNumbers('int32', [count, 1], asked) };
  const along = (rows: Uint32Array): Along => ({ fixed: mixed(fixed, rows), chosen: mixed(choice, rows) });
  const oneOf = (given: Named<Name, Tensor>, { fixed: beside, chosen: { at } }: Along): Tensor => {
    const found = f(given, beside);
    const [rows = 0, width = 1] = found.shape as readonly number[];
    if (found.rank < 1 || found.rank > 2 || (width !== 1 && !at))
      throw new ArgumentError(
        operation,
        `the function gives ${found}, expected one number a row; choose one of several by 'output'`,
      );
    for (const place of new Set(asked)) requireWhole(operation, 'output', place, 0, width - 1);
    if (found.rank === 1) return found;
    return reshape(at ? gatherElements(found, at, { axis: 1 }) : found, [rows]);
  };
  return { count, oneOf, along };
}

/** Hands over the explained outputs as a function of how inputs are made from rows; of copies of a row it gives the mean. */
export async function withValues<Name extends string, Found>(
  operation: string,
  f: RowFunction<Name>,
  inputs: Named<Name>,
  options: OutputOptions,
  work: (
    values: (
      make: (rows: Uint32Array, copy: Uint32Array) => Named<Name>,
      copies?: number,
    ) => Promise<Float64Array>,
  ) => Promise<Found>,
): Promise<Found> {
  const { fixed, output, ...rest } = options;
  const { count, oneOf, along } = explained(operation, f, inputs, options);
  return await withRunner(oneOf as (given: Named<Name>, beside: Along) => Tensor, rest, (runner) =>
    work(async (make, copies = 1) => {
      const means = new Float64Array(count);
      const chunks = runner.chunks(count * copies, (first, last) => {
        const places = range(first, last);
        const rows = places.map((place) => Math.floor(place / copies));
        const copy = places.map((place) => place % copies);
        return [make(rows, copy), along(rows)];
      });
      for await (const { first, result } of chunks)
        valuesOf(result).forEach((value, at) => {
          const row = Math.floor((first + at) / copies);
          means[row] = (means[row] as number) + value / copies;
        });
      return means;
    }),
  );
}

/** Tensors of one row, or as many rows as the inputs have. */
export function fillOf<Name extends string>(
  operation: string,
  inputs: Named<Name>,
  fill: Fill<Name> = 0,
): Named<Name> {
  return eachOf(inputs, (tensor, name) => {
    const [count, ...row] = tensor.shape as readonly number[];
    const value = typeof fill === 'number' ? fill : 0;
    const given =
      (typeof fill === 'number' ? undefined : fill[name]) ??
      fromNumbers(tensor.dtype, [1, ...row], new Array<number>(widthOf(tensor)).fill(value));
    const isAlike = given.dtype === tensor.dtype && given.shape.slice(1).join() === row.join();
    if (isAlike && (given.shape[0] === 1 || given.shape[0] === count)) return given;
    throw new ArgumentError(
      operation,
      `what stands for '${name}' is ${given}, the input ${tensor}; give one row of it, or as many rows`,
    );
  });
}

/** Rows of the inputs, in which groups of elements come from rows of others; one row of others serves all. */
export function mixed<Name extends string>(
  inputs: Named<Name>,
  rows: Uint32Array,
  others: Named<Name> = inputs,
  otherRows: Uint32Array = rows,
  groups: readonly Group<Name>[] = [],
): Named<Name> {
  const made = eachOf(inputs, (tensor) => takeRows(tensor, rows));
  for (const [name, places] of groups.flatMap(({ parts }) => parts)) {
    const to = hostData(made[name]) as Float32Array;
    const from = hostData(others[name]) as Float32Array;
    const width = widthOf(inputs[name]);
    otherRows.forEach((other, row) => {
      const start = (other * width) % from.length;
      for (let at = 0; at < places.length; at++) {
        const place = places[at] as number;
        to[row * width + place] = from[start + place] as number;
      }
    });
  }
  return made;
}

/** Groups with their places checked; without any, each input is one. */
export function groupsOf<Name extends string>(
  operation: string,
  inputs: Named<Name>,
  groups: Groups<Name> = eachOf(inputs, (_, name) => ({ [name]: 'all' }) as Groups<Name>[string]),
): Group<Name>[] {
  const names = Object.keys(inputs);
  return Object.entries(groups).map(([group, given]) => ({
    group,
    parts: (Object.entries(given) as [Name, 'all' | ArrayLike<number>][]).map(([name, places]) => {
      if (!names.includes(name))
        throw new ArgumentError(
          operation,
          `'${group}' names the input '${name}', there are ${names.join(', ')}${didYouMean(name, names)}`,
        );
      const width = widthOf(inputs[name]);
      if (places === 'all') return [name, range(0, width)] as const;
      for (const place of Array.from(places))
        requireWhole(operation, `a place of '${name}' in '${group}'`, place, 0, width - 1);
      return [name, places] as const;
    }),
  }));
}
