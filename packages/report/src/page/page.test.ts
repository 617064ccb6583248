import { createHash } from 'node:crypto';
import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { parse } from 'parse5';
import { describe, expect, test } from 'vitest';
import { allElements, attributeOf, textsOf } from '../../test/parsed.js';
import {
  type Chart,
  lineChart,
  type PageOptions,
  page,
  scatterChart,
  toPng,
  toSvg,
  writePage,
} from '../index.js';
import { hoverScript } from './script.js';

/** Two charts under a name: one with text in the drawing, one with pointers' texts. */
async function chartsOf(name: string): Promise<[Chart, Chart]> {
  const axis = { label: name, unit: `u ${name}` };
  return [
    await lineChart({
      title: `t ${name}`,
      alt: `a ${name}`,
      note: `n ${name}`,
      x: ['2026-01-01', '2026-01-02'],
      yAxis: axis,
      lines: [
        { name: `1 ${name}`, values: [1, 2] },
        { name: `2 ${name}`, values: [2, 1] },
      ],
      events: [{ x: '2026-01-02', label: `e ${name}` }],
      reference: { value: 1, label: `r ${name}` },
    }),
    await scatterChart({
      title: `t ${name}`,
      alt: `a ${name}`,
      x: [1, 2],
      y: [3, 4],
      names: [`p ${name}`, `q ${name}`],
      groups: [`g ${name}`, `h ${name}`],
      xAxis: axis,
      yAxis: axis,
    }),
  ];
}

/** Every place that takes a text, under one name. */
async function optionsOf(name: string): Promise<PageOptions> {
  const charts = await chartsOf(name);
  const texts = [
    `x ${name}`,
    { strong: `s ${name}` },
    { emphasis: `e ${name}` },
    { code: `c ${name}` },
    { footnote: `f ${name}` },
  ];
  return {
    title: `t ${name}`,
    kicker: `k ${name}`,
    date: `d ${name}`,
    summary: [`s ${name}`, texts],
    keyFigures: [{ label: `l ${name}`, value: `v ${name}`, unit: `u ${name}`, note: `n ${name}` }],
    sections: [
      {
        title: `h ${name}`,
        blocks: [
          { kind: 'paragraph', text: texts },
          { kind: 'heading', text: `h ${name}` },
          { kind: 'list', items: [`i ${name}`, texts], isOrdered: true },
          { kind: 'figures', figures: [{ label: `l ${name}`, value: 3 }] },
          { kind: 'chart', chart: charts[0] },
          { kind: 'pair', charts },
          { kind: 'callout', tone: 'warning', title: `w ${name}`, text: texts },
          { kind: 'details', summary: `d ${name}`, blocks: [{ kind: 'paragraph', text: texts }] },
          {
            kind: 'table',
            caption: `c ${name}`,
            columns: [
              { header: `h ${name}`, unit: `u ${name}` },
              { header: 'n', decimals: 2 },
              { header: 's' },
            ],
            rows: [
              [`r ${name}`, 1234.5, { sparkline: [1, 2], alt: `a ${name}` }],
              [texts, null, null],
            ],
            note: `n ${name}`,
            strongRows: [1],
          },
        ],
      },
    ],
    sources: [
      {
        name: `n ${name}`,
        href: 'https://example.org/a?b=1&c=2',
        licence: `l ${name}`,
        from: `f ${name}`,
        to: `t ${name}`,
        note: `r ${name}`,
      },
    ],
    method: [{ kind: 'paragraph', text: `m ${name}` }],
    seeds: [1, 2],
    footprint: `j ${name}`,
  };
}

/** Elements with the attributes that could do something; those of looks differ with the room that longer names take. */
const treeOf = (html: string) =>
  allElements(parse(html)).map(({ tagName, attrs }) => {
    const names = attrs.map(({ name }) => name).filter((name) => !looks.has(name));
    return [tagName, ...names].join(' ');
  });
const looks = new Set(['opacity', 'text-anchor', 'stroke-width', 'transform']);

describe('page', () => {
  test('is whole, ordered, and finds its parts', async () => {
    const html = page(await optionsOf('name'));
    const elements = allElements(parse(html));
    const named = (tag: string) => elements.filter(({ tagName }) => tagName === tag);
    expect(attributeOf(named('html')[0], 'lang')).toBe('en');
    expect(named('h1')).toHaveLength(1);
    const levels = elements
      .filter(({ tagName }) => /^h[1-6]$/.test(tagName))
      .map(({ tagName }) => Number(tagName[1]));
    for (const [index, level] of levels.entries())
      expect(level).toBeLessThanOrEqual((levels[index - 1] ?? 0) + 1);
    const ids = elements.map((element) => attributeOf(element, 'id')).filter((id) => id !== '');
    expect(new Set(ids).size).toBe(ids.length);
    for (const anchor of named('a')) {
      const href = attributeOf(anchor, 'href');
      if (href.startsWith('#')) expect(ids).toContain(href.slice(1));
    }
    for (const table of named('table')) expect(allElements(table)[0]?.tagName).toBe('caption');
    for (const header of named('th')) expect(['col', 'row']).toContain(attributeOf(header, 'scope'));
    for (const image of named('svg')) expect(attributeOf(image, 'aria-label')).not.toBe('');
    expect(named('figure')).toHaveLength(3);
  });

  test('says sources with their ends, licences, method, seeds and energy', async () => {
    const text = textsOf(parse(page(await optionsOf('name')))).join(' ');
    for (const part of ['t name', 'l name', 'm name', '1, 2.', 'j name', 'Data, and where they end'])
      expect(text).toContain(part);
    const bare = page({
      title: 't',
      summary: 's',
      sections: [],
      sources: [],
      method: [],
      seeds: [],
      footprint: 'none',
    });
    expect(bare).toContain('No data of others were used.');
    expect(bare).toContain('no random numbers were drawn.');
  });

  test('asks for nothing: the policy allows its own style and script, by their hashes, and no more', async () => {
    const html = page(await optionsOf('name'));
    const [policy = ''] = /content="default-src[^"]*"/.exec(html) ?? [];
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toContain('unsafe');
    for (const tag of ['style', 'script']) {
      const [, inside = ''] = new RegExp(`<${tag}>([\\s\\S]*?)</${tag}>`).exec(html) ?? [];
      expect(policy).toContain(`sha256-${createHash('sha256').update(inside).digest('base64')}`);
    }
    expect(hoverScript).not.toMatch(/innerHTML|eval|fetch|import\(|XMLHttp/);
    const addresses = allElements(parse(html)).flatMap(({ tagName, attrs }) =>
      attrs
        .filter(({ name }) => ['href', 'src', 'srcset', 'xlink:href', 'action'].includes(name))
        .map(({ value }) => `${tagName} ${value}`),
    );
    for (const address of addresses) expect(address).toMatch(/^(a #|a https:\/\/example\.org|link data:,$)/);
  });

  test('numbers line up and carry their units', () => {
    const html = page({
      title: 't',
      summary: 's',
      sections: [
        {
          title: 'x',
          blocks: [
            {
              kind: 'table',
              caption: 'c',
              columns: [{ header: 'a' }, { header: 'b', unit: 'USD', decimals: 2 }],
              rows: [
                ['r', -1234.567],
                ['s', Number.NaN],
              ],
            },
          ],
        },
      ],
      sources: [],
      method: [],
      seeds: [],
      footprint: 'none',
    });
    expect(html).toContain('<th scope="col" class="number">b <span class="unit">(USD)</span></th>');
    expect(html).toContain('<td class="number">−1,234.57</td>');
    expect(html).toContain('<td class="number">–</td>');
  });

  test('refuses what cannot be a page', () => {
    const rest = { summary: 's', sections: [], sources: [], method: [], seeds: [], footprint: 'none' };
    expect(() => page({ ...rest, title: ' ' })).toThrow('page: title: expected a text, got " "');
    expect(() => page({ ...rest, title: 't', summary: '' })).toThrow('summary: expected a sentence');
    expect(() => page({ ...rest, title: 't', lang: '"><' })).toThrow('lang: expected a tag');
    const blocks = [{ kind: 'table', caption: 'c', columns: [{ header: 'a' }], rows: [['x', 'y']] }] as const;
    expect(() => page({ ...rest, title: 't', sections: [{ title: 'x', blocks }] })).toThrow(
      "table 'c', row 0: expected 1 cells, got 2",
    );
  });

  test('links that could run something are left as text', () => {
    const hrefs = [
      'javascript:alert(1)',
      ' JaVaScript:alert(1)',
      'data:text/html,x',
      'file:///etc/passwd',
      '//x.example',
      'https://',
      'https://a.example/"onclick="x',
    ];
    const text = hrefs.map((href) => ({ link: 'here', href }));
    const html = page({
      title: 't',
      summary: 's',
      sections: [{ title: 'x', blocks: [{ kind: 'paragraph', text }] }],
      sources: [],
      method: [],
      seeds: [],
      footprint: 'none',
    });
    const links = allElements(parse(html)).filter(
      (each) => each.tagName === 'a' && textsOf(each).join('') === 'here',
    );
    expect(links.map((each) => attributeOf(each, 'href'))).toEqual(['https://a.example/%22onclick=%22x']);
  });
});

describe('hostile names', () => {
  const pieces = [
    '<',
    '>',
    '"',
    "'",
    '&',
    '&lt;',
    '</script>',
    '<img src=x onerror=alert(1)>',
    ']]>',
    '-->',
    '<!--',
    '${',
    '{{',
    'datum.x',
    "['a']",
    '\\',
    '\n',
    '\u0000',
    '\u202e',
    '\ud800',
    '</title></text></svg>',
    'javascript:',
    '{"signal":"x"}',
    'é',
    '名',
    '=',
  ];
  const hostile = fc.oneof(
    fc.array(fc.constantFrom(...pieces), { minLength: 1, maxLength: 6 }).map((parts) => parts.join('')),
    fc.string({ unit: 'binary', minLength: 1, maxLength: 12 }),
  );

  test('give the same elements and attributes as harmless ones, in pages and in SVG files', {
    timeout: 60_000,
  }, async () => {
    const options = await optionsOf('name');
    const harmless = treeOf(page(options));
    const [chart] = await chartsOf('name');
    const drawn = treeOf(toSvg(chart));
    await fc.assert(
      fc.asyncProperty(hostile, async (name) => {
        expect(treeOf(page(await optionsOf(name)))).toEqual(harmless);
        const [other] = await chartsOf(name);
        expect(treeOf(toSvg(other))).toEqual(drawn);
      }),
      { numRuns: 12, seed: 1 },
    );
  });

  test('are shown as they are', async () => {
    const name = '<b>&amp;"\'$x}[0].y';
    const text = textsOf(parse(page(await optionsOf(name)))).join('|');
    expect(text).toContain(`1 ${name}`);
    expect(text).toContain(`h ${name}`);
  });
});

describe('files', () => {
  test('a page that is there is replaced only where that is asked for', async () => {
    const path = join(await mkdtemp(join(tmpdir(), 'noosphere-report-')), 'new', 'page.html');
    await writePage(path, 'one');
    await expect(writePage(path, 'two')).rejects.toThrow(`writePage: ${path} is there already`);
    expect(await readFile(path, 'utf8')).toBe('one');
    await writePage(path, 'two', { overwrite: true });
    expect(await readFile(path, 'utf8')).toBe('two');
    await expect(writePage(join(path, 'below.html'), 'x')).rejects.toThrow('cannot be made');
  });

  test('a PNG has the width that was asked for, and the colours of its theme', {
    timeout: 30_000,
  }, async () => {
    const [chart] = await chartsOf('name');
    const { default: sharp } = await import('sharp');
    for (const [theme, red] of [
      ['light', 255],
      ['dark', 0x14],
    ] as const) {
      const png = await toPng(chart, { theme, widthPixels: 400 });
      const { data, info } = await sharp(png).raw().toBuffer({ resolveWithObject: true });
      expect(info.width).toBe(400);
      expect(Math.abs((data[0] as number) - red)).toBeLessThanOrEqual(2);
      expect(new Set(data).size).toBeGreaterThan(20);
    }
    await expect(toPng(chart, { widthPixels: 0 })).rejects.toThrow(
      'expected a whole number from 16 to 16384',
    );
  });
});
