import { afterEach, describe, expect, it } from 'vitest';
import { add, compile, type Tensor, tensor } from '../index.js';
import { sessionOptions } from './cpu.js';
import { countProgram, spinningEntries, spinningOfNext } from './spinning.js';

describe('spinning of idle threads', () => {
  const before = process.env.NOOSPHERE_SPINNING;
  afterEach(() => {
    if (before === undefined) delete process.env.NOOSPHERE_SPINNING;
    else process.env.NOOSPHERE_SPINNING = before;
  });

  it('goes on between runs only for the one program of a process', () => {
    delete process.env.NOOSPHERE_SPINNING;
    expect(spinningOfNext()).toBe('always');
    const [first, second] = [countProgram(), countProgram()];
    expect(spinningOfNext()).toBe('in-runs');
    first();
    first();
    expect(spinningOfNext()).toBe('in-runs');
    second();
    expect(spinningOfNext()).toBe('always');
  });

  it('follows NOOSPHERE_SPINNING and refuses what it does not know', () => {
    process.env.NOOSPHERE_SPINNING = 'never';
    expect(spinningOfNext()).toBe('never');
    process.env.NOOSPHERE_SPINNING = 'sometimes';
    expect(() => spinningOfNext()).toThrow("must be one of always, in-runs, never, got 'sometimes'");
  });

  it('reaches the runtime, which runs the same values in every way', async () => {
    for (const way of ['always', 'in-runs', 'never'] as const) {
      process.env.NOOSPHERE_SPINNING = way;
      expect(sessionOptions({})).toMatchObject(spinningEntries(way));
      const double = compile((x: Tensor) => add(x, x));
      expect(await (await double(tensor([1, 2]))).array()).toEqual([2, 4]);
      await double.dispose();
    }
  });

  it('counts programs that live, and no longer those that were disposed', async () => {
    delete process.env.NOOSPHERE_SPINNING;
    const double = compile((x: Tensor) => add(x, x));
    await double(tensor([1]));
    expect(spinningOfNext()).toBe('in-runs');
    await double.dispose();
    expect(spinningOfNext()).toBe('always');
  });
});
