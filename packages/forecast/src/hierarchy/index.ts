export type { MinTraceMethod } from './error-covariance.js';
export {
  aggregateFrame,
  type BottomSeries,
  type Hierarchy,
  type HierarchyLevel,
  hierarchyOf,
} from './hierarchy.js';
export type { TopDownMethod } from './proportions.js';
export { type ReconcileOptions, reconcile, reconcileTable } from './reconcile.js';
