export * from './error-covariance.js';
export * from './hierarchy.js';
export * from './proportions.js';
export * from './reconcile.js';
