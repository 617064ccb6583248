/** The pages that are looked at: the gallery under friendly and hostile names, and those of the apps. */
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { exportOnnx, matmul, relu, spec, type Tensor } from '@noosphere/core';
import { Random } from '@noosphere/train';
import { outlook } from '../outlook.js';
import type { PageFile } from './check-page.js';
import { galleryPage } from './gallery-page.js';
import { hostileNaming } from './hostile-names.js';

/** Writes a page into the folder. One more page is one more line of `pageMakers`. */
export type PageMaker = (folder: string, seed: number) => Promise<PageFile>;

export const pageMakers: Readonly<Record<string, PageMaker>> = {
  gallery: async (folder, seed) => fromGallery(folder, 'gallery', await galleryPage(seed)),
  hostile: async (folder, seed) => fromGallery(folder, 'hostile', await galleryPage(seed, hostileNaming())),
  'model-audit': auditPage,
  'forecast-predict': (folder, seed) => forecastPage(folder, seed, 'predict'),
  'forecast-cv': (folder, seed) => forecastPage(folder, seed, 'cv'),
  'forecast-compare': (folder, seed) => forecastPage(folder, seed, 'compare'),
  outlook: outlookPage,
};

/** The page of an app that was run from its source. */
async function fromApp(
  app: string,
  args: readonly string[],
  name: string,
  folder: string,
): Promise<PageFile> {
  const main = fileURLToPath(new URL(`../../../../apps/${app}/src/main.ts`, import.meta.url));
  const path = join(folder, `${name}.html`);
  await promisify(execFile)(process.execPath, [...process.execArgv, main, ...args, '--html', path]);
  return { name, path };
}

/** Of a small network with an input of 32 numbers. */
async function auditPage(folder: string, seed: number): Promise<PageFile> {
  const random = new Random(seed);
  const weights = { first: random.normalTensor([32, 128], 0.2), second: random.normalTensor([128, 10], 0.2) };
  const model = join(folder, 'model.onnx');
  const forward = ({ x }: Readonly<Record<string, Tensor>>, given: Readonly<Record<string, Tensor>>) => ({
    logits: matmul(relu(matmul(x as Tensor, given.first as Tensor)), given.second as Tensor),
  });
  writeFileSync(
    model,
    exportOnnx(forward, { inputs: { x: spec('float32', ['batch', 32]) }, parameters: weights }),
  );
  return fromApp('model-audit', [model, '--place', 'DEU'], 'model-audit', folder);
}

/** Of the whole main job on the embedded markets. */
async function outlookPage(folder: string, seed: number): Promise<PageFile> {
  const out = join(folder, 'outlook');
  await outlook(['run', '--out', out, '--seed', String(seed), '--epochs', '2']);
  return { name: 'outlook', path: join(out, 'outlook.html') };
}

/** Of two series of 120 days whose weeks repeat; one has a name that would be markup. */
function forecastPage(folder: string, seed: number, command: string): Promise<PageFile> {
  const random = new Random(seed);
  const table = join(folder, `${command}.csv`);
  const day = (index: number) => new Date(Date.UTC(2025, 0, 1 + index)).toISOString().slice(0, 10);
  const rows = ['North', '<img src=x onerror=alert(1)>'].flatMap((id) =>
    Array.from({ length: 120 }, (_, index) => `${id},${day(index)},${20 + (index % 7) + random.uniform()}`),
  );
  writeFileSync(table, ['unique_id,ds,y', ...rows].join('\n'));
  const args = [command, table, '--horizon', '14', '--out', join(folder, `out-${command}`)];
  return fromApp('forecast', args, `forecast-${command}`, folder);
}

/** Labels of hostile names are shortened in drawings; that they are there at all, the friendly page shows. */
function fromGallery(
  folder: string,
  name: 'gallery' | 'hostile',
  { html, charts }: Awaited<ReturnType<typeof galleryPage>>,
): PageFile {
  const path = join(folder, `${name}.html`);
  writeFileSync(path, html);
  return { name, path, ...(name === 'gallery' && { axisTexts: charts.map(({ axisTexts }) => axisTexts) }) };
}
