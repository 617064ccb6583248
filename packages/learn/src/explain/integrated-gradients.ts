/** What each element of the inputs adds to an output, by its gradients on the way from a baseline. */
import { ArgumentError, knownOptions, requireWhole } from '@noosphere/base';
import { fromData, type HostTensor, hostData, sum, type Tensor, valueAndGrad } from '@noosphere/core';
import { sliceInputs, withRunner } from '../predict/index.js';
import {
  eachOf,
  explained,
  explainedNames,
  type Fill,
  fillOf,
  groupsOf,
  mixed,
  type Named,
  type OutputOptions,
  type RowFunction,
  range,
  withValues,
} from './rows.js';

export interface IntegratedGradientsOptions<Name extends string> extends OutputOptions {
  /** Where the way begins. @default 0 */
  readonly baseline?: Fill<Name>;
  /** Points on the way from the baseline to the inputs. @default 32 */
  readonly points?: number;
}

export interface IntegratedGradients<Name extends string> {
  /** By input, in its shape. */
  readonly attributions: Named<Name, HostTensor<'float64'>>;
  /** The explained output of each row. */
  readonly values: Float64Array;
  /** That of its baseline. */
  readonly baselines: Float64Array;
}

/**
 * Integrated gradients: a[i] = (x[i] - x'[i]) · mean over α of ∂f/∂x[i] at x' + α (x - x'), with x' the baseline and α the
 * middles of `points` equal parts of [0, 1].
 *
 * The attributions of a row add up to f(x) - f(x'), as exactly as the points allow (completeness). Elements that are NaN
 * get 0. Sundararajan, Taly & Yan 2017, https://arxiv.org/abs/1703.01365.
 * @param inputs Floats [N, …] by name; others, such as indices of an embedding, go into `fixed`.
 * @example
 * const { attributions, values } = await integratedGradients(
 *   ({ x, y }) => add(sum(mul(x, tensor([2, -1])), { axes: [1] }), y),
 *   { x: tensor([[1, 2]]), y: tensor([3]) },
 * );
 * console.log(await attributions.x.array(), await attributions.y.array(), values[0]); // → [ [ 2, -2 ] ] [ 3 ] 3
 */
export async function integratedGradients<Name extends string>(
  f: RowFunction<Name>,
  inputs: Named<Name>,
  options: IntegratedGradientsOptions<Name> = {},
): Promise<IntegratedGradients<Name>> {
  const operation = 'integratedGradients';
  const names = [...explainedNames, 'output', 'baseline', 'points'] as const;
  const { baseline, points = 32, ...rest } = knownOptions(operation, options, names);
  const { fixed, output, ...running } = rest;
  requireWhole(operation, 'points', points);
  for (const [name, tensor] of Object.entries<HostTensor>(inputs))
    if (tensor.dtype !== 'float32' && tensor.dtype !== 'float64')
      throw new ArgumentError(operation, `'${name}' is ${tensor}, expected floats; give it as fixed`);
  const from = fillOf(operation, inputs, baseline);
  const { count, oneOf, along } = explained(operation, f, inputs, rest);
  const slopesOf = (given: Named<Name>, beside: ReturnType<typeof along>) =>
    valueAndGrad((own: Named<Name>) => sum(oneOf(own, beside)))(given).grads;
  const totals = eachOf(inputs, ({ size }) => new Float64Array(size));
  await withRunner(slopesOf, running, async (runner) => {
    for (let point = 0; point < points; point++) {
      const way = eachOf(inputs, (x, name) => between(from[name], x, (point + 0.5) / points));
      const chunks = runner.chunks(count, (first, last) => [
        sliceInputs(way, first, last),
        along(range(first, last)),
      ]);
      for await (const { first, result } of chunks)
        eachOf(inputs, (x, name) => {
          const [end, base, slopes] = [x, from[name], result[name]].map(floatsOf);
          const [total, start] = [totals[name], (first * x.size) / count];
          slopes?.forEach((slope, place) => {
            const at = start + place;
            const distance = (end?.[at] as number) - (base?.[at % base.length] as number);
            // A value that is missing has no distance.
            if (!Number.isNaN(distance)) total[at] = (total[at] as number) + (distance * slope) / points;
          });
        });
    }
  });
  const all = groupsOf(operation, inputs);
  return await withValues(operation, f, inputs, rest, async (valuesAt) => ({
    attributions: eachOf(inputs, ({ shape }, name) =>
      fromData('float64', shape as readonly number[], totals[name]),
    ),
    values: await valuesAt((rows) => mixed(inputs, rows)),
    baselines: await valuesAt((rows) => mixed(inputs, rows, from, rows, all)),
  }));
}

/** from + share (to - from) */
function between(from: HostTensor, to: HostTensor, share: number): HostTensor {
  const start = floatsOf(from);
  const way = floatsOf(to).map((value, at) => {
    const first = start[at % start.length] as number;
    return first + share * (value - first);
  });
  return fromData(to.dtype, to.shape as readonly number[], way as never);
}

function floatsOf(tensor: Tensor): Float32Array {
  return hostData(tensor) as Float32Array;
}
