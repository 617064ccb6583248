/** The manifest: everything the report says, with full digits, and enough to do the run again. */
import type { Report } from '@noosphere/footprint';
import { timeText } from '@noosphere/forecast';
import type { Outcome, Session } from './session.js';

/** The run's energy, shared by the time of fits and forecasts: an estimate. */
export function joulesByModel(
  { models, elapsedMs }: Outcome,
  { energyJoules }: Report,
): Record<string, number> {
  const total = models.reduce((sum, { name }) => sum + (elapsedMs[name] ?? 0), 0);
  return Object.fromEntries(
    Object.entries(elapsedMs).map(([model, each]) => [model, total > 0 ? (energyJoules * each) / total : 0]),
  );
}

export function manifestText(session: Session, outcome: Outcome, footprint: Report): string {
  const { options, data, plan, signal } = session;
  const { frame, gaps } = data;
  const manifest = {
    app: 'noosphere-forecast',
    schema: 1,
    command: options.command,
    interrupted: signal.aborted,
    data: {
      file: data.file,
      series: frame.ids.length,
      rows: data.rowCount,
      frequency: data.frequency,
      frequencyReason: data.frequencyReason,
      seasons: data.seasons,
      fill: data.fill,
      covariates: {
        past: options.past,
        future: options.future,
        static: options.static,
        ahead: options.ahead,
      },
      gaps: {
        ...gaps,
        series: gaps.series.map((each) => ({ ...each, firstTime: timeText(frame, each.firstTime) })),
      },
    },
    models: outcome.models,
    modelsReason: plan.reason,
    ...outcome.facts,
    files: outcome.files,
    elapsedMs: outcome.elapsedMs,
    energyJoulesByTime: joulesByModel(outcome, footprint),
    footprint,
    node: process.version,
  };
  return `${JSON.stringify(manifest, undefined, 1)}\n`;
}
