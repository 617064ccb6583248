/**
 * How wide a text is where no font can be asked: by the widths of Arial's letters, a little rounded up for fonts that are wider.
 * Vega's own guess, 0.8 em a letter, leaves gaps beside every label.
 */

const widths: readonly (readonly [letters: RegExp, em: number])[] = [
  [/[ijl.,:;'|!\u00a0 ]/, 0.26],
  [/[ftrI()[\]/\\"-]/, 0.34],
  [/[mMW@%]/, 0.86],
  [/[w&]/, 0.72],
  [/[A-Z+=<>−×~]/, 0.68],
  [/[\u1100-\u11ff\u2e80-\u9fff\uac00-\ud7ff\uf900-\ufaff\uff00-\uff60]/, 1],
  [/[\u{1f000}-\u{1ffff}]/u, 1.3],
];

const caution = 1.06;

/** @returns px */
export function textWidth(text: string, fontSize = 12): number {
  let em = 0;
  for (const letter of text) em += widths.find(([letters]) => letters.test(letter))?.[1] ?? 0.556;
  return em * fontSize * caution;
}
