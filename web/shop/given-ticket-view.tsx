import { useEffect, useState } from 'preact/hooks';
import type { EntryTicketView } from '../../contracts/entry-tickets.ts';
import { callApi } from '../shared/api-client.ts';
import { formatDateTime } from '../shared/format.ts';
import { LoadError, Loading, Notice } from '../shared/notice.tsx';
import type { Loaded } from '../shared/use-load.ts';
import { GiveTicket } from './give-ticket.tsx';
import { keptToken } from './kept-tokens.ts';
import { TakeBack } from './take-back.tsx';
import { TicketQr } from './ticket-qr.tsx';
import { usePlaces } from './use-places.ts';

/** One entry ticket, for whom it was given to: by the link in their mail, or later in the browser that opened it. */
export function GivenTicketView({ ticketId }: { ticketId: string }) {
  const token = keptToken('ticket', ticketId);
  const [loaded, setLoaded] = useState<Loaded<EntryTicketView>>({ state: 'loading' });
  const [round, setRound] = useState(0);
  useEffect(() => {
    if (token === null) return undefined;
    let stopped = false;
    const path = `/api/core/v1/entry-tickets/${encodeURIComponent(ticketId)}`;
    void callApi<EntryTicketView>(path, { token }).then((answer) => {
      if (stopped) return;
      setLoaded(answer.ok ? { state: 'ready', data: answer.data } : { state: 'failed', problem: answer.problem });
    });
    return () => {
      stopped = true;
    };
  }, [ticketId, token, round]);
  return (
    <div class="stack">
      <h1>Your ticket</h1>
      {token === null ? (
        <p>Open your ticket by the link in your mail, or in the browser that you opened it in before.</p>
      ) : (
        <Ticket ticketId={ticketId} loaded={loaded} token={token} onChange={() => setRound(round + 1)} />
      )}
    </div>
  );
}

type TicketProps = { ticketId: string; loaded: Loaded<EntryTicketView>; token: string; onChange: () => void };

const GONE: Readonly<Record<string, string>> = {
  transferred: 'You gave this ticket to somebody else.',
  taken_back: 'Who gave you this ticket has taken it back. It lets nobody in any more.',
  cancelled: 'This ticket was cancelled and lets nobody in any more.',
};

function Ticket({ ticketId, loaded, token, onChange }: TicketProps) {
  const places = usePlaces(loaded.state === 'ready' ? loaded.data.performanceId : null);
  if (loaded.state === 'loading') return <Loading what="your ticket" />;
  if (loaded.state === 'failed') {
    const { problem } = loaded;
    if (problem.code === 'not_found') return <Notice kind="error">There is no such ticket.</Notice>;
    if (problem.code !== 'entry_ticket_revoked') return <LoadError problem={problem} onRetry={onChange} />;
    const { reason, takeBackUntil } = problem.document;
    return (
      <>
        <Notice kind="info">{(typeof reason === 'string' ? GONE[reason] : undefined) ?? GONE['cancelled']}</Notice>
        {typeof takeBackUntil === 'string' && (
          <TakeBack ticketId={ticketId} token={token} label="the ticket" until={takeBackUntil} onDone={onChange} />
        )}
      </>
    );
  }
  const { id, zone: zoneId, seat: seatId, qrSvgUrl, holder } = loaded.data;
  const { zone, seat } = places.nameOf(zoneId, seatId);
  const { performance, event } = places;
  return (
    <>
      {performance !== null && (
        <p>
          {event !== null && <strong>{event.name} · </strong>}
          <time dateTime={performance.startsAt}>{formatDateTime(performance.startsAt, performance.timeZone)}</time>
        </p>
      )}
      <div class="card ticket">
        <TicketQr url={qrSvgUrl} token={token} label={seat ?? zone} />
        <div>
          <p class="ticket-zone">{zone}</p>
          <p class="ticket-seat">{seat ?? 'Free choice of place'}</p>
          <p class="quiet">{holder.name}</p>
          <GiveTicket ticketId={id} token={token} label={seat ?? zone} onGiven={onChange} />
        </div>
      </div>
    </>
  );
}
