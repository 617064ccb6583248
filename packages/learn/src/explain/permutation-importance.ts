/** How much worse a model scores when a part of its inputs says nothing. */
import { ArgumentError, knownOptions, requireWhole } from '@noosphere/base';
import type { HostTensor, Tensor } from '@noosphere/core';
import { joinRows, Random } from '@noosphere/train';
import { countOf, withRunner } from '../predict/index.js';
import {
  type ExplainedOptions,
  explainedNames,
  type Group,
  type Groups,
  groupsOf,
  mixed,
  type Named,
  type RowFunction,
  range,
} from './rows.js';

export interface PermutationOptions<Name extends string> extends ExplainedOptions {
  /** How far outputs [N, …] are from targets, over all rows; every metric of `@noosphere/train` is one. */
  readonly score: (targets: HostTensor, outputs: HostTensor) => number;
  /** @default 'lower' */
  readonly better?: 'lower' | 'higher';
  /** What is shuffled together. @default each input */
  readonly groups?: Groups<Name>;
  /** Shuffles, whose mean counts. @default 5 */
  readonly repeats?: number;
  /** @default 0 */
  readonly seed?: number;
  /** By row a label: values change places only between rows of one label, such as those of one series. @default all rows */
  readonly within?: ArrayLike<number | string>;
}

export interface Importances {
  /** The score with everything as it is. */
  readonly score: number;
  /** By how much the score gets worse, the most important first; `deviation` is that between the shuffles. */
  readonly importances: readonly {
    readonly group: string;
    readonly importance: number;
    readonly deviation: number;
  }[];
}

/**
 * Permutation importance: I[g] = mean over shuffles π of L(y, f(x with g from rows π)) - L(y, f(x)), turned around where a
 * higher score is better.
 *
 * Groups that say the same share their worth, so each looks dispensable. Breiman 2001,
 * https://doi.org/10.1023/A:1010933404324; Fisher, Rudin & Dominici 2019, https://arxiv.org/abs/1801.01489.
 * @example
 * const inputs = { used: tensor([1, 2, 3, 4]), unused: tensor([4, 1, 3, 2]) };
 * const { score, importances } = await permutationImportance(({ used }) => mul(used, 2), inputs, tensor([2, 4, 6, 8]), {
 *   score: metrics.meanAbsoluteError,
 * });
 * console.log(score, importances.map(({ group, importance }) => [group, importance > 0])); // → 0 [ [ 'used', true ], [ 'unused', false ] ]
 */
export async function permutationImportance<Name extends string>(
  f: RowFunction<Name>,
  inputs: Named<Name>,
  targets: HostTensor,
  options: PermutationOptions<Name>,
): Promise<Importances> {
  const operation = 'permutationImportance';
  const known = ['score', 'better', 'groups', 'repeats', 'seed', 'within'] as const;
  const settled = knownOptions(operation, options, [...explainedNames, ...known]);
  const { score, better = 'lower', groups, repeats = 5, seed = 0, within, fixed = {}, ...running } = settled;
  requireWhole(operation, 'repeats', repeats);
  const count = countOf({ ...fixed, ...inputs });
  if (count === 0 || targets.shape[0] !== count || (within && within.length !== count))
    throw new ArgumentError(
      operation,
      `has ${count} rows, targets ${targets}${within ? ` and ${within.length} labels` : ''}; give one of each a row`,
    );
  const apart = rowsByLabel(count, within);
  return await withRunner(
    f as (...given: [Named<Name>, Named<string>]) => Tensor,
    running,
    async (runner) => {
      const scoreOf = async (from?: Uint32Array, group?: Group<Name>) => {
        const parts: HostTensor[] = [];
        const chunks = runner.chunks(count, (first, last) => {
          const rows = range(first, last);
          const sources = from?.subarray(first, last);
          return [mixed(inputs, rows, inputs, sources, group && [group]), mixed(fixed, rows)];
        });
        for await (const { result } of chunks) parts.push(result as HostTensor);
        return score(targets, joinRows(parts));
      };
      const base = await scoreOf();
      const importances: Importances['importances'][number][] = [];
      for (const group of groupsOf(operation, inputs, groups)) {
        const random = new Random(seed);
        const scores: number[] = [];
        for (let repeat = 0; repeat < repeats; repeat++)
          scores.push(await scoreOf(shuffled(apart, random), group));
        const mean = scores.reduce((sum, each) => sum + each, 0) / repeats;
        const deviation = Math.sqrt(scores.reduce((sum, each) => sum + (each - mean) ** 2, 0) / repeats);
        const importance = better === 'lower' ? mean - base : base - mean;
        importances.push({ group: group.group, importance, deviation });
      }
      return { score: base, importances: importances.sort((a, b) => b.importance - a.importance) };
    },
  );
}

/** For each row the one whose values it gets. */
function shuffled(apart: readonly (readonly number[])[], random: Random): Uint32Array {
  const from = new Uint32Array(apart.flat().length);
  for (const rows of apart) {
    const order = random.permutation(rows.length);
    for (const [at, row] of rows.entries()) from[row] = rows[order[at] as number] as number;
  }
  return from;
}

function rowsByLabel(count: number, within: ArrayLike<number | string> | undefined): number[][] {
  const found = new Map<number | string | undefined, number[]>();
  for (let row = 0; row < count; row++)
    found
      .set(within?.[row], found.get(within?.[row]) ?? [])
      .get(within?.[row])
      ?.push(row);
  return [...found.values()];
}
