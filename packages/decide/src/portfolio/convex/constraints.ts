/** The limits that all convex portfolios share, and the rows and columns they become. */
import { ArgumentError } from '@noosphere/core';
import { requireList } from '../../moments/tables.js';
import { column, type LabelledProgram, row } from './labelled-program.js';

/** Limits of the sum of some weights. */
export interface GroupLimit {
  readonly name: string;
  /** Which assets, by index. */
  readonly assets: readonly number[];
  /** @default none */
  readonly lower?: number;
  /** @default none */
  readonly upper?: number;
}

/** What a portfolio must keep to. All weights are shares of what the whole is worth. */
export interface PortfolioConstraints {
  /** For error messages. @default asset 0, asset 1, … */
  readonly names?: readonly string[];
  /** Least weight of each asset; below 0 allows to sell short. @default 0 */
  readonly lower?: number | ArrayLike<number>;
  /** Greatest weight of each asset. @default 1 */
  readonly upper?: number | ArrayLike<number>;
  /** Sum of the weights, or its limits; what is left is cash. `[0, 1]` may hold cash. @default 1 */
  readonly invested?: number | readonly [least: number, most: number];
  /** @default none */
  readonly groups?: readonly GroupLimit[];
  /** Weights held before, which turnover and costs start from. @default all cash */
  readonly holdings?: ArrayLike<number>;
  /** Limit of Σ |weight - holding|, buying and selling together. @default none */
  readonly maximumTurnover?: number;
  /**
   * Cost of buying or selling one unit of value, charged against the expected return and in its unit: 10 basis points for a
   * position that is held a quarter are 0.004 by the year. Where nothing is expected (`minimumVariance`, tail risk without a
   * target) it changes nothing: limit the turnover instead.
   * @default 0
   */
  readonly costs?: number | ArrayLike<number>;
  /** Limit of Σ max(-weight, 0). @default none */
  readonly maximumShort?: number;
  /** Limit of Σ |weight|. @default none */
  readonly maximumGross?: number;
}

/** The constraints as a program whose first columns are the weights. */
export interface ConstrainedProgram extends LabelledProgram {
  /** Cost of each column, against the expected return; all 0 without costs. */
  readonly costs: readonly number[];
  readonly holdings: Float64Array;
  readonly assets: number;
}

/** Checks the constraints of so many assets and writes them as rows and columns. */
export function constrainedProgram(
  operation: string,
  assets: number,
  constraints: PortfolioConstraints,
): ConstrainedProgram {
  const names = constraints.names ?? Array.from({ length: assets }, (_, at) => `asset ${at}`);
  if (names.length !== assets) {
    throw new ArgumentError(operation, `names: expected ${assets}, one an asset, got ${names.length}`);
  }
  const program: LabelledProgram = { columns: [], rows: [] };
  const lower = oneEach(operation, 'lower', constraints.lower ?? 0, assets);
  const upper = oneEach(operation, 'upper', constraints.upper ?? 1, assets);
  const holdings = oneEach(operation, 'holdings', constraints.holdings ?? 0, assets);
  const costs = oneEach(operation, 'costs', constraints.costs ?? 0, assets);
  const cheap = costs.findIndex((cost) => cost < 0);
  if (cheap >= 0)
    throw new ArgumentError(operation, `costs[${cheap}] must not be negative, got ${costs[cheap]}`);
  for (const [at, name] of names.entries()) {
    const [low, high] = [lower[at] as number, upper[at] as number];
    if (low > high) {
      throw new ArgumentError(
        operation,
        `${name}: the least weight ${low} exceeds the greatest ${high}; swap them?`,
      );
    }
    column(program, low, high, `${name} within ${low} … ${high}`);
  }
  const weights = Array.from(names.keys());
  const ones = weights.map(() => 1);
  const [least, most] = investedOf(operation, constraints.invested ?? 1);
  const sum = least === most ? `weights add up to ${least}` : `weights add up to ${least} … ${most}`;
  row(program, sum, weights, ones, least, most);
  for (const group of constraints.groups ?? []) addGroup(operation, program, group, assets);
  const columnCosts = weights.map(() => 0);
  if (constraints.maximumTurnover !== undefined || costs.some((cost) => cost > 0)) {
    addTrades(operation, program, holdings, constraints.maximumTurnover);
    columnCosts.push(...costs, ...costs);
  }
  if (constraints.maximumShort !== undefined || constraints.maximumGross !== undefined) {
    addShorts(operation, program, assets, constraints);
    columnCosts.push(...weights.flatMap(() => [0, 0]));
  }
  return { ...program, costs: columnCosts, holdings, assets };
}

function addGroup(operation: string, program: LabelledProgram, group: GroupLimit, assets: number): void {
  const { name, lower = Number.NEGATIVE_INFINITY, upper = Number.POSITIVE_INFINITY } = group;
  const wrong = group.assets.find((asset) => !(Number.isInteger(asset) && asset >= 0 && asset < assets));
  if (wrong !== undefined || group.assets.length === 0) {
    throw new ArgumentError(
      operation,
      `group '${name}': expected indices of assets, 0 … ${assets - 1}, got ${wrong ?? 'none'}`,
    );
  }
  if (!(lower <= upper)) {
    throw new ArgumentError(operation, `group '${name}': lower ${lower} must not exceed upper ${upper}`);
  }
  const members = [...new Set(group.assets)];
  const ones = members.map(() => 1);
  // Two rows, so that an error can name the side that clashes.
  if (lower > Number.NEGATIVE_INFINITY) {
    row(program, `group '${name}' at least ${lower}`, members, ones, lower, Number.POSITIVE_INFINITY);
  }
  if (upper < Number.POSITIVE_INFINITY) {
    row(program, `group '${name}' at most ${upper}`, members, ones, Number.NEGATIVE_INFINITY, upper);
  }
}

/** Columns of what is bought and what is sold: weight - bought + sold = holding. */
function addTrades(
  operation: string,
  program: LabelledProgram,
  holdings: Float64Array,
  maximumTurnover: number | undefined,
): void {
  const assets = holdings.length;
  const first = program.columns.length;
  for (let at = 0; at < 2 * assets; at++) column(program, 0, Number.POSITIVE_INFINITY);
  for (const [asset, holding] of holdings.entries()) {
    row(program, undefined, [asset, first + asset, first + assets + asset], [1, -1, 1], holding, holding);
  }
  if (maximumTurnover === undefined) return;
  requireLimit(operation, 'maximumTurnover', maximumTurnover);
  const trades = Array.from({ length: 2 * assets }, (_, at) => first + at);
  row(
    program,
    `turnover at most ${maximumTurnover}`,
    trades,
    trades.map(() => 1),
    Number.NEGATIVE_INFINITY,
    maximumTurnover,
  );
}

/** Columns of long and short parts: weight - long + short = 0. */
function addShorts(
  operation: string,
  program: LabelledProgram,
  assets: number,
  { maximumShort, maximumGross }: PortfolioConstraints,
): void {
  const first = program.columns.length;
  for (let at = 0; at < 2 * assets; at++) column(program, 0, Number.POSITIVE_INFINITY);
  for (let asset = 0; asset < assets; asset++) {
    row(program, undefined, [asset, first + asset, first + assets + asset], [1, -1, 1], 0, 0);
  }
  const parts = Array.from({ length: 2 * assets }, (_, at) => first + at);
  const limit = (label: string, columns: number[], most: number) =>
    row(
      program,
      label,
      columns,
      columns.map(() => 1),
      Number.NEGATIVE_INFINITY,
      most,
    );
  if (maximumShort !== undefined) {
    requireLimit(operation, 'maximumShort', maximumShort);
    limit(`short positions at most ${maximumShort}`, parts.slice(assets), maximumShort);
  }
  if (maximumGross !== undefined) {
    requireLimit(operation, 'maximumGross', maximumGross);
    limit(`gross exposure at most ${maximumGross}`, parts, maximumGross);
  }
}

function oneEach(
  operation: string,
  name: string,
  value: number | ArrayLike<number>,
  assets: number,
): Float64Array {
  return requireList(
    operation,
    name,
    typeof value === 'number' ? new Float64Array(assets).fill(value) : value,
    assets,
  );
}

function investedOf(
  operation: string,
  invested: number | readonly [number, number],
): readonly [number, number] {
  const [least, most] = typeof invested === 'number' ? [invested, invested] : invested;
  if (!(Number.isFinite(least) && Number.isFinite(most) && least <= most)) {
    throw new ArgumentError(
      operation,
      `invested: expected a number or [least, most], got ${least} and ${most}`,
    );
  }
  return [least, most];
}

function requireLimit(operation: string, name: string, limit: number): void {
  if (!(limit >= 0)) throw new ArgumentError(operation, `${name} must not be negative, got ${limit}`);
}
