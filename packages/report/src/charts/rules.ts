/** Rules across or down a chart, with a label: a reference, an event, a threshold. */
import { clean } from '../text/clean.js';
import { color } from '../theme/colors.js';
import type { Spec } from './draw.js';
import { textOver } from './vega-config.js';

/** Layers below and above the data. */
export interface Rule {
  readonly below: readonly Spec[];
  readonly above: readonly Spec[];
}

export const noRule: Rule = { below: [], above: [] };

/** @param y The channel of the chart's y axis. */
export function ruleAcross({ value, label }: { value: number; label: string }, y: Spec): Rule {
  const data = { values: [{ value, label: clean(label) }] };
  const channel = { ...y, field: 'value' };
  return {
    below: [
      { data, mark: { type: 'rule', color: color('muted'), strokeDash: [3, 3] }, encoding: { y: channel } },
    ],
    above: textOver({
      data,
      mark: { type: 'text', align: 'left', baseline: 'bottom', dy: -3, x: 4, color: color('muted') },
      encoding: { y: channel, text: { field: 'label' } },
    }),
  };
}

/**
 * @param x The channel of the chart's x axis
 * @param row Which row of labels it takes, from the top
 * @param side On which side of the rule its label stands
 */
export function ruleDown(
  { value, label }: { value: number; label: string },
  x: Spec,
  row: number,
  side: 'left' | 'right',
): Rule {
  const data = { values: [{ value, label: clean(label) }] };
  const { bin: _, ...rest } = x as { bin?: unknown };
  const channel = { ...rest, field: 'value' };
  const mark = {
    type: 'text',
    align: side === 'left' ? 'right' : 'left',
    baseline: 'top',
    dx: side === 'left' ? -5 : 5,
    y: 2 + 16 * (row % 4),
    color: color('muted'),
  };
  return {
    below: [
      { data, mark: { type: 'rule', color: color('ink'), strokeDash: [3, 3] }, encoding: { x: channel } },
    ],
    above: textOver({ data, mark, encoding: { x: channel, text: { field: 'label' } } }),
  };
}
