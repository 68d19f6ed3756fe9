import { BOARD_STALE_MS } from '../contracts/board.ts';
import { roomChannel } from '../redis/keys.ts';
import type { Subscriber } from '../redis/subscriber.node.ts';
import { createRoomHub, type RoomHub, type RoomHubPorts } from './room-hub.ts';
import type { Visitor } from './visitor.ts';

/** How often rooms are looked at for having fallen silent, in ms. */
const LOOK_EVERY_MS = 1000;

/** The rooms somebody watches. */
export type Rooms = {
  /** Puts a verified visitor into its room; the first one opens the hub and its subscription. */
  enter(visitor: Visitor): Promise<RoomHub>;
  /** Takes the visitor out; the last one closes the hub. */
  leave(visitor: Visitor): void;
  stop(): void;
};

/** Hubs by room, opened and closed by need. */
export function createRooms(ports: RoomHubPorts & { subscriber: Subscriber }): Rooms {
  const hubs = new Map<string, { hub: RoomHub; opened: Promise<void> }>();
  const refreshAll = () => {
    for (const { hub } of hubs.values()) void hub.refresh();
  };
  ports.subscriber.onReconnect(refreshAll);
  // A room that has been silent for as long as a board may be old has it read again, and is shown it as stale.
  const watchdog = setInterval(() => {
    const silentSince = ports.clock.nowMs() - (ports.silentAfterMs ?? BOARD_STALE_MS);
    for (const { hub } of hubs.values()) if (hub.heardAtMs() <= silentSince) void hub.refresh();
  }, LOOK_EVERY_MS);

  const open = (room: string): { hub: RoomHub; opened: Promise<void> } => {
    const hub = createRoomHub(room, ports);
    const opened = ports.subscriber.subscribe(roomChannel(room), (message) => hub.announce(message));
    const entry = { hub, opened };
    hubs.set(room, entry);
    return entry;
  };

  const closeIfEmpty = (room: string): void => {
    const entry = hubs.get(room);
    if (entry === undefined || !entry.hub.isEmpty()) return;
    hubs.delete(room);
    entry.hub.stop();
    void ports.subscriber.unsubscribe(roomChannel(room));
  };

  return {
    async enter(visitor) {
      const entry = hubs.get(visitor.room) ?? open(visitor.room);
      // Added before anything is awaited, or another's leaving could close the hub under this visitor.
      entry.hub.add(visitor);
      // Subscribed before the board is read, so that no tick falls between the two.
      await entry.opened;
      await entry.hub.welcome(visitor);
      return entry.hub;
    },
    leave(visitor) {
      hubs.get(visitor.room)?.hub.leave(visitor);
      closeIfEmpty(visitor.room);
    },
    stop() {
      clearInterval(watchdog);
      for (const { hub } of hubs.values()) hub.stop();
      hubs.clear();
    },
  };
}
