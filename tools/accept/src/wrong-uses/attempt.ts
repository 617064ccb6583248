/** One wrong use, carried out: what was thrown, whether it says enough, and whether any file was lost. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { NoosphereError, readSafetensors } from '@noosphere/core';
import type { Expected, WrongUse } from './wrong-use.js';

export interface Attempt {
  readonly name: string;
  /** Class and text of the error, or the result. */
  readonly outcome: string;
  readonly milliseconds: number;
  /** What falls short; none where the case is good. */
  readonly problems: readonly string[];
}

/** No wrong use may take longer to be told. */
export const longestMs = 5000;

export async function attempt(use: WrongUse, folder: string): Promise<Attempt> {
  mkdirSync(folder, { recursive: true });
  const place = { folder };
  await use.prepare?.(place);
  const before = contents(folder);
  const start = performance.now();
  let outcome: string;
  const problems: string[] = [];
  try {
    const result = await use.act(place);
    outcome = shortText(result);
    problems.push(...problemsOfResult(outcome, use.expected));
  } catch (error) {
    outcome = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    problems.push(...problemsOfError(error, use.expected));
  }
  const milliseconds = performance.now() - start;
  if (milliseconds > longestMs) problems.push(`took ${milliseconds.toFixed(0)} ms`);
  if (!('result' in use.expected)) problems.push(...problemsOfFiles(before, contents(folder)));
  if (use.keeps) problems.push(...problemsOfCheckpoint(use.keeps(place)));
  return { name: use.name, outcome, milliseconds, problems };
}

function shortText(result: unknown): string {
  const text = JSON.stringify(result, (_, value: unknown) =>
    ArrayBuffer.isView(value) ? '…' : typeof value === 'bigint' ? String(value) : value,
  );
  return (text ?? 'undefined').slice(0, 500);
}

function problemsOfResult(text: string, expected: Expected): string[] {
  if ('result' in expected) return expected.result.test(text) ? [] : [`the result is not ${expected.result}`];
  return ['no error'];
}

function problemsOfError(error: unknown, expected: Expected): string[] {
  const text = error instanceof Error ? error.message : String(error);
  if ('result' in expected) return [`an error, expected ${expected.result}`];
  if ('own' in expected) return text === expected.own ? [] : ["not the user's own error"];
  const problems: string[] = [];
  if (!NoosphereError.isInstance(error)) problems.push('not a typed error');
  else if (!text.startsWith(`${error.operation}: `)) problems.push('does not begin with the operation');
  if (/onnxruntime_src|Non-zero status code/.test(text)) problems.push("shows the runtime's own text");
  for (const pattern of expected.names) if (!pattern.test(text)) problems.push(`does not name ${pattern}`);
  if (!expected.hint.test(text)) problems.push(`gives no way out like ${expected.hint}`);
  return problems;
}

/** SHA-256 of each file below a folder. */
function contents(folder: string): Map<string, string> {
  const found = new Map<string, string>();
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    const path = join(folder, name);
    if (statSync(path).isFile())
      found.set(name, createHash('sha256').update(readFileSync(path)).digest('hex'));
  }
  return found;
}

function problemsOfFiles(before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): string[] {
  const lost = [...before].filter(([name, hash]) => after.get(name) !== hash).map(([name]) => name);
  const halves = [...after.keys()].filter((name) => name.endsWith('.part'));
  return [
    ...(lost.length > 0 ? [`changed or removed ${lost.join(', ')}`] : []),
    ...(halves.length > 0 ? [`left ${halves.join(', ')} behind`] : []),
  ];
}

/** The newest checkpoint of a folder is read tensor by tensor. */
function problemsOfCheckpoint(folder: string): string[] {
  const newest =
    existsSync(folder) &&
    readdirSync(folder)
      .filter((name) => name.startsWith('step-'))
      .sort()
      .at(-1);
  if (!newest) return ['no checkpoint is left'];
  try {
    const { tensors } = readSafetensors(readFileSync(join(folder, newest)));
    return Object.keys(tensors).length > 0 ? [] : ['the checkpoint is empty'];
  } catch (error) {
    return [`the checkpoint cannot be read: ${String(error)}`];
  }
}
