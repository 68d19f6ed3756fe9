import { useEffect, useState } from 'preact/hooks';
import type { AvailabilityView } from '../../contracts/catalogue.ts';
import type { PerformanceServerMessage } from '../../contracts/feed-messages.ts';
import { callApi } from '../shared/api-client.ts';
import { applyMessage, fromSnapshot, type LiveStates } from './seat-states.ts';

/** How often availability is read while no socket tells it, in ms. */
const POLL_MS = 2000;
/** Waits before a lost socket is opened again, in ms: first and longest. */
const RECONNECT_MS = 1000;
const MAX_RECONNECT_MS = 15_000;

/** `live` while a socket tells changes, `polling` while reads do, `stale` while neither answers. */
export type Freshness = 'live' | 'polling' | 'stale';

type Source = { performanceId: string; feedUrl: string | undefined; legs: string; seatCount: number };

/** Seat states that follow reality: one read, then the feed's changes, or reads every 2 s where it can't be had. */
export function useLiveStates({ performanceId, feedUrl, legs, seatCount }: Source): {
  live: LiveStates | null;
  freshness: Freshness;
} {
  const [live, setLive] = useState<LiveStates | null>(null);
  const [freshness, setFreshness] = useState<Freshness>('polling');
  useEffect(() => {
    setLive(null);
    return follow({ performanceId, feedUrl, legs, seatCount }, setLive, setFreshness);
  }, [performanceId, feedUrl, legs, seatCount]);
  return { live, freshness };
}

function follow(source: Source, show: (live: LiveStates) => void, tell: (freshness: Freshness) => void): () => void {
  let known: LiveStates | null = null;
  let socket: WebSocket | undefined;
  let isSocketLive = false;
  let failures = 0;
  let stopped = false;
  let reconnect: ReturnType<typeof setTimeout> | undefined;

  const take = (next: LiveStates): void => {
    known = next;
    show(next);
  };

  const read = async (): Promise<void> => {
    const path = `/api/core/v1/performances/${encodeURIComponent(source.performanceId)}/availability${source.legs}`;
    const answer = await callApi<AvailabilityView>(path);
    if (stopped || isSocketLive) return;
    if (answer.ok) take(fromSnapshot(answer.data, source.seatCount));
    tell(answer.ok ? 'polling' : 'stale');
  };

  const open = (): void => {
    if (source.feedUrl === undefined || stopped) return;
    socket = new WebSocket(socketAddress(source.feedUrl, source, known));
    socket.onmessage = (event: MessageEvent<string>) => {
      const message = readMessage(event.data);
      if (message.type === 'full' || message.type === 'error') return;
      const next = applyMessage(known, message, source.seatCount);
      if (next === null) {
        known = null;
        socket?.close();
        return;
      }
      isSocketLive = true;
      failures = 0;
      take(next);
      tell('live');
    };
    socket.onopen = () => {
      // Nothing may have changed since the read: then the socket stays silent, and is alive all the same.
      isSocketLive = known !== null;
      if (isSocketLive) tell('live');
    };
    socket.onclose = () => {
      if (stopped) return;
      isSocketLive = false;
      tell('polling');
      const wait = Math.min(MAX_RECONNECT_MS, RECONNECT_MS * 2 ** failures) * (0.5 + Math.random());
      failures += 1;
      reconnect = setTimeout(open, wait);
    };
  };

  void read().then(open);
  const poll = setInterval(() => {
    if (!isSocketLive && document.visibilityState === 'visible') void read();
  }, POLL_MS);
  return () => {
    stopped = true;
    clearInterval(poll);
    clearTimeout(reconnect);
    socket?.close();
  };
}

/** The feed's messages are the contract's, as answers of the API are. */
function readMessage(text: string): PerformanceServerMessage {
  // oxlint-disable-next-line typescript/no-unsafe-return -- The one place where a frame gets its contract's type.
  return JSON.parse(text);
}

function socketAddress(feedUrl: string, source: Source, known: LiveStates | null): string {
  const query = new URLSearchParams(source.legs);
  if (known !== null) query.set('since', known.version);
  return `${feedUrl}/performances/${encodeURIComponent(source.performanceId)}?${query}`;
}
