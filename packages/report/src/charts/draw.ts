/**
 * From a Vega-Lite specification to the two SVG of a chart. Vega-Lite and Vega are loaded by the first chart (a third of a
 * second). Specifications name only fields of ours; what comes from data is values, never a field, an expression or an address.
 */
import type { TopLevelSpec } from 'vega-lite';
import { ReportError } from '../errors.js';
import { clean } from '../text/clean.js';
import { withoutMarks } from '../text/distinct-names.js';
import { countText } from '../text/numbers.js';
import type { Chart, ChartCounts, ChartText } from './chart.js';
import { checkText } from './checks.js';
import { textWidth } from './text-width.js';
import { type Hover, tidySvg } from './tidy-svg.js';
import { chartConfig } from './vega-config.js';

/** A part of a Vega-Lite specification. */
export type Spec = Readonly<Record<string, unknown>>;

/** The room that a chart is drawn for. */
export interface Room {
  readonly isNarrow: boolean;
  /** Of the whole drawing, in px. */
  readonly width: number;
}

export const wide: Room = { isNarrow: false, width: 760 };
export const narrow: Room = { isNarrow: true, width: 350 };

export interface Drawing {
  readonly text: ChartText;
  /** The specification but for its width, height and look. */
  spec(room: Room): Spec;
  /** Of the whole drawing, in px. */
  height(room: Room): number;
  readonly counts: ChartCounts;
  readonly notes?: readonly string[];
  /** What pointing at a mark shows: the mark's `tip` is the index of its text. */
  readonly tips?: readonly string[];
  /** What pointing at a position of the x axis shows, for lines. */
  readonly hover?: { readonly positions: readonly number[]; readonly texts: readonly string[] };
}

export async function draw(operation: string, drawing: Drawing): Promise<Chart> {
  const { text, counts, notes = [] } = drawing;
  checkText(operation, text);
  if (counts.values === 0)
    throw new ReportError(operation, 'expected one or more numbers, got only gaps; say so in a paragraph');
  const [svg, narrowSvg] = await Promise.all([
    drawIn(operation, drawing, wide),
    drawIn(operation, drawing, narrow),
  ]);
  const missing =
    counts.missing > 0 ? [`${countText(counts.missing, 'value is', 'values are')} missing: gaps.`] : [];
  return {
    title: clean(text.title),
    alt: clean(text.alt),
    svg: withoutMarks(svg),
    narrowSvg: withoutMarks(narrowSvg),
    notes: [...notes.map(withoutMarks), ...missing, ...(text.note === undefined ? [] : [clean(text.note)])],
    counts,
  };
}

async function drawIn(operation: string, drawing: Drawing, room: Room): Promise<string> {
  const { compile, View, parse } = await loadVega();
  const logger = quietLogger(operation);
  const height = drawing.height(room);
  const spec = {
    ...withoutEmptyLayers(drawing.spec(room)),
    width: room.width,
    height,
    autosize: { type: 'fit', contains: 'padding' },
    padding: 2,
    background: null,
    config: chartConfig(room),
  } as unknown as TopLevelSpec;
  const view = new View(parse(compile(spec, { logger }).spec), { renderer: 'none', logger });
  try {
    const svg = await view.toSVG();
    return tidySvg(svg, {
      alt: clean(drawing.text.alt),
      tips: drawing.tips ?? [],
      ...(drawing.hover && { hover: placeHover(drawing.hover, view.scale('x'), view.origin()) }),
    });
  } finally {
    view.finalize();
  }
}

/** Vega, told how wide texts are unless it has fonts to ask. */
async function loadVega() {
  const [{ compile }, vega] = await Promise.all([import('vega-lite'), import('vega')]);
  const { textMetrics } = vega as unknown as { textMetrics: TextMetrics };
  if (textMetrics.width === textMetrics.estimateWidth)
    textMetrics.width = (item, text) => textWidth(String(text), item.fontSize);
  return { compile, View: vega.View, parse: vega.parse };
}

/** What Vega exports and does not declare; replacing `width` is its way to bring fonts. */
interface TextMetrics {
  width: (item: { readonly fontSize?: number }, text: unknown) => number;
  readonly estimateWidth: unknown;
}

/** A pointer cannot be placed more finely; the others are left out of what it shows, not of the drawing. */
const mostHovers = 400;

function placeHover(
  { positions, texts }: NonNullable<Drawing['hover']>,
  scale: (position: number) => number,
  [left]: readonly number[],
): Hover {
  const every = Math.ceil(positions.length / mostHovers);
  return positions.flatMap(
    (position, index): Hover =>
      index % every === 0 || index === positions.length - 1
        ? [[Math.round(10 * ((left ?? 0) + scale(position))) / 10, texts[index] ?? '']]
        : [],
  );
}

/** A layer without rows draws nothing, and has no extent for the axes. */
function withoutEmptyLayers(spec: Spec): Spec {
  const layers = spec.layer as readonly { readonly data?: { readonly values: readonly unknown[] } }[];
  return { ...spec, layer: layers.filter(({ data }) => data?.values.length !== 0) };
}

/** What Vega complained of: nothing, as tests check. A chart with a blemish is still better than none. */
export const complaints: string[] = [];
const mostComplaints = 100;

function quietLogger(operation: string) {
  const keep = (...texts: readonly unknown[]) => {
    if (complaints.length < mostComplaints) complaints.push(`${operation}: ${texts.map(String).join(' ')}`);
    return logger;
  };
  const pass = () => logger;
  const logger = { level: () => logger as never, warn: keep, error: keep, info: pass, debug: pass };
  return logger;
}
