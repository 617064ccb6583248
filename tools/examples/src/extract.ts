// Finds examples in markdown pages and in docstrings. Nothing is run here.
import ts from 'typescript';

/** A fenced block of code and what is known about it. */
export interface Example {
  /** Path of the page or source file, as given. */
  readonly path: string;
  /** Line of the block's first line of code, from 1. */
  readonly line: number;
  readonly code: string;
  /** The ```text block after it, if there is one. */
  readonly text?: string;
  /** `file=path`: the block quotes this file and is not run. */
  readonly quotes?: string;
  /** `save=name.ts`: the block is a module that later blocks of the page import. */
  readonly savedAs?: string;
  /** `needs=NAME`: the block runs only where this variable of the environment is set. */
  readonly needs?: string;
}

interface Fence {
  readonly language: string;
  readonly options: ReadonlyMap<string, string>;
  readonly line: number;
  readonly code: string;
}

/** The `ts` blocks of a markdown page, in order. */
export function markdownExamples(path: string, markdown: string): Example[] {
  const fences = readFences(path, markdown);
  return fences.flatMap((fence, index) => {
    if (fence.language !== 'ts') return [];
    const next = fences[index + 1];
    return [toExample(path, fence, next?.language === 'text' ? next.code : undefined)];
  });
}

/** The code under each `@example` in the docstrings of a TypeScript source, fenced as `ts` or bare, in order. */
export function docstringExamples(path: string, source: string): Example[] {
  const file = ts.createSourceFile(path, source, ts.ScriptTarget.Latest, true);
  const comments = new Map<number, string>();
  const visit = (node: ts.Node): void => {
    for (const comment of ts.getJSDocCommentsAndTags(node)) {
      if (ts.isJSDoc(comment)) comments.set(comment.getStart(file), comment.getText(file));
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return [...comments].flatMap(([position, comment]) => {
    const body = comment.replace(/\*\/$/, '').replace(/^[ \t]*\* ?/gm, '');
    const firstLine = file.getLineAndCharacterOfPosition(position).line;
    return taggedExamples(body).flatMap(({ text, line }) => {
      const fences = readFences(path, text).filter((fence) => fence.language === 'ts');
      const blocks = text.includes('```') ? fences : [{ ...plainBlock, code: text.trim(), line: 1 }];
      return blocks.map((fence) =>
        toExample(path, { ...fence, line: fence.line + firstLine + line }, undefined),
      );
    });
  });
}

const plainBlock = { language: 'ts', options: new Map<string, string>() };

/** The text under each `@example` up to the next tag, with its line in the docstring, from 0. */
function taggedExamples(docstring: string): { text: string; line: number }[] {
  const found: { text: string; line: number }[] = [];
  let open = false;
  for (const [line, text] of docstring.split('\n').entries()) {
    const tag = /^@(\w+)[ \t]*/.exec(text);
    if (tag !== null) open = tag[1] === 'example';
    const last = found.at(-1);
    if (tag !== null && open) found.push({ text: '', line: line + 1 });
    else if (open && last !== undefined) last.text += `${text}\n`;
  }
  return found;
}

function toExample(path: string, fence: Fence, text: string | undefined): Example {
  const quotes = fence.options.get('file');
  const savedAs = fence.options.get('save');
  const needs = fence.options.get('needs');
  return {
    path,
    line: fence.line,
    code: fence.code,
    ...(text === undefined ? {} : { text }),
    ...(quotes === undefined ? {} : { quotes }),
    ...(savedAs === undefined ? {} : { savedAs }),
    ...(needs === undefined ? {} : { needs }),
  };
}

function readFences(path: string, markdown: string): Fence[] {
  const fences: Fence[] = [];
  let open: { indent: string; info: string; line: number; lines: string[] } | undefined;
  for (const [index, line] of markdown.split('\n').entries()) {
    const fence = /^(\s*)```(.*)$/.exec(line);
    if (fence === null) {
      open?.lines.push(line.startsWith(open.indent) ? line.slice(open.indent.length) : line);
    } else if (open === undefined) {
      open = { indent: fence[1] ?? '', info: (fence[2] ?? '').trim(), line: index + 2, lines: [] };
    } else {
      const [language = '', ...options] = open.info.split(/\s+/);
      const pairs = options.map((option): [string, string] => {
        const at = option.indexOf('=');
        const name = option.slice(0, at);
        if (!['file', 'save', 'needs'].includes(name)) {
          throw new Error(
            `${path}:${open?.line}: a block's option is file=…, save=… or needs=…, got '${option}'`,
          );
        }
        return [name, option.slice(at + 1)];
      });
      fences.push({ language, options: new Map(pairs), line: open.line, code: open.lines.join('\n') });
      open = undefined;
    }
  }
  if (open !== undefined) throw new Error(`${path}:${open.line}: this block has no closing fence`);
  return fences;
}
