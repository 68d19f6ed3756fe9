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
  | { kind: 'cancelled'; bookingId: string };

export type BookingRow = {
  id: string;
  holdId: string;
  performanceId: string;
  status: 'pending_payment' | 'confirmed' | 'expired' | 'cancelled' | 'refunded';
  totalMinor: number;
  currency: string;
  fromLeg: number;
  toLeg: number;
  /** Postgres's now minus `payBy`, ms; below zero while there is time. */
  overdueMs: number;
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
  claims: { performanceId: string; seatId: string; leg: number; bookingId: string; state: 'pending' | 'sold' }[];
  zoneLegs: { performanceId: string; zoneId: string; leg: number; capacity: number; sold: number }[];
  payments: PaymentMoney[];
  /** Rows that still wait, by queue; none of them may. */
  waiting: Record<string, number>;
  /** The inventory's word on what Postgres has claimed; absent where there is none to ask. */
  inventory?: {
    /** Seats that are not free, `performance/seat/leg` → pending or sold. */
    seats: Map<string, 'pending' | 'sold' | 'blocked'>;
    /** Free places of general zones, `performance/zone/leg`. */
    free: Map<string, number>;
  };
};
