/** What the foldable elementwise operators compute for one element, on numbers and on 64-bit integers. */
import { type DType, isFloat } from '../shape/index.js';

export type Value = number | bigint;
/** The element of the result, or `undefined` where it is left to the runtime. */
type Compute = (values: readonly Value[], dtype: DType) => Value | undefined;

/** A function of two elements of one type. */
function pairwise(
  numbers: (a: number, b: number, dtype: DType) => number | undefined,
  bigints: (a: bigint, b: bigint) => bigint | undefined,
): Compute {
  return ([a, b], dtype) =>
    typeof a === 'bigint' && typeof b === 'bigint' ? bigints(a, b) : numbers(Number(a), Number(b), dtype);
}

/** The same over any number of inputs. */
function running(combine: Compute): Compute {
  return (values, dtype) =>
    values
      .slice(1)
      .reduce<Value | undefined>(
        (total, value) => (total === undefined ? undefined : combine([total, value], dtype)),
        values[0],
      );
}

/** A function of one number; 64-bit integers pass through unless they have a rule. */
function unary(numbers: (a: number) => number, bigints: (a: bigint) => bigint = (a) => a): Compute {
  return ([a]) => (typeof a === 'bigint' ? bigints(a) : numbers(Number(a)));
}

function comparison(holds: (a: Value, b: Value) => boolean): Compute {
  return ([a, b]) => (a !== undefined && b !== undefined && holds(a, b) ? 1 : 0);
}

function roundHalfEven(value: number): number {
  const rounded = Math.round(value);
  return Math.abs(value % 1) === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded;
}

const add = pairwise(
  (a, b) => a + b,
  (a, b) => a + b,
);
const smaller = pairwise(
  (a, b) => Math.min(a, b),
  // biome-ignore lint/complexity/useMathMinMax: Math.min refuses 64-bit integers
  (a, b) => (a < b ? a : b),
);
const larger = pairwise(
  (a, b) => Math.max(a, b),
  // biome-ignore lint/complexity/useMathMinMax: Math.max refuses 64-bit integers
  (a, b) => (a > b ? a : b),
);

/** By operator. Transcendental functions are missing on purpose: their last bit is the runtime's. */
export const numericFolders: Readonly<Record<string, Compute>> = {
  Add: add,
  Sum: running(add),
  Sub: pairwise(
    (a, b) => a - b,
    (a, b) => a - b,
  ),
  Mul: pairwise(
    (a, b) => a * b,
    (a, b) => a * b,
  ),
  Div: pairwise(
    (a, b, dtype) => (isFloat(dtype) ? a / b : b === 0 ? undefined : Math.trunc(a / b)),
    (a, b) => (b === 0n ? undefined : a / b),
  ),
  Mod: pairwise(
    (a, b, dtype) => (isFloat(dtype) || b === 0 ? undefined : ((a % b) + b) % b),
    (a, b) => (b === 0n ? undefined : ((a % b) + b) % b),
  ),
  Min: running(smaller),
  Max: running(larger),
  Neg: unary(
    (a) => -a,
    (a) => -a,
  ),
  Abs: unary(Math.abs, (a) => (a < 0n ? -a : a)),
  Sign: unary(Math.sign, (a) => (a > 0n ? 1n : a < 0n ? -1n : 0n)),
  Floor: unary(Math.floor),
  Ceil: unary(Math.ceil),
  Round: unary(roundHalfEven),
  Sqrt: unary(Math.sqrt),
  Cast: ([a], dtype) => castValue(a as Value, dtype),
  Equal: comparison((a, b) => a === b),
  Less: comparison((a, b) => a < b),
  LessOrEqual: comparison((a, b) => a <= b),
  Greater: comparison((a, b) => a > b),
  GreaterOrEqual: comparison((a, b) => a >= b),
  And: comparison((a, b) => a !== 0 && b !== 0),
  Or: comparison((a, b) => a !== 0 || b !== 0),
  Xor: comparison((a, b) => a !== b),
  Not: ([a]) => (a === 0 ? 1 : 0),
  Where: ([condition, a, b]) => (condition === 0 ? b : a),
};

function castValue(value: Value, dtype: DType): Value | undefined {
  if (dtype === 'bool') return Number(value) === 0 ? 0 : 1;
  if (isFloat(dtype) || typeof value === 'bigint') return value;
  return Number.isFinite(value) ? Math.trunc(value) : undefined;
}
