import { useState } from 'preact/hooks';
import { Notice } from '../shared/notice.tsx';

export type TicketFilesProps = { bookingId: string; token: string | null; hasTickets: boolean };

/**
 * The tickets as files to keep: a PDF, and an entry for one's calendar. `token`: the booking's own, which a plain link could not carry;
 * null where the session's account opens it. Without tickets, since they were given away, there is nothing to print.
 */
export function TicketFiles({ bookingId, token, hasTickets }: TicketFilesProps) {
  const [busy, setBusy] = useState<string | null>(null);
  const [failed, setFailed] = useState(false);
  const save = async (file: string, name: string) => {
    setBusy(file);
    setFailed(!(await saveFile(`/api/core/v1/bookings/${encodeURIComponent(bookingId)}/${file}`, token, name)));
    setBusy(null);
  };
  return (
    <div class="no-print stack">
      {failed && <Notice kind="error">The file could not be loaded. Try again in a moment.</Notice>}
      <div class="button-row">
        {hasTickets && (
          <button
            type="button"
            class="button"
            disabled={busy !== null}
            onClick={() => void save('tickets.pdf', 'tickets.pdf')}
          >
            {busy === 'tickets.pdf' ? 'Loading…' : 'Save as PDF'}
          </button>
        )}
        <button
          type="button"
          class="button"
          disabled={busy !== null}
          onClick={() => void save('calendar.ics', 'event.ics')}
        >
          Add to calendar
        </button>
      </div>
    </div>
  );
}

/** How long the browser may take to begin with a file before it is let go, ms. */
const RELEASE_MS = 60_000;

async function saveFile(path: string, token: string | null, name: string): Promise<boolean> {
  try {
    const response = await fetch(path, token === null ? {} : { headers: { authorization: `Bearer ${token}` } });
    if (!response.ok) return false;
    const url = URL.createObjectURL(await response.blob());
    const link = document.createElement('a');
    link.href = url;
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(url), RELEASE_MS);
    return true;
  } catch {
    // The connection is gone; the visitor is told and tries again.
    return false;
  }
}
