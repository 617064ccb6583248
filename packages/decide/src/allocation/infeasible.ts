/** Why no plan is feasible: a smallest set of limits and rules that clash, and how far each would have to give way. */
import { trySolveProgram } from '../solver/index.js';
import type { AllocationModel, Rule } from './model.js';
import { programOf } from './program-of.js';

/** The message of the error: rules of which each could stay if one of the others went. */
export async function explainInfeasible(operation: string, model: AllocationModel): Promise<string> {
  const clash = await smallestClash(operation, model);
  if (clash.length === 0)
    return 'no plan is feasible; the minimum amounts and maxima alone exclude each other';
  const ways: string[] = [];
  for (const rule of clash) {
    const others = model.rules.filter((other) => other !== rule);
    const by = await leastBreak(operation, model, [...others, rule]);
    if (by !== undefined) ways.push(wayOut(rule, by));
  }
  const names = clash.map(({ label }) => label).join('; ');
  // Two clashes at once: giving way in one place does not free the other.
  const way = ways.length > 0 ? ways.join(', or ') : 'relax one of them; another clash is left then';
  return `no plan is feasible. These exclude each other: ${names}. Way out: ${way}`;
}

/** Leaves out one rule after the other where what is left clashes still (deletion filter, Chinneck 1997). */
async function smallestClash(operation: string, model: AllocationModel): Promise<Rule[]> {
  let clash = [...model.rules];
  for (const rule of model.rules) {
    const rest = clash.filter((other) => other !== rule);
    const { program } = programOf(model, rest);
    if (
      (await trySolveProgram(
        { ...program, objective: new Float64Array(program.objective.length) },
        {},
        operation,
      )) === 'infeasible'
    )
      clash = rest;
  }
  return clash;
}

/** The least by which the last of the rules is broken where all others hold; `undefined` where that does not help. */
async function leastBreak(
  operation: string,
  model: AllocationModel,
  rules: readonly Rule[],
): Promise<number | undefined> {
  const solution = await trySolveProgram(programOf(model, rules, true).program, {}, operation);
  return typeof solution === 'string' ? undefined : -solution.objective;
}

function wayOut({ label, limit, upper, lower }: Rule, by: number): string {
  const short = (value: number) => String(Number(value.toPrecision(6)));
  if (limit) {
    const period = limit.period === undefined ? '' : ` in period ${limit.period}`;
    return `raise ${limit.resource}${period} from ${short(upper)} to ${short(upper + by)}`;
  }
  if (lower > 0 && lower !== 1) return `lower atLeast of ${label} by ${short(by)}`;
  return `drop ‘${label}’`;
}
