/** `fit`: settings and estimates of all models and series, for reading and for `predict --model`. */
import { dim, layOut, wrap } from '@noosphere/command-line';
import { type Estimates, forecastFrame } from '@noosphere/forecast';
import { countText } from './numbers.js';
import { failureLines } from './report.js';
import { savedName, writeSaved } from './saved-models.js';
import type { Outcome, Session } from './session.js';

export async function fit(session: Session): Promise<Outcome> {
  const { options, horizon, data, plan, folder } = session;
  const { frame } = data;
  const { estimates, elapsedMs, failures } = await forecastFrame(frame, {
    models: plan.models,
    horizon,
    estimates: true,
    ...session.runOptions('fitting'),
  });
  session.quiet();
  const byModel = Object.fromEntries(
    Object.entries(estimates ?? {}).map(([model, found]) => [
      model,
      Object.fromEntries(
        frame.ids.flatMap((id, series) => (found[series] ? [[id, found[series] as Estimates] as const] : [])),
      ),
    ]),
  );
  const models = plan.models.map(({ name, kind, options: own }) => ({ name, kind, options: own }));
  await writeSaved(folder, {
    horizon,
    seasons: data.seasons,
    frequency: data.frequency,
    columns: options.columns,
    models,
    ensemble: plan.ensemble,
    estimates: byModel,
  });
  const [first = ''] = frame.ids;
  const others = frame.ids.length - 1;
  const rowsOf = (joules: Readonly<Record<string, number>>) =>
    models.map(({ name }) => [
      `  ${name}`,
      String(Object.keys(byModel[name] ?? {}).length),
      ((elapsedMs[name] ?? 0) / 1000).toFixed(2),
      (joules[name] ?? 0).toPrecision(2),
    ]);
  return {
    models,
    elapsedMs,
    files: { models: savedName },
    facts: { horizon, failures },
    lines: (joules) => [
      wrap(`Models: ${plan.reason}. s: time over all threads; J: the run’s energy, shared by that time.`),
      '',
      ...layOut([['', 'series', 's', 'J'], ...rowsOf(joules)]),
      '',
      `Estimates of ${first}${others > 0 ? `; those of ${countText(others, 'more series', 'more series')} are in ${savedName}` : ''}:`,
      ...models.map(({ name }) => wrap(`  ${name}: ${estimatesText(byModel[name]?.[first])}`, 4)),
      ...failureLines(failures),
      dim(`  predict NEWER.csv --model ${folder.path} fits these settings to the values there and forecasts`),
    ],
  };
}

function estimatesText(estimates: Estimates | undefined): string {
  if (!estimates) return 'failed';
  const parts = Object.entries(estimates).map(([name, value]) => {
    if (typeof value === 'number') return `${name} ${Number(value.toPrecision(4))}`;
    return `${name} ${Array.isArray(value) ? `(${value.length} values)` : value}`;
  });
  return parts.join(', ') || 'nothing to estimate';
}
