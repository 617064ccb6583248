/** Test functions of optimisation, with their spaces: what a search is measured on where every call is cheap. */
import { type ConfigOf, vary } from '@noosphere/train';

const plane = { x: vary.uniform(-5, 10), y: vary.uniform(0, 15) };

/** Branin: three equal minima of 0.397887. */
export const branin = {
  space: plane,
  objective: async ({ x, y }: ConfigOf<typeof plane>): Promise<number> =>
    (y - (5.1 / (4 * Math.PI ** 2)) * x ** 2 + (5 / Math.PI) * x - 6) ** 2 +
    10 * (1 - 1 / (8 * Math.PI)) * Math.cos(x) +
    10,
};

const unit = vary.uniform(0, 1);
const cube = { x1: unit, x2: unit, x3: unit, x4: unit, x5: unit, x6: unit };
const weights = [1, 1.2, 3, 3.2];
const scales = [
  [10, 3, 17, 3.5, 1.7, 8],
  [0.05, 10, 17, 0.1, 8, 14],
  [3, 3.5, 1.7, 10, 17, 8],
  [17, 8, 0.05, 10, 0.1, 14],
];
const centres = [
  [0.1312, 0.1696, 0.5569, 0.0124, 0.8283, 0.5886],
  [0.2329, 0.4135, 0.8307, 0.3736, 0.1004, 0.9991],
  [0.2348, 0.1451, 0.3522, 0.2883, 0.3047, 0.665],
  [0.4047, 0.8828, 0.8732, 0.5743, 0.1091, 0.0381],
];

/** Hartmann in six dimensions: a minimum of -3.32237. */
export const hartmann6 = {
  space: cube,
  objective: async (config: ConfigOf<typeof cube>): Promise<number> => {
    const x = Object.values(config);
    const terms = weights.map((weight, term) => {
      const distance = x.reduce(
        (sum, value, axis) => sum + (scales[term]?.[axis] ?? 0) * (value - (centres[term]?.[axis] ?? 0)) ** 2,
        0,
      );
      return weight * Math.exp(-distance);
    });
    return -terms.reduce((sum, term) => sum + term, 0);
  },
};

const tree = {
  part: vary.oneOf({
    good: { rate: vary.logUniform(1e-5, 1), count: vary.integer(1, 20) },
    poor: { rate: vary.logUniform(1e-5, 1), share: vary.uniform(0, 1) },
  }),
  letter: vary.choice(['p', 'q', 'r']),
};

/** Choices, whole numbers and a logarithm, nested: a minimum of 0 in one branch, 0.4 in the other. */
export const nested = {
  space: tree,
  objective: async ({ part, letter }: ConfigOf<typeof tree>): Promise<number> =>
    (letter === 'q' ? 0 : 0.5) +
    (Math.log10(part.rate) + 2.5) ** 2 / 4 +
    (part.kind === 'good' ? Math.abs(part.count - 7) / 25 : 0.4 + part.share),
};
