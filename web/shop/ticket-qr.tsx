import { useEffect, useState } from 'preact/hooks';

/** The code's SVG needs a token, so it is fetched and shown from memory. `token`: null where the session's account opens it. */
export function TicketQr({ url, token, label }: { url: string; token: string | null; label: string }) {
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
