import type { Phrases } from './phrases.en.ts';

export const GERMAN: Phrases = {
  hello: (name) => `Guten Tag ${name},`,
  labels: {
    event: 'Veranstaltung',
    when: 'Wann',
    where: 'Wo',
    was: 'Bisher',
    from_to: 'Strecke',
    places: 'Plätze',
    total: 'Summe',
    refunded: 'Erstattet',
    reference: 'Buchung',
    pay_by: 'Zahlbar bis',
    until: 'Angebot bis',
    name: 'Name',
    zone: 'Bereich',
  },
  seat: (row, seat) => `Reihe ${row}, Platz ${seat}`,
  berth: (coach, seat) => `Wagen ${coach}, Platz ${seat}`,
  free: 'Freie Platzwahl',
  ticketOf: (number, all) => `Ticket ${number} von ${all}`,
  atTheDoor: 'Zeigen Sie diesen Code am Einlass. Er gilt für eine Person und nur einmal.',
  ticket: (event) => ({
    subject: `Ihre Tickets: ${event}`,
    heading: 'Ihre Tickets sind da',
    text: [
      'Ihre Zahlung ist eingegangen, die Plätze gehören Ihnen. Die Tickets hängen als PDF an, dazu eine Datei für Ihren Kalender.',
      'Zeigen Sie den Code jedes Tickets am Einlass, ausgedruckt oder auf dem Telefon. Jeder gilt für eine Person und nur einmal; geben Sie ihn nur weiter, wenn Sie das wollen.',
    ],
    action: 'Meine Buchung öffnen',
  }),
  moved: (event, now) => ({
    subject: `Verlegt: ${event}`,
    heading: 'Die Veranstaltung wurde verlegt',
    text: [
      `Der neue Termin: ${now}. Was bisher galt und wo es stattfindet, steht unten.`,
      'Ihre Tickets gelten unverändert. Sie hängen mit dem neuen Termin noch einmal an, dazu eine Datei, die den Eintrag in Ihrem Kalender verschiebt.',
      'Können Sie dann nicht kommen, öffnen Sie den Link: Dort steht, was mit Ihren Tickets möglich ist.',
    ],
    action: 'Meine Tickets öffnen',
  }),
  transferred: (event, giver, until) => ({
    subject: `Ein Ticket für Sie: ${event}`,
    heading: `${giver} hat Ihnen ein Ticket gegeben`,
    text: [
      'Es gehört jetzt Ihnen, der bisherige Code gilt nicht mehr. Das Ticket hängt als PDF an, dazu eine Datei für Ihren Kalender.',
      'Zeigen Sie den Code am Einlass, ausgedruckt oder auf dem Telefon. Er gilt für eine Person und nur einmal. Können Sie nicht kommen, geben Sie das Ticket selbst weiter.',
      `Bis ${until} kann es zurückgenommen werden, solange Sie nicht damit eingelassen wurden. Danach gehört es nur Ihnen.`,
    ],
    action: 'Mein Ticket öffnen',
  }),
  given: (event, holder, until) => ({
    subject: `Sie haben ein Ticket weitergegeben: ${event}`,
    heading: `Ihr Ticket gehört jetzt ${holder}`,
    text: [
      'Ihr bisheriger Code gilt nicht mehr; einen neuen haben wir an die Adresse geschickt, die Sie genannt haben.',
      `War die Adresse falsch, können Sie es bis ${until} zurücknehmen, solange niemand damit eingelassen wurde: Öffnen Sie dazu Ihre Buchung.`,
      'Wenn nicht Sie das Ticket weitergegeben haben, nehmen Sie es zurück und schreiben Sie uns bitte sofort.',
    ],
    action: 'Meine Buchung öffnen',
  }),
  returned: (event, holder) => ({
    subject: `Wieder Ihr Ticket: ${event}`,
    heading: 'Sie haben Ihr Ticket zurück',
    text: [
      `Der Code von ${holder} gilt nicht mehr, wir haben es mitgeteilt. Ihr neuer Code hängt als PDF an, dazu eine Datei für Ihren Kalender.`,
      'Auch ein früher ausgedruckter oder gespeicherter Code gilt nicht mehr.',
    ],
    action: 'Mein Ticket öffnen',
  }),
  taken_back: (event, giver) => ({
    subject: `Zurückgenommen: ein Ticket für ${event}`,
    heading: `${giver} hat das Ticket zurückgenommen`,
    text: [
      'Es war an Sie weitergegeben worden; der Code, den wir Ihnen geschickt haben, gilt nicht mehr.',
      'Haben Sie keines erwartet, ging es wohl versehentlich an Ihre Adresse, und Sie müssen nichts tun.',
    ],
    action: 'Zum Shop',
  }),
  cancellation: (event) => ({
    subject: `Storniert: ${event}`,
    heading: 'Ihre Buchung ist storniert',
    text: [
      'Ihre Tickets gelten nicht mehr, die Plätze sind zurückgegeben.',
      'Steht Ihnen Geld zu, kommt es auf dem Weg zurück, auf dem Sie bezahlt haben; wir schreiben noch einmal, sobald es unterwegs ist.',
    ],
    action: 'Meine Buchung öffnen',
  }),
  refund: (event, amount) => ({
    subject: `Erstattet: ${amount} für ${event}`,
    heading: 'Ihr Geld ist unterwegs',
    text: [
      `Wir haben ${amount} auf dem Weg erstattet, auf dem Sie bezahlt haben. Bei der Bank kann es einige Tage dauern.`,
    ],
    action: 'Meine Buchung öffnen',
  }),
  expiring: (event, until) => ({
    subject: `Bitte bald bezahlen: ${event}`,
    heading: 'Ihre Plätze sind noch nicht bezahlt',
    text: [`Wir halten sie bis ${until} für Sie frei. Danach bekommen sie andere.`],
    action: 'Jetzt bezahlen',
  }),
  offer: (event, until) => ({
    subject: `Plätze für Sie: ${event}`,
    heading: 'Es sind Plätze frei geworden, und Sie sind an der Reihe',
    text: [`Sie sind bis ${until} für Sie reserviert. Danach bekommt sie, wer hinter Ihnen wartet.`],
    action: 'Angebot ansehen',
  }),
  turn_near: (room) => ({
    subject: `Gleich sind Sie dran: ${room}`,
    heading: 'Gleich sind Sie dran',
    text: [
      'Öffnen Sie jetzt den Warteraum und lassen Sie ihn offen. Werden Sie aufgerufen, müssen Sie sich innerhalb kurzer Zeit melden, um Ihren Platz zu behalten.',
    ],
    action: 'Warteraum öffnen',
  }),
  called: (room) => ({
    subject: `Sie sind dran: ${room}`,
    heading: 'Sie sind dran',
    text: ['Sie wurden aufgerufen. Öffnen Sie jetzt den Warteraum: Ihr Platz bleibt nur kurze Zeit erhalten.'],
    action: 'Warteraum öffnen',
  }),
  aboutBooking:
    'Sie erhalten diese Nachricht, weil diese Adresse bei der Buchung angegeben wurde. Heben Sie sie auf: Ihr Link öffnet Ihre Buchung.',
  aboutTransfer:
    'Sie erhalten diese Nachricht, weil ein Ticket weitergegeben wurde. Heben Sie sie auf: Ihr Link öffnet das Ticket.',
  aboutWaitlist: 'Sie erhalten diese Nachricht, weil diese Adresse auf der Warteliste dieser Veranstaltung steht.',
  aboutRoom: 'Sie erhalten diese Nachricht, weil Sie beim Warten darum gebeten haben. Es sind höchstens zwei.',
};
