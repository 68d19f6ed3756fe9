import { describe, expect, it } from 'vitest';
import published from './asyncapi.generated.json' with { type: 'json' };
import { buildAsyncApi } from './build-document.ts';

type Operation = { channel: { $ref: string }; messages: { $ref: string }[] };
type Document = {
  channels: Record<string, { messages: Record<string, { $ref: string }> }>;
  operations: Record<string, Operation>;
};

describe('the description of the sockets', () => {
  const document = buildAsyncApi() as Document;
  const at = (pointer: string): unknown =>
    pointer
      .replace('#/', '')
      .split('/')
      .reduce<unknown>((part, key) => (part as Record<string, unknown>)[key], document);

  it('is the published one', () => {
    expect(published, 'run `npm run generate`').toEqual(JSON.parse(JSON.stringify(document)));
  });

  it('leads every reference to something that is there', () => {
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"([^"]+)"/g)].map(([, pointer = '']) => pointer);
    expect(references.length).toBeGreaterThan(20);
    for (const pointer of references) expect(at(pointer), pointer).toBeDefined();
  });

  it('names every message of API.md with the fields it carries', () => {
    expect(Object.keys(document.channels['room']?.messages ?? {})).toEqual(
      ['hello', 'here', 'board', 'called', 'place', 'admitted', 'message', 'full', 'error'].map((own) => `room.${own}`),
    );
    expect(Object.keys(document.channels['performance']?.messages ?? {})).toEqual(
      ['snapshot', 'delta', 'full', 'error'].map((own) => `performance.${own}`),
    );
    expect(at('#/components/messages/performance.delta/payload/required')).toEqual(
      expect.arrayContaining(['type', 'version', 'from', 'seats', 'zones']),
    );
  });
});
