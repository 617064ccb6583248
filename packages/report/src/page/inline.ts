/** Running text as HTML, and the footnotes it leaves behind. */
import { escapeMarkup, safeAddress } from '../text/clean.js';
import type { Inline, RichText } from './blocks.js';

/** What is counted while a page is written. */
export class PageState {
  readonly footnotes: string[] = [];
  figures = 0;
  tables = 0;
}

export function richText(text: RichText, state: PageState): string {
  const parts = typeof text === 'string' ? [text] : text;
  return parts.map((part) => inline(part, state)).join('');
}

function inline(part: Inline, state: PageState): string {
  if (typeof part === 'string') return spaced(part);
  if ('strong' in part) return `<strong>${escapeMarkup(part.strong)}</strong>`;
  if ('emphasis' in part) return `<em>${escapeMarkup(part.emphasis)}</em>`;
  if ('code' in part) return `<code>${escapeMarkup(part.code)}</code>`;
  if ('link' in part) return link(part.link, part.href);
  state.footnotes.push(escapeMarkup(part.footnote));
  const number = state.footnotes.length;
  return `<sup><a id="footnote-mark-${number}" href="#footnote-${number}" aria-label="Footnote ${number}">${number}</a></sup>`;
}

/** A link, or its text alone where the address is none that may be followed. */
export function link(text: string, href: string | undefined): string {
  const address = href === undefined ? undefined : safeAddress(href);
  return address === undefined ? escapeMarkup(text) : `<a href="${address}">${escapeMarkup(text)}</a>`;
}

/** Escaping trims; the spaces to the neighbours of a piece of text stay. */
function spaced(text: string): string {
  const escaped = escapeMarkup(text);
  if (escaped === '') return text === '' ? '' : ' ';
  return `${/^\s/.test(text) ? ' ' : ''}${escaped}${/\s$/.test(text) ? ' ' : ''}`;
}
