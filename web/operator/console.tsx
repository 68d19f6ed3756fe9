import { useCallback, useEffect, useState } from 'preact/hooks';
import { BlocksPanel } from './blocks-panel.tsx';
import { CataloguePanel } from './catalogue/catalogue-panel.tsx';
import { EventPanel, PerformancePanel, VenuePanel } from './catalogue/record-panels.tsx';
import { BookingForm, BookingHistory } from './booking-history.tsx';
import { catalogueHash, readView, type ConsoleView } from './console-view.ts';
import { DeadLetters } from './dead-letters.tsx';
import { keepToken, keptToken } from './operator-token.ts';
import { RoomList } from './room-list.tsx';
import { RoomPanel } from './room-panel.tsx';
import { TokenForm } from './token-form.tsx';
import { WebhooksPanel } from './webhooks-panel.tsx';

/** The operator's console: a token, and one view at a time, named by the address's hash. */
export function Console() {
  const [token, setToken] = useState(keptToken);
  const [wasRefused, setRefused] = useState(false);
  const [view, setView] = useState(() => readView(location.hash));
  useEffect(() => {
    const look = () => setView(readView(location.hash));
    addEventListener('hashchange', look);
    return () => removeEventListener('hashchange', look);
  }, []);
  const signIn = (given: string) => {
    keepToken(given);
    setRefused(false);
    setToken(given);
  };
  const signOut = useCallback((refused: boolean) => {
    keepToken(null);
    setToken(null);
    setRefused(refused);
  }, []);
  const refuse = useCallback(() => signOut(true), [signOut]);

  if (token === null) return <TokenForm wasRefused={wasRefused} onToken={signIn} />;
  return (
    <div class="stack">
      <div class="console-bar">
        <Views view={view} />
        <button type="button" class="button" onClick={() => signOut(false)}>
          Sign out
        </button>
      </div>
      <View view={view} token={token} onRefused={refuse} />
    </div>
  );
}

/** Ways to the views; a room leads back to all of them. */
function Views({ view }: { view: ConsoleView }) {
  const link = (kind: ConsoleView['kind'], href: string, label: string) => (
    <a href={href} {...(view.kind === kind ? { 'aria-current': 'page' as const } : {})}>
      {label}
    </a>
  );
  return (
    <nav class="console-views" aria-label="Console">
      {link('rooms', '#/', 'All rooms')}
      {link('catalogue', catalogueHash, 'Catalogue')}
      {link('dead_letters', '#/dead-letters', 'Laid-aside work')}
      {link('booking', '#/bookings', 'A booking')}
      {link('webhooks', '#/webhooks', 'Webhooks')}
    </nav>
  );
}

function View({ view, ...props }: { view: ConsoleView; token: string; onRefused: () => void }) {
  switch (view.kind) {
    case 'rooms':
      return (
        <>
          <h1>Rooms</h1>
          <RoomList {...props} />
        </>
      );
    case 'room':
      return <RoomPanel key={view.room} room={view.room} {...props} />;
    case 'dead_letters':
      return (
        <>
          <h1>Laid-aside work</h1>
          <DeadLetters {...props} />
        </>
      );
    case 'catalogue':
      return (
        <>
          <h1>Catalogue</h1>
          <CataloguePanel {...props} />
        </>
      );
    case 'venue':
      return <VenuePanel key={view.id} id={view.id} {...props} />;
    case 'event':
      return <EventPanel key={view.id} id={view.id} {...props} />;
    case 'performance':
      return <PerformancePanel key={view.id} id={view.id} {...props} />;
    case 'blocks':
      return (
        <>
          <h1>Blocks and allocations</h1>
          <BlocksPanel key={view.performance} performance={view.performance} {...props} />
        </>
      );
    case 'webhooks':
      return (
        <>
          <h1>Webhooks</h1>
          <WebhooksPanel {...props} />
        </>
      );
    case 'booking':
      return (
        <>
          <h1>A booking</h1>
          <BookingForm key={view.id} id={view.id} />
          {view.id !== null && <BookingHistory key={view.id} id={view.id} {...props} />}
        </>
      );
  }
}
