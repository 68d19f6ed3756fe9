import { useCallback, useEffect, useState } from 'preact/hooks';
import type { EntryTicketsView } from '../../contracts/bookings.ts';
import { callApi } from '../shared/api-client.ts';
import { Loading, LoadError, Notice } from '../shared/notice.tsx';
import type { Loaded } from '../shared/use-load.ts';
import { GiveTicket } from './give-ticket.tsx';
import { TakeBack } from './take-back.tsx';
import { TicketFiles } from './ticket-files.tsx';
import { TicketQr } from './ticket-qr.tsx';
import type { Places } from './use-places.ts';

/** `token`: the booking's own; null where the session's account opens it. */
export type EntryTicketsProps = { bookingId: string; token: string | null; places: Places };

/** The tickets of a confirmed booking that are still with its buyer, each with the QR that the gate scans; made to be printed, too. */
export function EntryTickets({ bookingId, token, places }: EntryTicketsProps) {
  const [loaded, setLoaded] = useState<Loaded<EntryTicketsView>>({ state: 'loading' });
  const [round, setRound] = useState(0);
  const reload = useCallback(() => setRound((last) => last + 1), []);
  useEffect(() => {
    let stopped = false;
    const call = token === null ? {} : { token };
    void callApi<EntryTicketsView>(`/api/core/v1/bookings/${encodeURIComponent(bookingId)}/tickets`, call).then(
      (answer) => {
        if (stopped) return;
        setLoaded(answer.ok ? { state: 'ready', data: answer.data } : { state: 'failed', problem: answer.problem });
      },
    );
    return () => {
      stopped = true;
    };
  }, [bookingId, token, round]);
  if (loaded.state === 'loading') return <Loading what="your tickets" />;
  if (loaded.state === 'failed') return <LoadError problem={loaded.problem} onRetry={reload} />;
  const { tickets, given = [] } = loaded.data;
  return (
    <>
      <TicketFiles bookingId={bookingId} token={token} hasTickets={tickets.length > 0} />
      {tickets.length === 0 && <Notice kind="info">All tickets of this booking were given to other people.</Notice>}
      <ul class="ticket-list">
        {tickets.map((ticket) => {
          const { zone, seat } = places.nameOf(ticket.zone, ticket.seat);
          return (
            <li key={ticket.id} class="card ticket">
              <TicketQr url={ticket.qrSvgUrl} token={token} label={seat ?? zone} />
              <div>
                <p class="ticket-zone">{zone}</p>
                <p class="ticket-seat">{seat ?? 'Free choice of place'}</p>
                <GiveTicket ticketId={ticket.id} token={token} label={seat ?? zone} onGiven={reload} />
              </div>
            </li>
          );
        })}
      </ul>
      {given.length > 0 && (
        <section class="card stack no-print" aria-labelledby="given-title">
          <h2 id="given-title">Given to others</h2>
          <ul class="given-tickets">
            {given.map((ticket) => {
              const { zone, seat } = places.nameOf(ticket.zone, ticket.seat);
              const { id, to, takeBackUntil } = ticket;
              return (
                <li key={id}>
                  <p>
                    {zone}
                    {seat !== null && ` · ${seat}`} · <strong>{to.name}</strong>
                  </p>
                  {takeBackUntil !== null && (
                    <TakeBack ticketId={id} token={token} label={seat ?? zone} until={takeBackUntil} onDone={reload} />
                  )}
                </li>
              );
            })}
          </ul>
        </section>
      )}
    </>
  );
}
