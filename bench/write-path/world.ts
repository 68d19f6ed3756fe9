import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BookingDraft } from '../../core/bookings/commit-booking.ts';
import { connectDatabase, type Sql } from '../../db/connect.ts';
import { migrate } from '../../db/migrate.ts';
import { startPostgres } from '../../local-stack/postgres.ts';
import { newId } from '../../platform/id.ts';
import { childrenOf, processorSeconds } from '../measure/processor-time.ts';
import { addShow, SHOW } from '../parts/show.ts';

/** Zones over which distinct seats are spread, as the blocks of a stadium. */
const ZONES = 20;
const CAPACITY = 10_000_000;
/** Length of a sealed answer, characters. */
const ANSWER_LENGTH = 600;

/** A Postgres of its own with fsync and synchronous commit, as a sale has it. */
export type WriteWorld = {
  connect(max: number): Sql;
  /** A booking of one seat that nobody wants (`spread`), or of one place of the same zone for everybody (`hot`). */
  draft(kind: 'spread' | 'hot'): BookingDraft;
  /** Fills the tables with so many bookings of five claims each, as if they had been sold before. */
  grow(bookings: number): Promise<void>;
  /** Processor seconds that the server's processes have used so far; NaN where no system tells it. */
  postgresSeconds(): number;
  stop(): Promise<void>;
};

/** Starts it with one performance on sale. */
export async function startWriteWorld(): Promise<WriteWorld> {
  const folder = await mkdtemp(join(tmpdir(), 'onsale-bench-writes-'));
  const server = await startPostgres({ dataFolder: join(folder, 'data'), logFile: join(folder, 'log'), durable: true });
  await migrate(server.url);
  const sql = connectDatabase(server.url, { max: 2, statementTimeoutMs: 600_000 });
  await seed(sql);
  const pools: Sql[] = [sql];
  let made = 0;
  return {
    connect(max) {
      const pool = connectDatabase(server.url, { max, statementTimeoutMs: 60_000 });
      pools.push(pool);
      return pool;
    },
    draft(kind) {
      made += 1;
      const zoneId = kind === 'hot' ? 'standing' : `block-${made % ZONES}`;
      return toDraft(zoneId, kind === 'hot' ? null : `seat-${made}`);
    },
    grow: (bookings) => grow(sql, bookings),
    postgresSeconds: () =>
      childrenOf(server.child.pid, 'postgres').reduce((sum, pid) => sum + (processorSeconds(pid) ?? Number.NaN), 0),
    async stop() {
      await Promise.all(pools.map((pool) => pool.end({ timeout: 1 })));
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function toDraft(zoneId: string, seatId: string | null): BookingDraft {
  const owner = randomBytes(16).toString('base64url');
  const later = new Date(Date.now() + 600_000);
  const email = `${owner}@example.org`;
  return {
    keyed: { caller: `owner:${owner}`, key: newId(), bodyHash: 'x'.repeat(43), credential: null },
    body: { answer: randomBytes(ANSWER_LENGTH / 2).toString('hex') },
    row: {
      id: newId(),
      holdId: newId(),
      performanceId: SHOW,
      owner,
      buyer: { name: 'Ada Lovelace', email, emailNormalised: email },
      passengers: [],
      accessTokenHash: randomBytes(32),
      totalMinor: 5000,
      currency: 'EUR',
      legs: [0, 1],
      items: [{ zoneId, seatId, quantity: 1, priceMinor: 5000 }],
      payBy: later,
      payment: { id: newId(), provider: 'sandbox', codeHash: randomBytes(32), codeExpiresAt: later },
    },
  };
}

async function grow(sql: Sql, bookings: number): Promise<void> {
  await sql.begin(async (tx) => {
    // The rows fit each other; checking each of them again would take minutes.
    await tx`SET LOCAL session_replication_role = replica`;
    await tx`CREATE TEMPORARY TABLE sold_before ON COMMIT DROP AS SELECT gen_random_uuid() AS id, n FROM generate_series(1, ${bookings}::int) n`;
    await tx`INSERT INTO bookings (id, hold_id, performance_id, owner, status, buyer_name, buyer_email, email_normalised, access_token_hash,
        total_minor, currency, from_leg, to_leg, pay_by)
      SELECT id, id::text, ${SHOW}, 'owner-' || n, 'confirmed', 'Ada', 'ada-' || n || '@example.org', 'ada-' || n || '@example.org',
        sha256(n::text::bytea), 25000, 'EUR', 0, 1, now() FROM sold_before`;
    await tx`INSERT INTO booking_items (booking_id, line, zone_id, seat_id, quantity, price_minor)
      SELECT id, line, 'block-0', 'old-' || n || '-' || line, 1, 5000 FROM sold_before, generate_series(0, 4) line`;
    await tx`INSERT INTO seat_claims (performance_id, seat_id, leg, booking_id, zone_id, state)
      SELECT ${SHOW}, 'old-' || n || '-' || line, 0, id, 'block-0', 'sold' FROM sold_before, generate_series(0, 4) line`;
    await tx`INSERT INTO idempotency_keys (caller, key, body_hash, status, answer)
      SELECT 'owner:owner-' || n, id::text, 'x', 201, 'x' FROM sold_before`;
  });
}

async function seed(sql: Sql): Promise<void> {
  const zone = (id: string, kind: 'reserved' | 'general') => ({
    id,
    name: id,
    kind,
    capacity: CAPACITY,
    priceMinor: 5000,
  });
  await addShow(sql, {
    room: 'room',
    seatMap: { zones: [] },
    zones: [...Array.from({ length: ZONES }, (_, i) => zone(`block-${i}`, 'reserved')), zone('standing', 'general')],
  });
}
