// What a row of the benchmark is made of, and what the rows share: starts of layers, FLOPs of products.

/** How a weight starts: uniform in ±bound, normal, or one value throughout. */
export type Start = { readonly bound: number } | { readonly deviation: number } | { readonly value: number };

/** What a batch holds: normal numbers, or whole numbers below `classes`. */
export interface BatchPart {
  readonly shape: readonly number[];
  /** @default 1 */
  readonly deviation?: number;
  readonly classes?: number;
}

export interface Workload {
  readonly name: string;
  readonly stepsPerCall: number;
  /** Dropout makes the losses of two sides differ, so they are not compared. */
  readonly random: boolean;
  /** Parameters, and buffers such as running statistics, by PyTorch's names. */
  readonly weights: ReadonlyMap<string, { readonly shape: readonly number[]; readonly start: Start }>;
  readonly x: BatchPart;
  readonly y: BatchPart;
  /** Floating-point operations of the matrix products of one step, forward and backward; 0: not reported. */
  readonly productFlops: number;
  /** The least ratio to `torch` (eager, defaults). */
  readonly bar: number | undefined;
}

export type WeightList = [string, readonly number[], Start][];

/** A row; unless `rest` says else it has one step a call, losses that are compared, no FLOPs and no bar. */
export function workload(
  name: string,
  weights: WeightList,
  x: BatchPart,
  y: BatchPart,
  rest: Partial<Pick<Workload, 'stepsPerCall' | 'random' | 'productFlops' | 'bar'>>,
): Workload {
  return {
    name,
    x,
    y,
    weights: new Map(weights.map(([key, shape, start]) => [key, { shape, start }])),
    stepsPerCall: 1,
    random: false,
    productFlops: 0,
    bar: undefined,
    ...rest,
  };
}

/** PyTorch's default for the weights of Linear and Conv: uniform in ±1/sqrt(inputs of one output). */
export function weight(name: string, shape: readonly number[]): WeightList {
  return [[`${name}.weight`, shape, { bound: boundOf(shape) }]];
}

/** A weight with its bias, which starts in the same bounds unless `biasStart` says else. */
export function layer(name: string, shape: readonly number[], biasStart?: Start): WeightList {
  return [
    ...weight(name, shape),
    [`${name}.bias`, shape.slice(0, 1), biasStart ?? { bound: boundOf(shape) }],
  ];
}

/** A norm's scale and shift, by default 1 and 0, as PyTorch starts them. */
export function norm(name: string, size: number, scale = 1, shift = 0): WeightList {
  return [
    [`${name}.weight`, [size], { value: scale }],
    [`${name}.bias`, [size], { value: shift }],
  ];
}

/**
 * Operations of a product of [rows, inputs] by [inputs, outputs]. Backward takes two more of the same size, one where the
 * input needs no gradient.
 */
export function product(rows: number, inputs: number, outputs: number): number {
  return 2 * rows * inputs * outputs;
}

function boundOf(shape: readonly number[]): number {
  return 1 / Math.sqrt(shape.slice(1).reduce((result, size) => result * size, 1));
}
