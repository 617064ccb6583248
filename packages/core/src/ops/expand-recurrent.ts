/** Standard operators in the place of what only the native kernels have. */
import { type Graph, type RewriteRule, rewriteGraph } from '../graph/index.js';
import { expandKeptGates } from './lstm-gates.js';

const gradientsByFormula: RewriteRule = ({ operator, inputs, attributes }) =>
  operator.domain === 'noosphere' && ['LSTMGradient', 'GRUGradient'].includes(operator.name)
    ? operator.formula?.(inputs, attributes as never)
    : undefined;

/** Recurrent gradients as scans, and LSTMs that keep their gates as well. */
export function expandRecurrent(graph: Graph): Graph {
  return expandKeptGates(rewriteGraph(graph, [gradientsByFormula]));
}
