import { readdirSync } from 'node:fs';
import { testExamples } from '@noosphere/tool-examples';

const docs = new URL('../../../docs/', import.meta.url);
// Generated from the operators; it has tables only.
const generated = new Set(['ops.md']);
const pages = readdirSync(docs).filter((page) => page.endsWith('.md') && !generated.has(page));

testExamples(import.meta.url, {
  pages: ['../../README.md', ...pages.map((page) => `../../docs/${page}`)],
  sources: [],
});
