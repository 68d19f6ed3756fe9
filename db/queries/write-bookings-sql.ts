import { IDEMPOTENCY_TTL_SECONDS } from '../../contracts/limits.ts';
import { arrayLiteral as list } from '../array-literal.ts';
import type { Connection, Statement } from '../connect.ts';
import type { BatchColumns } from './booking-batch.ts';
import { newInventoryWork, type Lease } from './own-work.ts';

/** The batch as common table expressions: `request`, `item`, `seat_leg`, `zone` (with what is free), `need`, `contest`. */
export const batchTables = (
  tx: Connection,
  { request: r, item: i, zone: z, need: n, contested: c, hasBlocks }: BatchColumns,
) => tx`
    request AS MATERIALIZED (
      SELECT * FROM unnest(${list(r.ord)}::int[], ${list(r.id)}::uuid[], ${list(r.holdId)}::text[], ${list(r.performanceId)}::text[],
        ${list(r.owner)}::text[], ${list(r.identity)}::text[], ${list(r.buyerName)}::text[], ${list(r.buyerEmail)}::text[], ${list(r.emailNormalised)}::text[],
        ${list(r.language)}::text[], ${list(r.passengers)}::jsonb[], ${list(r.tokenHash)}::text[], ${list(r.totalMinor)}::bigint[], ${list(r.currency)}::text[],
        ${list(r.fromLeg)}::int[], ${list(r.toLeg)}::int[], ${list(r.payBy)}::timestamptz[], ${list(r.paymentId)}::uuid[],
        ${list(r.provider)}::text[], ${list(r.codeHash)}::text[], ${list(r.codeExpiresAt)}::timestamptz[],
        ${list(r.caller)}::text[], ${list(r.key)}::text[], ${list(r.bodyHash)}::text[], ${list(r.status)}::int[], ${list(r.answer)}::text[])
        AS r (ord, id, hold_id, performance_id, owner, identity, buyer_name, buyer_email, email_normalised, language, passengers, token_hash, total_minor,
          currency, from_leg, to_leg, pay_by, payment_id, provider, code_hash, code_expires_at, caller, key, body_hash,
          status, answer)),
    item AS MATERIALIZED (
      SELECT i.*, r.id AS booking_id, r.performance_id, r.from_leg, r.to_leg
      FROM unnest(${list(i.ord)}::int[], ${list(i.line)}::int[], ${list(i.zoneId)}::text[], ${list(i.seatId)}::text[],
        ${list(i.quantity)}::int[], ${list(i.priceMinor)}::bigint[], ${list(i.blockId)}::uuid[])
        AS i (ord, line, zone_id, seat_id, quantity, price_minor, block_id)
      JOIN request r USING (ord)),
    seat_leg AS MATERIALIZED (
      SELECT i.ord, i.booking_id, i.performance_id, i.zone_id, i.seat_id, i.block_id, generate_series(i.from_leg, i.to_leg - 1) AS leg
      FROM item i WHERE i.seat_id IS NOT NULL),
    zone AS MATERIALIZED (
      SELECT z.*, ${
        hasBlocks
          ? tx`CASE WHEN z.block_id IS NULL THEN coalesce(here.free, 0) ELSE coalesce(own.free, 0) END AS free,
        z.block_id IS NOT NULL AND own.free IS NULL AS has_ended`
          : tx`coalesce(here.free, 0) AS free`
      }
      FROM unnest(${list(z.performanceId)}::text[], ${list(z.zoneId)}::text[], ${list(z.leg)}::int[], ${list(z.blockId)}::uuid[])
        WITH ORDINALITY AS z (performance_id, zone_id, leg, block_id, place)
      LEFT JOIN LATERAL (SELECT l.capacity - l.sold AS free FROM zone_legs l
        WHERE l.performance_id = z.performance_id AND l.zone_id = z.zone_id AND l.leg = z.leg LIMIT 1) here ON true
      ${
        hasBlocks
          ? tx`LEFT JOIN LATERAL (SELECT l.capacity - l.sold AS free FROM block_legs l
        WHERE l.block_id = z.block_id AND l.zone_id = z.zone_id AND l.leg = z.leg LIMIT 1) own ON true`
          : tx``
      }),
    need AS MATERIALIZED (
      SELECT n.ord, n.place, n.quantity, zone.free, zone.zone_id
      FROM unnest(${list(n.ord)}::int[], ${list(n.place)}::int[], ${list(n.quantity)}::int[]) AS n (ord, place, quantity)
      JOIN zone USING (place)),
    contest AS MATERIALIZED (
      SELECT * FROM unnest(${list(c.ord)}::int[], ${list(c.resource)}::int[]) AS c (ord, resource))`;

/**
 * The judgement: `refusal` has a row for each request, its `reason` null when the tables say nothing against it; `beaten` are those
 * that only an earlier one of the batch stands against; `loser` are both. A key's answer that is too old to count is taken away.
 *
 * Probes of growing tables are laterals with LIMIT 1, one index look-up for each row of the batch: as plain joins the planner
 * hashes the whole table once its statistics suggest so, and bookings a second fall with every seat sold.
 */
export const judgement = (tx: Connection, { hasBlocks }: BatchColumns) => tx`
    ${counts(tx)},
    over_limit AS (SELECT ord, min(most) AS most FROM limited WHERE bought + places > most GROUP BY ord),
    taken AS (
      SELECT s.ord, array_agg(DISTINCT s.seat_id ORDER BY s.seat_id) AS seats FROM seat_leg s
      ${
        hasBlocks
          ? takenOrOutOfReach(tx)
          : tx`CROSS JOIN LATERAL (SELECT 1 FROM seat_claims c WHERE c.performance_id = s.performance_id
        AND c.seat_id = s.seat_id AND c.leg = s.leg LIMIT 1) claim`
      } GROUP BY s.ord),
    ${hasBlocks ? tx`ended AS (SELECT DISTINCT n.ord FROM need n JOIN zone USING (place) WHERE zone.has_ended),` : tx``}
    short AS (
      SELECT DISTINCT ON (ord) ord, zone_id, greatest(free, 0) AS available FROM need WHERE quantity > free ORDER BY ord, zone_id, free),
    refusal AS MATERIALIZED (
      SELECT r.ord, known.body_hash, known.status, known.answer,
        CASE WHEN unpaid.found IS NOT NULL THEN 1 ELSE over_limit.most END AS most, taken.seats, short.zone_id, short.available,
        CASE WHEN known.is_expired THEN 'again'
          WHEN known.body_hash IS NOT NULL THEN 'known'
          WHEN of_hold.found IS NOT NULL THEN 'hold_already_booked'
          ${hasBlocks ? tx`WHEN r.ord IN (SELECT ord FROM ended) THEN 'allocation_ended'` : tx``}
          WHEN unpaid.found IS NOT NULL OR over_limit.ord IS NOT NULL THEN 'limit_reached'
          WHEN taken.ord IS NOT NULL THEN 'seats_unavailable'
          WHEN short.ord IS NOT NULL THEN 'zone_sold_out' END AS reason
      FROM request r
      LEFT JOIN LATERAL (SELECT k.body_hash, k.status, k.answer,
          k.created_at <= now() - make_interval(secs => ${IDEMPOTENCY_TTL_SECONDS}) AS is_expired
        FROM idempotency_keys k WHERE k.caller = r.caller AND k.key = r.key LIMIT 1) known ON true
      LEFT JOIN LATERAL (SELECT 1 AS found FROM bookings b WHERE b.hold_id = r.hold_id LIMIT 1) of_hold ON true
      LEFT JOIN LATERAL (SELECT 1 AS found FROM bookings b WHERE b.owner = r.owner AND b.status = 'pending_payment' LIMIT 1) unpaid ON true
      LEFT JOIN over_limit USING (ord) LEFT JOIN taken USING (ord) LEFT JOIN short USING (ord)),
    refused AS MATERIALIZED (SELECT ord FROM refusal WHERE reason IS NOT NULL),
    beaten AS MATERIALIZED (
      SELECT ord FROM (SELECT ord, min(ord) OVER (PARTITION BY resource) AS first
        FROM contest WHERE ord NOT IN (SELECT ord FROM refused)) wish WHERE first < ord
      UNION
      SELECT ord FROM (SELECT ord, free, sum(quantity) OVER (PARTITION BY place ORDER BY ord) AS running
        FROM need WHERE ord NOT IN (SELECT ord FROM refused)) queue WHERE running > free
      UNION ${beyondLimit(tx, tx`limited WHERE ord NOT IN (SELECT ord FROM refused)`)}),
    loser AS MATERIALIZED (SELECT ord FROM refused UNION ALL SELECT ord FROM beaten),
    forgotten AS (
      DELETE FROM idempotency_keys k USING request r JOIN refusal USING (ord)
      WHERE refusal.reason = 'again' AND k.caller = r.caller AND k.key = r.key)`;

/**
 * In the judgement's place, for a batch whose requests want nothing of each other's: only the limits of buyers are looked at, and whether
 * the zones are there and have room, since no constraint knows the ones, nor of a zone that is gone. `loser` is nobody, or everybody: then,
 * and when a constraint refuses, the batch has to be judged.
 */
export const trust = (tx: Connection) => tx`
    ${counts(tx)},
    over_limit AS (${beyondLimit(tx, tx`limited`)}),
    loser AS MATERIALIZED (
      SELECT ord FROM request WHERE EXISTS (SELECT 1 FROM over_limit) OR EXISTS (SELECT 1 FROM need WHERE quantity > free))`;

/** What buyers whose places are counted have of their performances. */
const counts = (tx: Connection) => tx`
    rule AS MATERIALIZED (
      SELECT p.* FROM (SELECT DISTINCT performance_id FROM request) wanted
      CROSS JOIN LATERAL (SELECT p.id, p.places_per_buyer AS most FROM performances p
        WHERE p.id = wanted.performance_id AND p.places_per_buyer IS NOT NULL LIMIT 1) p),
    counted AS MATERIALIZED (
      SELECT r.ord, r.performance_id, r.email_normalised, r.identity, rule.most, wanted.places
      FROM request r JOIN rule ON rule.id = r.performance_id
      CROSS JOIN LATERAL (SELECT sum(i.quantity) AS places FROM item i WHERE i.ord = r.ord) wanted),
    limited AS MATERIALIZED (
      ${boughtBefore(tx, 'email_normalised')} UNION ALL ${boughtBefore(tx, 'identity')})`;

/** Who would have too much with what those of the batch want who come before. */
const beyondLimit = (tx: Connection, counted: Statement<object>) => tx`
      SELECT ord FROM (SELECT ord, most, bought + sum(places) OVER (PARTITION BY performance_id, kind, buyer ORDER BY ord) AS running
        FROM ${counted}) buyer WHERE running > most`;

/**
 * What each counted request's buyer has of its performance, by one of the columns that name a buyer. Each is counted apart: neither an
 * e-mail nor an identity ever has more than the limit.
 */
const boughtBefore = (tx: Connection, buyer: 'email_normalised' | 'identity') => tx`
      SELECT c.ord, c.performance_id, ${buyer}::text AS kind, c.${tx(buyer)} AS buyer, c.most, c.places, before.bought
      FROM counted c CROSS JOIN LATERAL (SELECT coalesce(sum(i.quantity), 0) AS bought
        FROM bookings b JOIN booking_items i ON i.booking_id = b.id
        WHERE b.performance_id = c.performance_id AND b.${tx(buyer)} = c.${tx(buyer)}
          AND b.status IN ('pending_payment', 'confirmed')) before
      WHERE c.${tx(buyer)} IS NOT NULL`;

/** A claim of somebody else; for a seat of an allocation also none, or one of another block. */
const takenOrOutOfReach = (tx: Connection) => tx`
      LEFT JOIN LATERAL (SELECT c.booking_id, c.block_id FROM seat_claims c WHERE c.performance_id = s.performance_id
        AND c.seat_id = s.seat_id AND c.leg = s.leg LIMIT 1) claim ON true
      WHERE claim.booking_id IS NOT NULL OR claim.block_id IS DISTINCT FROM s.block_id`;

/**
 * Every row of the winners, in the order of the keys by which rivals would wait for each other. The inventory's work is this process's own
 * where it has a `lease`.
 */
export const writes = (tx: Connection, { hasBlocks }: BatchColumns, lease: Lease | null) => tx`
    new_booking AS (
      INSERT INTO bookings (id, hold_id, performance_id, owner, identity, status, buyer_name, buyer_email, email_normalised, language, passengers,
        access_token_hash, total_minor, currency, from_leg, to_leg, pay_by)
      SELECT id, hold_id, performance_id, owner, identity, 'pending_payment', buyer_name, buyer_email, email_normalised, language, passengers,
        decode(token_hash, 'hex'), total_minor, currency, from_leg, to_leg, pay_by
      FROM request WHERE ord NOT IN (SELECT ord FROM loser) ORDER BY owner COLLATE "C", id),
    new_item AS (
      INSERT INTO booking_items (booking_id, line, zone_id, seat_id, quantity, price_minor, block_id)
      SELECT booking_id, line, zone_id, seat_id, quantity, price_minor, block_id FROM item WHERE ord NOT IN (SELECT ord FROM loser)),
    new_claim AS (
      INSERT INTO seat_claims (performance_id, seat_id, leg, booking_id, zone_id, state)
      SELECT performance_id, seat_id, leg, booking_id, zone_id, 'pending' FROM seat_leg
      WHERE block_id IS NULL AND ord NOT IN (SELECT ord FROM loser)
      ORDER BY performance_id COLLATE "C", seat_id COLLATE "C", leg),
    ${hasBlocks ? writesToBlocks(tx) : tx``}
    sold AS (
      UPDATE zone_legs l SET sold = l.sold + change.quantity
      FROM (SELECT zone.performance_id, zone.zone_id, zone.leg, sum(n.quantity)::int AS quantity
        FROM need n JOIN zone USING (place) WHERE zone.block_id IS NULL AND n.ord NOT IN (SELECT ord FROM loser) GROUP BY 1, 2, 3) change
      WHERE l.performance_id = change.performance_id AND l.zone_id = change.zone_id AND l.leg = change.leg),
    new_payment AS (
      INSERT INTO payments (id, booking_id, provider, status, amount_minor, currency)
      SELECT payment_id, id, provider, 'open', total_minor, currency FROM request WHERE ord NOT IN (SELECT ord FROM loser)),
    new_code AS (
      INSERT INTO checkout_codes (code_hash, payment_id, expires_at)
      SELECT decode(code_hash, 'hex'), payment_id, code_expires_at FROM request WHERE ord NOT IN (SELECT ord FROM loser)),
    new_work AS (${newInventoryWork(tx, tx`(SELECT id AS booking_id, 1 AS version FROM request WHERE ord NOT IN (SELECT ord FROM loser))`, lease)}),
    new_history AS (
      INSERT INTO booking_history (booking_id, version, actor, action)
      SELECT id, 1, 'owner:' || owner, 'created' FROM request WHERE ord NOT IN (SELECT ord FROM loser)),
    new_answer AS (
      INSERT INTO idempotency_keys (caller, key, body_hash, status, answer)
      SELECT caller, key, body_hash, status, answer FROM request WHERE ord NOT IN (SELECT ord FROM loser)
      ORDER BY caller COLLATE "C", key COLLATE "C")`;

/**
 * What is sold from allocations: their seats change hands and stay theirs, their places are counted apart. Who books an offer leaves the
 * waitlist; the offer itself is over, and ended by the next sweep.
 */
const writesToBlocks = (tx: Connection) => tx`
    own_claim AS (
      UPDATE seat_claims c SET booking_id = s.booking_id, state = 'pending' FROM seat_leg s
      WHERE s.block_id IS NOT NULL AND s.ord NOT IN (SELECT ord FROM loser) AND c.performance_id = s.performance_id
        AND c.seat_id = s.seat_id AND c.leg = s.leg AND c.block_id = s.block_id AND c.booking_id IS NULL),
    own_sold AS (
      UPDATE block_legs l SET sold = l.sold + change.quantity
      FROM (SELECT zone.block_id, zone.zone_id, zone.leg, sum(n.quantity)::int AS quantity
        FROM need n JOIN zone USING (place) WHERE zone.block_id IS NOT NULL AND n.ord NOT IN (SELECT ord FROM loser) GROUP BY 1, 2, 3) change
      WHERE l.block_id = change.block_id AND l.zone_id = change.zone_id AND l.leg = change.leg),
    taken_offer AS (
      UPDATE waitlist_offers o SET offer_until = least(o.offer_until, now())
      WHERE o.ended_at IS NULL AND o.block_id IN (SELECT block_id FROM item WHERE ord NOT IN (SELECT ord FROM loser)) RETURNING o.entry_id),
    left_waitlist AS (
      UPDATE waitlist_entries e SET state = 'booked', ended_at = now() FROM taken_offer WHERE e.id = taken_offer.entry_id),`;
