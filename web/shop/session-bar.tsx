import { ConfirmButton } from '../shared/confirm-button.tsx';
import { Countdown } from '../shared/countdown.tsx';
import { formatCount } from '../shared/format.ts';
import type { Session } from './use-session.ts';

export type SessionBarProps = {
  session: Session;
  room: string;
  /** Whether the visitor has a hold, perhaps by an offer of the waitlist: it needs no session, and nobody is sent to the line. */
  hasHold?: boolean;
  onEnd: () => void;
  onLeave: () => void;
};

/** How long the visitor's session lasts and how to give it up, or the way to the waiting room. */
export function SessionBar({ session, room, hasHold = false, onEnd, onLeave }: SessionBarProps) {
  if (session.state === 'unknown') return null;
  if (session.state === 'inside') {
    return (
      <div class="session-bar">
        <Countdown deadline={session.endsAt} label="Your session ends in" onEnd={onEnd} />
        <ConfirmButton
          label="Leave"
          question="Leave the shop? Your slot goes to the next in line, and you would have to queue again."
          confirmLabel="Leave"
          onConfirm={onLeave}
        />
      </div>
    );
  }
  if (hasHold) return null;
  const place = session.state === 'waiting' ? session.position : null;
  return (
    <div class="session-bar">
      <span>
        {session.state === 'waiting'
          ? `You are in line${place === null ? '' : `, place ${formatCount(place)}`}.`
          : 'You can look around. To buy, join the line first.'}
      </span>
      <a class="button button-primary" href={`/rooms/${room}`}>
        {session.state === 'waiting' ? 'Back to your place' : 'Join the line'}
      </a>
    </div>
  );
}
