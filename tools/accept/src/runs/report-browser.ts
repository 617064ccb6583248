/** What a browser says of the report pages: everything that is wrong with them, in light, in dark, on a telephone, on paper. */
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { checkPage, type PageCheck } from '../report-pages/check-page.js';
import { pageMakers } from '../report-pages/pages.js';
import { type AcceptanceRun, type Measured, MissingError, type RunContext } from '../run.js';

export const reportBrowser: AcceptanceRun = {
  name: 'report-browser',
  metric:
    'violations on all report pages (console, requests, mark counts, axis texts, overflow, font < 11 px, print, axe, scripts of hostile names, size)',
  bar: { is: '<=', value: 0 },
  run,
};

/** Where Debian installs it. */
const executablePath = '/usr/bin/chromium';

async function run({ folder, seed, say }: RunContext): Promise<Measured> {
  if (!existsSync(executablePath))
    throw new MissingError(`${executablePath} is not there: apt-get install chromium`);
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
  const checks: PageCheck[] = [];
  try {
    for (const [name, make] of Object.entries(pageMakers)) {
      say(`page ${name}`);
      checks.push(await checkPage(browser, await make(folder, seed), folder));
    }
  } finally {
    await browser.close();
  }
  const [friendly, hostile] = [
    checks.find(({ name }) => name === 'gallery'),
    checks.find(({ name }) => name === 'hostile'),
  ];
  const violations = [
    ...checks.flatMap((check) => check.violations),
    ...(friendly?.tree === hostile?.tree ? [] : ['hostile: the names changed the elements of the page']),
  ];
  const path = join(folder, 'report-browser.json');
  writeFileSync(
    path,
    JSON.stringify(
      checks.map(({ tree, ...check }) => ({ ...check, elements: tree.split(' ').length })),
      null,
      1,
    ),
  );
  return {
    value: violations.length,
    artifacts: [path, folder],
    notes: [
      ...checks.map(
        ({ name, bytes, figures, marks, pdfPages, smallestFontPx }) =>
          `${name}: ${(bytes / 1e3).toFixed(0)} kB, ${figures} figures, ${marks} marks, ${pdfPages} pages on paper, smallest text ${smallestFontPx.toFixed(1)} px`,
      ),
      ...violations.slice(0, 40),
    ],
  };
}
