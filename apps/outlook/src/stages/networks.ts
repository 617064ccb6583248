/** Networks trained for each market, as a part of the job. */
import { rowTitles, verdictOf } from '@noosphere/forecast';
import { type Period, periodsText } from '../period.js';
import { legend, seriesHead, summary, summaryCounts, tableText } from '../report.js';
import { filesAgree, type RunOptions, runTables, type TableResult } from '../run.js';
import { tableJson } from '../table-json.js';
import type { StageResult } from './stage.js';

export interface NetworksStage extends StageResult {
  /** Whether every saved file forecasts what its table says. */
  readonly agrees: boolean;
  readonly tables: readonly TableResult[];
}

/** Tables are printed as they are done. */
export async function networksStage(
  run: Omit<RunOptions, 'onTable'>,
  print: (text: string) => void,
): Promise<NetworksStage> {
  const { period } = run.data;
  let lastMarket: TableResult['market'] | undefined;
  const tables = await runTables({
    ...run,
    onTable: (table) => {
      if (table.market !== lastMarket) print(seriesHead(table, lastMarket?.origin, period));
      lastMarket = table.market;
      print(tableText(table, period));
    },
  });
  const { naive, sure, count } = summaryCounts(tables);
  return {
    tables,
    agrees: tables.every(({ rescored }) => filesAgree(rescored)),
    lines: [summary(tables), legend(period)],
    facts: { tables: tables.map(tableJson) },
    section: {
      title: 'Networks for single markets',
      blocks: [
        {
          kind: 'paragraph',
          text: `A linear model, a multilayer perceptron${tables.some(({ market }) => market.history.bars) ? ' and, where there are highs, lows and volumes, an LSTM' : ''} learn from the last 10 ${period.name}s of one market. A naive forecast has the lowest error in ${naive} of ${count} tables; in ${sure} a model leads by more than chance would give.`,
        },
        {
          kind: 'details',
          summary: 'All tables',
          blocks: tables.map((table) => tableBlock(table, period)),
        },
      ],
    },
  };
}

function tableBlock({ market, comparison }: TableResult, period: Period) {
  const { split, rows } = comparison;
  const verdict = verdictOf(comparison);
  const lowest = Math.min(...rows.map(({ score }) => score.mae));
  return {
    kind: 'table' as const,
    caption: `${market.history.name}, ${periodsText(split.horizon, period)} ahead, on the last 20 % of ${period.name}s`,
    columns: [
      { header: 'Forecast' },
      { header: 'MAE', unit: '% log return', decimals: 4 },
      { header: 'RMSE', unit: '%', decimals: 4 },
      { header: 'MASE', decimals: 4 },
      { header: 'Hit rate', unit: '%', decimals: 1 },
      { header: 'Training', unit: 's', decimals: 2 },
    ],
    rows: rows.map(({ kind, score, fitSeconds }) => [
      rowTitles[kind],
      100 * score.mae,
      100 * score.rmse,
      score.mase,
      score.hitRate === null ? null : 100 * score.hitRate.rate,
      fitSeconds ?? null,
    ]),
    strongRows: rows.flatMap(({ score }, row) => (score.mae === lowest ? [row] : [])),
    ...(verdict && {
      note: verdict.naiveWins
        ? 'A naive forecast is the best.'
        : `p ${verdict.pValue.toFixed(3)} against the best naive forecast.`,
    }),
  };
}
