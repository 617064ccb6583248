/** All stages in their order: each is told on the terminal when it is done, and none stops the others. */
import { bold, dim, type RunFolder, wrap } from '@noosphere/command-line';
import type { Run } from '@noosphere/footprint';
import type { KeyFigure } from '@noosphere/report';
import { type JointPrices, jointPrices } from '../joint.js';
import { baseOf, type Markets } from '../markets.js';
import type { OutlookOptions, StageName } from '../options.js';
import { rule } from '../report.js';
import { allocateStage } from './allocate.js';
import { decideStage } from './decide.js';
import { forecastStage } from './forecast.js';
import { insightStage } from './insight.js';
import { networksStage } from './networks.js';
import { qualityStage } from './quality.js';
import { riskStage } from './risk.js';
import { runStage, type StageOutcome, type StageResult } from './stage.js';
import { turbulenceStage } from './turbulence.js';

export interface StagesContext {
  readonly options: OutlookOptions;
  readonly data: Markets;
  readonly folder: RunFolder;
  readonly signal: AbortSignal;
  readonly tracked: Run;
}

export interface StagesResult {
  readonly stages: readonly StageOutcome[];
  /** Sentences for a reader in a hurry. */
  readonly summary: readonly string[];
  readonly keyFigures: readonly KeyFigure[];
  readonly seeds: readonly number[];
  /** Whether every saved network forecasts what its table says. */
  readonly agrees: boolean;
}

const titles: Readonly<Record<StageName, string>> = {
  quality: 'Data',
  networks: 'Networks for single markets',
  forecast: 'Forecasts',
  insight: 'Trend, change, odd days',
  risk: 'Risk',
  turbulence: 'Turbulence ahead',
  allocate: 'Allocation',
  decide: 'Learning for the decision',
};

export async function runStages(context: StagesContext): Promise<StagesResult> {
  const { options, data, folder, signal, tracked } = context;
  const stages: StageOutcome[] = [];
  const run = async <Result extends StageResult>(
    name: StageName,
    work: () => Promise<Result | undefined>,
  ): Promise<Result | undefined> => {
    if (!options.stages.includes(name) || signal.aborted) return undefined;
    const outcome = await runStage(name, tracked, work);
    if (!outcome) return undefined;
    stages.push(outcome);
    tell(name, outcome);
    return outcome.result;
  };
  let joint: JointPrices | undefined;
  const jointly = () => (joint ??= jointPrices(data, baseOf(options.base, data)));

  await run('quality', () => qualityStage(data, new Date()));
  const networks = await run('networks', () => networksStage({ data, options, folder, signal }, console.log));
  const forecast = await run('forecast', () =>
    forecastStage(data, folder, { horizon: options.horizon, seed: options.seed, signal }),
  );
  await run('insight', () => insightStage(data));
  const risk = await run('risk', async () => riskStage(jointly(), options.budget, folder));
  const turbulence = await run('turbulence', () =>
    turbulenceStage(data, { seed: options.seed, signal }, folder),
  );
  const allocation = await run('allocate', async () => allocateStage(jointly(), options, folder));
  const decide = await run('decide', async () =>
    decideStage(jointly(), { horizon: options.horizon, seed: options.seed, signal }, folder),
  );
  return {
    stages,
    summary: [
      ...(allocation?.summary ?? []),
      ...(risk?.summary ?? []),
      ...(forecast ? [forecast.summary] : []),
      ...(turbulence?.summary ?? []),
      ...(decide?.summary ?? []),
    ],
    keyFigures: [
      ...(allocation?.keyFigures ?? []),
      ...(risk?.keyFigures ?? []),
      ...(turbulence?.keyFigures ?? []),
    ],
    seeds: turbulence?.seeds ?? [options.seed],
    agrees: networks?.agrees ?? true,
  };
}

function tell(name: StageName, { result, message }: StageOutcome): void {
  if (name !== 'networks') console.log(`\n${dim(rule)}\n${bold(titles[name])}`);
  if (message !== undefined) console.log(wrap(`  not done: ${message}`, 2));
  for (const line of result?.lines ?? []) console.log(line);
}
