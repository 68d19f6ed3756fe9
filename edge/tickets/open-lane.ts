import * as v from 'valibot';
import { hashLaneCode } from '../../contracts/lane-code.ts';
import type { JoinRequest } from '../../contracts/place.ts';
import { DEFAULT_LANE, laneCodeSchema, laneNameSchema } from '../../contracts/room-settings.ts';
import { OperatingError } from '../../platform/operating-error.ts';
import type { RoomInfo } from '../../redis/room/room-info.ts';
import type { EdgeContext } from '../http/context.ts';
import { limitCodes } from './limits.ts';

/**
 * The lane to stand in: the one asked for; else the one that the code opens; else the first that asks for no code. In a lane without
 * codes nobody looks at a code. Codes are compared as hashes, and each that is tried counts against the client's address. Throws
 * `lane_unknown`, `code_invalid` (wrong, or none where one is needed), `rate_limited`.
 */
export async function openLane(c: EdgeContext, info: RoomInfo, { lane, code }: JoinRequest): Promise<string> {
  if (lane !== undefined && !info.lanes.includes(lane)) throw new OperatingError('lane_unknown');
  const closed = Object.keys(info.laneCodes);
  if (lane === undefined && code !== undefined && closed.length > 0) return laneOfCode(c, info, closed, code);
  const open = info.lanes.find((name) => info.laneCodes[name] === undefined);
  const wanted = lane ?? open ?? info.lanes[0] ?? DEFAULT_LANE;
  if (info.laneCodes[wanted] === undefined) return wanted;
  if (code === undefined) throw new OperatingError('code_invalid', { detail: 'This lane asks for a code.' });
  return laneOfCode(c, info, [wanted], code);
}

/** What a form without script says of lane and code. A field left empty was not filled in. Throws `code_invalid`, `lane_unknown`. */
export function wishOfForm(body: Uint8Array | null): JoinRequest {
  const fields = new URLSearchParams(new TextDecoder().decode(body ?? new Uint8Array()));
  const [lane, code] = [fields.get('lane')?.trim(), fields.get('code')?.trim()];
  const wish: JoinRequest = {};
  if (lane !== undefined && lane !== '') {
    if (!v.is(laneNameSchema, lane)) throw new OperatingError('lane_unknown');
    wish.lane = lane;
  }
  if (code !== undefined && code !== '') {
    // Too short or too long to be a code of any lane.
    if (!v.is(laneCodeSchema, code)) throw new OperatingError('code_invalid');
    wish.code = code;
  }
  return wish;
}

async function laneOfCode(c: EdgeContext, info: RoomInfo, lanes: readonly string[], code: string): Promise<string> {
  await limitCodes(c);
  for (const lane of lanes)
    if (info.laneCodes[lane]?.includes(await hashLaneCode(info.board.room, lane, code))) return lane;
  throw new OperatingError('code_invalid');
}
