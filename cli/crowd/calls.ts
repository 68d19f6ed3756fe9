import * as v from 'valibot';
import { boardSchema, type Board } from '../../contracts/board.ts';
import { BOOKING_STATUSES, PAYMENT_STATUSES } from '../../contracts/bookings.ts';
import { passGrantSchema, placeSchema } from '../../contracts/place.ts';
import type { Http, HttpAnswer, HttpCall } from './http.ts';

/**
 * What a call came to: its answer; a refusal, by the problem's code; or neither, which no stack should give. A refusal's
 * `retryAfterMs` is the least time to wait before trying again.
 */
export type CallResult<T> =
  | { kind: 'ok'; status: number; value: T; retryAfterMs: number | null; location: string | null }
  | { kind: 'refused'; status: number; code: string; retryAfterMs: number | null }
  | { kind: 'broken'; why: string };

const problemSchema = v.object({ code: v.string(), status: v.number() });
const wholeNumber = v.pipe(v.number(), v.integer());

export const feedTokenSchema = v.object({ token: v.string(), feedUrl: v.string() });
export const holdSchema = v.object({ holdId: v.string(), receipt: v.string() });
const attemptSchema = v.object({ paymentId: v.string(), checkoutUrl: v.string() });
const bookingSchema = v.object({ bookingId: v.string(), accessToken: v.string(), payment: attemptSchema });
export type BookingAnswer = v.InferOutput<typeof bookingSchema>;
const bookingStateSchema = v.object({
  status: v.picklist(BOOKING_STATUSES),
  payments: v.array(v.object({ paymentId: v.string(), status: v.picklist(PAYMENT_STATUSES) })),
});
const ticketsSchema = v.object({ tickets: v.array(v.object({ code: v.string() })) });
const performanceSchema = v.object({
  stops: v.optional(v.array(v.object({ code: v.string() }))),
  zones: v.array(v.object({ id: v.string(), kind: v.picklist(['reserved', 'general']) })),
  holdLimit: v.optional(wholeNumber),
});
export type PerformanceAnswer = v.InferOutput<typeof performanceSchema>;
const seatSchema = v.object({ id: v.string(), accessible: v.optional(v.boolean()) });
const seatMapSchema = v.object({
  zones: v.array(v.object({ id: v.string(), rows: v.array(v.object({ seats: v.array(seatSchema) })) })),
});
export type SeatMapAnswer = v.InferOutput<typeof seatMapSchema>;
const availabilitySchema = v.object({
  zones: v.array(v.object({ id: v.string(), available: wholeNumber })),
  states: v.string(),
});
export type AvailabilityAnswer = v.InferOutput<typeof availabilitySchema>;

export type Calls = ReturnType<typeof createCalls>;
export type Legs = { from: string; to: string };
export type HoldWish = ({ zoneId: string; seats: string[] } | { zoneId: string; quantity: number })[];

/** One visitor's calls, as API.md has them. `count` hears of each request that is sent. */
export function createCalls(
  http: Http,
  { edgeUrl, room, address, count }: { edgeUrl: string; room: string; address: number; count: () => void },
) {
  const send = (call: HttpCall): Promise<HttpAnswer> => {
    count();
    return http.send(address, call);
  };
  const rooms = `${edgeUrl}/api/rooms/${room}`;
  const core = `${edgeUrl}/api/core/v1`;
  const post = (url: string, rest: Omit<HttpCall, 'method' | 'url'>): Promise<HttpAnswer> =>
    send({ method: 'POST', url, json: {}, ...rest });
  const query = (legs: Legs | null): string => (legs === null ? '' : `?from=${legs.from}&to=${legs.to}`);
  return {
    join: async () => read(await post(`${rooms}/tickets`, {}), placeSchema),
    board: async () => readBoard(await send({ method: 'GET', url: `${rooms}/board` })),
    ask: async (ticket: string) => read(await post(`${rooms}/passes`, { bearer: ticket }), askSchema),
    giveUp: async (ticket: string) =>
      read(await send({ method: 'DELETE', url: `${rooms}/tickets/me`, bearer: ticket }), null),
    feedToken: async (ticket: string) => read(await post(`${rooms}/feed-tokens`, { bearer: ticket }), feedTokenSchema),
    endSession: async (pass: string) =>
      read(await send({ method: 'DELETE', url: `${rooms}/passes/me`, bearer: pass }), null),
    performance: async (id: string, legs: Legs | null) =>
      read(await send({ method: 'GET', url: `${core}/performances/${id}${query(legs)}` }), performanceSchema),
    seatMap: async (id: string) =>
      read(await send({ method: 'GET', url: `${core}/performances/${id}/seat-map` }), seatMapSchema),
    availability: async (id: string, legs: Legs | null) =>
      read(
        await send({ method: 'GET', url: `${core}/performances/${id}/availability${query(legs)}` }),
        availabilitySchema,
      ),
    hold: async (pass: string, performanceId: string, items: HoldWish, legs: Legs | null, idempotencyKey: string) =>
      read(
        await post(`${core}/holds`, {
          bearer: pass,
          idempotencyKey,
          json: { performanceId, items, ...(legs === null ? {} : { legs }) },
        }),
        holdSchema,
      ),
    release: async (holdId: string, receipt: string) =>
      read(await send({ method: 'DELETE', url: `${core}/holds/${holdId}`, bearer: receipt }), null),
    book: async (receipt: string, buyer: { name: string; email: string }, idempotencyKey: string) =>
      read(await post(`${core}/bookings`, { idempotencyKey, json: { receipt, buyer } }), bookingSchema),
    booking: async (id: string, token: string) =>
      read(await send({ method: 'GET', url: `${core}/bookings/${id}`, bearer: token }), bookingStateSchema),
    payAgain: async (id: string, token: string, idempotencyKey: string) =>
      read(await post(`${core}/bookings/${id}/payments`, { bearer: token, idempotencyKey }), attemptSchema),
    tickets: async (id: string, token: string) =>
      read(await send({ method: 'GET', url: `${core}/bookings/${id}/tickets`, bearer: token }), ticketsSchema),
    /** Opens a page as a browser does; its content is for people. */
    open: async (url: string) => read(await send({ method: 'GET', url }), null),
    /** Presses a button of the provider's hosted page. */
    press: async (url: string, outcome: 'succeed' | 'fail') =>
      read(await send({ method: 'POST', url, form: { outcome } }), null),
  };
}

const askSchema = v.union([placeSchema, passGrantSchema]);

/** Boards are the same text for everyone in a tick: the last one read is kept. */
let lastBoard: { text: string; board: Board } | undefined;

function readBoard(answer: HttpAnswer): CallResult<Board> {
  if (answer.kind !== 'answer' || answer.status !== 200 || answer.text !== lastBoard?.text) {
    const result = read(answer, boardSchema);
    if (result.kind === 'ok' && answer.kind === 'answer') lastBoard = { text: answer.text, board: result.value };
    return result;
  }
  return { kind: 'ok', status: 200, value: lastBoard.board, retryAfterMs: null, location: null };
}

function read<T>(answer: HttpAnswer, schema: v.GenericSchema<unknown, T>): CallResult<T>;
function read(answer: HttpAnswer, schema: null): CallResult<null>;
function read<T>(answer: HttpAnswer, schema: v.GenericSchema<unknown, T> | null): CallResult<T | null> {
  if (answer.kind === 'unreachable') return { kind: 'broken', why: `no answer (${answer.why})` };
  const { status, text, retryAfterMs, location } = answer;
  if (status >= 400) {
    const problem = v.safeParse(v.pipe(v.string(), v.parseJson(), problemSchema), text);
    if (!problem.success) return { kind: 'broken', why: `${status} without a problem document` };
    return { kind: 'refused', status, code: problem.output.code, retryAfterMs };
  }
  if (schema === null) return { kind: 'ok', status, value: null, retryAfterMs, location };
  const value = v.safeParse(v.pipe(v.string(), v.parseJson(), schema), text);
  if (value.success) return { kind: 'ok', status, value: value.output, retryAfterMs, location };
  const [issue] = value.issues;
  return {
    kind: 'broken',
    why: `${status} with an unexpected body (${v.getDotPath(issue) ?? 'no'}: ${issue.message})`,
  };
}
