// nvidia-smi's lines are as its manual and the drivers print them, powermetrics' as macOS on Apple silicon does.
import { describe, expect, test } from 'vitest';
import { RecordedHost } from '../system/recorded-host.js';
import { HeldPower } from './held-power.js';
import { NvidiaSource } from './nvidia.js';
import { parseGpuLine, parseProcessLine, queryFields } from './nvidia-lines.js';
import { PowermetricsSource, parsePowermetricsLine } from './powermetrics.js';

const frames = [0, 1000, 2000, 3000].map((atMs) => ({ atMs, files: {} }));

async function soon() {
  await new Promise((resolve) => setTimeout(resolve, 0));
}

describe('nvidia-smi', () => {
  test('lines of --query-gpu, with and without what the driver does not tell', () => {
    expect(parseGpuLine('0, GPU-5a1b, NVIDIA A100-SXM4-40GB, 62.91, 35')).toEqual({
      index: 0,
      uuid: 'GPU-5a1b',
      name: 'NVIDIA A100-SXM4-40GB',
      watts: 62.91,
      counterJoules: undefined,
      utilization: 0.35,
    });
    expect(parseGpuLine('1, GPU-77, Quadro K420, [N/A], [Not Supported]')?.watts).toBeUndefined();
    expect(parseGpuLine('0, GPU-5a1b, NVIDIA A100, 62.91, 35, 1500000')?.counterJoules).toBe(1500);
    expect(parseGpuLine('NVIDIA-SMI has failed')).toBeUndefined();
  });

  test('the energy counter is asked for where the help lists it', () => {
    expect(queryFields('"power.draw"')).not.toContain('total_energy_consumption');
    expect(queryFields('"total_energy_consumption"')).toContain('total_energy_consumption');
  });

  test('lines of pmon', () => {
    expect(
      parseProcessLine('# gpu         pid   type     sm    mem    enc    dec    command'),
    ).toBeUndefined();
    expect(parseProcessLine('    0      12345     C     87     45      -      -    python')).toEqual({
      gpu: 0,
      pid: 12345,
      utilization: 0.87,
    });
    expect(parseProcessLine('    1          -     -      -      -      -      -    -')).toEqual({
      gpu: 1,
      pid: undefined,
      utilization: undefined,
    });
  });

  test('power is held until the next reading, and shares come from pmon', async () => {
    const host = new RecordedHost(frames, { commands: { 'nvidia-smi': [] } });
    const source = new NvidiaSource(host);
    source.start();
    await soon();
    expect(source.sample()).toEqual({ gpu: { joules: 0 } });
    host.next();
    host.print('0, GPU-5a1b, A100, 100, 35');
    // The first reading counts back to the start: 100 W for 1 s.
    expect(source.sample()).toEqual({ gpu: { joules: 100 } });
    host.next();
    host.print('0, GPU-5a1b, A100, 300, 90');
    expect(source.sample()).toEqual({ gpu: { joules: 100 } });
    host.print('    0    7   C   60   1   -   -   node', '    0    8   C   20   1   -   -   other');
    expect(source.gpuShare(new Set([7]))).toBeCloseTo(0.75);
    expect(source.methods.gpu?.name).toBe('nvidia-power');
    host.next();
    expect(source.sample()).toEqual({ gpu: { joules: 300 } });
  });

  test('the counter replaces the sum of powers', async () => {
    const host = new RecordedHost(frames, { commands: { 'nvidia-smi': [] } });
    const source = new NvidiaSource(host);
    source.start();
    await soon();
    host.next();
    host.print('0, GPU-5a1b, H100, 100, 35, 5000000');
    source.sample();
    host.next();
    // Power sampled 100 W twice; the counter says 250 J in that second.
    host.print('0, GPU-5a1b, H100, 100, 35, 5250000');
    expect(source.sample()).toEqual({ gpu: { joules: 250 } });
    expect(source.methods.gpu?.name).toBe('nvidia-energy');
  });

  test('a command that fails is a gap with its complaint', async () => {
    const fails = 'NVIDIA-SMI has failed because it could not communicate with the NVIDIA driver.';
    const source = new NvidiaSource(new RecordedHost(frames, { commands: { 'nvidia-smi': { fails } } }));
    source.start();
    await soon();
    expect(source.sample()).toEqual({ gpu: { gap: fails } });
  });
});

describe('powermetrics', () => {
  const output = `Machine model: Mac14,2
*** Sampled system activity (Fri Sep 11 13:41:46 2026 -0700) (1002.90ms elapsed) ***
E-Cluster HW active frequency: 1248 MHz
CPU Power: 823 mW
GPU Power: 26 mW
ANE Power: 323 mW
Combined Power (CPU + GPU + ANE): 1172 mW`.split('\n');

  test('lines of Apple silicon and of Intel', () => {
    expect(output.map(parsePowermetricsLine).filter((line) => line !== undefined)).toEqual([
      { kind: 'sample', elapsedMs: 1002.9 },
      { kind: 'cpu', watts: 0.823 },
      { kind: 'gpu', watts: 0.026 },
      { kind: 'ane', watts: 0.323 },
    ]);
    expect(parsePowermetricsLine('Intel energy model derived package power (CPUs+GT+SA): 4.37W')).toEqual({
      kind: 'cpu',
      watts: 4.37,
    });
  });

  test('energy is mean power times the time that the sample covers', () => {
    const host = new RecordedHost(frames, { platform: 'darwin', commands: { sudo: [] } });
    const source = new PowermetricsSource(host);
    source.start();
    host.next();
    host.print(...output);
    const { cpu, gpu } = source.sample();
    const joules = (delta: typeof cpu) =>
      delta !== undefined && 'joules' in delta ? delta.joules : Number.NaN;
    // 1.0029 s of 0.823 W and 0.323 W.
    expect(joules(cpu)).toBeCloseTo(1.0029 * (0.823 + 0.323), 3);
    expect(joules(gpu)).toBeCloseTo(1.0029 * 0.026, 4);
  });

  test('a refused sudo is a gap with the line that allows it', () => {
    const commands = { sudo: { fails: 'sudo: a password is required' } };
    const source = new PowermetricsSource(new RecordedHost(frames, { platform: 'darwin', commands }));
    source.start();
    expect(source.sample().cpu).toEqual({ gap: expect.stringMatching(/password is required.*sudoers/) });
  });
});

describe('a held power', () => {
  test('is not held for ever', () => {
    const held = new HeldPower(0);
    held.read(1000, 50);
    expect(held.take(1000)).toEqual({ joules: 50 });
    expect(held.take(9000)).toEqual({ joules: 250 });
    expect(held.take(10_000)).toEqual({ gap: 'the meter went silent' });
  });

  test('never takes back what it gave', () => {
    const held = new HeldPower(0);
    held.read(0, 100, 1000);
    expect(held.take(1000)).toEqual({ joules: 100 });
    held.read(1000, 100, 1050);
    expect(held.take(1000)).toEqual({ joules: 0 });
    held.read(2000, 100, 1150);
    expect(held.take(2000)).toEqual({ joules: 50 });
  });
});
