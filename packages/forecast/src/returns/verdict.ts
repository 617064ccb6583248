/** Who wins a comparison, and whether by more than chance would give. */
import { ArgumentError } from '@noosphere/core';
import { dieboldMariano } from '../metrics/diebold-mariano.js';
import type { Comparison, ComparisonRow } from './compare.js';

export interface Verdict {
  /** The naive forecast with the lowest mean absolute error. */
  readonly bestNaive: ComparisonRow;
  /** The trained forecast with the lowest. */
  readonly bestModel: ComparisonRow;
  /** No trained forecast has a lower error than the best naive one. */
  readonly naiveWins: boolean;
  /** MAE of the best model / MAE of the best naive forecast - 1: negative where the model is better. */
  readonly change: number;
  /** Two-sided p of Diebold and Mariano for a difference that large if both were equally good. */
  readonly pValue: number;
}

/** The verdict over the rows; `undefined` where no model was fitted. */
export function verdictOf({ rows, actual, split }: Comparison): Verdict | undefined {
  const bestNaive = lowest(rows.filter(({ fitted }) => !fitted));
  const models = rows.filter(({ fitted }) => fitted);
  if (models.length === 0) return undefined;
  const bestModel = lowest(models);
  const change = bestModel.score.mae / bestNaive.score.mae - 1;
  const { pValue } = dieboldMariano(actual, bestModel.forecast, bestNaive.forecast, split.horizon);
  return { bestNaive, bestModel, naiveWins: change >= 0, change, pValue };
}

function lowest(rows: readonly ComparisonRow[]): ComparisonRow {
  const [first, ...rest] = rows;
  if (!first) throw new ArgumentError('verdictOf', 'expects at least one naive row, got none');
  return rest.reduce((best, row) => (row.score.mae < best.score.mae ? row : best), first);
}
