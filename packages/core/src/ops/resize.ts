/** Resizing by interpolation. */
import { ArgumentError, GraphError, knownOptions, ShapeError } from '@noosphere/base';
import {
  apply1,
  constantNumbers,
  defineOperator,
  freshDim,
  fromNumbers,
  type GradientContext,
  type Inputs,
  int64Vector,
  type Tensor,
} from '../graph/index.js';
import { type Dim, type DType, formatShape, normalizeAxis, sameShape, staticDim } from '../shape/index.js';
import { interpolationMap } from './interpolation.js';
import { countOf, required } from './like.js';
import { type AxisMap, mapAxis, transposeMap } from './separable.js';
import { perAxis } from './window.js';

const schema = {
  antialias: 'int',
  axes: 'ints?',
  coordinate_transformation_mode: 'string',
  cubic_coeff_a: 'float',
  exclude_outside: 'int',
  extrapolation_value: 'float',
  keep_aspect_ratio_policy: 'string',
  mode: 'string',
  nearest_mode: 'string',
} as const;

interface ResizeAttributes {
  readonly antialias: number;
  readonly axes: readonly number[] | undefined;
  readonly coordinate_transformation_mode: string;
  readonly cubic_coeff_a: number;
  readonly exclude_outside: number;
  readonly keep_aspect_ratio_policy: string;
  readonly mode: string;
  readonly nearest_mode: string;
}

/** One resized axis: its scale and output size. */
interface ResizedAxis {
  readonly axis: number;
  readonly scale: number;
  readonly outputSize: Dim;
}

/** What a node resizes, from its scales or its sizes. */
function resizedAxes(inputs: Inputs, attributes: ResizeAttributes): ResizedAxis[] {
  const x = required('Resize', inputs, 0);
  const axes = (attributes.axes ?? x.shape.map((_, axis) => axis)).map((axis) =>
    normalizeAxis('resize', axis, x.rank),
  );
  const given = [inputs[2], inputs[3]].map((input) =>
    input && input.shape[0] !== 0 ? constantNumbers('resize', 'scales and sizes', input) : undefined,
  );
  const [scales, sizes] = given;
  const values = scales ?? sizes;
  if (!values || values.length !== axes.length) {
    throw new ShapeError(
      'resize',
      `needs a scale or a size for each of ${axes.length} axes of ${formatShape(x.shape)}, got [${values ?? ''}]`,
    );
  }
  if (scales) {
    return axes.map((axis, k) => {
      const dim = x.shape[axis] as Dim;
      const scale = scales[k] ?? 1;
      const scaled = typeof dim === 'number' ? Math.floor(Math.fround(scale * dim)) : freshDim('resized');
      return { axis, scale, outputSize: scale === 1 ? dim : scaled };
    });
  }
  return sizedAxes(x, axes, values, attributes.keep_aspect_ratio_policy);
}

function sizedAxes(
  x: Tensor,
  axes: readonly number[],
  sizes: readonly number[],
  policy: string,
): ResizedAxis[] {
  const ratios = axes.map((axis, k) => {
    const dim = x.shape[axis];
    return typeof dim === 'number' ? (sizes[k] ?? dim) / dim : Number.NaN;
  });
  if (policy === 'stretch') {
    return axes.map((axis, k) => ({ axis, scale: ratios[k] ?? 1, outputSize: sizes[k] ?? 1 }));
  }
  const scale = policy === 'not_larger' ? Math.min(...ratios) : Math.max(...ratios);
  return axes.map((axis) => ({
    axis,
    scale,
    outputSize: Math.floor(scale * staticDim('resize', x.shape[axis]) + 0.5),
  }));
}

/** The map of each axis that changes. */
function resizeMaps(inputs: Inputs, attributes: ResizeAttributes): { axis: number; map: AxisMap }[] {
  const x = required('Resize', inputs, 0);
  const crops = attributes.coordinate_transformation_mode === 'tf_crop_and_resize' && inputs[1];
  const roi = crops ? constantNumbers('resize', 'the region', crops) : [];
  return resizedAxes(inputs, attributes)
    .map(({ axis, scale, outputSize }, k, all) => {
      const map = interpolationMap({
        inputSize: staticDim('gradient of resize', x.shape[axis]),
        outputSize: staticDim('gradient of resize', outputSize),
        scale,
        mode: attributes.mode as 'nearest' | 'linear' | 'cubic',
        coordinates: attributes.coordinate_transformation_mode,
        nearestMode: attributes.nearest_mode,
        cubicCoefficient: attributes.cubic_coeff_a,
        excludeOutside: attributes.exclude_outside === 1,
        antialias: attributes.antialias === 1,
        crop: [roi[k] ?? 0, roi[k + all.length] ?? 1],
      });
      return { axis, map };
    })
    .filter(({ map }) => !isIdentity(map));
}

function isIdentity({ inputSize, outputs }: AxisMap): boolean {
  return (
    inputSize === outputs.length &&
    outputs.every((terms, to) =>
      terms.every(({ from, weight }) => weight === 0 || (from === to && weight === 1)),
    )
  );
}

function resizeFormula(inputs: Inputs, attributes: ResizeAttributes): Tensor[] {
  if (attributes.coordinate_transformation_mode === 'tf_crop_and_resize') {
    throw new GraphError('resize', 'cropping with extrapolation is run by a kernel only');
  }
  const x = required('Resize', inputs, 0);
  return [resizeMaps(inputs, attributes).reduce((y, { axis, map }) => mapAxis(y, axis, map), x)];
}

function resizeGradient({ inputs, outputGradients, attributes }: GradientContext<ResizeAttributes>): Inputs {
  if (attributes.mode === 'nearest' && attributes.coordinate_transformation_mode === 'half_pixel_symmetric') {
    throw new GraphError(
      'gradient of Resize',
      'nearest with half_pixel_symmetric has none: which of two equally near neighbours is taken depends on the runtime’s rounding; use half_pixel',
    );
  }
  const g = required('Resize', outputGradients, 0);
  const dx = resizeMaps(inputs, attributes).reduceRight(
    (gradient, { axis, map }) => mapAxis(gradient, axis, transposeMap(map)),
    g,
  );
  return [dx];
}

export const Resize = defineOperator({
  name: 'Resize',
  opset: 19,
  attributes: schema,
  defaults: {
    antialias: 0,
    coordinate_transformation_mode: 'half_pixel',
    cubic_coeff_a: -0.75,
    exclude_outside: 0,
    extrapolation_value: 0,
    keep_aspect_ratio_policy: 'stretch',
    mode: 'nearest',
    nearest_mode: 'round_prefer_floor',
  },
  infer: ({ inputs, attributes }) => {
    const x = required('Resize', inputs, 0);
    const shape = [...x.shape];
    for (const { axis, outputSize } of resizedAxes(inputs, attributes)) shape[axis] = outputSize;
    return [{ dtype: x.dtype, shape }];
  },
  formula: resizeFormula,
  gradient: (context) => resizeGradient(context),
  flops: ({ inputs, outputs, attributes }) => {
    const taps = attributes.mode === 'nearest' ? 0 : attributes.mode === 'linear' ? 2 : 4;
    return 2 * countOf(outputs[0]) * taps ** Math.max(0, (inputs[0]?.rank ?? 2) - 2);
  },
  doc: 'x stretched or shrunk along axes by nearest, linear or cubic interpolation. Gradient: g through the same weights the other way.',
});

export interface ResizeOptions {
  /** New sizes of the spatial axes; give either these or `scales`. */
  readonly sizes?: readonly number[];
  /** New over old sizes of the spatial axes. */
  readonly scales?: number | readonly number[];
  /** @default 'nearest' */
  readonly mode?: 'nearest' | 'linear' | 'cubic';
  /**
   * How positions correspond: PyTorch's `align_corners`, or `half_pixel` (its default for linear and cubic, `nearest-exact`
   * for nearest), or `asymmetric` (its `nearest`). @default 'asymmetric' for nearest, else 'half_pixel'
   */
  readonly coordinates?: 'half_pixel' | 'align_corners' | 'asymmetric';
}

/** Which neighbour is nearest when two are equally near or, asymmetric, always the one before: as PyTorch rounds. */
const nearestModes = {
  asymmetric: 'floor',
  half_pixel: 'round_prefer_ceil',
  align_corners: 'round_prefer_floor',
} as const;

/**
 * x stretched or shrunk along its spatial axes, as PyTorch's interpolate.
 * Shapes: x [N, C, ...] gives [N, C, ...sizes].
 * @example
 * console.log(await resize(tensor([[[1, 3]]]), { scales: 2 }).array()); // → [ [ [ 1, 1, 3, 3 ] ] ]
 */
export function resize<D extends DType>(x: Tensor<D>, options: ResizeOptions): Tensor<D> {
  const {
    sizes,
    scales,
    mode = 'nearest',
  } = knownOptions('resize', options, 'sizes scales mode coordinates');
  const coordinates = options.coordinates ?? (mode === 'nearest' ? 'asymmetric' : 'half_pixel');
  const rank = x.rank - 2;
  if (rank < 1) throw new ShapeError('resize', `expects x [N, C, ...], got ${formatShape(x.shape)}`);
  if ((sizes === undefined) === (scales === undefined)) {
    throw new ArgumentError('resize', 'needs either sizes or scales, got both or none');
  }
  const by = scales === undefined ? undefined : perAxis('resize', 'scales', scales, rank);
  const to = sizes && perAxis('resize', 'sizes', sizes, rank);
  const attributes = {
    antialias: 0,
    axes: Array.from({ length: rank }, (_, k) => k + 2),
    coordinate_transformation_mode: coordinates,
    cubic_coeff_a: -0.75,
    exclude_outside: 0,
    extrapolation_value: 0,
    keep_aspect_ratio_policy: 'stretch',
    mode,
    nearest_mode: nearestModes[coordinates],
  };
  const wanted = by
    ? [undefined, fromNumbers('float32', [rank], by)]
    : [undefined, undefined, int64Vector(to ?? [])];
  const y = apply1(Resize, [x, ...wanted], attributes) as Tensor<D>;
  return sameShape(x.shape, y.shape) ? x : y;
}
