import type { RoomStock } from '../contracts/room-stock.ts';

/**
 * Places that a visitor takes on average, who buys nothing counted too: about one in four buys, and a pair. Fewer inside would leave
 * places unsold for a session's length; many more would queue people for what is gone.
 */
const PLACES_PER_VISITOR = 0.5;
/** The last places are shown to so many at a time: most look and go, and one at a time would take a session each. */
const FEWEST_INSIDE = 5;

/**
 * How many may be inside for what is left: free, held and unpaid places may all still be sold. None for no stock. Null where nothing is
 * sold here, and where the stock is not known: then the room's own limits hold alone. Pure.
 */
export function mostInsideFor(stock: RoomStock | null): number | null {
  if (stock === null || stock.capacity === 0) return null;
  const left = stock.free + stock.held + stock.pending;
  return left === 0 ? 0 : Math.max(FEWEST_INSIDE, Math.ceil(left / PLACES_PER_VISITOR));
}
