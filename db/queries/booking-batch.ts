import type { NewBooking } from './new-booking.ts';

/** A booking to be written, with the answer that becomes true with it. */
export type BookingToWrite = {
  row: NewBooking;
  answer: { caller: string; key: string; bodyHash: string; status: number; answer: string };
};

/**
 * A batch as columns. `ord` is the place in the batch, from 0; `need.place` counts the rows of `zone` from 1. An allocation's share of
 * a zone is a row of its own there (`blockId`).
 */
export type BatchColumns = {
  request: ReturnType<typeof toRequests>;
  item: ItemColumns;
  /** The zones' legs that the batch touches, each once. */
  zone: { performanceId: string[]; zoneId: string[]; leg: number[]; blockId: (string | null)[] };
  /** How much each request wants of each of them. */
  need: { ord: number[]; place: number[]; quantity: number[] };
  /** What more than one request of the batch wants and only one can have; `resource` is a number for a seat's leg, a hold, … */
  contested: { ord: number[]; resource: number[] };
  /** Whether anything of it is sold from an allocation: few batches pay for what that takes. */
  hasBlocks: boolean;
};

/** Turns a batch into the columns of its statement. Pure. */
export function toBatchColumns(batch: readonly BookingToWrite[]): BatchColumns {
  const needs = toNeeds(batch);
  const hasBlocks = needs.zone.blockId.some((blockId) => blockId !== null);
  return { request: toRequests(batch), item: toItems(batch), ...needs, contested: findContested(batch), hasBlocks };
}

function toRequests(batch: readonly BookingToWrite[]) {
  const rows = batch.map(({ row }) => row);
  const payments = rows.map(({ payment }) => payment);
  const answers = batch.map(({ answer }) => answer);
  return {
    ord: batch.map((_, ord) => ord),
    id: rows.map((row) => row.id),
    holdId: rows.map((row) => row.holdId),
    performanceId: rows.map((row) => row.performanceId),
    owner: rows.map((row) => row.owner),
    identity: rows.map((row) => row.identity ?? null),
    buyerName: rows.map((row) => row.buyer.name),
    buyerEmail: rows.map((row) => row.buyer.email),
    emailNormalised: rows.map((row) => row.buyer.emailNormalised),
    language: rows.map((row) => row.language ?? 'en'),
    passengers: rows.map((row) => JSON.stringify(row.passengers)),
    tokenHash: rows.map((row) => toHex(row.accessTokenHash)),
    totalMinor: rows.map((row) => row.totalMinor),
    currency: rows.map((row) => row.currency),
    fromLeg: rows.map((row) => row.legs[0]),
    toLeg: rows.map((row) => row.legs[1]),
    payBy: rows.map((row) => row.payBy.toISOString()),
    paymentId: payments.map((payment) => payment.id),
    provider: payments.map((payment) => payment.provider),
    codeHash: payments.map((payment) => toHex(payment.codeHash)),
    codeExpiresAt: payments.map((payment) => payment.codeExpiresAt.toISOString()),
    caller: answers.map((answer) => answer.caller),
    key: answers.map((answer) => answer.key),
    bodyHash: answers.map((answer) => answer.bodyHash),
    status: answers.map((answer) => answer.status),
    answer: answers.map((answer) => answer.answer),
  };
}

type ItemColumns = {
  ord: number[];
  line: number[];
  zoneId: string[];
  seatId: (string | null)[];
  quantity: number[];
  priceMinor: number[];
  blockId: (string | null)[];
};

function toItems(batch: readonly BookingToWrite[]): ItemColumns {
  const items: ItemColumns = { ord: [], line: [], zoneId: [], seatId: [], quantity: [], priceMinor: [], blockId: [] };
  for (const [ord, { row }] of batch.entries())
    for (const [line, { zoneId, seatId, quantity, priceMinor, blockId = null }] of row.items.entries()) {
      items.ord.push(ord);
      items.line.push(line);
      items.zoneId.push(zoneId);
      items.seatId.push(seatId);
      items.quantity.push(quantity);
      items.priceMinor.push(priceMinor);
      items.blockId.push(blockId);
    }
  return items;
}

function toNeeds(batch: readonly BookingToWrite[]): Pick<BatchColumns, 'zone' | 'need'> {
  const zone: BatchColumns['zone'] = { performanceId: [], zoneId: [], leg: [], blockId: [] };
  const need: BatchColumns['need'] = { ord: [], place: [], quantity: [] };
  const places = new Map<string, number>();
  for (const [ord, { row }] of batch.entries()) {
    const { performanceId, items, legs } = row;
    const wanted = new Map<number, number>();
    for (const { zoneId, quantity, blockId = null } of items) {
      for (let leg = legs[0]; leg < legs[1]; leg += 1) {
        const name = `${performanceId} ${zoneId} ${leg} ${blockId ?? ''}`;
        const place = places.get(name) ?? places.size + 1;
        if (!places.has(name)) {
          places.set(name, place);
          zone.performanceId.push(performanceId);
          zone.zoneId.push(zoneId);
          zone.leg.push(leg);
          zone.blockId.push(blockId);
        }
        wanted.set(place, (wanted.get(place) ?? 0) + quantity);
      }
    }
    for (const [place, quantity] of wanted) {
      need.ord.push(ord);
      need.place.push(place);
      need.quantity.push(quantity);
    }
  }
  return { zone, need };
}

function findContested(batch: readonly BookingToWrite[]): BatchColumns['contested'] {
  // Who wants it first, by its name; a set only for what somebody else wants too, which is rare.
  const first = new Map<string, number>();
  const contests = new Map<string, Set<number>>();
  const want = (ord: number, name: string) => {
    const before = first.get(name);
    if (before === undefined) first.set(name, ord);
    else if (before !== ord) contests.set(name, (contests.get(name) ?? new Set([before])).add(ord));
  };
  for (const [ord, { row, answer }] of batch.entries()) {
    want(ord, `key ${answer.caller.length} ${answer.caller} ${answer.key}`);
    want(ord, `hold ${row.holdId}`);
    want(ord, `owner ${row.owner}`);
    for (const { seatId } of row.items) {
      if (seatId === null) continue;
      for (let leg = row.legs[0]; leg < row.legs[1]; leg += 1) want(ord, `seat ${row.performanceId} ${leg} ${seatId}`);
    }
  }
  const sets = [...contests.values()];
  return {
    ord: sets.flatMap((ords) => [...ords]),
    resource: sets.flatMap((ords, resource) => Array.from(ords, () => resource)),
  };
}

const toHex = ({ buffer, byteOffset, byteLength }: Uint8Array): string =>
  Buffer.from(buffer, byteOffset, byteLength).toString('hex');
