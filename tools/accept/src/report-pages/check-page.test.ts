import { existsSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { barChart, page } from '@noosphere/report';
import { chromium } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { checkPage } from './check-page.js';

const executablePath = '/usr/bin/chromium';

async function wholePage(): Promise<string> {
  const chart = await barChart({
    title: 'Errors',
    alt: 'A errs least.',
    categories: ['A', 'B'],
    series: [{ name: 'MASE', values: [0.8, 1.1] }],
    valueAxis: { label: 'Error', unit: 'USD' },
  });
  return page({
    title: 'Errors',
    summary: 'A errs least.',
    sections: [{ title: 'Errors', blocks: [{ kind: 'chart', chart }] }],
    sources: [],
    method: [],
    seeds: [],
    footprint: 'not measured',
  });
}

describe.skipIf(!existsSync(executablePath))(`pages in ${executablePath}, which is not everywhere`, () => {
  test('a whole page passes, and each fault of a spoilt one is named', { timeout: 120_000 }, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'noosphere-check-page-'));
    const html = await wholePage();
    const spoilt = html
      .replace(/ content="default-src[^"]*"/, ' content=""')
      .replace('data-drawn="2"', 'data-drawn="3"')
      .replace('</header>', '<p id="pale">pale</p><img src="https://example.invalid/x.png"></header>')
      .replace(
        '<style>',
        '<style>#pale{color:#eee;font-size:8px;width:3000px}figure{break-inside:auto!important}',
      );
    const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
    try {
      const check = async (name: string, text: string) => {
        const path = join(folder, `${name}.html`);
        writeFileSync(path, text);
        return checkPage(browser, { name, path, axisTexts: [['(USD)']] }, folder);
      };
      expect((await check('whole', html)).violations).toEqual([]);
      const found = (await check('spoilt', spoilt)).violations.join('\n');
      for (const fault of [
        'request:',
        'axe image-alt',
        'axe color-contrast',
        'wider than',
        '8.0 px',
        '2 marks for 3',
        'may be cut',
      ])
        expect(found).toContain(fault);
    } finally {
      await browser.close();
    }
  });
});
