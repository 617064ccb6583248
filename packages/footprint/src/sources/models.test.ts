import { describe, expect, test } from 'vitest';
import { recording } from '../../test/trees.js';
import { RecordedHost } from '../system/recorded-host.js';
import { codecarbonCpuModel, codecarbonMemoryModel } from './codecarbon-method.js';
import { loadShare, tdpModel, virtualCpuModel } from './cpu-model.js';
import { findCpuPower } from './cpu-power.js';
import { detectSources } from './detect.js';
import { memoryModel } from './memory-model.js';

const half = { seconds: 10, suspendedSeconds: 0, utilization: 0.5 };

describe('processors', () => {
  test.each([
    ['Intel(R) Core(TM) i7-8700 CPU @ 3.20GHz', 65],
    ['AMD EPYC 7763 64-Core Processor', 280],
    ['Intel(R) Xeon(R) Gold 6248 CPU @ 2.50GHz', 150],
    ['11th Gen Intel(R) Core(TM) i7-1165G7 @ 2.80GHz', 28],
    ['AMD Ryzen 9 5950X 16-Core Processor', 105],
  ])('%s has %s W by its maker', (model, watts) => {
    expect(findCpuPower(model)?.watts).toBe(watts);
  });

  test.each(['Intel(R) Xeon(R) Processor', 'AMD EPYC', '', 'QEMU Virtual CPU version 2.5+'])(
    '%s is none of the table',
    (model) => expect(findCpuPower(model)).toBeUndefined(),
  );

  test('shares of TDP are the published points, straight lines between, and stay in range', () => {
    const points = { 0: 0.12, 0.1: 0.32, 0.3: 0.535, 0.5: 0.75, 1: 1.02 };
    for (const [load, share] of Object.entries(points)) expect(loadShare(Number(load))).toBeCloseTo(share);
    expect([loadShare(-1), loadShare(2)]).toEqual([0.12, 1.02]);
  });

  test('energies by hand', () => {
    const tdp = tdpModel({ watts: 100, from: 'given', isKnown: true });
    expect(tdp.sample(half).cpu).toEqual({ joules: 750, idleJoules: 120 });
    // 4 processors of 0.74 W + half of 2.76 W, for 10 s.
    const virtual = virtualCpuModel(4);
    expect([virtual.curve(0.5) * 10, virtual.curve(0) * 10]).toEqual([
      expect.closeTo(84.8),
      expect.closeTo(29.6),
    ]);
    // CodeCarbon: 100 W (0.1 + 0.9 / 8) for 10 s.
    expect(codecarbonCpuModel(100).curve(0.5) * 10).toBeCloseTo(212.5);
    expect(memoryModel(16e9).watts).toBeCloseTo(5.96);
  });

  test.each([
    [1, 10],
    [8, 10],
    [16, 10],
    [31.9, 20],
    [64, 20],
    [128, 38],
    // 16 modules of 32 GiB: 20 + 18 + 8 x 4; 1024 GiB: 8 of 128.
    [512, 38],
    [1024, 38],
    // 32 at most: 20 + 18 + 32 + 16 x 3.5.
    [8192, 126],
  ])("CodeCarbon's memory of %s GiB draws %s W", (gibibytes, watts) => {
    expect(codecarbonMemoryModel(gibibytes * 2 ** 30).watts).toBeCloseTo(watts);
  });
});

describe('detecting', () => {
  test('a server with RAPL needs no model but keeps one', () => {
    const { meters, problems, models } = detectSources(recording('intel-server'));
    expect(Object.keys(meters[0]?.methods ?? {})).toEqual(['cpu', 'memory']);
    expect(problems).toEqual([]);
    expect(models.cpu.methods.cpu.description).toContain('150 W');
  });

  test('denied: the reason and the exact command', () => {
    const { meters, problems } = detectSources(recording('denied'));
    expect(meters).toEqual([]);
    expect(problems[0]).toMatchObject({
      why: expect.stringContaining('PLATYPUS'),
      fix: 'sudo chmod a+r /sys/class/powercap/intel-rapl:0/energy_uj',
    });
  });

  test('two sockets have twice the power', () => {
    const cpu = (socket: number) =>
      `physical id\t: ${socket}\nmodel name\t: Intel(R) Xeon(R) Gold 6248 CPU\n\n`;
    const host = new RecordedHost([{ atMs: 0, files: { 'proc/cpuinfo': cpu(0) + cpu(1) + cpu(1) } }]);
    expect(detectSources(host).models.cpu.curve(0.5)).toBeCloseTo(2 * 150 * 0.75);
  });

  test('a virtual machine has no fix', () => {
    const { problems, models } = detectSources(recording('virtual-machine'));
    expect(problems[0]?.why).toContain('hypervisor');
    expect(problems[0]?.fix).toBeUndefined();
    expect(models.cpu.methods.cpu.name).toBe('vcpu-model');
  });

  test('a machine without the kernel module gets modprobe; a given TDP is taken', () => {
    const host = new RecordedHost([{ atMs: 0, files: { 'proc/cpuinfo': 'model name\t: Unheard-of 9\n' } }]);
    expect(detectSources(host).problems[0]?.fix).toContain('modprobe intel_rapl');
    expect(detectSources(host).models.cpu.methods.cpu.description).toContain('unknown processor');
    expect(detectSources(host, { cpuTdpWatts: 42 }).models.cpu.curve(0.5)).toBeCloseTo(31.5);
  });

  test('an NVIDIA GPU without nvidia-smi is a problem, not a zero', () => {
    const files = { 'proc/driver/nvidia/gpus/0000:01:00.0/information': 'Model: A100' };
    const { problems } = detectSources(new RecordedHost([{ atMs: 0, files }]));
    expect(problems.find(({ component }) => component === 'gpu')?.fix).toContain('nvidia-utils');
  });
});
