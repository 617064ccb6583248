/** A whole report as one HTML string that needs nothing else: no request, and no script to be read. */

import { createHash } from 'node:crypto';
import { knownOptions } from '@noosphere/base';
import { ReportError } from '../errors.js';
import { clean, escapeMarkup } from '../text/clean.js';
import { blocksHtml, keyFiguresHtml } from './block-html.js';
import type { Block, KeyFigure, RichText, Section, Source } from './blocks.js';
import { PageState, richText } from './inline.js';
import { hoverScript } from './script.js';
import { pageStyle } from './style.js';
import { tableHtml } from './table.js';

export interface PageOptions {
  readonly title: string;
  /** A word above the title, such as the program's name. */
  readonly kicker?: string;
  /** When it was made, or what it is as of: printed as it is. */
  readonly date?: string;
  /** What a reader in a hurry reads: paragraphs. */
  readonly summary: RichText | readonly RichText[];
  /** @default [] */
  readonly keyFigures?: readonly KeyFigure[];
  readonly sections: readonly Section[];
  /** Empty where no data of others were used. */
  readonly sources: readonly Source[];
  /** How the numbers came about, and what they cannot say. */
  readonly method: readonly Block[];
  /** Of every random draw; empty where there was none. */
  readonly seeds: readonly number[];
  /** Time, energy with its method and range, and carbon, as `toSentence` of @noosphere/footprint says them. */
  readonly footprint: RichText;
  /**
   * Of the texts, a BCP 47 tag.
   * @default 'en'
   */
  readonly lang?: string;
}

/**
 * One self-contained HTML page: key figures first, then sections, then sources, method, seeds and energy. It asks for nothing from
 * the network, reads without its script (which only shows values where a pointer is), and serves telephones, screens, dark
 * screens, paper and screen readers.
 *
 * Every text is plain text: names from data can never become markup.
 *
 * @throws {@link ReportError} where the title or the summary is empty, or a table's rows do not fit its columns
 *
 * @example
 * const html = page({
 *   title: 'Outlook for crude',
 *   summary: 'The price stays where it is, and nobody knows better.',
 *   sections: [{ title: 'Forecast', blocks: [{ kind: 'paragraph', text: ['It is ', { strong: 'flat' }, '.'] }] }],
 *   sources: [{ name: 'EIA', licence: 'public domain', to: '2019-01-03' }],
 *   method: [{ kind: 'paragraph', text: 'The last value, repeated.' }],
 *   seeds: [],
 *   footprint: '0.1 s, 2 J',
 * });
 * console.log(html.includes('<h1>Outlook for crude</h1>')); // → true
 */
export function page(options: PageOptions): string {
  const { title, lang = 'en' } = knownOptions(
    'page',
    options,
    'title kicker date summary keyFigures sections sources method seeds footprint lang',
  );
  if (typeof title !== 'string' || clean(title) === '')
    throw new ReportError('page', `title: expected a text, got ${JSON.stringify(title)}`);
  if (!/^[a-zA-Z]{2,3}(-[a-zA-Z0-9]+)*$/.test(lang))
    throw new ReportError(
      'page',
      `lang: expected a tag such as 'en' or 'de-DE', got ${JSON.stringify(lang)}`,
    );
  const state = new PageState();
  const header = headerHtml(options, state);
  const sections = [
    ...options.sections.map(({ title: heading, blocks }) => [heading, blocksHtml(blocks, state)] as const),
    ['Sources', sourcesHtml(options.sources, state)] as const,
    ['Method, seeds and energy', methodHtml(options, state)] as const,
  ];
  const body = sections
    .map(
      ([heading, html], index) =>
        `<section aria-labelledby="section-${index + 1}"><h2 id="section-${index + 1}">${escapeMarkup(heading)}</h2>\n${html}</section>`,
    )
    .join('\n');
  return `<!DOCTYPE html>
<html lang="${lang}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src '${hashOf(pageStyle)}'; script-src '${hashOf(hoverScript)}'; img-src data:; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${escapeMarkup(title)}</title>
<link rel="icon" href="data:,">
<style>${pageStyle}</style>
</head>
<body>
<a class="skip" href="#content">Skip to the content</a>
<div class="sheet">
${header}
${contentsHtml(sections.map(([heading]) => heading))}
<main id="content" tabindex="-1">
${body}
${footnotesHtml(state)}</main>
</div>
<script>${hoverScript}</script>
</body>
</html>
`;
}

function headerHtml(
  { kicker, title, date, summary, keyFigures = [] }: PageOptions,
  state: PageState,
): string {
  const paragraphs =
    typeof summary === 'string' ? [summary] : isParagraphs(summary) ? summary : [summary as RichText];
  const text = paragraphs
    .map((paragraph) => `<p class="summary">${richText(paragraph, state)}</p>`)
    .join('\n');
  if (!/>[^<\s]/.test(text)) throw new ReportError('page', 'summary: expected a sentence, got none');
  return [
    '<header>',
    kicker === undefined ? '' : `<p class="kicker">${escapeMarkup(kicker)}</p>`,
    `<h1>${escapeMarkup(title)}</h1>`,
    date === undefined ? '' : `<p class="date">${escapeMarkup(date)}</p>`,
    text,
    keyFigures.length === 0 ? '' : keyFiguresHtml(keyFigures),
    '</header>',
  ]
    .filter((line) => line !== '')
    .join('\n');
}

/** A list of strings is a list of paragraphs; pieces of one paragraph hold at least one that is not a string. */
function isParagraphs(summary: Exclude<PageOptions['summary'], string>): summary is readonly RichText[] {
  return summary.every((part) => typeof part === 'string' || Array.isArray(part));
}

function contentsHtml(headings: readonly string[]): string {
  const items = headings.map(
    (heading, index) => `<li><a href="#section-${index + 1}">${escapeMarkup(heading)}</a></li>`,
  );
  return `<nav aria-label="Contents"><ol>${items.join('')}</ol></nav>`;
}

function sourcesHtml(sources: readonly Source[], state: PageState): string {
  if (sources.length === 0) return '<p>No data of others were used.</p>';
  const rows = sources.map(({ name, href, licence, from, to, note }) => [
    href === undefined ? name : [{ link: name, href }],
    from ?? null,
    to ?? null,
    licence,
    note ?? null,
  ]);
  return tableHtml(
    {
      caption: 'Data, and where they end',
      columns: [
        { header: 'Source' },
        { header: 'From' },
        { header: 'To' },
        { header: 'Licence' },
        { header: 'Remark' },
      ],
      rows,
    },
    state,
  );
}

function methodHtml({ method, seeds, footprint }: PageOptions, state: PageState): string {
  const drawn = seeds.length === 0 ? 'no random numbers were drawn.' : `${seeds.join(', ')}.`;
  return [
    blocksHtml(method, state),
    `<p><strong>Seeds:</strong> ${escapeMarkup(drawn)}</p>`,
    `<p><strong>Time and energy of this report:</strong> ${richText(footprint, state)}</p>`,
  ].join('\n');
}

function footnotesHtml({ footnotes }: PageState): string {
  if (footnotes.length === 0) return '';
  const items = footnotes.map(
    (text, index) =>
      `<li id="footnote-${index + 1}">${text} <a href="#footnote-mark-${index + 1}" aria-label="Back to footnote mark ${index + 1}">↩</a></li>`,
  );
  return `<section class="footnotes" aria-label="Footnotes"><ol>${items.join('')}</ol></section>\n`;
}

/** What the content security policy calls an inline style or script. */
function hashOf(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}
