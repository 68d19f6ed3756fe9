import type { Berth } from '../../contracts/catalogue.ts';
import type { BestWish } from './inventory-ref.ts';
import type { SeatBlock } from './seat-rows.ts';

/** What a choice is weighed by, least first: as `includes/best-seats.lua` says it. */
export type Choice = { seats: number[]; weight: number[] };

/** Every way to seat a wish side by side, weighed: the plain reading of the rule, without any of the script's shortcuts. */
export function waysToSeat(
  blocks: readonly SeatBlock[],
  berths: readonly (Berth | undefined)[],
  isFree: (seat: number) => boolean,
  wish: BestWish,
): Choice[] {
  return blocks
    .filter((block) => block.accessible === wish.accessible)
    .flatMap((block) => {
      const inBlock = (seat: number) => seat >= block.first && seat < block.first + block.seats;
      const free = (seat: number) => inBlock(seat) && isFree(seat);
      const starts = Array.from({ length: block.seats }, (_, i) => block.first + i);
      return starts.flatMap((start): Choice[] => {
        const seats = Array.from({ length: wish.quantity }, (_, i) => start + i);
        if (!seats.every(free)) return [];
        const end = start + wish.quantity - 1;
        const singles = (free(start - 1) && !free(start - 2) ? 1 : 0) + (free(end + 1) && !free(end + 2) ? 1 : 0);
        const otherBerths =
          wish.berth !== undefined && berths.some((berth) => berth !== undefined)
            ? seats.filter((seat) => berths[seat] !== wish.berth).length
            : 0;
        const fromMiddle = Math.abs(start + end - 2 * block.first - block.middle);
        const fromRow = Math.abs(block.row - wish.row);
        // Of two rows as near, the one in front comes first; then the seat that comes first.
        return [{ seats, weight: [otherBerths, singles, fromRow, block.row < wish.row ? 0 : 1, fromMiddle, start] }];
      });
    });
}

/** The best of them; undefined when there is none. */
export const bestOf = (choices: readonly Choice[]): Choice | undefined =>
  choices.toSorted((a, b) => {
    const at = a.weight.findIndex((part, i) => part !== b.weight[i]);
    return (a.weight[at] ?? 0) - (b.weight[at] ?? 0);
  })[0];
