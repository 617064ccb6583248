/** A market's table as JSON, with full digits. */
import { type Score, verdictOf } from '@noosphere/forecast';
import type { TableResult } from './run.js';

export function tableJson({ market, comparison, rescored, forecastsFile }: TableResult) {
  const { history, split, scale, actual, rows } = comparison;
  const { dates } = history;
  const verdict = verdictOf(comparison);
  return {
    series: history.name,
    origin: market.origin,
    firstDate: dates[0],
    lastDate: dates.at(-1),
    days: dates.length,
    lookback: split.lookback,
    horizon: split.horizon,
    training: { windows: split.training.end - split.training.first, lastDate: dates[split.firstTestDay - 1] },
    test: { windows: actual.length, firstDate: dates[split.firstTestDay] },
    maseScale: scale,
    forecastsFile,
    verdict: verdict && {
      naiveWins: verdict.naiveWins,
      bestNaive: verdict.bestNaive.kind,
      bestModel: verdict.bestModel.kind,
      maeChange: verdict.change,
      pValue: verdict.pValue,
    },
    rows: rows.map((row) => ({
      row: row.kind,
      ...scoreJson(row.score),
      fitSeconds: row.fitSeconds,
      peakBytes: row.peakBytes,
      ...modelJson(row, rescored),
    })),
  };
}

function modelJson(row: TableResult['comparison']['rows'][number], rescored: TableResult['rescored']) {
  const again = rescored.find((each) => each.row === row);
  if (!row.fitted || !again) return {};
  const { epochs, bestEpoch, interrupted } = row.fitted;
  return {
    epochs,
    bestEpoch,
    interrupted,
    files: { onnx: again.onnxFile, folder: again.modelFolder },
    rescored: { largestDifference: again.largestDifference, ...scoreJson(again.score) },
  };
}

function scoreJson({ mae, rmse, mase, hitRate }: Score) {
  return { mae, rmse, mase, hitRate };
}
