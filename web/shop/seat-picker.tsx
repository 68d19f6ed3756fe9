import { useEffect, useMemo, useState } from 'preact/hooks';
import type { PerformanceView, ZoneView } from '../../contracts/catalogue.ts';
import { formatMoney } from '../shared/format.ts';
import { Notice } from '../shared/notice.tsx';
import { HoldPanel } from './hold-panel.tsx';
import { zoneColours } from './map-drawing.ts';
import { Refusal } from './refusal.tsx';
import { SeatList } from './seat-list.tsx';
import { SeatMapCanvas } from './seat-map-canvas.tsx';
import type { Seat, SeatPlan } from './seat-states.ts';
import { countOf, dropTaken, limitOf, linesOf, NOTHING_SELECTED, setPlaces, toggleSeat } from './selection.ts';
import { SelectionSummary } from './selection-summary.tsx';
import { SessionBar } from './session-bar.tsx';
import { StopsPicker, type Legs } from './stops-picker.tsx';
import { useDarkScheme } from './use-dark-scheme.ts';
import { useHold } from './use-hold.ts';
import { useLiveStates } from './use-live-states.ts';
import { useSession } from './use-session.ts';

export type SeatPickerProps = {
  performance: PerformanceView;
  plan: SeatPlan;
  legs: Legs | null;
  onLegs: (legs: Legs) => void;
};

/** Choosing, holding and booking seats of one performance. */
export function SeatPicker({ performance, plan, legs, onLegs }: SeatPickerProps) {
  const { room, zones, currency, stops } = performance;
  const query = legs === null ? '' : `?${new URLSearchParams(legs)}`;
  const { live, freshness } = useLiveStates({
    performanceId: performance.id,
    feedUrl: performance.feedUrl,
    legs: query,
    seatCount: plan.seats.length,
  });
  const { session, refresh, leave } = useSession(room);
  const [selection, setSelection] = useState(NOTHING_SELECTED);
  const [taken, setTaken] = useState<readonly string[]>([]);
  const [zoneId, setZoneId] = useState<string | null>(null);
  const holding = useHold(performance.id, room, legs);
  const colours = zoneColours(zones, useDarkScheme());
  const limit = limitOf(performance.holdLimit);
  const isFull = countOf(selection) >= limit;
  const lines = useMemo(() => linesOf(selection, plan, zones), [selection, plan, zones]);
  const rowWord = stops === undefined ? 'Row' : 'Coach';

  useEffect(() => {
    // While a hold is asked for or runs, our own seats look taken too.
    if (live === null || holding.hold !== null || holding.isBusy) return;
    const left = dropTaken(selection, plan, live);
    if (left.taken.length === 0) return;
    setSelection(left.selection);
    setTaken(left.taken.map((seat) => seat.id));
  }, [live, selection, plan, holding.hold, holding.isBusy]);

  const describe = (seat: Seat): string => {
    const zone = zones.find(({ id }) => id === seat.zoneId);
    const price = zone === undefined ? '' : ` · ${formatMoney(zone.priceMinor, currency)}`;
    return `${zone?.name ?? ''}, ${rowWord.toLowerCase()} ${seat.row}, seat ${seat.name}${seat.accessible ? ' (wheelchair space)' : ''}${price}`;
  };
  const toggle = (seat: Seat) => {
    const isFree = live?.states[seat.index] === 0;
    if (!isFree && !selection.seats.includes(seat.id)) return;
    setTaken([]);
    setSelection(toggleSeat(selection, seat.id, limit));
  };
  const place = (zone: ZoneView, quantity: number) =>
    setSelection(setPlaces(selection, zone.id, quantity, live?.available.get(zone.id) ?? zone.available, limit));
  const hold = async () => {
    const lost = await holding.place(lines);
    if (lost === null) return setSelection(NOTHING_SELECTED);
    setTaken(lost);
    setSelection((last) => ({ ...last, seats: last.seats.filter((id) => !lost.includes(id)) }));
    if (holding.wasOutside()) refresh();
  };

  return (
    <>
      <SessionBar session={session} room={room} onEnd={refresh} onLeave={() => void leave()} />
      {stops !== undefined && stops.length > 1 && (
        <StopsPicker
          stops={stops}
          timeZone={performance.timeZone}
          legs={legs ?? { from: stops[0]?.code ?? '', to: stops.at(-1)?.code ?? '' }}
          disabled={holding.hold !== null}
          onChange={(next) => {
            setSelection(NOTHING_SELECTED);
            onLegs(next);
          }}
        />
      )}
      {freshness === 'stale' && (
        <Notice kind="warning">Seat states may be old: there is no connection right now.</Notice>
      )}
      {taken.length > 0 && (
        <Notice kind="warning">
          Just taken by someone else:{' '}
          {taken
            .map((id) => plan.byId.get(id))
            .map((seat) => (seat ? describe(seat) : ''))
            .join('; ')}
          .
        </Notice>
      )}
      {holding.problem !== null && holding.problem.code !== 'seats_unavailable' && (
        <Refusal problem={holding.problem} room={room} />
      )}
      {holding.hold !== null ? (
        <HoldPanel
          hold={holding.hold}
          deadline={holding.deadline}
          isBusy={holding.isBusy}
          plan={plan}
          zones={zones}
          rowWord={rowWord}
          actions={holding}
        />
      ) : (
        <div class="picker">
          {plan.seats.length > 0 && (
            <SeatMapCanvas
              plan={plan}
              live={live}
              zones={zones}
              selected={selection.seats}
              taken={taken}
              zoneId={zoneId}
              describe={describe}
              onToggle={toggle}
            />
          )}
          <div class="picker-side">
            <SelectionSummary
              lines={lines}
              currency={currency}
              count={countOf(selection)}
              limit={limit}
              rowWord={rowWord}
              isBusy={holding.isBusy}
              onHold={() => void hold()}
              onRemove={toggle}
            />
            <h2>Zones and prices</h2>
            <SeatList
              {...{ plan, live, zones, currency, colours, taken, isFull, rowWord }}
              selected={selection.seats}
              places={selection.places}
              openZone={zoneId}
              onOpen={setZoneId}
              onToggle={toggle}
              onPlaces={place}
            />
          </div>
        </div>
      )}
    </>
  );
}
