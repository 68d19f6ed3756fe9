import { bigint, boolean, integer, jsonb, pgTable, text, timestamp } from 'drizzle-orm/pg-core';

const at = (name: string) => timestamp(name, { withTimezone: true, mode: 'date' });

/** Rooms and their settings (migration 0001). */
export const rooms = pgTable('rooms', {
  id: text().primaryKey(),
  name: text().notNull(),
  version: integer().notNull(),
  newUsersPerMinute: integer('new_users_per_minute').notNull(),
  totalActiveUsers: integer('total_active_users').notNull(),
  sessionDurationSeconds: integer('session_duration_seconds').notNull(),
  claimWindowSeconds: integer('claim_window_seconds').notNull(),
  queueingMethod: text('queueing_method').notNull(),
  lobbyOpensAt: at('lobby_opens_at'),
  opensAt: at('opens_at'),
  closesAt: at('closes_at'),
  holdLimit: integer('hold_limit').notNull(),
  joinsPerClientPerMinute: integer('joins_per_client_per_minute').notNull(),
  requireIdentity: boolean('require_identity').notNull(),
  identityKeys: jsonb('identity_keys').notNull(),
  challenge: text('challenge').notNull(),
  shopUrl: text('shop_url'),
  allowedReturnHosts: jsonb('allowed_return_hosts').notNull(),
  lanes: jsonb().notNull(),
  paused: boolean().notNull(),
  closed: boolean().notNull(),
  message: text(),
  epoch: bigint({ mode: 'number' }).notNull(),
  tick: bigint({ mode: 'number' }).notNull(),
});
