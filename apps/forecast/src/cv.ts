/** `cv`: a rolling-origin backtest. */
import { wrap } from '@noosphere/command-line';
import { type BacktestTable, conformalBacktest, crossValidate, writeForecasts } from '@noosphere/forecast';
import { lacksIntervals } from './models.js';
import { withColumns } from './predict.js';
import { columnLegend, failureLines } from './report.js';
import { scoreRows, scoresLines } from './scores.js';
import type { Outcome, Session } from './session.js';

export async function crossValidation(session: Session): Promise<Outcome> {
  const { options, horizon, data, plan, folder } = session;
  const levels = options.levels ?? [];
  const isConformal = levels.length > 0 && (options.conformal || plan.models.some(lacksIntervals));
  const made = await crossValidate(data.frame, {
    models: plan.models,
    horizon,
    windows: options.windows ?? 3,
    ...(options.step !== undefined && { step: options.step }),
    refit: options.refit,
    levels: isConformal ? [] : levels,
    season: data.seasons[0] ?? 1,
    ...session.runOptions('backtest'),
  });
  session.quiet();
  const combined: BacktestTable = withColumns(session, made);
  const table = isConformal ? conformalBacktest(combined, { levels }) : combined;
  const file = `backtest.${options.format}`;
  await writeForecasts(folder.place(file), table, folder.writeOptions);
  const scores = scoreRows(table, options.metric ?? 'mase');
  return {
    models: table.manifest.models,
    elapsedMs: table.elapsedMs,
    files: { backtest: file },
    facts: { ...scores, manifest: table.manifest, columns: columnLegend(table), failures: table.failures },
    lines: (joules) => [
      wrap(`Models: ${table.models.join(', ')} (${plan.reason}).`),
      wrap(
        `Backtest: ${table.manifest.split}; ${refitText(options.refit)}.${isConformal ? ' Intervals: conformal.' : ''}`,
      ),
      '',
      ...scoresLines(table, scores, joules),
      ...failureLines(table.failures),
    ],
  };
}

export function refitText(refit: number | false): string {
  if (refit === false) return 'fitted once, at the first';
  return refit === 1 ? 'fitted anew at each' : `fitted anew at every ${refit}th`;
}
