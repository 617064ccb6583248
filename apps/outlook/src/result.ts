/** The result as JSON: everything the report says, with full digits and formulas, for programs. */
import type { Report } from '@noosphere/footprint';
import { metricLegend } from '@noosphere/forecast';
import type { OutlookOptions } from './options.js';
import type { NetworksStage } from './stages/networks.js';
import type { StageOutcome } from './stages/stage.js';
import { tableJson } from './table-json.js';

export interface RunFacts {
  readonly options: OutlookOptions;
  /** Currency of risk and allocation. */
  readonly base: string;
  readonly folder: string;
  readonly interrupted: boolean;
  readonly stages: readonly StageOutcome[];
  /** Files of the run by what they hold. */
  readonly files: Readonly<Record<string, string>>;
  /** Time, energy with its methods and range, carbon, peak memory, in all and by stage. */
  readonly footprint: Report;
}

export function resultJson({
  options,
  base,
  folder,
  interrupted,
  stages,
  files,
  footprint,
}: RunFacts): string {
  const { seed, epochs, horizon, budget } = options;
  const networks = stages.find(({ name }) => name === 'networks')?.result as NetworksStage | undefined;
  const forecast = stages.find(({ name }) => name === 'forecast')?.result;
  const others = stages.filter(({ name }) => name !== 'networks' && name !== 'forecast');
  const result = {
    app: 'outlook',
    schema: 2,
    notice: 'A demonstration on past prices, not advice.',
    ...{ seed, epochs, horizon, base, budget, folder, interrupted },
    failures: stages.flatMap(({ name, message }) =>
      message === undefined ? [] : [{ stage: name, message }],
    ),
    files,
    footprint,
    node: process.version,
    formulas: Object.fromEntries(metricLegend),
    units: { mae: 'log return', rmse: 'log return', fitSeconds: 's', peakBytes: 'bytes, whole process' },
    tables: networks?.tables.map(tableJson) ?? [],
    backtest: forecast && { ...forecast.facts, files: forecast.files },
    ...Object.fromEntries(
      others.map(({ name, result: own }) => [name, own && { ...own.facts, files: own.files }]),
    ),
  };
  return `${JSON.stringify(result, undefined, 2)}\n`;
}
