type Words = { subject: string; heading: string; text: readonly string[]; action: string };

/** What a language says. Functions take what is filled in, so that each language orders its own sentence. */
export type Phrases = {
  hello: (name: string) => string;
  labels: Readonly<
    Record<
      | 'event'
      | 'when'
      | 'where'
      | 'was'
      | 'from_to'
      | 'places'
      | 'total'
      | 'refunded'
      | 'reference'
      | 'pay_by'
      | 'until'
      | 'name'
      | 'zone',
      string
    >
  >;
  seat: (row: string, seat: string) => string;
  berth: (coach: string, seat: string) => string;
  free: string;
  ticketOf: (number: number, all: number) => string;
  atTheDoor: string;
  ticket: (event: string) => Words;
  moved: (event: string, now: string) => Words;
  transferred: (event: string, giver: string, until: string) => Words;
  given: (event: string, holder: string, until: string) => Words;
  returned: (event: string, holder: string) => Words;
  taken_back: (event: string, giver: string) => Words;
  cancellation: (event: string) => Words;
  refund: (event: string, amount: string) => Words;
  expiring: (event: string, until: string) => Words;
  offer: (event: string, until: string) => Words;
  turn_near: (room: string) => Words;
  called: (room: string) => Words;
  aboutBooking: string;
  aboutTransfer: string;
  aboutWaitlist: string;
  aboutRoom: string;
};

export const ENGLISH: Phrases = {
  hello: (name) => `Hello ${name},`,
  labels: {
    event: 'Event',
    when: 'When',
    where: 'Where',
    was: 'Until now',
    from_to: 'Journey',
    places: 'Places',
    total: 'Total',
    refunded: 'Paid back',
    reference: 'Booking',
    pay_by: 'Pay by',
    until: 'Offer ends',
    name: 'Name',
    zone: 'Area',
  },
  seat: (row, seat) => `Row ${row}, seat ${seat}`,
  berth: (coach, seat) => `Coach ${coach}, seat ${seat}`,
  free: 'Free choice of place',
  ticketOf: (number, all) => `Ticket ${number} of ${all}`,
  atTheDoor: 'Show this code at the entrance. It lets one person in, once.',
  ticket: (event) => ({
    subject: `Your tickets: ${event}`,
    heading: 'You have your tickets',
    text: [
      'Your payment has arrived and your places are yours. The tickets are attached as a PDF, with a file for your calendar.',
      'Show the code of each ticket at the entrance, printed or on your phone. Each lets one person in, once, so do not pass them on unless you mean to.',
    ],
    action: 'Open my booking',
  }),
  moved: (event, now) => ({
    subject: `Moved: ${event}`,
    heading: 'It was moved',
    text: [
      `It is on ${now} now. What it was until now, and where it is, stands below.`,
      'Your tickets stay valid as they are. They are attached again with the new date, with a file that moves the entry in your calendar.',
      'If you can’t come then, open the link: what is possible for your tickets is there.',
    ],
    action: 'Open my tickets',
  }),
  transferred: (event, giver, until) => ({
    subject: `A ticket for you: ${event}`,
    heading: `${giver} gave you a ticket`,
    text: [
      'It is yours now, and the code that they had lets nobody in any more. It is attached as a PDF, with a file for your calendar.',
      'Show its code at the entrance, printed or on your phone. It lets one person in, once. If you can’t come, you can give it to somebody else yourself.',
      `Who gave it to you can take it back until ${until}, as long as you have not come in with it. After that it is yours alone.`,
    ],
    action: 'Open my ticket',
  }),
  given: (event, holder, until) => ({
    subject: `You gave a ticket away: ${event}`,
    heading: `${holder} has your ticket now`,
    text: [
      'The code that you had for it lets nobody in any more; we have sent a new one to the address that you named.',
      `If the address was wrong, you can take it back until ${until}, as long as nobody has come in with it: open your booking.`,
      'If it was not you who gave it away, take it back and write to us at once.',
    ],
    action: 'Open my booking',
  }),
  returned: (event, holder) => ({
    subject: `Your ticket again: ${event}`,
    heading: 'You have your ticket back',
    text: [
      `What ${holder} had of it lets nobody in any more, and they are told. It has a new code, which is attached as a PDF, with a file for your calendar.`,
      'A code that you printed or kept from before does not work any more either.',
    ],
    action: 'Open my ticket',
  }),
  taken_back: (event, giver) => ({
    subject: `Taken back: a ticket for ${event}`,
    heading: `${giver} has taken the ticket back`,
    text: [
      'They had given it to you, and the code that we sent you lets nobody in any more.',
      'If you did not expect it, the ticket was probably sent to your address by mistake, and you need not do anything.',
    ],
    action: 'Open the shop',
  }),
  cancellation: (event) => ({
    subject: `Cancelled: ${event}`,
    heading: 'Your booking is cancelled',
    text: [
      'Your tickets no longer let anybody in, and your places have been given back.',
      'If money is due to you, it goes back the way you paid; we write again when it is on its way.',
    ],
    action: 'Open my booking',
  }),
  refund: (event, amount) => ({
    subject: `Paid back: ${amount} for ${event}`,
    heading: 'Your money is on its way',
    text: [`We have paid ${amount} back, the way you paid. Banks may take a few days to show it.`],
    action: 'Open my booking',
  }),
  expiring: (event, until) => ({
    subject: `Pay soon to keep your places: ${event}`,
    heading: 'Your places are still unpaid',
    text: [`We keep them for you until ${until}. After that they go to others.`],
    action: 'Pay now',
  }),
  offer: (event, until) => ({
    subject: `Places for you: ${event}`,
    heading: 'Places have become free, and you are next',
    text: [`They are kept for you until ${until}. After that they are offered to whoever waits behind you.`],
    action: 'See the offer',
  }),
  turn_near: (room) => ({
    subject: `Nearly your turn: ${room}`,
    heading: 'Nearly your turn',
    text: [
      'Open the waiting room now and leave it open. When you are called, you have to answer within a short time to keep your turn.',
    ],
    action: 'Open the waiting room',
  }),
  called: (room) => ({
    subject: `It is your turn: ${room}`,
    heading: 'It is your turn',
    text: ['You have been called. Open the waiting room now: you keep your turn for a short time only.'],
    action: 'Open the waiting room',
  }),
  aboutBooking:
    'You get this message because this address was given when the places were booked. Keep it: its link opens your booking.',
  aboutTransfer:
    'You get this message because a ticket was given from one person to another. Keep it: its link opens the ticket.',
  aboutWaitlist: 'You get this message because this address is on the waitlist of this event.',
  aboutRoom:
    'You get this message because you asked for it while you were waiting. There are two such messages at most.',
};
