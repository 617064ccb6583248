/** Blocks as HTML. */
import type { Chart } from '../charts/chart.js';
import { escapeMarkup } from '../text/clean.js';
import { formatNumber } from '../text/numbers.js';
import type { Block, KeyFigure } from './blocks.js';
import { type PageState, richText } from './inline.js';
import { tableHtml } from './table.js';

export function blocksHtml(blocks: readonly Block[], state: PageState): string {
  return blocks.map((block) => blockHtml(block, state)).join('\n');
}

function blockHtml(block: Block, state: PageState): string {
  switch (block.kind) {
    case 'paragraph':
      return `<p>${richText(block.text, state)}</p>`;
    case 'heading':
      return `<h3>${escapeMarkup(block.text)}</h3>`;
    case 'list': {
      const tag = block.isOrdered ? 'ol' : 'ul';
      return `<${tag}>${block.items.map((item) => `<li>${richText(item, state)}</li>`).join('')}</${tag}>`;
    }
    case 'figures':
      return keyFiguresHtml(block.figures);
    case 'table':
      return tableHtml(block, state);
    case 'chart':
      return figureHtml(block.chart, state);
    case 'pair':
      return `<div class="pair">${block.charts.map((chart) => figureHtml(chart, state)).join('\n')}</div>`;
    case 'callout':
      return `<div class="callout ${block.tone === 'warning' ? 'warning' : 'remark'}" role="note"><p class="callout-title">${escapeMarkup(block.title)}</p><p>${richText(block.text, state)}</p></div>`;
    case 'details':
      return `<details><summary>${escapeMarkup(block.summary)}</summary>${blocksHtml(block.blocks, state)}</details>`;
    default:
      return block satisfies never;
  }
}

export function keyFiguresHtml(figures: readonly KeyFigure[]): string {
  const items = figures.map(({ label, value, unit, note }) => {
    const number = typeof value === 'number' ? formatNumber(value) : escapeMarkup(value);
    const behind = unit === undefined ? '' : ` <span class="unit">${escapeMarkup(unit)}</span>`;
    const below = note === undefined ? '' : `<dd class="note">${escapeMarkup(note)}</dd>`;
    return `<div><dt>${escapeMarkup(label)}</dt><dd class="value">${number}${behind}</dd>${below}</div>`;
  });
  return `<dl class="key-figures">${items.join('')}</dl>`;
}

/** The drawing for wide columns and the one for narrow ones; the style shows the one that fits. */
function figureHtml({ title, alt, svg, narrowSvg, notes, counts }: Chart, state: PageState): string {
  state.figures++;
  const below = notes.length === 0 ? '' : `<p class="note">${notes.map(escapeMarkup).join(' ')}</p>`;
  return `<figure data-drawn="${counts.drawn}"><figcaption><span class="number">Figure ${state.figures}</span> <span class="title">${escapeMarkup(title)}</span><span class="finding">${escapeMarkup(alt)}</span></figcaption>
<div class="plot wide">${svg}</div>
<div class="plot narrow">${narrowSvg}</div>
${below}</figure>`;
}
