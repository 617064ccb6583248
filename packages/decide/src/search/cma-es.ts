/** CMA-ES: what to use first for real variables, also where they depend on each other and scales differ. */
import { knownOptions, requireWhole } from '@noosphere/base';
import { ArgumentError } from '@noosphere/core';
import { CmaEngine } from './cma-engine.js';
import { defaultSamples } from './cma-parameters.js';
import { type Engine, type EngineContext, EngineRun } from './engine-run.js';
import type { SearchMethod } from './method.js';
import { requireShare } from './settings.js';

export interface CmaEsOptions {
  /** Samples of a generation, λ, of the first start. @default 4 + ⌊3 ln n⌋ */
  readonly samples?: number;
  /** Standard deviation at first, as a share of each variable's range. @default 0.2 */
  readonly deviation?: number;
  /**
   * What follows where a start has converged: `ipop` doubles λ each time (Auger & Hansen 2005), `bipop` does so in turns with
   * small starts of narrow deviation (Hansen 2009), `none` ends. @default 'bipop'
   */
  readonly restarts?: 'bipop' | 'ipop' | 'none';
  /** A start ends where values of its last generations differ by less than this. @default 1e-9 */
  readonly tolerance?: number;
}

/**
 * Covariance matrix adaptation with active updates; n real variables, n² numbers of memory and time per sample.
 * Samples outside of the bounds are evaluated at the nearest point inside and pay for the distance; violated constraints come
 * before values. Hansen: The CMA Evolution Strategy, a Tutorial (2016).
 *
 * @throws ArgumentError for whole numbers and categories: `differentialEvolution` and `geneticAlgorithm` take those.
 * @example
 * const rosenbrock = ([x = 0, y = 0]: Float64Array) => 100 * (y - x ** 2) ** 2 + (1 - x) ** 2;
 * const bounds = [[-5, 5], [-5, 5]] as const;
 * const { best } = await minimize(rosenbrock, { bounds, method: cmaEs(), target: 1e-12, maxEvaluations: 5000 });
 * console.log(Array.from(best.point, (value) => value.toFixed(4))); // → [ '1.0000', '1.0000' ]
 */
export function cmaEs(options: CmaEsOptions = {}): SearchMethod {
  const {
    samples,
    deviation = 0.2,
    restarts = 'bipop',
    tolerance = 1e-9,
  } = knownOptions('cmaEs', options, 'samples deviation restarts tolerance');
  if (samples !== undefined) requireWhole('cmaEs', 'samples', samples, 4);
  requireShare('cmaEs', 'deviation', deviation);
  if (!(tolerance >= 0)) throw new ArgumentError('cmaEs', `tolerance must be 0 or above, got ${tolerance}`);
  return {
    name: 'CMA-ES',
    start: (setting) => {
      const regimes = new Regimes({ samples, deviation, restarts, tolerance });
      return new EngineRun(
        {
          operation: 'cmaEs',
          restarts: restarts !== 'none',
          create: (context) => regimes.create(context),
        },
        setting,
      );
    },
  };
}

interface RegimeOptions extends Required<Omit<CmaEsOptions, 'samples'>> {
  readonly samples: number | undefined;
}

/** Which population and deviation the next start has. */
class Regimes {
  readonly #options: RegimeOptions;
  #doublings = 0;
  /** Evaluations of large and of small starts. */
  #large = 0;
  #small = 0;
  #isSmall = false;
  #spent = 0;

  constructor(options: RegimeOptions) {
    this.#options = options;
  }

  create(context: EngineContext): Engine {
    const { space, random, operation, attempt, spent, start } = context;
    const place = space.kinds.findIndex((kind) => kind !== 'real');
    if (place >= 0)
      throw new ArgumentError(
        operation,
        `searches real variables, number ${place} of the point is not one; use differentialEvolution() or geneticAlgorithm()`,
      );
    const { samples: first = defaultSamples(space.size), deviation, restarts, tolerance } = this.#options;
    if (attempt > 0) {
      if (this.#isSmall) this.#small += spent - this.#spent;
      else this.#large += spent - this.#spent;
      this.#spent = spent;
      this.#isSmall = restarts === 'bipop' && this.#small < this.#large;
      if (!this.#isSmall) this.#doublings++;
    }
    const large = first * 2 ** this.#doublings;
    const mean = Float64Array.from({ length: space.size }, (_, index) => {
      if (!start) return 0.1 + 0.8 * random.uniform();
      const [low, high] = [space.lower[index] as number, space.upper[index] as number];
      return ((start[index] as number) - low) / (high - low);
    });
    if (!this.#isSmall) return new CmaEngine(space, random, { mean, deviation, samples: large, tolerance });
    // From λ of the first start up to that of the next large one.
    const samples = Math.floor(first * ((2 * large) / first) ** (random.uniform() ** 2));
    const narrow = deviation * 10 ** (-2 * random.uniform());
    return new CmaEngine(space, random, {
      mean,
      deviation: narrow,
      samples,
      tolerance,
    });
  }
}
