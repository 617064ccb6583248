/** What an output loses when a part of its inputs is covered. */
import { ArgumentError, knownOptions, requireWhole } from '@noosphere/base';
import { fromData, type HostTensor } from '@noosphere/core';
import {
  eachOf,
  explainedNames,
  type Fill,
  fillOf,
  type Group,
  type Groups,
  groupsOf,
  mixed,
  type Named,
  type OutputOptions,
  type RowFunction,
  range,
  widthOf,
  withValues,
} from './rows.js';

export interface OcclusionOptions<Name extends string> extends OutputOptions {
  /** What is covered together. @default each input, or the patches */
  readonly groups?: Groups<Name>;
  /** By input the sizes of patches along its last axes, whose patches are covered one by one, all of the axes before with them. @default none */
  readonly patches?: Readonly<Partial<Record<Name, readonly number[]>>>;
  /** From one patch to the next. @default the size of the patch */
  readonly stride?: number;
  /** What covers. @default 0 */
  readonly fill?: Fill<Name>;
}

export interface Occlusion<Name extends string> {
  /** By group, f(x) - f(x with it covered) for each row; a patch is called `image[0:8, 8:16]`. */
  readonly drops: Readonly<Record<string, Float64Array>>;
  /** By input, in its shape: the mean drop of the groups that cover an element, 0 where none does. */
  readonly attributions: Named<Name, HostTensor<'float64'>>;
  readonly values: Float64Array;
}

/**
 * Occlusion: a[g] = f(x) - f(x with the elements of g replaced by `fill`), for each group or patch g. Zeiler & Fergus 2014,
 * https://arxiv.org/abs/1311.2901.
 * @example
 * const f = ({ image }: { image: Tensor }) => sum(mul(image, tensor([[1, 2], [3, 4]])), { axes: [1, 2] });
 * const { attributions } = await occlusion(f, { image: ones([1, 2, 2]) }, { patches: { image: [1, 2] } });
 * console.log(await attributions.image.array()); // → [ [ [ 3, 3 ], [ 7, 7 ] ] ]
 */
export async function occlusion<Name extends string>(
  f: RowFunction<Name>,
  inputs: Named<Name>,
  options: OcclusionOptions<Name> = {},
): Promise<Occlusion<Name>> {
  const operation = 'occlusion';
  const names = [...explainedNames, 'output', 'groups', 'patches', 'stride', 'fill'] as const;
  const { groups, patches, stride, fill, ...rest } = knownOptions(operation, options, names);
  const patched = (Object.entries(patches ?? {}) as [Name, readonly number[]][]).flatMap(([name, sizes]) =>
    patchesOf(operation, name, inputs[name], sizes, stride),
  );
  const covered = [...(groups || !patches ? groupsOf(operation, inputs, groups) : []), ...patched];
  const others = fillOf(operation, inputs, fill);
  return await withValues(operation, f, inputs, rest, async (valuesAt) => {
    const values = await valuesAt((rows) => mixed(inputs, rows));
    const drops: Record<string, Float64Array> = {};
    const sums = eachOf(inputs, ({ size }) => new Float64Array(size));
    const counts = eachOf(inputs, (tensor) => new Float64Array(widthOf(tensor)));
    for (const one of covered) {
      const found = await valuesAt((rows) => mixed(inputs, rows, others, rows, [one]));
      const drop = values.map((value, row) => value - (found[row] as number));
      drops[one.group] = drop;
      for (const [name, places] of one.parts)
        for (const place of Array.from(places)) {
          const [total, count] = [sums[name], counts[name]];
          count[place] = (count[place] as number) + 1;
          drop.forEach((own, row) => {
            const at = row * count.length + place;
            total[at] = (total[at] as number) + own;
          });
        }
    }
    const attributions = eachOf(inputs, ({ shape }, name) => {
      const count = counts[name];
      const means = sums[name].map((total, at) => total / Math.max(1, count[at % count.length] as number));
      return fromData('float64', shape as readonly number[], means);
    });
    return { drops, attributions, values };
  });
}

/** The patches of an input, each the places of a flattened row that it covers; the last along an axis may be smaller. */
function patchesOf<Name extends string>(
  operation: string,
  name: Name,
  tensor: HostTensor | undefined,
  sizes: readonly number[],
  stride: number | undefined,
): Group<Name>[] {
  const shape = (tensor?.shape.slice(1) ?? []) as readonly number[];
  if (!tensor || sizes.length === 0 || sizes.length > shape.length)
    throw new ArgumentError(
      operation,
      `patches of '${name}' have ${sizes.length} sizes, the input is ${tensor}; give one size for each of its last axes`,
    );
  let patches = [{ title: '', places: Array.from(range(0, widthOf(tensor))) }];
  sizes.forEach((size, axis) => {
    const [length = 1, ...after] = shape.slice(axis - sizes.length);
    const step = after.reduce((product, each) => product * each, 1);
    const by = stride ?? size;
    requireWhole(operation, `a patch size of '${name}'`, size, 1, length);
    requireWhole(operation, 'stride', by, 1, size);
    const starts = Array.from({ length: Math.ceil((length - size) / by) + 1 }, (_, at) => at * by);
    patches = patches.flatMap(({ title, places }) =>
      starts.map((first) => ({
        title: `${title && `${title}, `}${first}:${Math.min(length, first + size)}`,
        places: places.filter((place) => {
          const at = Math.floor(place / step) % length;
          return at >= first && at < first + size;
        }),
      })),
    );
  });
  return patches.map(({ title, places }) => ({ group: `${name}[${title}]`, parts: [[name, places]] }));
}
