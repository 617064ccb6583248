/** `cv`: a rolling-origin backtest. */
import { wrap } from '@noosphere/command-line';
import { type BacktestTable, conformalBacktest, crossValidate, writeForecasts } from '@noosphere/forecast';
import { allModels, lacksIntervals, shortForSeasons } from './models.js';
import { withColumns } from './predict.js';
import { columnLegend, failureLines } from './report.js';
import { scoreRows, scoresLines, verdict } from './scores.js';
import { scoresSection } from './scores-section.js';
import { type Outcome, type Session, usualLevels } from './session.js';

export async function crossValidation(session: Session): Promise<Outcome> {
  const { options, horizon, data, plan, folder } = session;
  const levels = options.levels ?? (options.conformal ? usualLevels : []);
  const isConformal = levels.length > 0 && (options.conformal || plan.local.some(lacksIntervals));
  const step = options.step ?? (isConformal ? 1 : horizon);
  const calibrating = isConformal ? calibratingWindows(levels, horizon, step) : 0;
  const windows = (options.windows ?? usualWindows) + calibrating;
  const made = await crossValidate(data.frame, {
    models: allModels(plan),
    horizon,
    windows,
    step,
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
    failures: table.failures,
    facts: { ...scores, manifest: table.manifest, columns: columnLegend(table), failures: table.failures },
    page: {
      summary: [verdict(scores)],
      sections: async (joules) => [await scoresSection('Errors of the models', table, scores, joules)],
      method: [`Backtest: ${table.manifest.split}; ${refitText(options.refit)}.`],
    },
    lines: (joules) => [
      wrap(`Models: ${table.models.join(', ')} (${plan.reason}).`),
      ...shortForSeasons(plan, data.frame).map((text) => wrap(text)),
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

/** Conformal intervals of a window come from the errors of those before whose values were known: so many more are needed. */
function calibratingWindows(levels: readonly number[], horizon: number, step: number): number {
  const errors = levels.reduce((most, level) => Math.max(most, Math.ceil(level / (100 - level) - 1e-9)), 0);
  return errors + Math.ceil(horizon / step) - 1;
}

export function refitText(refit: number | false): string {
  if (refit === false) return 'fitted once, at the first';
  return refit === 1 ? 'fitted anew at each' : `fitted anew at every ${refit}th`;
}
