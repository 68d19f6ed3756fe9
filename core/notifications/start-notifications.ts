import { setTimeout as sleep } from 'node:timers/promises';
import { putExpiring, setChannel, type NotificationRow } from '../../db/queries/notifications.ts';
import { createPrinter } from '../entry-tickets/printer.ts';
import { createTurns, type Turns } from '../jobs/turns.ts';
import { runNotifications, type NotificationDeps } from './run-notifications.ts';

/** How long wakes are gathered before a look, ms. */
const LOOK_AFTER_MS = 200;
/** How often unpaid bookings are looked at that end soon, ms; how soon, and how soon is too late for a message, seconds. */
const EXPIRING_EVERY_MS = 15_000;
const EXPIRING = { withinSeconds: 240, atLeastSeconds: 45, limit: 500 } as const;
/** How long stopping waits for the relay, ms. */
const STOP_MS = 3000;
/** Of this process's time, printing tickets takes a third at most: buyers come first. */
const REST_SHARE = 2;
const CHANNELS = ['mail', 'push'] as const;

/**
 * Sends messages, a few at a time, and notices whom to remind of paying. Each way has turns of its own: whoever waits for a ticket by mail
 * does not wait for the push services that strangers named, which may be as slow as they like. Ways that are not configured it only notes
 * as such, so that nothing is written for them. A wake returns at once; `stop` waits some seconds for what is at hand: what is cut off is
 * sent again.
 */
export function startNotifications(deps: Omit<NotificationDeps, 'printer'>): Turns {
  const printer = createPrinter({ restShare: REST_SHARE });
  const channels: NotificationRow['channel'][] = [
    ...(deps.config.smtp === null ? [] : ['mail' as const]),
    ...(deps.push === null ? [] : ['push' as const]),
  ];
  const prepare = createPreparation(deps, channels);
  const turnsOf = (name: string, send: () => Promise<number>): Turns => {
    const work = async () => {
      await prepare();
      return send();
    };
    return createTurns(name, deps.log, work, { gatherMs: LOOK_AFTER_MS });
  };
  const ways =
    channels.length === 0
      ? [turnsOf('notifications', async () => 0)]
      : channels.map((channel) => turnsOf(channel, () => runNotifications({ ...deps, printer }, channel)));
  const wake = () => {
    for (const way of ways) way.wake();
  };
  wake();
  return {
    wake,
    // A slow relay must not keep whoever waits for the outbox: its rows are leased, and looked at again.
    idle: async () => {},
    async stop() {
      await Promise.race([Promise.all(ways.map((way) => way.stop())), sleep(STOP_MS, undefined, { ref: false })]);
    },
  };
}

/** What a turn does first: notes once which ways are on, and now and then whom to remind. */
function createPreparation(
  { sql, clock }: Pick<NotificationDeps, 'sql' | 'clock'>,
  channels: readonly NotificationRow['channel'][],
): () => Promise<void> {
  let isNoted = false;
  let lookedAtMs = 0;
  return async () => {
    if (!isNoted) {
      for (const channel of CHANNELS) await setChannel(sql, channel, channels.includes(channel));
      isNoted = true;
    }
    const nowMs = clock.nowMs();
    if (channels.length === 0 || nowMs - lookedAtMs < EXPIRING_EVERY_MS) return;
    lookedAtMs = nowMs;
    await putExpiring(sql, EXPIRING);
  };
}
