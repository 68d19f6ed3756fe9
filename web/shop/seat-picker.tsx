import { useState } from 'preact/hooks';
import type { PerformanceView } from '../../contracts/catalogue.ts';
import { formatMoney } from '../shared/format.ts';
import { Notice } from '../shared/notice.tsx';
import { HoldPanel } from './hold-panel.tsx';
import { JoinWaitlist, type JoinWaitlistProps } from './join-waitlist.tsx';
import { zoneColours } from './map-drawing.ts';
import { Refusal } from './refusal.tsx';
import { SeatList } from './seat-list.tsx';
import { SeatMapCanvas } from './seat-map-canvas.tsx';
import type { Seat, SeatPlan } from './seat-states.ts';
import { SelectionSummary } from './selection-summary.tsx';
import { SessionBar } from './session-bar.tsx';
import { StopsPicker, type Legs } from './stops-picker.tsx';
import { useDarkScheme } from './use-dark-scheme.ts';
import { useHold } from './use-hold.ts';
import { useLiveStates } from './use-live-states.ts';
import { useSelection, type Choosing } from './use-selection.ts';
import { useSession } from './use-session.ts';

export type SeatPickerProps = {
  performance: PerformanceView;
  plan: SeatPlan;
  legs: Legs | null;
  onLegs: (legs: Legs) => void;
  /** Somebody has joined the waitlist. */
  onJoined: (entryId: string) => void;
};

/** Choosing, holding and booking seats of one performance. */
export function SeatPicker({ performance, plan, legs, onLegs, onJoined }: SeatPickerProps) {
  const { id, room, zones, stops, feedUrl } = performance;
  const query = legs === null ? '' : `?${new URLSearchParams(legs)}`;
  const { live, freshness } = useLiveStates({ performanceId: id, feedUrl, legs: query, seatCount: plan.seats.length });
  const { session, refresh, leave } = useSession(room);
  const holding = useHold(id, room, legs);
  const choosing = useSelection(performance, plan, live, holding.hold !== null || holding.isBusy);
  const names = seatNames(performance);

  const hold = async () => {
    let lost = await holding.place(choosing.lines);
    // A claim that was lost with its store is made again by looking; who is inside after all need not press twice.
    if (holding.wasOutside() && (await refresh()).state === 'inside') lost = await holding.place(choosing.lines);
    if (lost === null) choosing.clear();
    else choosing.lose(lost);
  };
  const travel = (next: Legs) => {
    choosing.clear();
    onLegs(next);
  };

  return (
    <>
      <SessionBar
        {...{ session, room, hasHold: holding.hold !== null }}
        onEnd={() => void refresh()}
        onLeave={() => void leave()}
      />
      {stops !== undefined && stops.length > 1 && (
        <StopsPicker
          stops={stops}
          timeZone={performance.timeZone}
          legs={legs ?? { from: stops[0]?.code ?? '', to: stops.at(-1)?.code ?? '' }}
          disabled={holding.hold !== null}
          onChange={travel}
        />
      )}
      {freshness === 'stale' && (
        <Notice kind="warning">Seats may have changed: there is no connection right now.</Notice>
      )}
      <TakenNotice taken={choosing.taken} plan={plan} describe={names.describe} />
      {holding.problem !== null && holding.problem.code !== 'seats_unavailable' && (
        <Refusal problem={holding.problem} room={room} />
      )}
      {holding.hold === null ? (
        <Chooser
          {...{ performance, plan, live, choosing, names, legs, onJoined }}
          isBusy={holding.isBusy}
          onHold={() => void hold()}
        />
      ) : (
        <HoldPanel
          hold={holding.hold}
          deadline={holding.deadline}
          isBusy={holding.isBusy}
          plan={plan}
          zones={zones}
          rowWord={names.rowWord}
          actions={holding}
        />
      )}
    </>
  );
}

/** Which of the chosen seats somebody else was quicker to take. */
function TakenNotice({
  taken,
  plan,
  describe,
}: Pick<Choosing, 'taken'> & Pick<ChooserProps, 'plan'> & Pick<SeatNames, 'describe'>) {
  if (taken.length === 0) return null;
  const seats = taken.flatMap((seatId) => plan.byId.get(seatId) ?? []);
  return <Notice kind="warning">Just taken by someone else: {seats.map(describe).join('; ')}.</Notice>;
}

type ChooserProps = JoinWaitlistProps & {
  choosing: Choosing;
  names: SeatNames;
  isBusy: boolean;
  onHold: () => void;
};

/** The waitlist, the map, the list of the same seats, and what is chosen. Opening a zone in the list looks at it on the map. */
function Chooser({ choosing, names, isBusy, onHold, ...shop }: ChooserProps) {
  const { performance, plan, live } = shop;
  const { zones, currency } = performance;
  const [zoneId, setZoneId] = useState<string | null>(null);
  const colours = zoneColours(zones, useDarkScheme());
  const { rowWord, describe } = names;
  const { selection, lines, count, limit, isFull, taken, toggle, setQuantity } = choosing;
  const shown = { plan, live, zones, taken, selected: selection.seats, onToggle: toggle };
  return (
    <>
      <JoinWaitlist {...shop} />
      <div class="picker">
        {plan.seats.length > 0 && <SeatMapCanvas {...shown} zoneId={zoneId} describe={describe} />}
        <div class="picker-side">
          <SelectionSummary {...{ lines, currency, count, limit, rowWord, isBusy, onHold }} onRemove={toggle} />
          <h2>Zones and prices</h2>
          <SeatList
            {...{ ...shown, currency, colours, isFull, rowWord }}
            places={selection.places}
            openZone={zoneId}
            onOpen={setZoneId}
            onPlaces={setQuantity}
          />
        </div>
      </div>
    </>
  );
}

type SeatNames = { rowWord: string; describe: (seat: Seat) => string };

/** How seats of a performance are called: rows in a hall, coaches in a train. */
function seatNames({ zones, stops, currency }: PerformanceView): SeatNames {
  const rowWord = stops === undefined ? 'Row' : 'Coach';
  const describe = (seat: Seat): string => {
    const zone = zones.find(({ id }) => id === seat.zoneId);
    const price = zone === undefined ? '' : ` · ${formatMoney(zone.priceMinor, currency)}`;
    const space = seat.accessible ? ' (wheelchair space)' : '';
    return `${zone?.name ?? ''}, ${rowWord.toLowerCase()} ${seat.row}, seat ${seat.name}${space}${price}`;
  };
  return { rowWord, describe };
}
