/** An allocation as an integer program: amounts, choices, pieces of curves, and the worst scenarios. */
import { type Program, RowBuilder } from '../solver/index.js';
import type { AllocationModel, Rule } from './model.js';

export interface AllocationProgram {
  readonly program: Program;
  /** Row of each rule that was asked for, in their order. */
  readonly ruleRows: readonly number[];
}

/** Where each kind of column begins. */
interface Columns {
  /** Column that says whether an option is chosen: that of its amount, where this is 0 or 1. */
  readonly choices: readonly number[];
  readonly pieces: readonly number[];
  /** The threshold t, then a shortfall for each scenario; -1 without risk aversion. */
  readonly threshold: number;
  readonly count: number;
}

/**
 * maximise (1 - λ) Σ p_s B_s + λ (t - Σ p_s z_s / (1 - β)), z_s ≥ t - B_s, with B_s = Σ b_is x_i + Σ slope · piece.
 * `rules` are those that hold; with `elastic`, the last of them may be broken, and the amount by which is minimised instead.
 */
export function programOf(
  model: AllocationModel,
  rules: readonly Rule[] = model.rules,
  elastic = false,
): AllocationProgram {
  const columns = columnsOf(model);
  const total = columns.count + (elastic ? 1 : 0);
  const objective = new Float64Array(total);
  const [lower, upper] = [new Float64Array(total), new Float64Array(total).fill(Number.POSITIVE_INFINITY)];
  const integer = new Uint8Array(total);
  const rows = new RowBuilder();
  for (let place = 0; place < model.names.length; place++) {
    upper[place] = model.maximum[place] as number;
    integer[place] = model.isWhole[place] ? 1 : 0;
    linkChoice(model, place, columns.choices[place] as number, rows, upper, integer);
    linkPieces(model, place, columns.pieces[place] as number, rows, upper);
  }
  if (!elastic) addObjective(model, columns, objective, rows, lower);
  const ruleRows = rules.map((rule, place) => {
    const isElastic = elastic && place === rules.length - 1;
    const members = rule.members.map((member) =>
      rule.of === 'amounts' ? member : (columns.choices[member] as number),
    );
    const [indices, values] = [[...members], [...rule.weights]];
    if (isElastic) {
      indices.push(columns.count);
      values.push(Number.isFinite(rule.upper) && rule.lower <= 0 ? -1 : 1);
      objective[columns.count] = -1;
    }
    rows.add(indices, values, rule.lower, rule.upper);
    return rows.count - 1;
  });
  return { program: { objective, maximize: true, lower, upper, integer, rows: rows.build() }, ruleRows };
}

function columnsOf(model: AllocationModel): Columns {
  let next = model.names.length;
  const isCounted = new Set(model.rules.flatMap(({ of, members }) => (of === 'choices' ? members : [])));
  const choices = model.names.map((_, place) => {
    const [minimum, maximum] = [model.minimum[place] as number, model.maximum[place] as number];
    const isItsOwn = model.isWhole[place] && maximum === 1;
    const isFree = model.isWhole[place] ? minimum <= 1 : minimum === 0;
    if (isItsOwn) return place;
    return isFree && !isCounted.has(place) ? -1 : next++;
  });
  const pieces = model.curves.map((segments) => {
    const first = next;
    next += segments?.length ?? 0;
    return first;
  });
  const threshold = model.riskAversion > 0 ? next : -1;
  if (threshold >= 0) next += 1 + model.probabilities.length;
  return { choices, pieces, threshold, count: next };
}

/** minimum · choice ≤ amount ≤ maximum · choice. */
function linkChoice(
  model: AllocationModel,
  place: number,
  choice: number,
  rows: RowBuilder,
  upper: Float64Array,
  integer: Uint8Array,
): void {
  if (choice < 0 || choice === place) return;
  upper[choice] = 1;
  integer[choice] = 1;
  rows.add([place, choice], [1, -(model.maximum[place] as number)], Number.NEGATIVE_INFINITY, 0);
  rows.add([place, choice], [1, -(model.minimum[place] as number)], 0, Number.POSITIVE_INFINITY);
}

/** amount = Σ pieces; the steepest fill first by themselves, as slopes fall. */
function linkPieces(
  model: AllocationModel,
  place: number,
  first: number,
  rows: RowBuilder,
  upper: Float64Array,
): void {
  const segments = model.curves[place];
  if (!segments) return;
  for (const [piece, { width }] of segments.entries()) upper[first + piece] = width;
  const indices = segments.map((_, piece) => first + piece);
  rows.add([place, ...indices], [-1, ...segments.map(() => 1)], 0, 0);
}

function addObjective(
  model: AllocationModel,
  columns: Columns,
  objective: Float64Array,
  rows: RowBuilder,
  lower: Float64Array,
): void {
  const { probabilities, riskAversion, confidence } = model;
  const scenarios = probabilities.length;
  /** Columns and coefficients of B_s. */
  const benefit = (scenario: number) => {
    const [indices, values] = [[] as number[], [] as number[]];
    for (let place = 0; place < model.names.length; place++) {
      indices.push(place);
      values.push(model.benefits[place * scenarios + scenario] as number);
      for (const [piece, { slope }] of (model.curves[place] ?? []).entries()) {
        indices.push((columns.pieces[place] as number) + piece);
        values.push(slope);
      }
    }
    return { indices, values };
  };
  for (let scenario = 0; scenario < scenarios; scenario++) {
    const probability = probabilities[scenario] as number;
    const { indices, values } = benefit(scenario);
    for (const [at, column] of indices.entries())
      objective[column] =
        (objective[column] as number) + (1 - riskAversion) * probability * (values[at] as number);
    if (columns.threshold < 0) continue;
    const shortfall = columns.threshold + 1 + scenario;
    objective[shortfall] = (-riskAversion * probability) / (1 - confidence);
    rows.add([shortfall, columns.threshold, ...indices], [1, -1, ...values], 0, Number.POSITIVE_INFINITY);
  }
  if (columns.threshold >= 0) {
    objective[columns.threshold] = riskAversion;
    lower[columns.threshold] = Number.NEGATIVE_INFINITY;
  }
}
