/** Standard operators in the place of what only the native kernels have. */
import { type Graph, type RewriteRule, rewriteGraph } from '../graph/index.js';
import { expandKeptGates } from './lstm-gates.js';

const names: ReadonlySet<string> = new Set(['LSTMGradient', 'GRUGradient', 'ConvWeightGradient']);

const byFormula: RewriteRule = ({ operator, inputs, attributes }) =>
  operator.domain === 'noosphere' && names.has(operator.name)
    ? operator.formula?.(inputs, attributes as never)
    : undefined;

/** Gradients that are one operator by their formulas, and LSTMs that keep their gates by scans. */
export function expandGradients(graph: Graph): Graph {
  return expandKeptGates(rewriteGraph(graph, [byFormula]));
}
