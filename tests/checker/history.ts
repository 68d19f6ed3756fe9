/** What a client was told. The log is the client's own: it knows nothing of what the stores hold. */
export type Told =
  | {
      kind: 'booked';
      bookingId: string;
      holdId: string;
      /** Reserved seats, and how many places of each general zone. */
      seats: string[];
      places: Record<string, number>;
      totalMinor: number;
      currency: string;
    }
  | { kind: 'cancelled'; bookingId: string }
  /** A place in the waitlist. */
  | { kind: 'joined'; entryId: string }
  /** A hold of what was offered for it. */
  | { kind: 'accepted'; entryId: string; holdId: string; seats: string[] };

export type BookingRow = {
  id: string;
  holdId: string;
  performanceId: string;
  status: 'pending_payment' | 'confirmed' | 'expired' | 'cancelled' | 'refunded';
  totalMinor: number;
  currency: string;
  fromLeg: number;
  toLeg: number;
  createdAtMs: number;
  /** Postgres's now minus `payBy`, ms; below zero while there is time. */
  overdueMs: number;
  items: { zoneId: string; seatId: string | null; quantity: number }[];
};

/** An offer of the waitlist, also one that is over, and whose it was. */
export type OfferRow = {
  id: string;
  entryId: string;
  entryState: 'waiting' | 'offered' | 'booked' | 'lapsed' | 'left';
  holdId: string;
  performanceId: string;
  fromLeg: number;
  toLeg: number;
  offeredAtMs: number;
  /** Null while it stands. */
  endedAtMs: number | null;
  items: { zoneId: string; seatId: string | null; quantity: number }[];
};

/** Money of one payment: by our ledger, by the provider's, and what is to go back by an outbox row that is not done. */
export type PaymentMoney = {
  paymentId: string;
  bookingId: string;
  currency: string;
  capturedMinor: number;
  refundedMinor: number;
  owedBackMinor: number;
  /** Undefined when the provider was never asked for it. */
  provider?: { capturedMinor: number; refundedMinor: number };
};

/** Everything the stores hold once all is at rest. */
export type StoredState = {
  bookings: BookingRow[];
  /** Each with the booking or the block (an offer, or an operator's) that has it, or both. */
  claims: {
    performanceId: string;
    seatId: string;
    leg: number;
    bookingId: string | null;
    blockId: string | null;
    state: 'pending' | 'sold' | 'offered' | 'blocked';
  }[];
  /** Without what operators keep for nobody. `free`: on public sale; `blocked`: for who has an allocation's code. */
  zoneLegs: {
    performanceId: string;
    zoneId: string;
    leg: number;
    capacity: number;
    sold: number;
    blocked: number;
    free: number;
  }[];
  entries: { id: string; state: OfferRow['entryState'] }[];
  offers: OfferRow[];
  payments: PaymentMoney[];
  /** Rows that still wait, by queue; none of them may. */
  waiting: Record<string, number>;
  /** The inventory's word on what Postgres has claimed; absent where there is none to ask. */
  inventory?: {
    /** Seats that are not free, `performance/seat/leg` → what they are. */
    seats: Map<string, 'pending' | 'sold' | 'offered' | 'blocked'>;
    /** Free places of general zones, `performance/zone/leg`. */
    free: Map<string, number>;
  };
};

/** The legs that somebody has places on. */
export const legsOf = ({ fromLeg, toLeg }: Pick<BookingRow, 'fromLeg' | 'toLeg'>): number[] =>
  Array.from({ length: toLeg - fromLeg }, (_, i) => fromLeg + i);
