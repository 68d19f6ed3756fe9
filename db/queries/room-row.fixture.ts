import { DEFAULT_ROOM_SETTINGS } from '../../contracts/room-settings.ts';
import type { RoomRow } from './rooms.ts';

/** An open room as its row in Postgres says it: ten a second get in, a hundred at once; what a test is about goes over it. */
export const roomRowOf = (over: Partial<RoomRow> = {}): RoomRow => ({
  ...DEFAULT_ROOM_SETTINGS,
  id: 'demo',
  name: 'Demo hall',
  version: 1,
  newUsersPerMinute: 600,
  totalActiveUsers: 100,
  autopilot: null,
  lobbyOpensAt: null,
  opensAt: null,
  closesAt: null,
  joinsPerClientPerMinute: 1000,
  paused: false,
  closed: false,
  soldOut: false,
  formerLanes: [],
  message: null,
  drawSeed: 'a seed for tests',
  roundSecret: 'a secret for tests',
  epoch: 1,
  tick: 0,
  opened: false,
  redisRunId: null,
  ...over,
});
