import type { SeatState } from '../../contracts/catalogue.ts';
import type { SeatClaim } from '../../db/queries/stock-truth.ts';
import type { InspectedCell } from '../../redis/inventory/inspect.ts';
import type { StockDifference } from './compare-stock.ts';
import type { DifferenceKind } from './difference.ts';

const STATE_OF = { pending: 1, sold: 2, blocked: 3, offered: 1 } as const;

/** A claim of Postgres by the seat's index. */
export type IndexedClaim = Omit<SeatClaim, 'seatId'> & { seat: number };

/** One seat on one leg, as both sides have it; nothing: free, and of no block. */
type Place = { leg: number; seat: number; cell?: InspectedCell; claim?: IndexedClaim };
type Wanted = { kind: DifferenceKind; state: SeatState; holder: string };

/**
 * Compares cells with claims: which block a seat is of, and who has it. Bookings and blocks under way are left alone: they come by
 * themselves. A live hold on a seat that no booking claims is Redis's own. Pure.
 */
export function compareCells(
  cells: readonly InspectedCell[],
  claims: readonly IndexedClaim[],
  underWay: ReadonlySet<string>,
  nameOf: (seat: number) => string,
): StockDifference[] {
  const places = new Map<string, Place>();
  const placeOf = ({ leg, seat }: Place) => places.get(`${leg}:${seat}`) ?? { leg, seat };
  for (const claim of claims) places.set(`${claim.leg}:${claim.seat}`, { ...placeOf(claim), claim });
  for (const cell of cells) places.set(`${cell.leg}:${cell.seat}`, { ...placeOf(cell), cell });
  return [...places.values()].flatMap((place): StockDifference[] => {
    const { leg, seat, cell } = place;
    const subject = `seat:${nameOf(seat)}`;
    const differences: StockDifference[] = [];
    const block = wantedBlock(place, underWay);
    if (block !== null) {
      const details = { leg, found: cell?.block ?? '', wanted: block };
      const isOffer = place.claim?.state === 'offered';
      const kind = block === '' ? 'block_not_in_postgres' : 'block_not_in_redis';
      differences.push({ kind, subject, details, repair: { kind: 'block', leg, seat, blockId: block, isOffer } });
    }
    // Put right, a seat that nobody has shows what its block says.
    const wanted = block !== null && (place.claim?.bookingId ?? null) === null ? null : wantedHolder(place, underWay);
    if (wanted !== null) {
      const { kind, state, holder } = wanted;
      const details = { leg, foundState: cell?.state ?? 0, foundHolder: cell?.holder ?? '', state, holder };
      differences.push({ kind, subject, details, repair: { kind: 'cell', leg, seat, state, holder } });
    }
    return differences;
  });
}

/** The block that the seat should be of ('' none); null when it is, or when that is on its way. */
function wantedBlock({ cell, claim }: Place, underWay: ReadonlySet<string>): string | null {
  const [found, wanted] = [cell?.block ?? '', claim?.blockId ?? ''];
  return found === wanted || underWay.has(found) || underWay.has(wanted) ? null : wanted;
}

/** Who should have the seat; null when that is so. */
function wantedHolder({ cell, claim }: Place, underWay: ReadonlySet<string>): Wanted | null {
  if (claim !== undefined && claim.bookingId !== null) {
    const [state, holder] = [STATE_OF[claim.state], `b${claim.bookingId}`];
    const isSo = cell?.state === state && cell.holder === holder;
    return isSo || underWay.has(claim.bookingId) ? null : { kind: 'claim_not_in_redis', state, holder };
  }
  if (cell === undefined) return null;
  const [owner, id] = [cell.holder.slice(0, 1), cell.holder.slice(1)];
  const { idle } = cell;
  if (owner === 'b') return underWay.has(id) ? null : { kind: 'claim_not_in_postgres', state: idle, holder: '' };
  if (owner === 'h' && cell.holdLives) {
    const isSo = cell.state === STATE_OF.pending;
    return isSo ? null : { kind: 'cell_state_wrong', state: STATE_OF.pending, holder: cell.holder };
  }
  const isSo = cell.state === idle && owner === '';
  return isSo || underWay.has(cell.block) ? null : { kind: 'cell_without_hold', state: idle, holder: '' };
}
