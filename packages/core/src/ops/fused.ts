/**
 * Chains of elementwise operators as one pass over memory: the native kernel's program as attributes.
 * Only inside CPU programs of the native executor: runtime/native puts it in.
 */
import { defineOperator, notDifferentiable } from '../graph/index.js';
import { countOf } from './like.js';

/** What an instruction does, in the order of the kernel's codes. */
export const fusedCodes = [
  'Identity',
  'Add',
  'Sub',
  'Mul',
  'Div',
  'Max',
  'Min',
  'Neg',
  'Sqrt',
  'Exp',
  'Log',
  'Abs',
  'Tanh',
  'Sigmoid',
  'Erf',
  'Relu',
  'Reciprocal',
  'Where',
  'Greater',
  'GreaterOrEqual',
  'Less',
  'LessOrEqual',
  'Equal',
] as const;

export type FusedCode = (typeof fusedCodes)[number];

export const Fused = defineOperator({
  name: 'Fused',
  domain: 'noosphere.kernels',
  opset: 1,
  attributes: {
    /** Sizes of the axes outside a row, and a row's length. */
    outer: 'ints',
    width: 'int',
    /** For each input its strides along the outer axes, then 1 for rows or 0 for one number a row. */
    strides: 'ints',
    /** For each input whether it is of type bool. */
    bools: 'ints',
    /** For each output its rank and shape, then 1 for rows. */
    outputs: 'ints',
    constants: 'floats',
    /** Code, target and three operands for each instruction: rows from 0, numbers from -1 down. */
    code: 'ints',
  },
  infer: ({ attributes: { outputs } }) => {
    const infos: { readonly dtype: 'float32'; readonly shape: readonly number[] }[] = [];
    for (let place = 0; place < outputs.length; ) {
      const rank = outputs[place] as number;
      infos.push({ dtype: 'float32', shape: outputs.slice(place + 1, place + 1 + rank) });
      place += rank + 2;
    }
    return infos;
  },
  gradient: notDifferentiable('the native executor puts it in after differentiation'),
  flops: ({ outputs, attributes: { code } }) => (code.length / 5) * countOf(outputs[0]),
  allOutputs: true,
  doc: 'A chain of elementwise operators in one pass; only inside CPU programs.',
});
