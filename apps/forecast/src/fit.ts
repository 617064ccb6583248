/** `fit`: settings and estimates of all models and series, for reading and for `predict --model`. */
import { dim, layOut, wrap } from '@noosphere/command-line';
import {
  type Estimates,
  type Exogenous,
  forecastFrame,
  NeuralModel,
  type TrainingReport,
} from '@noosphere/forecast';
import { allModels } from './models.js';
import { countText } from './numbers.js';
import { failureLines } from './report.js';
import { savedName, startsOf, writeSaved } from './saved-models.js';
import { laterRun, type Outcome, type Session } from './session.js';

export async function fit(session: Session): Promise<Outcome> {
  const { options, horizon, data, plan, folder } = session;
  const { frame } = data;
  const found =
    plan.local.length > 0
      ? await forecastFrame(frame, {
          models: plan.local,
          horizon,
          estimates: true,
          future: unknownAhead(session),
          ...session.runOptions('fitting'),
        })
      : undefined;
  const trained = await trainNeural(session);
  session.quiet();
  const byModel = Object.fromEntries(
    Object.entries(found?.estimates ?? {}).map(([model, each]) => [
      model,
      Object.fromEntries(
        frame.ids.flatMap((id, series) => (each[series] ? [[id, each[series] as Estimates] as const] : [])),
      ),
    ]),
  );
  const models = allModels(plan).map(({ name, kind, options: own }) => ({ name, kind, options: own }));
  const failures = found?.failures ?? [];
  const elapsedMs = {
    ...found?.elapsedMs,
    ...Object.fromEntries(trained.map(({ name, report }) => [name, report.elapsedMs])),
  };
  await writeSaved(folder, {
    horizon,
    seasons: data.seasons,
    frequency: data.frequency,
    columns: options.columns,
    models,
    ensemble: plan.ensemble,
    estimates: byModel,
    starts: startsOf(frame),
    neural: Object.fromEntries(trained.map(({ name, place }) => [name, place])),
    covariates: { past: options.past, future: options.future, static: options.static },
  });
  const [first = ''] = frame.ids;
  const others = frame.ids.length - 1;
  const rowsOf = (joules: Readonly<Record<string, number>>) =>
    models.map(({ name }) => [
      `  ${name}`,
      String(byModel[name] ? Object.keys(byModel[name]).length : frame.ids.length),
      ((elapsedMs[name] ?? 0) / 1000).toFixed(2),
      (joules[name] ?? 0).toPrecision(2),
    ]);
  return {
    models,
    elapsedMs,
    files: { models: savedName },
    failures,
    facts: { horizon, failures },
    lines: (joules) => [
      wrap(`Models: ${plan.reason}. s: time over all threads; J: the run’s energy, shared by that time.`),
      '',
      ...layOut([['', 'series', 's', 'J'], ...rowsOf(joules)]),
      '',
      `Estimates of ${first}${others > 0 ? `; those of ${countText(others, 'more series', 'more series')} are in ${savedName}` : ''}:`,
      ...plan.local.map(({ name }) => wrap(`  ${name}: ${estimatesText(byModel[name]?.[first])}`, 4)),
      ...trained.map(({ name, report, place }) =>
        wrap(
          `  ${name}: ${report.steps} steps, last loss ${report.loss.toPrecision(4)}; weights and ONNX in ${place}`,
          4,
        ),
      ),
      ...failureLines(failures),
      dim(
        wrap(
          `  ${laterRun(session)} goes on from these estimates${trained.length > 0 ? ' and weights' : ''}`,
          4,
        ),
      ),
    ],
  };
}

interface Trained {
  readonly name: string;
  readonly report: TrainingReport;
  /** Folder inside the run's. */
  readonly place: string;
}

/** Trains the neural models and saves each as a folder. */
async function trainNeural({ plan, data, folder, signal, runOptions }: Session): Promise<Trained[]> {
  const trained: Trained[] = [];
  const { onProgress } = runOptions('fitting');
  for (const model of plan.global) {
    if (!(model instanceof NeuralModel) || signal.aborted) continue;
    const { name, settings } = model;
    const callback = {
      onStep: ({ step }: { readonly step: number }) =>
        onProgress?.({ done: step, total: settings.steps, unit: 'step', model: name }),
    };
    const fitted = await model.fit(data.frame, { signal, callbacks: [callback] });
    const place = name.replace(/[^A-Za-z0-9.=-]+/g, '-').replace(/-+$/, '');
    await fitted.save(folder.place(place), folder.writeOptions);
    trained.push({ name, report: fitted.report, place });
  }
  return trained;
}

/** Estimates need no covariates of the horizon: zeros stand for them, and the forecasts are not kept. */
function unknownAhead({ data, options, horizon }: Session): Exogenous {
  return Object.fromEntries(
    options.future.map((name) => [name, new Float64Array(data.frame.ids.length * horizon)]),
  );
}

function estimatesText(estimates: Estimates | undefined): string {
  if (!estimates) return 'failed';
  const parts = Object.entries(estimates).map(([name, value]) => {
    if (typeof value === 'number') return `${name} ${Number(value.toPrecision(4))}`;
    return `${name} ${Array.isArray(value) ? `(${value.length} values)` : value}`;
  });
  return parts.join(', ') || 'nothing to estimate';
}
