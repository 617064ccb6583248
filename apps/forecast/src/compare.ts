/** `compare`: a model for each series, chosen on earlier windows and scored on the last one. */
import { bold, csvText, dim, layOut, wrap } from '@noosphere/command-line';
import {
  crossValidate,
  dropTail,
  type MetricName,
  type ModelChoice,
  selectForecasts,
  selectModels,
  writeForecasts,
} from '@noosphere/forecast';
import { refitText } from './cv.js';
import { allModels, selectedName } from './models.js';
import { countText, numberFormat } from './numbers.js';
import { withColumns } from './predict.js';
import { columnLegend, failureLines } from './report.js';
import { savedName, writeSaved } from './saved-models.js';
import { naiveNames, scoreRows, scoresLines, verdict } from './scores.js';
import { choicesSection, scoresSection } from './scores-section.js';
import { laterRun, type Outcome, type Session } from './session.js';

const shownSeries = 10;

export async function compare(session: Session): Promise<Outcome> {
  const { options, horizon, data, plan, folder } = session;
  const metric = options.metric ?? 'mae';
  const shared = { models: allModels(plan), horizon, refit: options.refit, season: data.seasons[0] ?? 1 };
  const earlier = withColumns(
    session,
    await crossValidate(dropTail(data.frame, horizon), {
      ...shared,
      windows: options.windows ?? 3,
      ...(options.step !== undefined && { step: options.step }),
      ...session.runOptions('choosing'),
    }),
  );
  const choices = selectModels(earlier, { metric: metric as Exclude<MetricName, 'owa' | 'coverage'> });
  const chosen = new Map(
    choices.flatMap(({ id, model }) => (model === undefined ? [] : [[id, model] as const])),
  );
  const last = withColumns(
    session,
    await crossValidate(data.frame, { ...shared, windows: 1, ...session.runOptions('scoring the choice') }),
  );
  session.quiet();
  const table = selectForecasts(last, chosen, { name: selectedName });
  const scores = scoreRows(table, metric);
  const file = `last-window.${options.format}`;
  await writeForecasts(folder.place(file), table, folder.writeOptions);
  await folder.write('selection.csv', selectionCsv(choices, earlier.models));
  // A naive row that nobody asked for may have been chosen too: what is saved are all rows.
  const models = earlier.manifest.models;
  await writeSaved(folder, {
    horizon,
    seasons: data.seasons,
    frequency: data.frequency,
    columns: options.columns,
    models,
    ensemble: plan.ensemble,
    covariates: { past: options.past, future: options.future, static: options.static },
    chosen: Object.fromEntries(chosen),
  });
  const failures = [...earlier.failures, ...table.failures];
  const elapsedMs = Object.fromEntries(
    Object.entries(earlier.elapsedMs).map(([model, each]) => [model, each + (table.elapsedMs[model] ?? 0)]),
  );
  return {
    models,
    elapsedMs,
    files: { selection: 'selection.csv', models: savedName, lastWindow: file },
    failures,
    facts: { ...scores, manifest: earlier.manifest, choices, columns: columnLegend(table), failures },
    page: {
      summary: [verdict(scores)],
      sections: async (joules) => [
        await scoresSection(`The last ${horizon} rows, which no choice saw`, table, scores, joules),
        await choicesSection(choices, earlier.models, metric),
      ],
      method: [
        `Chosen by ${metric} on ${countText(earlier.manifest.windows, 'window')} of ${horizon} rows, ${earlier.manifest.step} apart, before the last one; ${refitText(options.refit)}.`,
      ],
    },
    lines: (joules) => [
      wrap(
        `Models: ${earlier.models.join(', ')} (${plan.reason}). Chosen by ${metric} on ` +
          `${countText(earlier.manifest.windows, 'window')} of ${horizon} rows, ${earlier.manifest.step} apart, before the ` +
          `last one; ${refitText(options.refit)}.`,
      ),
      '',
      ...winLines(choices, earlier.models),
      '',
      ...(choices.length <= shownSeries ? [...choiceLines(choices, earlier.models), ''] : []),
      bold(`The last ${horizon} rows, which no choice saw:`),
      ...scoresLines(table, scores, joules),
      ...failureLines(failures),
      '',
      dim(wrap(`  ${laterRun(session)} forecasts each series with its model`, 4)),
    ],
  };
}

/** How often each model is the best. */
function winLines(choices: readonly ModelChoice[], models: readonly string[]): string[] {
  const rows = models
    .map((name) => ({ name, wins: choices.filter(({ model }) => model === name).length }))
    .sort((a, b) => b.wins - a.wins)
    .map(({ name, wins }) => [`  ${name}`, String(wins), `${((100 * wins) / choices.length).toFixed(0)} %`]);
  return layOut([['', 'best for', 'of series'], ...rows]);
}

/** The error of the chosen model beside those of naive ones, series by series. */
function choiceLines(choices: readonly ModelChoice[], models: readonly string[]): string[] {
  const text = numberFormat(choices.flatMap(({ errors }) => Object.values(errors)));
  const rows = choices.map(({ id, model, errors }) => [
    `  ${id}`,
    model ?? '–',
    text(errors[model ?? ''] ?? Number.NaN),
    ...naiveNames.filter((name) => models.includes(name)).map((name) => text(errors[name] ?? Number.NaN)),
  ]);
  const naive = naiveNames.filter((name) => models.includes(name));
  return layOut([['  series', 'chosen', 'error', ...naive], ...rows]);
}

/** `unique_id, model`, and the error of each model. */
function selectionCsv(choices: readonly ModelChoice[], models: readonly string[]): string {
  const rows = choices.map(({ id, model, errors }) => [
    id,
    model ?? '',
    ...models.map((name) => (Number.isFinite(errors[name]) ? String(errors[name]) : '')),
  ]);
  return csvText(['unique_id', 'model', ...models], rows);
}
