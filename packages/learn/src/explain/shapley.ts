/** How the inputs share what an output has beyond a background. */
import { ArgumentError, knownOptions, requireWhole } from '@noosphere/base';
import type { HostTensor } from '@noosphere/core';
import { Random } from '@noosphere/train';
import { countOf } from '../predict/index.js';
import {
  explainedNames,
  type Group,
  type Groups,
  groupsOf,
  mixed,
  type Named,
  type OutputOptions,
  type RowFunction,
  widthOf,
  withValues,
} from './rows.js';

export interface ShapleyOptions<Name extends string> extends OutputOptions {
  /** Rows that stand for "not known", such as some of the training data. */
  readonly background: Named<Name>;
  /** What counts as one player; no element may be in two. @default each input */
  readonly groups?: Groups<Name>;
  /** Orders that are drawn, each together with its reverse, where there are more than ten groups. @default 64 */
  readonly samples?: number;
  /** @default 0 */
  readonly seed?: number;
}

export interface Shapley {
  /** By group, its share in each row; the shares of a row add up to value - baseline. */
  readonly attributions: Readonly<Record<string, Float64Array>>;
  readonly values: Float64Array;
  /** The mean output with every group from the background. */
  readonly baselines: Float64Array;
  /** Whether all subsets were taken, or orders drawn. */
  readonly isExact: boolean;
}

/** More groups than these, and orders are drawn. */
const mostExact = 10;

/**
 * Shapley values: φ[i] = Σ over S without i of |S|! (G - |S| - 1)! / G! · (v(S ∪ i) - v(S)), with v(S) the mean output over the
 * background's rows when the groups outside of S come from there (interventional SHAP); elements of no group stay.
 *
 * Up to ten groups by all 2^G subsets; above, the mean of v's steps along drawn orders and their reverses. Either way the
 * shares add up to f(x) - v(∅). Lundberg & Lee 2017, https://arxiv.org/abs/1705.07874; Štrumbelj & Kononenko 2014,
 * https://doi.org/10.1007/s10115-013-0679-x.
 * @example
 * const inputs = { a: tensor([3]), b: tensor([4]) };
 * const { attributions } = await shapley(({ a, b }) => mul(a, b), inputs, { background: { a: tensor([0]), b: tensor([0]) } });
 * console.log(attributions.a?.[0], attributions.b?.[0]); // → 6 6
 */
export async function shapley<Name extends string>(
  f: RowFunction<Name>,
  inputs: Named<Name>,
  options: ShapleyOptions<Name>,
): Promise<Shapley> {
  const operation = 'shapley';
  const known = ['output', 'background', 'groups', 'samples', 'seed'] as const;
  const settled = knownOptions(operation, options, [...explainedNames, ...known]);
  const { background, groups, samples = 64, seed = 0, ...rest } = settled;
  requireWhole(operation, 'samples', samples);
  const players = groupsOf(operation, inputs, groups);
  requireApart(operation, players);
  const copies = countOf(background);
  for (const name of Object.keys(inputs) as Name[]) {
    const given: HostTensor | undefined = background[name];
    if (given?.dtype !== inputs[name].dtype || widthOf(given) !== widthOf(inputs[name]))
      throw new ArgumentError(
        operation,
        `the background of '${name}' is ${given}, the input ${inputs[name]}; give rows of it`,
      );
  }
  return await withValues(operation, f, inputs, rest, async (valuesAt) => {
    const worthOf = (set: string) => {
      const out = players.filter((_, player) => set[player] === '0');
      return valuesAt(
        (rows, copy) => mixed(inputs, rows, background, copy, out),
        out.length > 0 ? copies : 1,
      );
    };
    const [none, all] = ['0'.repeat(players.length), '1'.repeat(players.length)];
    const [baselines, values] = [await worthOf(none), await worthOf(all)];
    const isExact = players.length <= mostExact;
    const shares = players.map(() => new Float64Array(values.length));
    let worths = new Map<string, Float64Array>();
    for (const { before, player, weight } of isExact ? allSteps(none) : drawnSteps(none, samples, seed)) {
      if (worths.size === 0 || (!isExact && before === none))
        worths = new Map().set(none, baselines).set(all, values);
      const add = async (set: string, share: number) => {
        const worth = worths.get(set) ?? (await worthOf(set));
        worths.set(set, worth);
        shares[player]?.forEach((sum, row, own) => {
          own[row] = sum + share * (worth[row] as number);
        });
      };
      await add(withPlayer(before, player), weight);
      await add(before, -weight);
    }
    const attributions = Object.fromEntries(
      players.map(({ group }, player) => [group, shares[player] as Float64Array]),
    );
    return { attributions, values, baselines, isExact };
  });
}

/** A player that joins those before it (one digit each, 1 for those in), and what this counts. */
interface Step {
  readonly before: string;
  readonly player: number;
  readonly weight: number;
}

function withPlayer(set: string, player: number): string {
  return `${set.slice(0, player)}1${set.slice(player + 1)}`;
}

/** Every player joins every set without it. */
function* allSteps({ length }: string): Generator<Step> {
  for (let set = 0; set < 2 ** length; set++) {
    const before = set.toString(2).padStart(length, '0');
    const weight = orderShare(length, before.replaceAll('0', '').length);
    for (let player = 0; player < length; player++)
      if (before[player] === '0') yield { before, player, weight };
  }
}

/** Players join one by one, in drawn orders and their reverses. */
function* drawnSteps(none: string, samples: number, seed: number): Generator<Step> {
  const random = new Random(seed);
  for (let sample = 0; sample < samples; sample++) {
    const order = Array.from(random.permutation(none.length));
    for (const own of [order, order.toReversed()]) {
      let before = none;
      for (const player of own) {
        yield { before, player, weight: 1 / (2 * samples) };
        before = withPlayer(before, player);
      }
    }
  }
}

/** size! (count - size - 1)! / count!: the share of orders in which just these come before a player. */
function orderShare(count: number, size: number): number {
  let ways = count;
  for (let at = 1; at <= size; at++) ways = (ways * (count - at)) / at;
  return 1 / ways;
}

function requireApart<Name extends string>(operation: string, players: readonly Group<Name>[]): void {
  const seen = new Set<string>();
  const places = players.flatMap(({ parts }) =>
    parts.flatMap(([name, own]) => Array.from(own, (at) => `${name}[${at}]`)),
  );
  const twice = places.find((place) => seen.size === seen.add(place).size);
  if (twice !== undefined)
    throw new ArgumentError(operation, `${twice} is in two groups; put an element into one`);
}
