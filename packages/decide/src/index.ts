export type {
  AllocateBySearchOptions, AllocationGroup, AllocationOption, AllocationPlan, AllocationProblem,
  AllocationSensitivity, Benefit, BenefitCurve, BenefitSensitivity, BrokenRule, ChoiceFrequencyOptions,
  EvaluatedPlan, ExactPlan, LimitSensitivity, ResourceUse, SearchedPlan, SensitivityOptions,
} from './allocation/index.js';
export {
  allocate, allocateBySearch, allocationSensitivity, choiceFrequency, evaluatePlan,
} from './allocation/index.js';
export type { CvarAtOptions, CvarOptions, NewsvendorOptions, PortfolioLossOptions } from './focused/index.js';
export { cvarLoss, cvarLossAt, newsvendorCost, portfolioLoss, spoPlusLoss } from './focused/index.js';
export type {
  CapmOptions, CovarianceOptions, ExpectedReturnsOptions, ExponentialCovarianceOptions,
  ExponentialMeanOptions, ShrinkageOptions, ShrinkageTarget, ShrunkCovariance,
} from './moments/index.js';
export {
  capmReturns, correlationOf, exponentialCovariance, exponentialMeanReturns, ledoitWolf, logReturns,
  meanReturns, nearestCovariance, oracleShrinkage, sampleCovariance, simpleReturns,
} from './moments/index.js';
export type {
  Backtest, BacktestCosts, BacktestOptions, BlackLittermanOptions, CombinatorialBacktestOptions,
  CombinatorialFolds, CombinatorialOptions, Decide, DecisionContext, ExpectedPortfolio, Fold,
  FrontierOptions, GroupLimit, HierarchicalOptions, HierarchicalPortfolio, Linkage, Lots,
  MeanVarianceOptions, Merge, MinimumVarianceOptions, Moments, NamedWeightsOptions, Portfolio, PortfolioConstraints,
  PortfolioStatistics, Position,
  QuadraticUtilityOptions, Rebalance, RiskBudgetOptions, StatisticsOptions, TailPortfolio, TailRiskOptions,
  Trade, TradeList, TradeOptions, View, WalkForwardOptions,
} from './portfolio/index.js';
export {
  backtest, blackLitterman, combinatorialBacktest, combinatorialPurgedFolds, efficientFrontier,
  equalWeights, equilibriumReturns, exactLots, greedyLots, hierarchicalRiskParity, inverseVolatility,
  maximumSharpe, maximumUtility, minimumCdar, minimumCvar, minimumVariance, namedWeights,
  portfolioStatistics,
  riskContributions, riskParity, targetReturn, targetVolatility, tradeList, walkForward,
} from './portfolio/index.js';
export type {
  CorrelationBreakdown, CorrelationBreakdownOptions, CoverageTest, Drawdown, EwmaOptions, GarchVolatility,
  GarchVolatilityOptions, Hedge, HistoricalStress, HistoricalStressOptions, KupiecTest, MonteCarloOptions,
  RealisedVolatilityOptions, RollingTailRisk, RollingTailRiskOptions, Scenario, ScenarioResult,
  SimulationOptions, TailMethod, TailMethodOptions, TailRisk, TrafficLight, TrafficLightZone, VolatilityFit,
} from './risk/index.js';
export {
  conditionalCoverageTest, conditionalDrawdown, correlationBreakdown, diversificationRatio, drawdowns,
  effectiveBets, ewmaVolatility, garchVolatility, historicalStress, independenceTest, kupiecTest,
  maximumDrawdown, minimumVarianceHedge, monteCarloRisk, pinballLoss, realisedVolatility,
  rollingCorrelation, rollingTailRisk, simulateReturns, stressTest, tailRisk, trafficLight,
} from './risk/index.js';
export type {
  BatchObjective, CmaEsOptions, DifferentialEvolutionOptions, EvaluatedPoint, FrontOutcome, FrontPoint,
  GeneticAlgorithmOptions, MinimizeManyOptions, MinimizeOptions, Nsga2Options, ParticleSwarmOptions,
  SearchMethod, SearchObjective, SearchOutcome, SearchProgress, SearchRun, SearchSetting, SearchVariable,
  VariationOptions,
} from './search/index.js';
export {
  cmaEs, differentialEvolution, geneticAlgorithm, hypervolume, minimize, minimizeMany, minimizeSync, Nsga2,
  particleSwarm,
} from './search/index.js';
export type { Program, ProgramFailure, ProgramRows, ProgramSolution, SolverOptions } from './solver/index.js';
export { RowBuilder, solveProgram } from './solver/index.js';
export type {
  FeatureComparison, FeatureScores, Interval, MethodScores, PublishedFeature, SeedScores, TurbulenceDays,
  TurbulenceOptions, TurbulenceSeries, TurbulenceSplit, TurbulenceWarning, TurbulenceWarnings,
  WarningMethod, WarningModel,
} from './turbulence/index.js';
export { compareFeatures, loadWarningModel, saveWarningModel, turbulenceWarnings } from './turbulence/index.js';
