import { describe, expect, test } from 'vitest';
import { noProcess, processFiles, recording, statFile, tree } from '../../test/trees.js';
import { RecordedHost } from '../system/recorded-host.js';
import { CgroupUse, findCgroup } from './cgroup.js';
import { MachineLoad, readMemory } from './machine-load.js';
import { parseMachineStat, parseProcessStat } from './proc-files.js';
import { ProcessTree } from './process-tree.js';

describe('/proc', () => {
  test('a name with spaces and brackets does not shift the fields of stat', () => {
    const stat = parseProcessStat(
      '100 (node (tree) x) S 1 100 100 0 -1 4194560 0 0 0 0 500 100 20 5 20 0 11 0 90000 0',
    );
    expect(stat).toEqual({ parentPid: 1, ownSeconds: 6, endedChildrenSeconds: 0.25, startTicks: 90_000 });
  });

  test('idle and waiting time is not busy, stolen time is neither', () => {
    // user 100, nice 10, system 50, idle 800, iowait 40, irq 5, softirq 5, steal 1000
    const stat = parseMachineStat('cpu  100 10 50 800 40 5 5 1000 0 0\n');
    expect(stat?.busySeconds).toBeCloseTo(1.7);
    expect(stat?.totalSeconds).toBeCloseTo(10.1);
  });

  test('garbage gives nothing', () => {
    expect(parseMachineStat('cpu  a b')).toBeUndefined();
    expect(parseProcessStat('')).toBeUndefined();
  });
});

describe('a machine load', () => {
  test('is the busy share of all processors since the last sample that gave something', () => {
    const host = recording('intel-server', [
      { atMs: 10, files: { 'proc/stat': statFile(4, 10_001, 90_001) } },
      { atMs: 1000, files: { 'proc/stat': statFile(4, 10_030, 90_070) } },
    ]);
    const load = new MachineLoad(host);
    host.next();
    expect(load.sample()).toBeUndefined();
    host.next();
    expect(load.sample()?.utilization).toBeCloseTo(0.3);
  });

  test('memory is total less available', () => {
    expect(readMemory(recording('intel-server'))).toEqual({
      totalBytes: 65_536_000 * 1024,
      usedBytes: 16_384_000 * 1024,
    });
  });
});

describe('a process tree', () => {
  const root = (user: number, endedUser = 0, children = '') =>
    processFiles(100, { user, endedUser, children });

  function used(...frames: readonly object[]): number[] {
    const host = new RecordedHost([
      { atMs: 0, files: tree('virtual-machine') },
      ...frames.map((files, index) => ({ atMs: 1000 * (index + 1), files: { ...files } })),
    ]);
    const processes = new ProcessTree(host);
    processes.sample();
    return frames.map(() => {
      host.next();
      return processes.sample().cpuSeconds;
    });
  }

  test('counts a child that started and ended between two samples, once it was waited for', () => {
    // The child used 3 s and is in cutime; the root itself used 1 s more than its 6 s (500 + 100 ticks).
    expect(used(root(700, 300))[0]).toBeCloseTo(4);
  });

  test('counts a living child, then what it used after the last sample it was seen in', () => {
    const child = processFiles(200, { parent: 100, user: 150, start: 95_000 });
    const [first, second] = used(
      { ...root(600, 0, '200 '), ...child },
      // It ended at 4 s in all: 1.5 s were counted already.
      { ...root(600, 400), ...noProcess(200) },
    );
    expect(first).toBeCloseTo(1.5);
    expect(second).toBeCloseTo(2.5);
  });

  test('a child whose parent never waits for it takes nothing back', () => {
    const child = processFiles(200, { parent: 100, user: 150, start: 95_000 });
    const [first, second] = used({ ...root(600, 0, '200 '), ...child }, { ...root(650), ...noProcess(200) });
    expect(first).toBeCloseTo(1.5);
    expect(second).toBeCloseTo(0.5);
  });

  test('a child left to init stays a member; a new process with its number does not', () => {
    const child = processFiles(200, { parent: 100, user: 150, start: 95_000 });
    const adopted = processFiles(200, { parent: 1, user: 250, start: 95_000 });
    const stranger = processFiles(200, { parent: 1, user: 900, start: 99_000 });
    const [, second, third] = used(
      { ...root(600, 0, '200 '), ...child },
      { ...root(600), ...adopted },
      { ...root(600), ...stranger },
    );
    expect(second).toBeCloseTo(1);
    expect(third).toBe(0);
  });

  test('without children files the whole of /proc is searched', () => {
    const child = processFiles(200, { parent: 100, user: 150, start: 95_000 });
    const noFiles = { 'proc/100/task/100/children': null, 'proc/200/task/200/children': null };
    const [first] = used({ ...root(600), ...child, ...noFiles });
    expect(first).toBeCloseTo(1.5);
  });

  test('memory is the sum over the tree', () => {
    const host = new RecordedHost([
      {
        atMs: 0,
        files: {
          ...processFiles(100, { children: '200', residentKb: 1000 }),
          ...processFiles(200, { parent: 100, residentKb: 500 }),
        },
      },
    ]);
    const { memoryBytes, processes } = new ProcessTree(host).sample();
    expect([memoryBytes, processes]).toEqual([1500 * 1024, 2]);
  });
});

describe('a control group', () => {
  test('version 1: nanoseconds, and the mount is the group in a container', () => {
    const host = recording('virtual-machine', [
      { atMs: 1000, files: { 'sys/fs/cgroup/cpuacct/cpuacct.usage': '7500000000\n' } },
    ]);
    const place = findCgroup(host);
    expect(place?.version).toBe(1);
    const use = new CgroupUse(host, place ?? expect.unreachable());
    expect(use.sample()).toEqual({ cpuSeconds: 0, memoryBytes: 5e8, processes: 0 });
    host.next();
    expect(use.sample().cpuSeconds).toBeCloseTo(2.5);
  });

  test('version 2: microseconds; a counter that vanishes gives 0, not less', () => {
    const file = 'sys/fs/cgroup/user.slice/session.scope/cpu.stat';
    const host = recording('denied', [
      { atMs: 1000, files: { [file]: 'usage_usec 9000000\n' } },
      { atMs: 2000, files: { [file]: null } },
      { atMs: 3000, files: { [file]: 'usage_usec 9500000\n' } },
    ]);
    const place = findCgroup(host);
    expect(place?.version).toBe(2);
    const use = new CgroupUse(host, place ?? expect.unreachable());
    use.sample();
    const seconds = [0, 1, 2].map(() => {
      host.next();
      return use.sample().cpuSeconds;
    });
    expect(seconds).toEqual([2, 0, 0.5]);
  });
});
