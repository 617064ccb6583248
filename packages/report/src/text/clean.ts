/** Text of strangers on its way into markup: made printable, then escaped. Every string of a chart or page passes here. */

/** Control characters, and those that turn the direction of the text around them; tab and line breaks become spaces. */
const unprintable =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufffe\uffff]/g;

/** What can be printed: unprintable characters and halves of pairs become U+FFFD, white space one space; a space that keeps a number and its unit on one line stays. */
export function clean(text: string): string {
  return String(text)
    .replace(/[^\S\u00a0]+/g, ' ')
    .replace(/\p{Surrogate}/gu, '\ufffd')
    .replace(unprintable, '\ufffd')
    .trim();
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Clean text as it stands in HTML or SVG, between tags or in a quoted attribute. */
export function escapeMarkup(text: string): string {
  return clean(text).replace(/[&<>"']/g, (character) => entities[character] ?? character);
}

/** The address of a link, escaped; undefined where it is not one that a reader can follow safely. */
export function safeAddress(address: string): string | undefined {
  if (!/^(https?:\/\/|mailto:)/i.test(address.trim()) || !URL.canParse(address.trim())) return undefined;
  return escapeMarkup(new URL(address.trim()).href);
}
