/** A checked problem in numbers: what the exact solver, the heuristics and the evaluation of a plan share. */
import { requireList, requireObject } from '@noosphere/base';
import { ArgumentError } from '@noosphere/core';
import type { AllocationOption, AllocationProblem, BenefitCurve } from './problem.js';

/** lower ≤ Σ weights · (amounts, or 1 for each chosen) ≤ upper. */
export interface Rule {
  /** As an error says it: `the limit 10 of budget in period 0`. */
  readonly label: string;
  /** Whether it counts units or chosen options. */
  readonly of: 'amounts' | 'choices';
  readonly members: readonly number[];
  readonly weights: readonly number[];
  readonly lower: number;
  readonly upper: number;
  /** The resource, where this is a limit. */
  readonly limit?: { readonly resource: string; readonly period: number | undefined };
}

export interface Segment {
  readonly width: number;
  readonly slope: number;
}

export interface AllocationModel {
  readonly names: readonly string[];
  /** Mean benefit of a unit is Σ probability · benefit; [options, scenarios]. Zero for options with a curve. */
  readonly benefits: Float64Array;
  readonly probabilities: Float64Array;
  /** Pieces of benefit curves, steepest first. */
  readonly curves: readonly (readonly Segment[] | undefined)[];
  readonly minimum: Float64Array;
  readonly maximum: Float64Array;
  readonly isWhole: readonly boolean[];
  readonly rules: readonly Rule[];
  readonly riskAversion: number;
  readonly confidence: number;
}

/** Checks a problem and turns it into numbers. */
export function modelOf(operation: string, problem: AllocationProblem): AllocationModel {
  requireObject(operation, 'the problem', problem, '{ options, budget, period }');
  const { options, riskAversion = 0, confidence = 0.9 } = problem;
  requireList(operation, 'options', options);
  if (options.length === 0) throw new ArgumentError(operation, 'there are no options; give one at least');
  if (!(riskAversion >= 0 && riskAversion <= 1))
    throw new ArgumentError(operation, `riskAversion must lie from 0 to 1, got ${riskAversion}`);
  if (!(confidence >= 0 && confidence < 1))
    throw new ArgumentError(operation, `confidence must lie from 0 to below 1, got ${confidence}`);
  const names = options.map(({ name }) => name);
  const twice = names.find((name, place) => names.indexOf(name) !== place);
  if (twice !== undefined)
    throw new ArgumentError(operation, `two options are named ${twice}; names must differ`);
  const probabilities = probabilitiesOf(operation, problem);
  const amounts = options.map((option) => amountsOf(operation, option));
  const model = {
    names,
    benefits: benefitsOf(operation, options, probabilities.length),
    probabilities,
    curves: options.map((option) => segmentsOf(operation, option)),
    minimum: Float64Array.from(amounts, ({ minimum }) => minimum),
    maximum: Float64Array.from(amounts, ({ maximum }) => maximum),
    isWhole: options.map(({ divisible = false }) => !divisible),
    riskAversion,
    confidence,
  };
  return { ...model, rules: [...limitRules(operation, problem), ...choiceRules(operation, problem, model)] };
}

function probabilitiesOf(operation: string, { options, probabilities }: AllocationProblem): Float64Array {
  const counts = options.flatMap(({ benefit }) => (Array.isArray(benefit) ? [benefit.length] : []));
  const count = counts[0] ?? probabilities?.length ?? 1;
  if (count === 0 || counts.some((each) => each !== count))
    throw new ArgumentError(
      operation,
      `benefits must have equally many scenarios, got ${[...new Set(counts)].join(' and ')}`,
    );
  if (!probabilities) return new Float64Array(count).fill(1 / count);
  const sum = probabilities.reduce((total, each) => total + each, 0);
  if (
    probabilities.length !== count ||
    !(Math.abs(sum - 1) < 1e-9) ||
    probabilities.some((each) => !(each >= 0))
  )
    throw new ArgumentError(
      operation,
      `probabilities must be ${count} numbers from 0 that sum to 1, got ${probabilities.length} that sum to ${sum}`,
    );
  return Float64Array.from(probabilities);
}

function amountsOf(operation: string, { name, divisible = false, ...option }: AllocationOption) {
  const { maximum = 1, minimum = divisible ? 0 : 1 } = option;
  const isValid = minimum >= 0 && maximum > 0 && minimum <= maximum && Number.isFinite(maximum);
  const areWhole = divisible || (Number.isInteger(minimum) && Number.isInteger(maximum));
  if (!isValid || !areWhole)
    throw new ArgumentError(
      operation,
      `${name}: minimum and maximum must be ${divisible ? '' : 'whole, '}0 ≤ minimum ≤ maximum, got ${minimum} and ${maximum}`,
    );
  return { minimum: divisible ? minimum : Math.max(1, minimum), maximum };
}

function benefitsOf(operation: string, options: readonly AllocationOption[], scenarios: number) {
  const benefits = new Float64Array(options.length * scenarios);
  for (const [place, { name, benefit }] of options.entries()) {
    for (let scenario = 0; scenario < scenarios; scenario++) {
      const value = typeof benefit === 'number' ? benefit : isCurve(benefit) ? 0 : benefit[scenario];
      if (!Number.isFinite(value))
        throw new ArgumentError(operation, `the benefit of ${name} must be finite, got ${value}`);
      benefits[place * scenarios + scenario] = value as number;
    }
  }
  return benefits;
}

function isCurve(benefit: AllocationOption['benefit']): benefit is BenefitCurve {
  return typeof benefit === 'object' && 'curve' in benefit;
}

function segmentsOf(operation: string, { name, benefit, maximum = 1 }: AllocationOption) {
  if (!isCurve(benefit)) return undefined;
  const { curve } = benefit;
  const [first] = curve;
  if (curve.length < 2 || first?.[0] !== 0 || first[1] !== 0)
    throw new ArgumentError(
      operation,
      `the benefit curve of ${name} must begin at [0, 0] and have two points at least`,
    );
  const segments = curve.slice(1).map(([amount, value], place): Segment => {
    const [from, base] = curve[place] as readonly [number, number];
    return { width: amount - from, slope: (value - base) / (amount - from) };
  });
  const isConcave = segments.every(
    ({ width, slope }, place) =>
      width > 0 && Number.isFinite(slope) && slope <= (segments[place - 1]?.slope ?? Infinity) + 1e-12,
  );
  if (!isConcave)
    throw new ArgumentError(
      operation,
      `the benefit curve of ${name} must have growing amounts and slopes that do not rise; split it into options where they do`,
    );
  const last = curve.at(-1)?.[0] ?? 0;
  if (last < maximum)
    throw new ArgumentError(
      operation,
      `the benefit curve of ${name} ends at ${last}, its maximum is ${maximum}; extend one or lower the other`,
    );
  return segments;
}

function limitRules(operation: string, { options, limits }: AllocationProblem): Rule[] {
  for (const { name, use } of options) {
    const unknown = Object.keys(use).find((resource) => !(resource in limits));
    if (unknown !== undefined)
      throw new ArgumentError(
        operation,
        `${name} uses ${unknown}, which has no limit; limits are of ${Object.keys(limits).join(', ')}`,
      );
  }
  return Object.entries(limits).flatMap(([resource, limit]) => {
    const periods = typeof limit === 'number' ? [limit] : limit;
    return periods.map((upper, period): Rule => {
      if (Number.isNaN(upper))
        throw new ArgumentError(operation, `the limit of ${resource} must be a number, got NaN`);
      const where = typeof limit === 'number' ? undefined : period;
      const weights = options.map(({ name, use }) => {
        const each = use[resource] ?? 0;
        const count = typeof each === 'number' ? periods.length : each.length;
        const value = typeof each === 'number' ? each : each[period];
        if (count !== periods.length || !Number.isFinite(value))
          throw new ArgumentError(
            operation,
            `${name} must use a finite amount of ${resource} in each of ${periods.length} periods, got ${each}`,
          );
        return value as number;
      });
      return {
        label: `the limit ${upper} of ${resource}${where === undefined ? '' : ` in period ${where}`}`,
        of: 'amounts',
        members: Array.from(options.keys()),
        weights,
        lower: Number.NEGATIVE_INFINITY,
        upper,
        limit: { resource, period: where },
      };
    });
  });
}

function choiceRules(
  operation: string,
  { options, groups = [], needs = [], exclusions = [] }: AllocationProblem,
  model: { readonly names: readonly string[]; readonly minimum: Float64Array },
): Rule[] {
  const placeOf = (name: string, by: string): number => {
    const place = model.names.indexOf(name);
    if (place < 0) throw new ArgumentError(operation, `${by} names ${name}, which is not an option`);
    return place;
  };
  // Without a minimum an amount of 0 would count as chosen.
  const countable = (place: number, by: string): number => {
    if (model.minimum[place] === 0)
      throw new ArgumentError(
        operation,
        `${by} asks whether ${model.names[place]} is chosen, whose minimum is 0; give it a minimum above 0`,
      );
    return place;
  };
  const rule = (label: string, members: readonly number[], weights: number[], lower: number, upper: number) =>
    ({ label, of: 'choices', members, weights, lower, upper }) as const;
  return [
    ...options.flatMap(({ name, required }, place) =>
      required
        ? [rule(`${name} is required`, [countable(place, 'required')], [1], 1, Number.POSITIVE_INFINITY)]
        : [],
    ),
    ...groups.map(({ name, options: members, atLeast = 0, atMost = members.length }) => {
      const label = `group ${name}`;
      if (!(atLeast <= atMost))
        throw new ArgumentError(operation, `${label}: atLeast ${atLeast} is above atMost ${atMost}`);
      const places = members.map((each) => placeOf(each, label));
      if (atLeast > 0) for (const place of places) countable(place, label);
      const text = `${label} (from ${atLeast} to ${atMost} of ${members.length})`;
      return rule(
        text,
        places,
        places.map(() => 1),
        atLeast,
        atMost,
      );
    }),
    ...exclusions.map((members) => {
      const label = `the exclusion of ${members.join(', ')}`;
      const places = members.map((each) => placeOf(each, label));
      return rule(
        label,
        places,
        places.map(() => 1),
        0,
        1,
      );
    }),
    ...needs.map(({ option, needs: other }) => {
      const label = `${option} needs ${other}`;
      const places = [placeOf(option, label), countable(placeOf(other, label), label)];
      return rule(label, places, [1, -1], Number.NEGATIVE_INFINITY, 0);
    }),
  ];
}
