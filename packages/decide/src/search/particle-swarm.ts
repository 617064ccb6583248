/** Particle swarm optimisation: simple and fast where a rough optimum of many variables will do. */
import { knownOptions, requireWhole } from '@noosphere/base';
import { type Engine, type EngineContext, EngineRun } from './engine-run.js';
import { isBetter, type SearchMethod } from './method.js';
import { firstGeneration, hasCollapsed } from './sampling.js';

export interface ParticleSwarmOptions {
  /** Particles. @default 20 */
  readonly population?: number;
  /** Particles that each one informs of its best, drawn anew after a generation without progress. @default 6 */
  readonly informed?: number;
  /** Whether to begin anew where all particles have met. @default true */
  readonly restarts?: boolean;
  /** A start ends where all bests differ by less than this. @default 1e-11 */
  readonly tolerance?: number;
}

/** Clerc & Kennedy 2002: the pull and the inertia for which the swarm settles. */
const inertia = 1 / (2 * Math.log(2));
const pull = 0.5 + Math.log(2);

/**
 * v ← w v + c r₁ (own best - x) + c r₂ (best of its informants - x), x ← x + v, with w = 1 / (2 ln 2) and c = ½ + ln 2.
 * A particle that meets a border stays on it and turns back at half speed. Whole numbers and categories by rounding;
 * violated constraints come before values. Kennedy & Eberhart 1995; Clerc: Standard Particle Swarm Optimisation (2006, 2011).
 *
 * @example
 * const sphere = (x: Float64Array) => x.reduce((sum, value) => sum + value ** 2, 0);
 * const { best } = await minimize(sphere, { bounds: [[-5, 5], [-5, 5]], method: particleSwarm(), target: 1e-8 });
 * console.log(best.value <= 1e-8); // → true
 */
export function particleSwarm(options: ParticleSwarmOptions = {}): SearchMethod {
  const {
    population = 20,
    informed = 6,
    restarts = true,
    tolerance = 1e-11,
  } = knownOptions('particleSwarm', options, 'population informed restarts tolerance');
  requireWhole('particleSwarm', 'population', population, 2);
  requireWhole('particleSwarm', 'informed', informed, 1);
  return {
    name: 'PSO',
    start: (setting) =>
      new EngineRun(
        {
          operation: 'particleSwarm',
          restarts,
          create: (context) => new SwarmEngine(context, population, informed, tolerance),
        },
        setting,
      ),
  };
}

class SwarmEngine implements Engine {
  /** Where particles are. */
  readonly candidates: Float64Array;
  isConverged = false;
  readonly #context: EngineContext;
  readonly #count: number;
  readonly #informed: number;
  readonly #tolerance: number;
  readonly #velocities: Float64Array;
  readonly #bests: Float64Array;
  readonly #values: Float64Array;
  readonly #violations: Float64Array;
  /** For each particle the one with the best of its informants. */
  readonly #leaders: Uint32Array;
  /** Whom each particle informs, `informed` of them. */
  readonly #links: Uint32Array;
  #leader = 0;
  #isFirst = true;

  constructor(context: EngineContext, count: number, informed: number, tolerance: number) {
    const { size } = context.space;
    this.#context = context;
    this.#count = count;
    this.#informed = informed;
    this.#tolerance = tolerance;
    [this.candidates, this.#velocities, this.#bests] = [
      new Float64Array(count * size),
      new Float64Array(count * size),
      new Float64Array(count * size),
    ];
    [this.#values, this.#violations] = [new Float64Array(count), new Float64Array(count)];
    this.#leaders = new Uint32Array(count);
    this.#links = new Uint32Array(count * informed);
    this.#draw();
  }

  propose(): number {
    if (this.#isFirst) this.#begin();
    else for (let row = 0; row < this.#count; row++) this.#move(row);
    return this.#count;
  }

  #begin(): void {
    const [{ space, random }, rows] = [this.#context, this.candidates];
    firstGeneration(this.#context, this.#count, rows);
    for (let at = 0; at < rows.length; at++) {
      const [low, high] = [space.lower[at % space.size] as number, space.upper[at % space.size] as number];
      // Half of the way to another random place.
      this.#velocities[at] = (low + random.uniform() * (high - low) - (rows[at] as number)) / 2;
    }
  }

  #move(row: number): void {
    const { space, random } = this.#context;
    const { size, lower, upper } = space;
    const [rows, velocities, bests] = [this.candidates, this.#velocities, this.#bests];
    const leader = (this.#leaders[row] as number) * size;
    for (let place = 0; place < size; place++) {
      const at = row * size + place;
      const from = rows[at] as number;
      const velocity =
        inertia * (velocities[at] as number) +
        pull * random.uniform() * ((bests[at] as number) - from) +
        pull * random.uniform() * ((bests[leader + place] as number) - from);
      const [low, high] = [lower[place] as number, upper[place] as number];
      const to = from + velocity;
      const isInside = to >= low && to <= high;
      rows[at] = isInside ? to : to < low ? low : high;
      velocities[at] = isInside ? velocity : -0.5 * velocity;
    }
  }

  learn(values: Float64Array, violations: Float64Array): void {
    const { space } = this.#context;
    let hasProgress = false;
    for (let row = 0; row < this.#count; row++) {
      const [value, violation] = [values[row] as number, violations[row] as number];
      if (!this.#isFirst && !this.#improves(value, violation, row)) continue;
      this.#bests.set(this.candidates.subarray(row * space.size, (row + 1) * space.size), row * space.size);
      if (this.#isFirst || this.#improves(value, violation, this.#leader)) hasProgress = true;
      this.#values[row] = value;
      this.#violations[row] = violation;
      if (this.#isAhead(row, this.#leader)) this.#leader = row;
    }
    this.#isFirst = false;
    if (!hasProgress) this.#draw();
    this.#follow();
    this.isConverged = hasCollapsed(
      space,
      this.#bests,
      this.#values,
      this.#violations,
      this.#count,
      this.#tolerance,
    );
  }

  #improves(value: number, violation: number, row: number): boolean {
    return isBetter(value, violation, this.#values[row] as number, this.#violations[row] as number);
  }

  #isAhead(row: number, other: number): boolean {
    return this.#improves(this.#values[row] as number, this.#violations[row] as number, other);
  }

  /** Draws whom each particle informs. */
  #draw(): void {
    for (let link = 0; link < this.#links.length; link++)
      this.#links[link] = Math.floor(this.#context.random.uniform() * this.#count);
  }

  /** Finds each particle's best informant; each informs itself. */
  #follow(): void {
    for (let row = 0; row < this.#count; row++) this.#leaders[row] = row;
    for (let row = 0; row < this.#count; row++) {
      for (let link = 0; link < this.#informed; link++) {
        const informed = this.#links[row * this.#informed + link] as number;
        if (this.#isAhead(row, this.#leaders[informed] as number)) this.#leaders[informed] = row;
      }
    }
  }
}
