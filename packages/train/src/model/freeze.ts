/** Which parameters train, by patterns of their names. */
import { ArgumentError, isFloat, namedTensors } from '@noosphere/core';
import { bufferPaths } from '../step/context.js';
import { tiedPaths } from '../step/tied-paths.js';

/**
 * A path (`head.weight`), a glob (`*` stands for one part of a path, `**` for any number of them, `head.*` and `head.**`),
 * or a regular expression that is found in the path.
 */
export type NamePattern = string | RegExp;

/**
 * Freezes the parameters whose names match, and what is tied to them: a predicate for `trainable` of TrainStep and fit, true for all others.
 * Fails where a pattern matches no parameter, naming those there are, and where nothing would be left to train.
 * @example
 * const random = new Random(1);
 * const model = { encoder: new Linear(4, 8, random), head: new Linear(8, 2, random) };
 * const trainable = freeze(model, ['encoder.**', /bias$/]);
 * console.log(trainable('encoder.weight'), trainable('head.weight'), trainable('head.bias')); // → false true false
 */
export function freeze(
  model: object,
  patterns: NamePattern | readonly NamePattern[],
): (path: string) => boolean {
  const matches = matcher('freeze', model, patterns);
  if (parameterPaths(model).every(matches))
    throw new ArgumentError('freeze', 'the patterns match every parameter; leave some to train');
  return (path) => !matches(path);
}

/**
 * Freezes all parameters but those whose names match, as for a new head on a trained body.
 * @example
 * const random = new Random(1);
 * const model = { encoder: new Linear(4, 8, random), head: new Linear(8, 2, random) };
 * console.log(trainOnly(model, 'head.*')('encoder.weight')); // → false
 */
export function trainOnly(
  model: object,
  patterns: NamePattern | readonly NamePattern[],
): (path: string) => boolean {
  return matcher('trainOnly', model, patterns);
}

/** Whether any of the patterns matches a path, or one tied to it; each must match one of the model's. */
function matcher(
  operation: string,
  model: object,
  patterns: NamePattern | readonly NamePattern[],
): (path: string) => boolean {
  const tests = [patterns].flat().map((pattern) => ({ pattern, test: patternTest(pattern) }));
  const paths = parameterPaths(model);
  const idle = tests.filter(({ test }) => !paths.some(test)).map(({ pattern }) => String(pattern));
  if (idle.length > 0) {
    throw new ArgumentError(
      operation,
      `no parameter matches ${idle.join(', ')}; there are ${paths.join(', ')}; a whole branch is 'branch.**'`,
    );
  }
  const matches = (path: string) => tests.some(({ test }) => test(path));
  const tied = new Set(
    tiedPaths(model)
      .filter((group) => group.some(matches))
      .flat(),
  );
  return (path) => matches(path) || tied.has(path);
}

function parameterPaths(model: object): string[] {
  const buffers = bufferPaths(model);
  const named = [...namedTensors(model)].filter(([path, leaf]) => isFloat(leaf.dtype) && !buffers.has(path));
  return named.map(([path]) => path);
}

function patternTest(pattern: NamePattern): (path: string) => boolean {
  if (typeof pattern !== 'string') {
    if (!(pattern instanceof RegExp))
      throw new ArgumentError(
        'freeze',
        `a pattern must be a text such as 'encoder.*' or a regular expression, got ${String(pattern)}`,
      );
    // Without g and y: those remember where they stopped.
    const stateless = new RegExp(pattern.source, pattern.flags.replace(/[gy]/g, ''));
    return (path) => stateless.test(path);
  }
  const source = pattern
    .split(/(\*\*|\*)/)
    .map((part) => {
      if (part === '**') return '.*';
      return part === '*' ? '[^.]*' : part.replace(/[\\^$.|?+()[\]{}]/g, '\\$&');
    })
    .join('');
  const glob = new RegExp(`^${source}$`);
  return (path) => glob.test(path);
}
