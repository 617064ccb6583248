/** Opens one page in a browser, on two widths, in light and dark, and on paper, and lists what is wrong with it. */
import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import axe from 'axe-core';
import type { Browser, Page } from 'playwright-core';

export interface PageFile {
  readonly name: string;
  readonly path: string;
  /** For each figure, texts that its axes must carry. */
  readonly axisTexts?: readonly (readonly string[])[];
}

export interface PageCheck {
  readonly name: string;
  readonly bytes: number;
  readonly figures: number;
  readonly marks: number;
  readonly pdfPages: number;
  readonly smallestFontPx: number;
  readonly violations: readonly string[];
  /** Names of all elements in order, to compare two pages. */
  readonly tree: string;
}

const widths = [390, 1440] as const;
const leastFontPx = 11;
const mostBytes = 3e6;

/** What is read of a page at one width; runs in the browser. */
interface Reading {
  readonly overflowPx: number;
  readonly smallestFontPx: number;
  readonly smallestText: string;
  readonly figures: readonly { readonly expected: number; readonly drawn: number; readonly text: string }[];
}

export async function checkPage(browser: Browser, file: PageFile, folder: string): Promise<PageCheck> {
  const violations: string[] = [];
  const say = (what: string) => violations.push(`${file.name}: ${what}`);
  const bytes = statSync(file.path).size;
  if (bytes > mostBytes) say(`${bytes} bytes`);
  let [marks, figures, smallestFontPx, tree] = [0, 0, Number.POSITIVE_INFINITY, ''];
  for (const width of widths) {
    for (const colorScheme of ['light', 'dark'] as const) {
      const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme });
      const page = await context.newPage();
      listen(page, file.path, say);
      await page.goto(pathToFileURL(file.path).href);
      await page.screenshot({
        path: join(folder, `${file.name}-${width}-${colorScheme}.png`),
        fullPage: true,
      });
      const place = `${width} px, ${colorScheme}`;
      for (const problem of await axeProblems(page)) say(`${place}: ${problem}`);
      const reading = (await page.evaluate(readPage)) as Reading;
      if (reading.overflowPx > 0) say(`${place}: ${reading.overflowPx} px wider than the screen`);
      if (reading.smallestFontPx < leastFontPx)
        say(`${place}: ${reading.smallestFontPx.toFixed(1)} px is too small for '${reading.smallestText}'`);
      reading.figures.forEach(({ expected, drawn, text }, index) => {
        if (expected !== drawn) say(`${place}, figure ${index + 1}: ${drawn} marks for ${expected} values`);
        for (const axisText of file.axisTexts?.[index] ?? [])
          if (!text.includes(axisText)) say(`${place}, figure ${index + 1}: no axis says '${axisText}'`);
      });
      if (await page.evaluate('window.pwned !== undefined')) say(`${place}: a name ran as a script`);
      if (colorScheme === 'light') await hoverOverLines(page, say);
      smallestFontPx = Math.min(smallestFontPx, reading.smallestFontPx);
      figures = reading.figures.length;
      marks = reading.figures.reduce((sum, { drawn }) => sum + drawn, 0);
      tree ||= (await page.evaluate(
        "[...document.querySelectorAll('*')].map((element) => element.tagName).join(' ')",
      )) as string;
      await context.close();
    }
  }
  const pdfPages = await checkPrint(browser, file, folder, say);
  return { name: file.name, bytes, figures, marks, pdfPages, smallestFontPx, violations, tree };
}

/** Anything a page says or asks for is a fault. */
function listen(page: Page, path: string, say: (what: string) => void): void {
  page.on('console', (message) => say(`console: ${message.text()}`));
  page.on('pageerror', (error) => say(`error: ${error.message}`));
  page.on('dialog', (dialog) => {
    say(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on('request', (request) => {
    if (request.url() !== pathToFileURL(path).href && !request.url().startsWith('data:'))
      say(`request: ${request.url()}`);
  });
}

async function axeProblems(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const found = (await page.evaluate("axe.run(document, { resultTypes: ['violations'] })")) as axe.AxeResults;
  return found.violations.map(
    ({ id, nodes }) => `axe ${id}, ${nodes.length} times: ${nodes[0]?.html.slice(0, 120)}`,
  );
}

/** As text, since it runs in the browser: this program knows no document. */
const readPage = `(() => {
  const isShown = (element) => element.getClientRects().length > 0;
  let [smallestFontPx, smallestText] = [Infinity, ''];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const element = node.parentElement;
    if (node.data.trim() === '' || ['SCRIPT', 'STYLE', 'title'].includes(element.tagName) || !isShown(element)) continue;
    // Drawings are scaled, and some of their texts are turned.
    const matrix = element.getScreenCTM?.();
    const px = parseFloat(getComputedStyle(element).fontSize) * (matrix ? Math.hypot(matrix.a, matrix.b) : 1);
    if (px < smallestFontPx) [smallestFontPx, smallestText] = [px, node.data.trim().slice(0, 40)];
  }
  const count = (element) => {
    const path = element.getAttribute('d') ?? '';
    const kind = element.closest('.data').dataset.kind;
    if (kind === 'line') return (path.match(/[ML]/g) ?? []).length;
    if (kind !== 'area') return 1;
    return path.split('M').slice(1).reduce((sum, part) => sum + new Set(part.split(/[LZ]/).filter(Boolean).map((each) => each.split(',')[0])).size, 0);
  };
  const figures = [...document.querySelectorAll('figure')].map((figure) => {
    const svg = [...figure.querySelectorAll('svg.chart')].find(isShown);
    const marks = [...svg.querySelectorAll('.data path, .data rect, .data line')].filter((mark) => !mark.closest('defs'));
    return {
      expected: Number(figure.dataset.drawn),
      drawn: marks.reduce((sum, mark) => sum + count(mark), 0),
      text: [...svg.querySelectorAll('text')].map((text) => text.textContent).join(' | '),
    };
  });
  const overflowPx = document.scrollingElement.scrollWidth - window.innerWidth;
  return { overflowPx, smallestFontPx, smallestText, figures };
})()`;

/** Where lines can be pointed at, pointing shows a text. */
async function hoverOverLines(page: Page, say: (what: string) => void): Promise<void> {
  const lines = page.locator('svg[data-hover]:visible');
  if ((await lines.count()) === 0) return;
  await lines.first().hover();
  const told = await page.locator('.hover-text:visible').first().textContent();
  if (!told) say('pointing at a line shows nothing');
}

/** A4: every chart on one page of the PDF. */
async function checkPrint(
  browser: Browser,
  file: PageFile,
  folder: string,
  say: (what: string) => void,
): Promise<number> {
  const [contentWidth, contentHeight] = [673, 986];
  const page = await browser.newPage({ viewport: { width: contentWidth, height: contentHeight } });
  await page.goto(pathToFileURL(file.path).href);
  await page.emulateMedia({ media: 'print' });
  const cut = (await page.evaluate(
    `[...document.querySelectorAll('figure, .callout, tr')].filter((each) => each.getBoundingClientRect().height > ${contentHeight} || getComputedStyle(each).breakInside !== 'avoid').length`,
  )) as number;
  if (cut > 0) say(`print: ${cut} blocks may be cut`);
  const pdf = await page.pdf({ preferCSSPageSize: true, printBackground: true });
  writeFileSync(join(folder, `${file.name}.pdf`), pdf);
  await page.close();
  const pages = pdf.toString('latin1').match(/\/Type\s*\/Page\b/g)?.length ?? 0;
  if (pages === 0) say('print: no pages');
  return pages;
}
