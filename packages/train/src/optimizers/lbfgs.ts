/** L-BFGS for small models on all of their data: curvature from past gradients. It loops on the host, in float64. */
import { dot, knownOptions } from '@noosphere/base';
import {
  ArgumentError,
  compile,
  fromData,
  type HostTensor,
  hostData,
  isHostTensor,
  mapTree,
  type Tensor,
  valueAndGrad,
  visitTree,
} from '@noosphere/core';
import { type LinePoint, wolfeSearch } from './wolfe-search.js';

export interface LbfgsOptions<Model extends object> {
  readonly model: Model;
  /** The loss over all data; it must not draw random numbers. */
  readonly loss: (model: Model) => Tensor;
  /** @default 100 */
  readonly iterations?: number;
  /** Steps whose curvature is kept. @default 100 */
  readonly history?: number;
  /** Done where no element of the gradient is larger. @default 1e-7 */
  readonly toleranceGradient?: number;
  /** Done where loss or parameters change by less. @default 1e-9 */
  readonly toleranceChange?: number;
  /** Stops between two iterations with what is reached. */
  readonly signal?: AbortSignal;
}

export interface LbfgsResult<Model extends object> {
  readonly model: Model;
  /** The loss at the start and after each iteration. */
  readonly losses: readonly number[];
  readonly evaluations: number;
  readonly reason: 'converged' | 'iterations' | 'aborted';
}

/** A pair of step and change of the gradient, with 1 / (y · s). */
interface Curvature {
  readonly s: Float64Array;
  readonly y: Float64Array;
  readonly rho: number;
}

/**
 * Minimises a loss by limited-memory BFGS with strong Wolfe steps: p += t d, with d = -H g and H built from the last
 * `history` pairs of steps and gradient changes. Nocedal 1980; Liu & Nocedal 1989.
 * Throws where the model has no float32 tensor, or the loss at the start is not finite.
 * @example
 * const loss = ({ p }: { p: Tensor }) => sum(square(sub(p, 3)));
 * const { model, reason } = await lbfgs({ model: { p: zeros([2]) as Tensor }, loss });
 * console.log(await model.p.array(), reason); // → [ 3, 3 ] converged
 */
export async function lbfgs<Model extends object>(options: LbfgsOptions<Model>): Promise<LbfgsResult<Model>> {
  const {
    iterations = 100,
    history = 100,
    toleranceGradient = 1e-7,
    toleranceChange = 1e-9,
  } = knownOptions(
    'lbfgs',
    options,
    'model loss iterations history toleranceGradient toleranceChange signal',
  );
  const objective = new Objective(options.model, options.loss);
  try {
    let position = objective.start;
    let { value, gradient } = await objective.at(position);
    if (!Number.isFinite(value))
      throw new ArgumentError('lbfgs', `the loss at the start is ${value}; start from other parameters`);
    const losses = [value];
    const done = (reason: LbfgsResult<Model>['reason']): LbfgsResult<Model> => ({
      model: objective.modelAt(position),
      losses,
      evaluations: objective.evaluations,
      reason,
    });
    const pairs: Curvature[] = [];
    for (let iteration = 0; iteration < iterations; iteration++) {
      if (options.signal?.aborted) return done('aborted');
      if (largest(gradient) <= toleranceGradient) return done('converged');
      const direction = descend(gradient, pairs);
      const slope = dot(gradient, direction);
      if (slope > -toleranceChange) return done('converged');
      const firstStep = iteration === 0 ? Math.min(1, 1 / sumOfAbsolutes(gradient)) : 1;
      const from = position;
      const at = async (step: number): Promise<LinePoint> => {
        const point = await objective.at(moved(from, direction, step));
        return { step, ...point, slope: dot(point.gradient, direction) };
      };
      const start = { step: 0, value, gradient, slope };
      const found = await wolfeSearch(at, start, firstStep, largest(direction), toleranceChange);
      const change = found.value - value;
      remember(
        pairs,
        history,
        direction.map((each) => each * found.step),
        found.gradient,
        gradient,
      );
      position = moved(from, direction, found.step);
      ({ value, gradient } = found);
      losses.push(value);
      const isStill =
        largest(direction) * found.step <= toleranceChange || Math.abs(change) < toleranceChange;
      if (isStill) return done('converged');
    }
    return done('iterations');
  } finally {
    await objective.dispose();
  }
}

/** -H g by the two loops over the kept pairs. */
function descend(gradient: Float64Array, pairs: readonly Curvature[]): Float64Array {
  const direction = gradient.map((each) => -each);
  const shares = new Map<Curvature, number>();
  for (const pair of pairs.toReversed()) {
    const share = dot(pair.s, direction) * pair.rho;
    shares.set(pair, share);
    addScaled(direction, pair.y, -share);
  }
  const last = pairs.at(-1);
  const scale = last ? 1 / (last.rho * dot(last.y, last.y)) : 1;
  for (let index = 0; index < direction.length; index++)
    direction[index] = (direction[index] as number) * scale;
  for (const pair of pairs)
    addScaled(direction, pair.s, (shares.get(pair) as number) - dot(pair.y, direction) * pair.rho);
  return direction;
}

/** Keeps a pair whose curvature is positive. */
function remember(
  pairs: Curvature[],
  history: number,
  s: Float64Array,
  gradient: Float64Array,
  before: Float64Array,
): void {
  const y = gradient.map((each, index) => each - (before[index] as number));
  const curvature = dot(y, s);
  if (curvature <= 1e-10) return;
  pairs.push({ s, y, rho: 1 / curvature });
  if (pairs.length > history) pairs.shift();
}

/** The loss of a model as a function of one vector. */
class Objective<Model extends object> {
  readonly start: Float64Array;
  evaluations = 0;
  readonly #model: Model;
  readonly #program;

  constructor(model: Model, loss: (model: Model) => Tensor) {
    this.#model = model;
    const parts: Float32Array[] = [];
    visitTree(model, (leaf, path) => {
      if (leaf.dtype !== 'float32' || !isHostTensor(leaf))
        throw new ArgumentError('lbfgs', `'${path}' must hold float32 data, got ${leaf}`);
      parts.push(hostData(leaf) as Float32Array);
    });
    if (parts.length === 0) throw new ArgumentError('lbfgs', 'nothing to train: the model holds no tensor');
    this.start = new Float64Array(parts.reduce((total, part) => total + part.length, 0));
    let offset = 0;
    for (const part of parts) {
      this.start.set(part, offset);
      offset += part.length;
    }
    this.#program = compile(valueAndGrad((current: Model) => loss(current)));
  }

  modelAt(position: Float64Array): Model {
    let offset = 0;
    return mapTree(this.#model, (leaf) => {
      const part = Float32Array.from(position.subarray(offset, offset + leaf.size));
      offset += leaf.size;
      return fromData('float32', leaf.shape as readonly number[], part);
    });
  }

  async at(position: Float64Array): Promise<{ value: number; gradient: Float64Array }> {
    this.evaluations++;
    const { value, grads: tree } = await this.#program(this.modelAt(position));
    const gradient = new Float64Array(position.length);
    let offset = 0;
    visitTree(tree, (leaf) => {
      gradient.set(hostData(leaf as HostTensor) as Float32Array, offset);
      offset += leaf.size;
    });
    return { value: (hostData(value as HostTensor) as Float32Array)[0] as number, gradient };
  }

  async dispose(): Promise<void> {
    await this.#program.dispose();
  }
}

function addScaled(to: Float64Array, from: Float64Array, scale: number): void {
  for (let index = 0; index < to.length; index++)
    to[index] = (to[index] as number) + scale * (from[index] as number);
}

function moved(from: Float64Array, direction: Float64Array, step: number): Float64Array {
  return from.map((each, index) => each + step * (direction[index] as number));
}

function largest(values: Float64Array): number {
  return values.reduce((most, each) => Math.max(most, Math.abs(each)), 0);
}

function sumOfAbsolutes(values: Float64Array): number {
  return values.reduce((total, each) => total + Math.abs(each), 0);
}
