/** A run as one HTML page. */
import { stripVTControlCharacters } from 'node:util';
import { type Report, toSentence } from '@noosphere/footprint';
import { timeText } from '@noosphere/forecast';
import { type Block, page, type Section } from '@noosphere/report';
import { joulesByModel } from './manifest.js';
import type { Outcome, PageParts, Session } from './session.js';

const shownFailures = 20;

export async function runPage(
  { data, options, plan }: Session,
  outcome: Outcome,
  parts: PageParts,
  { title, footprint }: { readonly title: string; readonly footprint: Report },
): Promise<string> {
  const { frame } = data;
  const ends = frame.times.reduce(
    ([first, last], time) => [Math.min(first, time), Math.max(last, time)] as const,
    [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY] as readonly [number, number],
  );
  const [from, to] = ends.map((time) => timeText(frame, time)) as [string, string];
  const failures = (outcome.facts.failures ?? []) as readonly {
    id: string;
    model: string;
    message: string;
  }[];
  const names = outcome.models.map(({ name }) => name).join(', ');
  return page({
    kicker: 'noosphere forecast',
    title: `${title}: ${data.file}`,
    date: `The data end at ${to}.`,
    summary: parts.summary.map(stripVTControlCharacters),
    keyFigures: [
      { label: 'Series', value: frame.ids.length.toLocaleString('en') },
      { label: 'Rows', value: data.rowCount.toLocaleString('en') },
      { label: 'Models', value: String(outcome.models.length) },
      { label: 'Energy of this run', value: Number(footprint.energyJoules.toPrecision(2)), unit: 'J' },
    ],
    sections: [...(await parts.sections(joulesByModel(outcome, footprint))), ...failureSection(failures)],
    sources: [{ name: data.file, licence: 'as its owner says', from, to, note: data.notes.join(' ') }],
    method: [
      {
        kind: 'list',
        items: [...parts.method.map(stripVTControlCharacters), `Models: ${names} (${plan.reason}).`],
      },
      {
        kind: 'details',
        summary: 'Settings of the models',
        blocks: [{ kind: 'list', items: outcome.models.map((model) => [{ code: JSON.stringify(model) }]) }],
      },
    ],
    seeds: seedsOf(outcome.models, plan.global.length > 0),
    footprint: `${toSentence(footprint)}${options.place === undefined ? '' : `, at ${options.place}`}`,
  });
}

function failureSection(failures: readonly { id: string; model: string; message: string }[]): Section[] {
  if (failures.length === 0) return [];
  const shown = failures.slice(0, shownFailures);
  const table: Block = {
    kind: 'table',
    caption: 'What failed',
    columns: [{ header: 'Series' }, { header: 'Model' }, { header: 'Why' }],
    rows: shown.map(({ id, model, message }) => [id, model, message]),
    ...(failures.length > shown.length && {
      note: `The first ${shown.length} of ${failures.length}; all are in manifest.json.`,
    }),
  };
  return [{ title: 'Failures', blocks: [table] }];
}

/** Every number that the settings call a seed; neural models that name none have 1. */
function seedsOf(models: readonly unknown[], areSomeNeural: boolean): number[] {
  const seeds = new Set<number>();
  JSON.stringify(models, (key, value) => {
    if (key === 'seed' && typeof value === 'number') seeds.add(value);
    return value as unknown;
  });
  return seeds.size === 0 && areSomeNeural ? [1] : [...seeds];
}
