/** The pages that are looked at: the gallery under friendly and hostile names, and those of the apps. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PageFile } from './check-page.js';
import { galleryPage } from './gallery-page.js';
import { hostileNaming } from './hostile-names.js';

/** Writes a page into the folder. One more page is one more line of `pageMakers`. */
export type PageMaker = (folder: string, seed: number) => Promise<PageFile>;

export const pageMakers: Readonly<Record<string, PageMaker>> = {
  gallery: async (folder, seed) => fromGallery(folder, 'gallery', await galleryPage(seed)),
  hostile: async (folder, seed) => fromGallery(folder, 'hostile', await galleryPage(seed, hostileNaming())),
};

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
