export { compareFeatures, type FeatureComparison, type FeatureScores } from './compare-features.js';
export type { TurbulenceSeries } from './days.js';
export type { TurbulenceOptions } from './options.js';
export type { PublishedFeature } from './published-features.js';
export type { Interval, MethodScores, SeedScores, WarningMethod } from './scores.js';
export {
  type TurbulenceDays,
  type TurbulenceSplit,
  type TurbulenceWarning,
  type TurbulenceWarnings,
  turbulenceWarnings,
} from './warnings.js';
