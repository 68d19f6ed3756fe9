import {
  DRAW_ALGORITHM,
  drawCheckRequestSchema,
  drawCommitment,
  drawScore,
  roundSeed,
  type Draw,
  type DrawCheck,
} from '../../contracts/draw.ts';
import { isRoundOver, type Round } from '../../contracts/rounds.ts';
import { OperatingError } from '../../platform/operating-error.ts';
import { isTicketId } from '../../platform/random.ts';
import type { RoomInfo } from '../../redis/room/room-info.ts';
import type { EdgeContext } from '../http/context.ts';
import { readJson } from '../http/read-body.ts';
import { roomParameter } from '../rooms/room-parameter.ts';
import { checkTicket } from '../tickets/read-ticket.ts';

/** `GET draw`: the commitment, and the seed as soon as the board shows it. Costs the store nothing. Throws as the board does. */
export async function showDraw(c: EdgeContext): Promise<Response> {
  const room = roomParameter(c);
  const info = await c.get('rooms').readOrLast(c.get('store'), room);
  c.header('Cache-Control', 'public, max-age=1');
  return c.json(await drawOf(room, info), 200);
}

/**
 * `POST draw/check`: computes a ticket's draw again with what is public and nothing else, so it can say no more than anyone could: the
 * lobby's seed once the board shows it, a round's once the round is over by the board's time. Throws the codes of a ticket, `lane_unknown`.
 */
export async function checkDraw(c: EdgeContext): Promise<Response> {
  const room = roomParameter(c);
  const { ticket, lane: named, round } = await readJson(c, drawCheckRequestSchema);
  const known = isTicketId(ticket) ? { ticketId: ticket, lane: named, round } : await checkTicket(c, room, ticket);
  const info = await c.get('rooms').readOrLast(c.get('store'), room);
  const lane = known.lane ?? info.lanes[0];
  if (lane === undefined || !info.lanes.includes(lane)) throw new OperatingError('lane_unknown');
  const told = await drawOf(room, info, known.round);
  const base = known.round === undefined ? (info.board.lanes[lane]?.base ?? null) : String(known.round.base);
  const numbered = 'score' in known ? known.score : undefined;
  const draw = told.seed === undefined || numbered !== undefined ? null : await drawScore(told.seed, known.ticketId, 0);
  const body: DrawCheck = {
    ...told,
    ticketId: known.ticketId,
    lane,
    ...(known.round === undefined ? {} : { round: known.round }),
    inDraw: numbered === undefined,
    seedFits: told.seed === undefined ? null : (await drawCommitment(told.seed)) === told.commitment,
    draw,
    base,
    score: numbered ?? (draw === null || base === null ? null : String(Number(base) + draw)),
  };
  c.header('Cache-Control', 'no-store');
  return c.json(body, 200);
}

/** Only what the board says: the edge knows all seeds all along, and this is where they must not slip out. */
async function drawOf(room: string, info: RoomInfo, round?: Round): Promise<Draw> {
  const { draw, rounds } = info.board;
  const told = { room, algorithm: DRAW_ALGORITHM, ...(rounds === undefined ? {} : { rounds }) };
  if (round !== undefined) return { ...told, ...(await promiseOf(room, info, round)) };
  const commitment = draw?.commitment ?? (await drawCommitment(info.drawSeed));
  return { ...told, commitment, ...(draw?.seed === undefined ? {} : { seed: draw.seed }) };
}

/** A round's commitment, and its seed when it is over; also of rounds that the board has forgotten. */
async function promiseOf(
  room: string,
  { roundSecret, board }: RoomInfo,
  { minute }: Round,
): Promise<Pick<Draw, 'commitment' | 'seed'>> {
  if (roundSecret === null) throw new OperatingError('room_recovering');
  const seed = await roundSeed(roundSecret, room, minute);
  return { commitment: await drawCommitment(seed), ...(isRoundOver(minute, board.at) ? { seed } : {}) };
}
