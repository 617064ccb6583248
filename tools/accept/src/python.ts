/** Python, where a run compares with what Python does. */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { MissingError, required } from './run.js';

/** Runs a script of tools/accept/python to its end and gives what it printed. */
export async function runPython(script: string, args: readonly string[]): Promise<string> {
  const python = required('NOOSPHERE_PYTHON', 'a Python with tools/accept/python/requirements.txt installed');
  const path = fileURLToPath(new URL(`../python/${script}`, import.meta.url));
  return new Promise((resolve, reject) => {
    const child = spawn(python, [path, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    const output: Buffer[] = [];
    const errors: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => output.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => errors.push(chunk));
    child.on('error', (error) =>
      reject(new MissingError(`NOOSPHERE_PYTHON does not start: ${error.message}`)),
    );
    child.on('close', (code) => {
      if (code === 0) resolve(Buffer.concat(output).toString());
      else
        reject(new Error(`${script} ended with ${code}: ${Buffer.concat(errors).toString().slice(-2000)}`));
    });
  });
}
