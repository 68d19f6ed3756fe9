/** What a message tells of: names, not ids; `null` where there is none. Everything in it was typed by somebody. */
export type PerformanceFactsToTell = {
  eventName: string;
  kind: 'event' | 'train';
  /** When it begins for this buyer: a train's departure at their stop. */
  startsAt: Date;
  /** When it ends for this buyer, where that is known. */
  endsAt: Date | null;
  timeZone: string;
  /** The venue and its city, or the stops from and to. */
  where: string | null;
};

export type PlaceToTell = { zone: string; row: string | null; seat: string | null; quantity: number };

export type BookingFactsToTell = PerformanceFactsToTell & {
  bookingId: string;
  buyerName: string;
  places: readonly PlaceToTell[];
  totalMinor: number;
  refundedMinor: number;
  currency: string;
  payBy: Date;
  /** The address that opens the booking, with a token that is only this mail's to give away. */
  url: string;
};

/** Places of somebody, of a booking or of one ticket that was given to them. */
export type PlacesToTell = PerformanceFactsToTell & {
  holderName: string;
  bookingId: string;
  places: readonly PlaceToTell[];
  isGiven: boolean;
};

/** One ticket that was given to somebody. */
export type TicketFactsToTell = PerformanceFactsToTell & {
  ticketId: string;
  bookingId: string;
  holderName: string;
  giverName: string;
  place: PlaceToTell;
  /** Until when who gave it can take it back. */
  takeBackUntil: Date;
};

/** How a performance was for its reader before it was moved; `where` only if it is elsewhere now. */
export type MovedFrom = { startsAt: Date; timeZone: string; where: string | null };

/** What can be told, and what each message needs to know for it. */
export type Told =
  | { kind: 'ticket'; booking: BookingFactsToTell }
  /** To who has places of a performance that is at another time or place now. */
  | { kind: 'moved'; holding: PlacesToTell; was: MovedFrom; url: string }
  /** To whom a ticket was given; `url` opens it. */
  | { kind: 'transferred'; ticket: TicketFactsToTell; url: string }
  /** To who gave it; `url` opens what they have left, if that is anything. */
  | { kind: 'given'; ticket: TicketFactsToTell; url: string | null }
  /** To who took a ticket back that they had given away; `url` opens it. */
  | { kind: 'returned'; ticket: TicketFactsToTell; url: string }
  /** To whom it was given, and who has it no more. */
  | { kind: 'taken_back'; ticket: TicketFactsToTell; url: string }
  | { kind: 'cancellation'; booking: BookingFactsToTell }
  | { kind: 'refund'; booking: BookingFactsToTell }
  | { kind: 'expiring'; booking: BookingFactsToTell }
  | { kind: 'offer'; performance: PerformanceFactsToTell; offerUntil: Date; url: string }
  | { kind: 'turn_near'; roomName: string; url: string }
  | { kind: 'called'; roomName: string; url: string };
export type NotificationKind = Told['kind'];

export const NOTIFICATION_KINDS = [
  'ticket',
  'moved',
  'transferred',
  'given',
  'returned',
  'taken_back',
  'cancellation',
  'refund',
  'expiring',
  'offer',
  'turn_near',
  'called',
] as const satisfies readonly NotificationKind[];
