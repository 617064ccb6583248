export {
  type HierarchicalOptions,
  type HierarchicalPortfolio,
  hierarchicalRiskParity,
} from './hierarchical-risk-parity.js';
export type { Linkage, Merge } from './linkage.js';
