import { eventLock, forUpdate, noGuard, seatLocks, skipLocked } from './in-postgres.ts';
import type { PatternKind } from './pattern.ts';
import { listQueue, setNx, writeBehind } from './with-redis.ts';

export const PATTERN_NAMES = ['B0', 'B1', 'B1+', 'B2', 'B2+', 'B3', 'B4', 'B5', 'B6', 'B7'] as const;
export type PatternName = (typeof PATTERN_NAMES)[number];

/** Every pattern that bookings are compared with, and where it is described. */
export const PATTERNS: Record<PatternName, PatternKind> = {
  B0: {
    about: 'no guard: look, then insert',
    source: '“Closing the gap: safe seat booking with row locks” (hemanthr.xyz/blog), its unsafe handler',
    make: noGuard,
  },
  B1: {
    about: 'SELECT … FOR UPDATE in a transaction per request',
    source: '“Booking System with Pessimistic Locks” (medium.com/javarevisited)',
    make: forUpdate('one-by-one'),
  },
  'B1+': {
    about: 'B1 that sends the inserts of a transaction in one go',
    source: 'B1’s source, bettered',
    make: forUpdate('in-one-go'),
  },
  B2: {
    about: 'Redis SET NX, then FOR UPDATE',
    source: '“Solving the Double-Booking Problem: Distributed Locking, Idempotency, and Redis” (jaypatel.link/blog)',
    make: setNx('one-by-one'),
  },
  'B2+': {
    about: 'B2 that sends the inserts of a transaction in one go',
    source: 'B2’s source, bettered',
    make: setNx('in-one-go'),
  },
  B3: {
    about: 'SET NX, Lua confirm, written behind from a queue in the process',
    source: '“How Redis, Lua and async queues build a high-concurrency flash sale system” (devuly.com)',
    make: writeBehind,
  },
  B4: {
    about: 'a Redis list and one processor',
    source: '“Use Tair to build a business system that can handle flash sales” (alibabacloud.com/help)',
    make: listQueue,
  },
  B5: {
    about: 'one advisory lock for the event',
    source: '“Postgres advisory lock within function allows concurrent execution” (exchangetuts.com)',
    make: eventLock,
  },
  B6: {
    about: 'an advisory lock per seat, sums counted each time',
    source: 'PostgreSQL’s manual, “Advisory Locks” (13.3.5), a lock for each seat',
    make: seatLocks,
  },
  B7: {
    about: 'FOR UPDATE SKIP LOCKED of a row per place',
    source: '“Understanding Database Locking in an Airline Seat Booking System” (developerscoffee.com)',
    make: skipLocked,
  },
};
