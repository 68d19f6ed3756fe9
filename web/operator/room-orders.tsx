import type { RoomView } from '../../contracts/operator-rooms.ts';
import { ConfirmButton } from '../shared/confirm-button.tsx';

export type Order = 'open' | 'pause' | 'resume' | 'close';

type Offer = { order: Order; label: string; question: string; confirmLabel: string; danger?: boolean };

/** What can be done to a room in its state, each after a question. */
export function RoomOrders({ view, onOrder }: { view: RoomView; onOrder: (order: Order) => void }) {
  return (
    <>
      {offersFor(view).map(({ order, ...texts }) => (
        <ConfirmButton key={order} {...texts} onConfirm={() => onOrder(order)} />
      ))}
    </>
  );
}

/** The orders that mean something in a room's state. Pure. */
export function offersFor({ state, name }: Pick<RoomView, 'state' | 'name'>): Offer[] {
  const close: Offer = {
    order: 'close',
    label: 'Close',
    question: `Close “${name}”? Nobody joins or is let in; who is inside stays until their session ends.`,
    confirmLabel: 'Close the room',
    danger: true,
  };
  const pause: Offer = {
    order: 'pause',
    label: 'Pause',
    question: `Stop letting people into “${name}”? Who is inside stays inside, who waits keeps their place.`,
    confirmLabel: 'Pause admission',
    danger: true,
  };
  switch (state) {
    case 'lobby':
      return [
        {
          order: 'open',
          label: 'Open now',
          question: `Open “${name}” now? The lobby gets its order, and the countdown on every screen ends.`,
          confirmLabel: 'Open the room',
        },
        pause,
        close,
      ];
    case 'open':
      return [pause, close];
    case 'paused':
      return [
        { order: 'resume', label: 'Resume', question: `Let people into “${name}” again?`, confirmLabel: 'Resume' },
        close,
      ];
    case 'closed':
      return [
        {
          order: 'open',
          label: 'Reopen',
          question: `Open “${name}” again? Who still waits keeps their place.`,
          confirmLabel: 'Reopen the room',
        },
      ];
  }
}
