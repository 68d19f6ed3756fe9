import type { DifferenceRow } from '../../db/queries/reconciliations.ts';

/** What a comparison finds. Each kind names who is right: the provider on money, Postgres on claims, Redis on unbooked holds. */
export type DifferenceKind =
  /** Claimed in Postgres; Redis has it free, in another state, or with somebody else. */
  | 'claim_not_in_redis'
  /** Redis says that a booking has it; Postgres does not. */
  | 'claim_not_in_postgres'
  /** A seat is of a block in one of the two, and of another or none in the other. */
  | 'block_not_in_redis'
  | 'block_not_in_postgres'
  /** Held in Redis by a hold that has no record, or by nobody. */
  | 'cell_without_hold'
  /** A hold that lives has the cell, and the cell says otherwise. */
  | 'cell_state_wrong'
  /** Redis knows a booking in another version or state, or not at all. */
  | 'booking_entry_wrong'
  /** Redis knows a booking that has no places in Postgres. */
  | 'booking_entry_unknown'
  | 'zone_counter_wrong'
  /** Kept changing while it was compared, so nothing was repaired; the next run looks again. */
  | 'not_settled'
  /** The provider took money, or gave it back, and we did not know. */
  | 'capture_not_known'
  | 'refund_not_known'
  | 'amount_differs'
  /** Money at the provider for a payment that is none of ours. */
  | 'payment_not_ours'
  /** Money in our ledger that the provider does not know. */
  | 'not_at_provider';

/** One difference as it is reported. `details` holds no personal data. */
export type Difference = Omit<DifferenceRow, 'kind'> & { kind: DifferenceKind };
