/** From a standard graph to the one the CPU runs fastest: the same values, fewer and larger steps. */
import { commonNodes, dropPassThrough, type Graph, type RewriteRule, rewriteGraph } from '../graph/index.js';
import { expandGradients, pruneScans } from '../ops/index.js';
import { cpuExpansions } from './cpu-expansions.js';
import { cpuRules } from './cpu-rules.js';
import { cpuTypes } from './cpu-types.js';

/** Simplifies a graph and puts the CPU's own operators in. @param more Rules for this processor alone. */
export function lowerForCpu(graph: Graph, more: readonly RewriteRule[] = []): Graph {
  const expanded = rewriteGraph(pruneScans(expandGradients(graph)), [...cpuExpansions, ...cpuTypes]);
  const simplified = rewriteGraph(expanded, [dropPassThrough, commonNodes()]);
  return rewriteGraph(simplified, [...cpuRules, ...more]);
}
