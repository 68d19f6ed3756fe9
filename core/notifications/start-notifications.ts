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
 * Sends messages, a few at a time, and notices whom to remind of paying. Ways that are not configured it only notes as such, so that
 * nothing is written for them. A wake returns at once; `stop` waits some seconds for what is at hand: what is cut off is sent again.
 */
export function startNotifications(deps: Omit<NotificationDeps, 'printer'>): Turns {
  const printer = createPrinter({ restShare: REST_SHARE });
  const channels: NotificationRow['channel'][] = [
    ...(deps.config.smtp === null ? [] : ['mail' as const]),
    ...(deps.push === null ? [] : ['push' as const]),
  ];
  let isNoted = false;
  let lookedAtMs = 0;
  const turns = createTurns(
    'notifications',
    deps.log,
    async () => {
      if (!isNoted) {
        for (const channel of CHANNELS) await setChannel(deps.sql, channel, channels.includes(channel));
        isNoted = true;
      }
      if (channels.length === 0) return 0;
      const nowMs = deps.clock.nowMs();
      if (nowMs - lookedAtMs >= EXPIRING_EVERY_MS) {
        lookedAtMs = nowMs;
        await putExpiring(deps.sql, EXPIRING);
      }
      return runNotifications({ ...deps, printer }, channels);
    },
    LOOK_AFTER_MS,
  );
  turns.wake();
  return {
    wake: () => turns.wake(),
    // A slow relay must not keep whoever waits for the outbox: its rows are leased, and looked at again.
    idle: async () => {},
    stop: () => Promise.race([turns.stop(), sleep(STOP_MS, undefined, { ref: false })]),
  };
}
