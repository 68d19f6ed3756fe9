import { slugSchema } from '../contracts/catalogue.ts';
import { roomIdSchema } from '../contracts/room-settings.ts';
import * as v from 'valibot';

/** What a socket's address asks for. */
export type SocketAddress =
  | { kind: 'room'; room: string }
  | { kind: 'performance'; performanceId: string; since?: string; from?: string; to?: string };

/** The last two segments name the thing; whatever a proxy puts before them does not matter. */
const PATH = /(?:^|\/)(rooms|performances)\/([^/]+)$/;

/** Reads a request target; null for anything that is no address of the feed. */
export function parseAddress(target: string): SocketAddress | null {
  if (!URL.canParse(target, 'ws://feed')) return null;
  const url = new URL(target, 'ws://feed');
  const [, kind, name] = PATH.exec(url.pathname) ?? [];
  if (kind === 'rooms') return v.is(roomIdSchema, name) ? { kind: 'room', room: name } : null;
  if (kind !== 'performances' || !v.is(slugSchema, name)) return null;
  const query = (key: string) => {
    const value = url.searchParams.get(key);
    return value === null || value === '' ? {} : { [key]: value };
  };
  return { kind: 'performance', performanceId: name, ...query('since'), ...query('from'), ...query('to') };
}
