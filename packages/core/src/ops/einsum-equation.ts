/** Reading einsum equations: labels of every operand and of the result. */
import { ArgumentError, ShapeError } from '@noosphere/base';
import type { Tensor } from '../graph/index.js';
import { type Dim, formatShape } from '../shape/index.js';

/** One letter an axis; the axes of an ellipsis are '.1', '.2', … counted from the right. */
export type Label = string;

export interface Equation {
  readonly operands: readonly (readonly Label[])[];
  readonly result: readonly Label[];
  /** Size of each label; of axes that broadcast, the larger. */
  readonly sizes: ReadonlyMap<Label, Dim>;
}

/** Reads an equation for given operands. Without '->' the result has the labels that occur once, in alphabetical order. */
export function parseEquation(equation: string, tensors: readonly Tensor[]): Equation {
  const [left = '', right, ...more] = equation.replaceAll(' ', '').split('->');
  const terms = left.split(',');
  if (more.length > 0 || terms.length !== tensors.length) {
    throw new ArgumentError(
      'einsum',
      `'${equation}' names ${terms.length} operand(s), got ${tensors.length}; write one group of letters for each, as in 'ij,jk->ik'`,
    );
  }
  const operands = terms.map((term, index) => labelsOf(term, tensors[index] as Tensor, equation));
  const dots = operands.reduce((most, labels) => Math.max(most, labels.filter(isDot).length), 0);
  const result = right === undefined ? impliedResult(operands, dots) : tokens(right, dots, equation);
  const known = new Set(operands.flat());
  const wrong = result.find((label, index) => !known.has(label) || result.indexOf(label) !== index);
  if (wrong !== undefined) {
    throw new ArgumentError(
      'einsum',
      `the result of '${equation}' must name labels of the operands, each once; '${wrong}' is not`,
    );
  }
  return { operands, result, sizes: sizesOf(operands, tensors, equation) };
}

const isDot = (label: Label) => label.startsWith('.');

function labelsOf(term: string, tensor: Tensor, equation: string): Label[] {
  const letters = term.replace('...', '').length;
  const labels = tokens(term, tensor.rank - letters, equation);
  if (labels.length !== tensor.rank) {
    throw new ShapeError(
      'einsum',
      `'${term}' of '${equation}' names ${letters} axes, got ${formatShape(tensor.shape)}`,
    );
  }
  return labels;
}

/** Labels of a term whose ellipsis stands for so many axes. */
function tokens(term: string, dots: number, equation: string): Label[] {
  const parts = term.split('...');
  if (parts.length > 2 || !parts.every((part) => /^[A-Za-z]*$/.test(part))) {
    throw new ArgumentError(
      'einsum',
      `'${term}' of '${equation}' must be letters, with one ellipsis at most`,
    );
  }
  const [before = '', behind] = parts;
  if (behind === undefined) return [...before];
  const ellipsis = Array.from({ length: Math.max(0, dots) }, (_, index) => `.${dots - index}`);
  return [...before, ...ellipsis, ...behind];
}

function impliedResult(operands: readonly (readonly Label[])[], dots: number): Label[] {
  const all = operands.flat().filter((label) => !isDot(label));
  const once = all.filter((label) => all.indexOf(label) === all.lastIndexOf(label)).sort();
  return [...Array.from({ length: dots }, (_, index) => `.${dots - index}`), ...once];
}

function sizesOf(
  operands: readonly (readonly Label[])[],
  tensors: readonly Tensor[],
  equation: string,
): Map<Label, Dim> {
  const sizes = new Map<Label, Dim>();
  operands.forEach((labels, operand) => {
    labels.forEach((label, axis) => {
      const dim = tensors[operand]?.shape[axis] as Dim;
      const known = sizes.get(label);
      if (
        known === undefined ||
        known === 1 ||
        (typeof known === 'string' && typeof dim === 'number' && dim !== 1)
      ) {
        sizes.set(label, dim);
      } else if (typeof known === 'number' && typeof dim === 'number' && dim !== known && dim !== 1) {
        throw new ShapeError(
          'einsum',
          `'${label}' of '${equation}' has size ${known} in one operand and ${dim} in another`,
        );
      }
    });
  });
  return sizes;
}
