/** A density over a space: one kernel around each of some points, and the space itself as one more. */
import type { Random } from '../random.js';
import { coordinatesOf, type SpacePoint } from './points.js';
import { drawCoordinate, pointBy } from './sampler.js';
import type { SearchSpace } from './vary.js';

/**
 * p(x) = 1/(n+1) (u(x) + Σ_i Π_d k_d(x_d; point_i)) with u the density of the space.
 *
 * Ranges have a normal kernel that is reflected at 0 and 1 (Silverman 1986, section 2.10), of deviation
 * 0.2 (n+1)^(-1/(4+d)) but at least 1/min(100, n+2); choices give their own value (1 + 1/(n+1)) / (1 + c/(n+1)) and share the rest.
 */
export class ParzenMixture {
  readonly #space: SearchSpace;
  readonly #points: readonly SpacePoint[];
  readonly #deviation: number;
  /** How many values there are to choose from, by path. */
  readonly #choices: ReadonlyMap<string, number | undefined>;

  constructor(space: SearchSpace, points: readonly SpacePoint[]) {
    this.#space = space;
    this.#points = points;
    this.#choices = new Map(coordinatesOf(space).map(({ path, choices }) => [path, choices]));
    const count = points.length + 1;
    const dimensions = Math.max(1, ...points.map(({ size }) => size));
    this.#deviation = Math.max(0.2 * count ** (-1 / (4 + dimensions)), 1 / Math.min(100, count + 1));
  }

  /** A point drawn from the density. */
  draw(random: Random): SpacePoint {
    const kernel = this.#points[Math.floor(random.uniform() * (this.#points.length + 1))];
    return pointBy(this.#space, (coordinate) => {
      const centre = kernel?.get(coordinate.path);
      if (centre === undefined) return drawCoordinate(coordinate, random);
      const { choices } = coordinate;
      if (choices === undefined) return reflected(centre + this.#deviation * random.normal());
      // With the probability of the other part of the kernel any value is drawn.
      return random.uniform() < this.#anyShare(choices) ? drawCoordinate(coordinate, random) : centre;
    });
  }

  /** log p(x). */
  logDensity(point: SpacePoint): number {
    const coordinates = [...point].map(([path, value]) => ({
      path,
      value,
      choices: this.#choices.get(path),
    }));
    const logs = this.#points.map((kernel) =>
      coordinates.reduce((sum, { path, value, choices }) => {
        const centre = kernel.get(path);
        return sum + Math.log(this.#kernel(value, centre, choices));
      }, 0),
    );
    const spaceLog = coordinates.reduce((sum, { choices }) => sum - Math.log(choices ?? 1), 0);
    const all = [...logs, spaceLog];
    const most = Math.max(...all);
    return most + Math.log(all.reduce((sum, each) => sum + Math.exp(each - most), 0) / all.length);
  }

  #kernel(value: number, centre: number | undefined, choices: number | undefined): number {
    if (centre === undefined) return 1 / (choices ?? 1);
    if (choices === undefined) {
      const normal = (distance: number) => Math.exp(-0.5 * (distance / this.#deviation) ** 2);
      const images = normal(value - centre) + normal(value + centre) + normal(2 - value - centre);
      return Math.max(Number.MIN_VALUE, images / (this.#deviation * Math.sqrt(2 * Math.PI)));
    }
    const any = this.#anyShare(choices);
    return any / choices + (value === centre ? 1 - any : 0);
  }

  /** c/(n+1) / (1 + c/(n+1)): the share of a choice's kernel that lies on all values alike. */
  #anyShare(choices: number): number {
    return choices / (this.#points.length + 1 + choices);
  }
}

/** A number brought back into [0, 1] as by mirrors at both ends. */
function reflected(value: number): number {
  const inTwo = Math.abs(value) % 2;
  return inTwo > 1 ? 2 - inTwo : inTwo;
}
