import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { pseudonym, pseudonymize } from './pseudonym.js';
import { type ChainOptions, openChain, pruneChain, readChain, verifyChain } from './record-chain.js';
import { seal, unseal } from './sealed.js';
import { SubjectVault } from './subjects.js';

const folder = mkdtempSync(join(tmpdir(), 'noosphere-privacy-'));
afterAll(() => rmSync(folder, { recursive: true }));
const key = new Uint8Array(32).fill(9);

let count = 0;
function chain(bodies: readonly object[]): ChainOptions {
  const name = `chain-${count++}`;
  const options = { path: join(folder, name), headPath: join(folder, 'heads', name), key };
  const sink = openChain(options);
  for (const body of bodies) sink.append(body);
  return options;
}

const five = [1, 2, 3, 4, 5].map((day) => ({ day, note: `é "quoted", line ${day}` }));

/** What a check finds after the lines were changed. */
function tampered(change: (lines: string[]) => string[]): (string | undefined)[] {
  const options = chain(five);
  const lines = readFileSync(options.path, 'utf8').trimEnd().split('\n');
  writeFileSync(options.path, `${change(lines).join('\n')}\n`);
  return verifyChain(options).faults.map(({ line, what }) => `${line ?? 'end'}: ${what}`);
}

describe('a chain', () => {
  test('verifies, reads back, and goes on in another process', () => {
    const options = chain(five);
    expect(verifyChain(options)).toEqual({ isIntact: true, lines: 5, unsealed: 0, faults: [] });
    openChain(options).append({ day: 6 });
    expect(readChain(options).slice(-2)).toEqual([five[4], { day: 6 }]);
  });

  test('a changed line is named, and it alone', () => {
    expect(
      tampered((lines) =>
        lines.map((line, index) => (index === 2 ? line.replace('"day":3', '"day":9') : line)),
      ),
    ).toEqual(['3: its content or its code was changed']);
  });

  test('a removed line, an exchanged pair, a repeated line', () => {
    expect(tampered((lines) => lines.filter((_, index) => index !== 1))[0]).toMatch(
      /^2: expected number 2, got 3; removed before it: 2 to 2/,
    );
    expect(tampered(([a = '', b = '', ...rest]) => [b, a, ...rest])[0]).toMatch(
      /^1: expected number 1, got 2/,
    );
    expect(tampered((lines) => [...lines, lines[4] ?? ''])[0]).toMatch(/^6: .*moved or repeated/);
  });

  test('an end that was cut off is seen by the head, as is a changed head', () => {
    expect(tampered((lines) => lines.slice(0, 3))).toEqual([
      'end: the end is cut off: the head knows 5 lines, got 3',
    ]);
    const options = chain(five);
    writeFileSync(options.headPath, readFileSync(options.headPath, 'utf8').replace('"n":5', '"n":4'));
    expect(verifyChain(options).faults[0]?.what).toContain('the head is missing or was changed');
  });

  test('another key verifies nothing, and appending to a broken chain is refused', () => {
    const options = chain(five);
    expect(verifyChain({ ...options, key: new Uint8Array(32) }).isIntact).toBe(false);
    writeFileSync(options.path, readFileSync(options.path, 'utf8').replace('"day":1', '"day":7'));
    expect(() => openChain(options)).toThrow('line 1: its content or its code was changed');
    expect(() => chainWithKey(new Uint8Array(8))).toThrow('expected 32 bytes or more, got 8');
  });

  test('killed between line and head: the line is authentic, the head goes on', () => {
    const options = chain(five);
    const head = readFileSync(options.headPath, 'utf8');
    openChain(options).append({ day: 6 });
    writeFileSync(options.headPath, head);
    expect(verifyChain(options)).toMatchObject({ isIntact: true, lines: 6, unsealed: 1 });
    openChain(options).append({ day: 7 });
    expect(verifyChain(options)).toMatchObject({ isIntact: true, lines: 7, unsealed: 0 });
  });

  test('retention takes the oldest lines, and the rest verifies', () => {
    const options = chain(five);
    const isOld = (body: unknown) => (body as { day: number }).day <= 3;
    expect(pruneChain(options, isOld)).toBe(3);
    expect(readChain(options)).toEqual(five.slice(3));
    openChain(options).append({ day: 6 });
    expect(verifyChain(options)).toMatchObject({ isIntact: true, lines: 3 });
    expect(pruneChain(options, isOld)).toBe(0);
    expect(pruneChain(options, () => true)).toBe(3);
    openChain(options).append({ day: 7 });
    expect(readChain(options)).toEqual([{ day: 7 }]);
  });

  test('a person is erased, and the chain still verifies', () => {
    const vault = new SubjectVault(join(folder, 'keys', 'subjects.json'));
    const options = chain([{ by: vault.protect('u1', 'Ada') }, { by: vault.protect('u2', 'Alan') }]);
    expect(vault.erase('u1')).toBe(true);
    const people = readChain(options) as { by: { subject: string; sealed: string } }[];
    expect(people.map(({ by }) => vault.reveal(by))).toEqual([null, 'Alan']);
    expect(vault.subjects()).toEqual(['u2']);
    expect(vault.erase('u1')).toBe(false);
    expect(() => vault.protect('u1', 'again')).toThrow('who was erased');
    expect(statSync(join(folder, 'keys', 'subjects.json')).mode & 0o077).toBe(0);
    const [, second] = people;
    const sealed = second?.by.sealed ?? '';
    const changed = `${sealed.startsWith('A') ? 'B' : 'A'}${sealed.slice(1)}`;
    expect(() => vault.reveal({ subject: 'u2', sealed: changed })).toThrow('changed bytes');
  });
});

function chainWithKey(short: Uint8Array) {
  return openChain({ path: join(folder, 'x'), headPath: join(folder, 'y'), key: short });
}

describe('sealed bytes', () => {
  test('come back under their passphrase and no other; each change is noticed', async () => {
    const plain = new TextEncoder().encode('secret');
    const sealed = await seal(plain, 'pass');
    expect(Buffer.from(sealed).includes('secret')).toBe(false);
    expect(Buffer.from(await unseal(sealed, 'pass')).equals(plain)).toBe(true);
    await expect(unseal(sealed, 'other')).rejects.toThrow('another passphrase or changed bytes');
    for (const place of [8, 30, sealed.length - 1]) {
      const changed = Uint8Array.from(sealed);
      changed[place] = (changed[place] ?? 0) ^ 1;
      await expect(unseal(changed, 'pass')).rejects.toThrow('changed bytes');
    }
    await expect(unseal(new Uint8Array(4), 'pass')).rejects.toThrow('got 4 bytes of something else');
    // A cost that would take the machine down is refused before it is tried.
    const costly = Uint8Array.from(sealed);
    costly[4] = 40;
    await expect(unseal(costly, 'pass')).rejects.toThrow('2^40');
  });
});

describe('pseudonyms', () => {
  test('are stable, depend on key and field, and leave other fields alone', () => {
    expect(pseudonym(key, 'host', 'a')).toMatch(/^[0-9a-f]{16}$/);
    const other = new Uint8Array(32);
    const all = [pseudonym(key, 'host', 'a'), pseudonym(key, 'user', 'a'), pseudonym(other, 'host', 'a')];
    expect(new Set(all).size).toBe(3);
    expect(pseudonymize(key, { host: 'a', joules: 3 }, ['host'])).toEqual({
      host: pseudonym(key, 'host', 'a'),
      joules: 3,
    });
    expect(() => pseudonym(new Uint8Array(3), 'host', 'a')).toThrow('got 3');
  });
});
