import type { JobQueue } from '../../contracts/jobs.ts';
import { openDueSales } from '../catalogue-orders/open-due-sales.ts';
import { tellDueCapacities } from '../catalogue-orders/tell-capacities.ts';
import { applyDueBlocks } from '../blocks/apply-blocks.ts';
import { NO_OWN_WORK, type OwnWork } from '../commits/own-work.ts';
import type { CoreDeps } from '../deps.ts';
import { judgeStock } from '../inventory/judge-stock.ts';
import { runReconciliations } from '../reconcile/run-reconciliations.ts';
import { writeDueVenueDocuments } from '../search/write-venue-documents.ts';
import { publishStock } from '../inventory/publish-stock.ts';
import { tellMoves } from '../moves/tell-moves.ts';
import { startNotifications } from '../notifications/start-notifications.ts';
import { tellTurns } from '../turn-notices/tell-turns.ts';
import { runWaitlist } from '../waitlist/run-waitlist.ts';
import { startWebhookLanes } from '../webhooks/webhook-lanes.ts';
import { runExpiry } from './run-expiry.ts';
import { runInbox } from './run-inbox.ts';
import { INVENTORY_TURN, OWN_TURN, runInventoryOutbox, runOwnInventory, runPaymentOutbox } from './run-outbox.ts';
import { tidy } from './tidy.ts';
import { createTurns } from './turns.ts';
import { createWakeBus } from './wake-bus.ts';

/** How often every process looks for due rows by itself, ms: what a lost wake costs at most. */
const SWEEP_MS = 2000;
/** How often rows that are too old to matter are deleted, ms. */
const TIDY_MS = 60_000;

/**
 * How long rows are gathered which others wait for less than we spare, ms: what becomes free, refunds, events for endpoints, and this
 * process's own bookings, whose places are pinned in Redis meanwhile.
 */
const UNHURRIED_MS = 200;

/** `sql` is a pool of the jobs' own, so that a backlog can't starve buyers. */
export type JobDeps = Pick<
  CoreDeps,
  | 'sql'
  | 'commits'
  | 'payments'
  | 'scripts'
  | 'catalogue'
  | 'inventory'
  | 'log'
  | 'clock'
  | 'config'
  | 'keys'
  | 'mailer'
  | 'push'
> & {
  redisUrl: string;
  /** What this process's own commits leave to do in Redis. */
  ownWork?: OwnWork;
};

export type Jobs = {
  /** Says that rows of this kind may be due, to this process and by BullMQ to one more; returns at once, fails never. */
  wake(queue: JobQueue): void;
  /** Stops taking rows and waits for those at hand. */
  stop(): Promise<void>;
};

/** Starts the background work of one core process: sweeps, and wakes shared with the other processes. */
// oxlint-disable-next-line max-lines-per-function -- the table of all jobs
export function startJobs(deps: JobDeps): Jobs {
  const wake = (queue: JobQueue): void => {
    wakeOwn(queue);
    bus.wake(queue);
  };
  const wakeable = { ...deps, wake };
  const turns = {
    inbox: [createTurns('inbox', deps.log, () => runInbox(wakeable))],
    outbox: [
      createTurns('inventory', deps.log, () => runInventoryOutbox(deps), {
        gatherMs: UNHURRIED_MS,
        full: INVENTORY_TURN,
      }),
      createTurns('payments', deps.log, () => runPaymentOutbox(deps), { gatherMs: UNHURRIED_MS }),
      startWebhookLanes(deps),
      startNotifications(deps),
    ],
    expiry: [createTurns('expiry', deps.log, () => runExpiry(wakeable))],
  };
  const wakeOwn = (queue: JobQueue): void => {
    for (const own of turns[queue]) own.wake();
  };
  const bus = createWakeBus(deps.redisUrl, deps.log, async (queue) => {
    wakeOwn(queue);
    await Promise.all(turns[queue].map((own) => own.idle()));
  });
  let isStopped = false;
  const tidying = createTurns('tidy', deps.log, async () => {
    await tidy(deps, () => isStopped);
    // It went on until nothing was left: there is no next turn to take at once.
    return 0;
  });
  // After each sweep, not after each booking: a room's stock is judged once, however many bookings changed it.
  const judging = createTurns('stock', deps.log, async () => {
    await judgeStock(deps);
    await publishStock(deps);
    return 0;
  });
  const { ownWork = NO_OWN_WORK } = deps;
  const owning = createTurns('own inventory', deps.log, () => runOwnInventory(deps, ownWork), {
    gatherMs: UNHURRIED_MS,
    full: OWN_TURN,
  });
  ownWork.serve(() => owning.wake());
  const blocking = createTurns('blocks', deps.log, () => applyDueBlocks(deps));
  const cataloguing = createTurns(
    'catalogue',
    deps.log,
    async () => (await openDueSales(deps)) + (await tellDueCapacities(deps)) + (await writeDueVenueDocuments(deps)),
  );
  const telling = createTurns('turn notices', deps.log, async () => {
    const told = await tellTurns(deps);
    if (told > 0) wakeOwn('outbox');
    return told;
  });
  const moving = createTurns('moves', deps.log, async () => {
    // One page a sweep: messages go out in between.
    if ((await tellMoves(deps)) > 0) wakeOwn('outbox');
    return 0;
  });
  const waiting = createTurns('waitlist', deps.log, () => runWaitlist(deps));
  const reconciling = createTurns('reconcile', deps.log, () => runReconciliations(wakeable));
  const timer = setInterval(() => {
    for (const own of Object.values(turns).flat()) own.wake();
    judging.wake();
    blocking.wake();
    cataloguing.wake();
    waiting.wake();
    telling.wake();
    moving.wake();
    reconciling.wake();
  }, SWEEP_MS);
  const tidyTimer = setInterval(() => tidying.wake(), TIDY_MS);
  return {
    wake,
    async stop() {
      isStopped = true;
      clearInterval(timer);
      clearInterval(tidyTimer);
      await bus.stop();
      await Promise.all(
        [
          ...Object.values(turns).flat(),
          owning,
          tidying,
          judging,
          blocking,
          cataloguing,
          waiting,
          telling,
          moving,
          reconciling,
        ].map((own) => own.stop()),
      );
    },
  };
}
