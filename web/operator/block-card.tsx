import type { BlockView } from '../../contracts/blocks.ts';
import type { PerformanceView, SeatMapZone } from '../../contracts/catalogue.ts';
import { ConfirmButton } from '../shared/confirm-button.tsx';
import { formatCount } from '../shared/format.ts';
import { writeSeats } from './seat-text.ts';

/** Rows that a card shows; the rest is counted. */
const MOST_LINES = 8;

export type BlockCardProps = {
  block: BlockView;
  view: PerformanceView;
  mapped: readonly SeatMapZone[];
  onRelease: () => void;
};

/** One block: what it has, what of it is sold, and the way to release it. */
export function BlockCard({ block, view, mapped, onRelease }: BlockCardProps) {
  const { name, kind, places, sold, legs, createdBy, createdAt } = block;
  const isAllocation = kind === 'allocation';
  const lines = describeItems(block, view, mapped);
  return (
    <li class="card">
      <h2 class="wrap-anywhere">{name}</h2>
      <p>
        <span class={isAllocation ? 'state state-open' : 'state state-paused'}>
          {isAllocation ? 'allocation' : 'blocked'}
        </span>{' '}
        <span class="quiet">
          {formatCount(places)} {places === 1 ? 'place' : 'places'}
          {isAllocation && `, ${formatCount(sold)} sold or about to be`}
          {legs !== undefined && `, ${legs.from} to ${legs.to}`}
        </span>
      </p>
      <ul class="plain wrap-anywhere">
        {lines.slice(0, MOST_LINES).map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
      {lines.length > MOST_LINES && <p class="quiet small">and {lines.length - MOST_LINES} more rows</p>}
      <p class="quiet small">
        {createdBy}, <time dateTime={createdAt}>{new Date(createdAt).toLocaleString()}</time>
      </p>
      <ConfirmButton
        label={`Release ${name}`}
        question={
          isAllocation
            ? `Release “${name}”? What is not sold goes on public sale; its code opens nothing any more.`
            : `Release “${name}”? Its places go on public sale.`
        }
        confirmLabel="Release it"
        danger
        onConfirm={onRelease}
      />
    </li>
  );
}

/** A line for each row of seats, and for each zone's places. Pure. */
export function describeItems(
  { items }: Pick<BlockView, 'items'>,
  { zones }: Pick<PerformanceView, 'zones'>,
  mapped: readonly SeatMapZone[],
): string[] {
  return items.flatMap((item) => {
    const zone = zones.find(({ id }) => id === item.zoneId)?.name ?? item.zoneId;
    if ('quantity' in item) return [`${zone}: ${formatCount(item.quantity)}`];
    const rows = mapped.find(({ id }) => id === item.zoneId)?.rows ?? [];
    return writeSeats(item.seats, rows).map((line) => `${zone}, ${line}`);
  });
}
