/** How many threads a program gets: what the user says, else the cores this process may really use. */
import { availableParallelism } from 'node:os';
import { ArgumentError } from '@noosphere/base';
import { readTextIfThere } from '@noosphere/base/files';

/** Threads for one program. @param asked The `threads` option; NOOSPHERE_THREADS stands in for it. */
export function threadCount(asked?: number): number {
  const fromEnvironment = process.env.NOOSPHERE_THREADS;
  const wanted = asked ?? (fromEnvironment ? Number(fromEnvironment) : undefined);
  if (wanted === undefined) return Math.max(1, Math.min(availableParallelism(), cpuQuota()));
  if (!Number.isInteger(wanted) || wanted < 1) {
    throw new ArgumentError('threads', `must be a whole number from 1, got ${asked ?? fromEnvironment}`);
  }
  return wanted;
}

/** Cores that the container's quota allows (cgroup v2, then v1), rounded up; infinite without one. */
export function cpuQuota(root = '/sys/fs/cgroup'): number {
  const [quota, period] = (readTextIfThere(`${root}/cpu.max`) ?? '').trim().split(' ').map(Number);
  const legacyQuota = Number(readTextIfThere(`${root}/cpu/cpu.cfs_quota_us`) ?? Number.NaN);
  const legacyPeriod = Number(readTextIfThere(`${root}/cpu/cpu.cfs_period_us`) ?? Number.NaN);
  if (quota && period && quota > 0 && period > 0) return Math.ceil(quota / period);
  if (legacyQuota > 0 && legacyPeriod > 0) return Math.ceil(legacyQuota / legacyPeriod);
  return Number.POSITIVE_INFINITY;
}
