/** Sampling an image at positions that the graph computes. */
import { knownOptions, ShapeError } from '@noosphere/base';
import { apply1, defineOperator, type Inputs, type Tensor } from '../graph/index.js';
import { type Dim, type DType, formatShape, staticShape, stridesOf } from '../shape/index.js';
import { clamp } from './activations-piecewise.js';
import { add, div, mul, sub } from './arithmetic.js';
import { greaterEqual, lessEqual, logicalAnd } from './comparison.js';
import { gradientOf } from './composite.js';
import { gatherElements } from './gather.js';
import { split } from './joining.js';
import { cast, expandLike, reshape } from './layout.js';
import { countOf, required, requireFloat, requireSameDType } from './like.js';
import { abs, floor, round } from './unary.js';

interface GridAttributes {
  readonly align_corners: number;
  readonly mode: string;
  readonly padding_mode: string;
}

/** One tap along one axis: a position inside the image, and its weight, for every sample. */
interface Tap {
  readonly place: Tensor;
  readonly weight: Tensor | undefined;
}

/** From -1 … 1 to pixels: the ends are the centres of the last pixels, or their outer edges. */
function toPixels(position: Tensor, size: number, alignCorners: boolean): Tensor {
  const shifted = add(position, 1);
  return alignCorners ? mul(shifted, (size - 1) / 2) : div(sub(mul(shifted, size), 1), 2);
}

/** Places beyond the ends mirrored back, as often as it takes, then cut off at the ends. */
function reflect(place: Tensor, size: number, alignCorners: boolean): Tensor {
  const low = alignCorners ? 0 : -0.5;
  const span = alignCorners ? size - 1 : size;
  if (span === 0) return mul(place, 0);
  const distance = abs(sub(place, low));
  const turns = floor(div(distance, span));
  const rest = sub(distance, mul(turns, span));
  const isOdd = sub(turns, mul(floor(div(turns, 2)), 2));
  const back = add(add(rest, mul(isOdd, sub(span, mul(rest, 2)))), low);
  return clamp(back, { min: 0, max: size - 1 });
}

function bringInside(place: Tensor, size: number, { padding_mode, align_corners }: GridAttributes): Tensor {
  if (padding_mode === 'border') return clamp(place, { min: 0, max: size - 1 });
  return padding_mode === 'reflection' ? reflect(place, size, align_corners === 1) : place;
}

/** A tap with its place made safe to read; outside the image it weighs nothing, where zeros pad it. */
function tapAt(place: Tensor, weight: Tensor | undefined, size: number, attributes: GridAttributes): Tap {
  const inside = bringInside(place, size, attributes);
  if (attributes.padding_mode !== 'zeros') return { place: inside, weight };
  const isInside = cast(logicalAnd(greaterEqual(place, 0), lessEqual(place, size - 1)), place.dtype);
  return {
    place: clamp(inside, { min: 0, max: size - 1 }),
    weight: weight ? mul(weight, isInside) : isInside,
  };
}

/** Coefficient of Keys' cubic kernel. */
const cubic = -0.75;

/** Weights of the four taps around a fraction t: -1, 0, 1, 2. */
function cubicWeights(t: Tensor): Tensor[] {
  const near = (x: Tensor) => add(mul(mul(sub(mul(x, cubic + 2), cubic + 3), x), x), 1);
  const far = (x: Tensor) => sub(mul(add(mul(sub(mul(x, cubic), 5 * cubic), x), 8 * cubic), x), 4 * cubic);
  return [far(add(t, 1)), near(t), near(sub(1, t)), far(sub(2, t))];
}

function tapsAlong(position: Tensor, size: number, attributes: GridAttributes): Tap[] {
  const place = toPixels(position, size, attributes.align_corners === 1);
  if (attributes.mode === 'nearest') {
    return [tapAt(round(bringInside(place, size, attributes)), undefined, size, attributes)];
  }
  // Linear sampling moves the position inside, cubic sampling each of its taps.
  const isCubic = attributes.mode === 'cubic' || attributes.mode === 'bicubic';
  const centre = isCubic ? place : bringInside(place, size, attributes);
  const first = floor(centre);
  const t = sub(centre, first);
  const weights = isCubic ? cubicWeights(t) : [sub(1, t), t];
  return weights.map((weight, k) => tapAt(add(first, isCubic ? k - 1 : k), weight, size, attributes));
}

/** Every combination of taps along the axes: the values there, times the product of the weights. */
function gridFormula(inputs: Inputs, attributes: GridAttributes): Tensor[] {
  const x = required('GridSample', inputs, 0);
  const grid = required('GridSample', inputs, 1);
  const sizes = staticShape('gradient of gridSample', x.shape.slice(2));
  const strides = stridesOf(sizes);
  const [batch, channels] = x.shape as [Dim, Dim];
  const samples = staticShape('gradient of gridSample', grid.shape.slice(1, -1));
  const count = samples.reduce((all, size) => all * size, 1);
  const rows = reshape(x, [batch, channels, sizes.reduce((all, size) => all * size, 1)]);
  // The grid names the last axis first.
  const positions = split(reshape(grid, [batch, count, sizes.length]), { axis: 2, parts: sizes.length })
    .map((position) => reshape(position, [batch, 1, count]))
    .reverse();
  const combinations = sizes.reduce<Tap[][]>(
    (found, size, axis) => {
      const taps = tapsAlong(positions[axis] as Tensor, size, attributes);
      return found.flatMap((combination) => taps.map((tap) => [...combination, tap]));
    },
    [[]],
  );
  const wanted: Dim[] = [batch, channels, count];
  const values = combinations.map((taps) => {
    const index = taps
      .map(({ place }, axis) => mul(place, strides[axis] ?? 1))
      .reduce((total, part) => add(total, part));
    const picked = gatherElements(rows, expandLike(cast(index, 'int64'), wanted, [x]), { axis: 2 });
    const weights = taps.flatMap(({ weight }) => (weight ? [weight] : []));
    return weights.reduce((value, weight) => mul(value, weight), picked);
  });
  const total = values.reduce((sum, value) => add(sum, value));
  return [reshape(total, [batch, channels, ...samples])];
}

export const GridSample = defineOperator({
  name: 'GridSample',
  opset: 20,
  attributes: { align_corners: 'int', mode: 'string', padding_mode: 'string' },
  defaults: { align_corners: 0, mode: 'linear', padding_mode: 'zeros' },
  infer: ({ inputs }) => {
    const x = required('GridSample', inputs, 0);
    const grid = required('GridSample', inputs, 1);
    requireSameDType('gridSample', x, grid);
    if (x.rank < 3 || grid.rank !== x.rank || grid.shape.at(-1) !== x.rank - 2) {
      throw new ShapeError(
        'gridSample',
        `expects x [N, C, ...] and a grid [N, ..., ${x.rank - 2}], got ${formatShape(x.shape)} and ${formatShape(grid.shape)}`,
      );
    }
    return [{ dtype: x.dtype, shape: [...x.shape.slice(0, 2), ...grid.shape.slice(1, -1)] }];
  },
  formula: gridFormula,
  gradient: gradientOf(gridFormula),
  flops: ({ inputs, outputs }) => 4 * countOf(outputs[0]) * 2 ** ((inputs[0]?.rank ?? 4) - 2),
  doc: 'x read at positions of a grid by interpolation. Gradients: by its formula, to the image through the taps, to the grid through their weights.',
});

export interface GridSampleOptions {
  /** @default 'linear' */
  readonly mode?: 'nearest' | 'linear' | 'cubic';
  /** What lies beyond the image. @default 'zeros' */
  readonly padding?: 'zeros' | 'border' | 'reflection';
  /** Whether -1 and 1 are the centres of the last pixels, or their outer edges. @default false */
  readonly alignCorners?: boolean;
}

/**
 * x read at positions between -1 and 1 by interpolation, as PyTorch's grid_sample; a position names the last axis first.
 * Shapes: x [N, C, H, W], grid [N, H', W', 2] give [N, C, H', W'].
 * @example
 * const x = tensor([[[[1, 3]]]]);
 * const middle = tensor([[[[0, 0]]]]);
 * console.log(await gridSample(x, middle).item()); // → 2
 */
export function gridSample<D extends DType>(
  x: Tensor<D>,
  grid: Tensor<D>,
  options: GridSampleOptions = {},
): Tensor<D> {
  const {
    mode = 'linear',
    padding = 'zeros',
    alignCorners = false,
  } = knownOptions('gridSample', options, 'mode padding alignCorners');
  requireFloat('gridSample', x);
  return apply1(GridSample, [x, grid], {
    align_corners: alignCorners ? 1 : 0,
    mode,
    padding_mode: padding,
  }) as Tensor<D>;
}
