/** `cv`: a rolling-origin backtest. */
import { wrap } from '@noosphere/command-line';
import { ArgumentError } from '@noosphere/core';
import { type BacktestTable, conformalBacktest, crossValidate, writeForecasts } from '@noosphere/forecast';
import { allModels, lacksIntervals } from './models.js';
import { withColumns } from './predict.js';
import { columnLegend, failureLines } from './report.js';
import { scoreRows, scoresLines, verdict } from './scores.js';
import { scoresSection } from './scores-section.js';
import type { Outcome, Session } from './session.js';

export async function crossValidation(session: Session): Promise<Outcome> {
  const { options, horizon, data, plan, folder } = session;
  const levels = options.levels ?? [];
  const isConformal = levels.length > 0 && (options.conformal || plan.local.some(lacksIntervals));
  const windows = windowsFor(options.windows, isConformal ? levels : []);
  const made = await crossValidate(data.frame, {
    models: allModels(plan),
    horizon,
    windows,
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
    page: {
      summary: [verdict(scores)],
      sections: async (joules) => [await scoresSection('Errors of the models', table, scores, joules)],
      method: [`Backtest: ${table.manifest.split}; ${refitText(options.refit)}.`],
    },
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

const usualWindows = 3;

/** Conformal intervals of a window come from the errors of those before: so many more are needed. */
function windowsFor(asked: number | undefined, levels: readonly number[]): number {
  const before = levels.reduce((most, level) => Math.max(most, Math.ceil(level / (100 - level))), 0);
  const windows = asked ?? before + usualWindows;
  if (windows <= before)
    throw new ArgumentError(
      '--windows',
      `conformal intervals of ${Math.max(...levels)} % need more than ${before}, got ${windows}; ask for more, or for a lower --level`,
    );
  return windows;
}

export function refitText(refit: number | false): string {
  if (refit === false) return 'fitted once, at the first';
  return refit === 1 ? 'fitted anew at each' : `fitted anew at every ${refit}th`;
}
