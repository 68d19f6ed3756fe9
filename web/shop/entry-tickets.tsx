import { useEffect, useState } from 'preact/hooks';
import type { EntryTicketsView } from '../../contracts/bookings.ts';
import { callApi } from '../shared/api-client.ts';
import { Loading, LoadError } from '../shared/notice.tsx';
import type { Loaded } from '../shared/use-load.ts';
import type { Places } from './use-places.ts';

/** `token`: the booking's own; null where the session's account opens it. */
export type EntryTicketsProps = { bookingId: string; token: string | null; places: Places };

/** The tickets of a confirmed booking, each with the QR that the gate scans; made to be printed, too. */
export function EntryTickets({ bookingId, token, places }: EntryTicketsProps) {
  const [loaded, setLoaded] = useState<Loaded<EntryTicketsView>>({ state: 'loading' });
  const [round, setRound] = useState(0);
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
  if (loaded.state === 'failed') return <LoadError problem={loaded.problem} onRetry={() => setRound(round + 1)} />;
  return (
    <ul class="ticket-list">
      {loaded.data.tickets.map((ticket) => {
        const { zone, seat } = places.nameOf(ticket.zone, ticket.seat);
        return (
          <li key={ticket.id} class="card ticket">
            <TicketQr url={ticket.qrSvgUrl} token={token} label={seat ?? zone} />
            <div>
              <p class="ticket-zone">{zone}</p>
              <p class="ticket-seat">{seat ?? 'Free choice of place'}</p>
            </div>
          </li>
        );
      })}
    </ul>
  );
}

/** The code's SVG needs the booking's token, so it is fetched and shown from memory. */
function TicketQr({ url, token, label }: { url: string; token: string | null; label: string }) {
  const [source, setSource] = useState<string | null>(null);
  const [failed, setFailed] = useState(false);
  useEffect(() => {
    let stopped = false;
    let shown: string | undefined;
    const load = async () => {
      const response = await fetch(url, token === null ? {} : { headers: { authorization: `Bearer ${token}` } });
      if (!response.ok) throw new Error(`the code was not given: ${response.status}`);
      const image = await response.blob();
      if (stopped) return;
      shown = URL.createObjectURL(new Blob([image], { type: 'image/svg+xml' }));
      setSource(shown);
    };
    load().catch(() => setFailed(true));
    return () => {
      stopped = true;
      if (shown !== undefined) URL.revokeObjectURL(shown);
    };
  }, [url, token]);
  if (failed) return <p class="qr-missing">The code could not be loaded. Reload the page to try again.</p>;
  return source === null ? (
    <div class="qr" />
  ) : (
    <img class="qr" src={source} alt={`QR code of the ticket for ${label}`} />
  );
}
