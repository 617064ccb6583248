/** Recipes: how weights are trained, as values. They know how many steps there will be, so that schedules fit. */
import { ArgumentError, knownOptions, requirePositive } from '@noosphere/base';
import { namedTensors } from '@noosphere/core';
import {
  adam,
  adamW,
  freeze,
  type NamePattern,
  type Optimizer,
  oneCycle,
  type ParameterGroup,
  polynomialDecay,
  type Schedule,
  type TrainOptions,
  warmUp,
} from '@noosphere/train';

/** What a recipe is told before the first step. */
export interface RecipePlan {
  readonly steps: number;
  readonly model: object;
}

/** A way to train, for `learn({ recipe })`. */
export interface Recipe {
  readonly name: string;
  readonly optimizer: (plan: RecipePlan) => Optimizer | readonly ParameterGroup[];
  /** What else belongs to it, such as clipping; options of `learn` come before. */
  readonly options?: Pick<TrainOptions, 'clipNorm' | 'clipValue' | 'accumulate'>;
  /** Which parameters train. @default all */
  readonly trainable?: (model: object) => (path: string) => boolean;
}

/** The optimizer as it is given: a rate that stays, or a schedule of one's own. */
export function plain(optimizer: Optimizer | readonly ParameterGroup[] = adam()): Recipe {
  return { name: 'plain', optimizer: () => optimizer };
}

/**
 * One cycle: the rate rises to `peak` and falls to almost nothing, by AdamW. Smith 2018.
 * @param options.peak @default 0.001
 * @param options.weightDecay @default 0.01
 * @example
 * const recipe = oneCycleRecipe({ peak: 0.01 });
 * console.log(recipe.name); // → one cycle
 */
export function oneCycleRecipe(
  options: { readonly peak?: number; readonly weightDecay?: number } = {},
): Recipe {
  const { peak = 1e-3, weightDecay = 0.01 } = knownOptions('oneCycleRecipe', options, 'peak weightDecay');
  requirePositive('oneCycleRecipe', 'peak', peak);
  return {
    name: 'one cycle',
    optimizer: ({ steps }) => adamW({ learningRate: oneCycle({ peak, steps }), weightDecay }),
  };
}

export interface FineTuningOptions {
  /** Rate of the parameters that train fastest. @default 0.00005 */
  readonly learningRate?: number;
  /** Share of the steps in which the rate rises; then it falls in a line to 0. @default 0.1 */
  readonly warmUp?: number;
  /** @default 0.01; biases and norms do not decay */
  readonly weightDecay?: number;
  /** Parameters that stay as they are, by name. @default none */
  readonly frozen?: NamePattern | readonly NamePattern[];
  /**
   * Names from the input to the output, such as ['embeddings', 'encoder.layers.0', 'encoder.layers.1', 'head']: a parameter whose path
   * begins with one trains at `layerDecay` of the rate of the next. @default one rate
   */
  readonly layers?: readonly string[];
  /** @default 0.9 */
  readonly layerDecay?: number;
}

/**
 * Fine-tuning of trained weights: linear warm-up and decay, gradients of norm 1 at most, parts frozen, and rates that fall from the
 * head to the first layer (discriminative rates; Howard & Ruder 2018).
 */
export function fineTuning(options: FineTuningOptions = {}): Recipe {
  const given = knownOptions(
    'fineTuning',
    options,
    'learningRate warmUp weightDecay frozen layers layerDecay',
  );
  const {
    learningRate = 5e-5,
    warmUp: share = 0.1,
    weightDecay = 0.01,
    frozen,
    layers = [],
    layerDecay = 0.9,
  } = given;
  return {
    name: 'fine-tuning',
    options: { clipNorm: 1 },
    optimizer: ({ steps, model }) => {
      const paths = [...namedTensors(model)].map(([path]) => path);
      const rate = (factor: number) => linearWarmUp(learningRate * factor, share, steps);
      const groups = layers.map((layer, place): ParameterGroup[] => {
        const isIn = (path: string) => path === layer || path.startsWith(`${layer}.`);
        if (!paths.some(isIn))
          throw new ArgumentError(
            'fineTuning',
            `no parameter begins with '${layer}'; there are ${paths.join(', ')}`,
          );
        return decayed(isIn, rate(layerDecay ** (layers.length - 1 - place)), weightDecay);
      });
      return [...groups.flat(), ...decayed(() => true, rate(1), weightDecay)];
    },
    ...(frozen === undefined ? {} : { trainable: (model: object) => freeze(model, frozen) }),
  };
}

/**
 * The trainers' default for transformers: AdamW, a linear rise over the first share of the steps and a linear fall to 0.
 * @param options.learningRate @default 0.001
 * @param options.warmUp @default 0.1
 */
export function warmUpLinear(
  options: { readonly learningRate?: number; readonly warmUp?: number; readonly weightDecay?: number } = {},
): Recipe {
  const names = ['learningRate', 'warmUp', 'weightDecay'] as const;
  const {
    learningRate = 1e-3,
    warmUp: share = 0.1,
    weightDecay = 0.01,
  } = knownOptions('warmUpLinear', options, names);
  return {
    name: 'linear warm-up',
    optimizer: ({ steps }) => decayed(() => true, linearWarmUp(learningRate, share, steps), weightDecay),
  };
}

function linearWarmUp(learningRate: number, share: number, steps: number): Schedule {
  const rising = Math.round(share * steps);
  return warmUp(rising, polynomialDecay({ learningRate, steps: Math.max(1, steps - rising) }));
}

const withoutDecay = /(^|[._])bias(_\w+)?$|norm[^.]*\.weight$/i;

/** Two groups of the parameters that a predicate means: biases and norms without decay, the others with it. */
function decayed(
  isIn: (path: string) => boolean,
  learningRate: Schedule,
  weightDecay: number,
): ParameterGroup[] {
  return [
    {
      parameters: (path) => isIn(path) && withoutDecay.test(path),
      optimizer: adamW({ learningRate, weightDecay: 0 }),
      mayBeEmpty: true,
    },
    { parameters: isIn, optimizer: adamW({ learningRate, weightDecay }), mayBeEmpty: true },
  ];
}
