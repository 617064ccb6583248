/** What a page is made of, as plain data. Every text is plain: nothing in it is read as markup. */
import type { Chart, Value } from '../charts/chart.js';

/** A piece of running text. */
export type Inline =
  | string
  | { readonly strong: string }
  | { readonly emphasis: string }
  | { readonly code: string }
  /** An address that is not http, https or mailto leaves the text alone. */
  | { readonly link: string; readonly href: string }
  /** Numbered by its place; its text comes at the page's end. */
  | { readonly footnote: string };

export type RichText = string | readonly Inline[];

/** A number that a reader should see first. */
export interface KeyFigure {
  readonly label: string;
  /** A number is formatted with four digits. */
  readonly value: string | number;
  readonly unit?: string;
  /** Below it: what it is compared with, or how sure it is. */
  readonly note?: string;
}

export interface Column {
  readonly header: string;
  /** Behind the header, as in `Return (% a year)`. */
  readonly unit?: string;
  /** @default as many as give the greatest number four digits; cell by cell where sizes differ much */
  readonly decimals?: number;
}

/** A series so small that it fits a cell. */
export interface Sparkline {
  /** NaN, null and undefined are gaps. */
  readonly sparkline: readonly Value[];
  /** What it shows. @default its first, last, least and greatest value */
  readonly alt?: string;
}

/** A number, a text, a sparkline, or nothing: null is printed as a dash. */
export type Cell = number | RichText | Sparkline | null;

export interface Table {
  readonly caption: string;
  readonly columns: readonly Column[];
  /** The first cell of a row is its header. */
  readonly rows: readonly (readonly Cell[])[];
  /** Rows in bold, such as the one that was chosen, by index. @default [] */
  readonly strongRows?: readonly number[];
  readonly note?: string;
}

export type Block =
  | { readonly kind: 'paragraph'; readonly text: RichText }
  | { readonly kind: 'list'; readonly items: readonly RichText[]; readonly isOrdered?: boolean }
  | { readonly kind: 'figures'; readonly figures: readonly KeyFigure[] }
  | ({ readonly kind: 'table' } & Table)
  | { readonly kind: 'chart'; readonly chart: Chart }
  /** Side by side where there is room. */
  | { readonly kind: 'pair'; readonly charts: readonly [Chart, Chart] }
  | {
      readonly kind: 'callout';
      readonly tone: 'note' | 'warning';
      readonly title: string;
      readonly text: RichText;
    }
  | { readonly kind: 'heading'; readonly text: string }
  /** Closed on a screen, open in print. */
  | { readonly kind: 'details'; readonly summary: string; readonly blocks: readonly Block[] };

export interface Section {
  readonly title: string;
  readonly blocks: readonly Block[];
}

/** Where data come from, and up to when. */
export interface Source {
  readonly name: string;
  readonly href?: string;
  readonly licence: string;
  /** First and last day that was used. */
  readonly from?: string;
  readonly to?: string;
  readonly note?: string;
}
