import { inventoryKeys } from '../keys.ts';
import { asList, asNumber, asText } from '../reply.ts';
import type { ScriptClient } from '../script-client.ts';
import { type InventoryRef, inventoryScriptKeys } from './inventory-ref.ts';
import type { InFlight } from './pin-hold.ts';

/**
 * Undoes a pin whose booking was not written: the hold gets back the end it had, and the in-flight marker goes. Idempotent.
 * `isBooked`: another request booked the hold, which stays as it is, and only the marker goes. Null when no hold is pinned for this
 * booking or it stays pinned, else the hold's end in ms.
 */
export async function unpinHold(
  client: ScriptClient,
  pin: InventoryRef & { holdId: string; bookingId: string; isBooked?: boolean; inFlight?: InFlight },
): Promise<number | null> {
  const marker = inventoryKeys(pin.room, pin.performanceId).inFlight(
    pin.inFlight?.caller ?? '',
    pin.inFlight?.key ?? '',
  );
  const reply = asList(
    await client.run(
      'unpin-hold',
      [...inventoryScriptKeys(pin), marker],
      [pin.holdId, pin.bookingId, pin.isBooked === true ? 1 : 0],
    ),
    1,
  );
  return asText(reply[0]) === 'unpinned' ? asNumber(reply[1]) : null;
}
