import { describe, expect, it } from 'vitest';
import type { Part } from './part.ts';
import { startInOrder } from './start-parts.ts';

const part = (name: string, needs: string[] = []): Part => ({ name, needs, start: () => Promise.resolve({}) });

describe('starting parts in order', () => {
  it('begins a part when all it needs have started, and the rest side by side', async () => {
    const events: string[] = [];
    const release = new Map<string, () => void>();
    const started = startInOrder([part('a'), part('b'), part('c', ['a', 'b'])], async ({ name }) => {
      events.push(`begin ${name}`);
      await new Promise<void>((resolve) => {
        release.set(name, resolve);
      });
      events.push(`end ${name}`);
      return {};
    });
    await expect.poll(() => events).toEqual(['begin a', 'begin b']);
    release.get('b')?.();
    release.get('a')?.();
    await expect.poll(() => events).toEqual(['begin a', 'begin b', 'end b', 'end a', 'begin c']);
    release.get('c')?.();
    await started;
  });

  it('begins nothing after a failure', async () => {
    const begun: string[] = [];
    const starting = startInOrder([part('a'), part('b'), part('c', ['b'])], ({ name }) => {
      begun.push(name);
      return name === 'a' ? Promise.reject(new Error('no')) : Promise.resolve({});
    });
    await expect(starting).rejects.toThrow('no');
    expect(begun).toEqual(['a', 'b']);
  });

  it('refuses a table in which a part stands above what it needs', async () => {
    await expect(startInOrder([part('a', ['b']), part('b')], () => Promise.resolve({}))).rejects.toThrow(/a needs b/);
  });
});
