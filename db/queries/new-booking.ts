/** One line of a booking: a seat (quantity 1), or places of a general zone. */
export type BookingItem = {
  zoneId: string;
  seatId: string | null;
  quantity: number;
  priceMinor: number;
  /** The allocation it is sold from; null or absent: the public sale. */
  blockId?: string | null;
};

/** Everything a booking is, with ids made before the transaction, so that running it again makes the same rows. */
export type NewBooking = {
  id: string;
  holdId: string;
  performanceId: string;
  owner: string;
  /** Hash of the identity that held the places; null or absent: the room asks for none. */
  identity?: string | null;
  buyer: { name: string; email: string; emailNormalised: string };
  /** What messages about it are written in; absent: English. */
  language?: string;
  passengers: { name: string }[];
  accessTokenHash: Uint8Array;
  totalMinor: number;
  currency: string;
  legs: readonly [number, number];
  items: BookingItem[];
  payBy: Date;
  payment: { id: string; provider: string; codeHash: Uint8Array; codeExpiresAt: Date };
};

/** How many places of each zone a list of items takes, by zone in sorted order. */
export function quantitiesByZone(items: readonly BookingItem[]): Map<string, number> {
  const sums = new Map<string, number>();
  for (const zoneId of [...new Set(items.map((item) => item.zoneId))].toSorted()) {
    const quantity = items.filter((item) => item.zoneId === zoneId).reduce((sum, item) => sum + item.quantity, 0);
    sums.set(zoneId, quantity);
  }
  return sums;
}
