// Writes test/goldens/first-losses.json: the first loss of every row whose losses are compared, by PyTorch in float64.
// The weights and batches are those of seed 1, as the benchmark's are. Run it when a row is added or starts otherwise:
//
//   NOOSPHERE_PYTHON=/path/to/venv/bin/python tsx --conditions=@noosphere/source write-goldens.ts
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeData } from './measure.js';
import { workloads } from './workloads.js';

const here = dirname(fileURLToPath(import.meta.url));
const python = process.env.NOOSPHERE_PYTHON;
if (python === undefined) throw new Error('write-goldens: NOOSPHERE_PYTHON names no Python');
const folder = mkdtempSync(join(tmpdir(), 'noosphere-first-losses-'));
try {
  for (const workload of workloads.filter(({ random, stepsPerCall }) => !random && stepsPerCall === 1))
    renameSync(writeData(workload, 1), join(folder, workload.name));
  const script = join(here, '../peers/first_losses.py');
  const goldens = join(here, 'test/goldens');
  mkdirSync(goldens, { recursive: true });
  writeFileSync(join(goldens, 'first-losses.json'), execFileSync(python, [script, folder]));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
