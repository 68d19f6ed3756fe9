import type { Phrases } from './phrases.en.ts';

export const FRENCH: Phrases = {
  hello: (name) => `Bonjour ${name},`,
  labels: {
    event: 'Événement',
    when: 'Quand',
    where: 'Où',
    was: 'Jusqu’ici',
    from_to: 'Trajet',
    places: 'Places',
    total: 'Total',
    refunded: 'Remboursé',
    reference: 'Réservation',
    pay_by: 'À payer avant',
    until: 'Offre valable jusqu’à',
    name: 'Nom',
    zone: 'Zone',
  },
  seat: (row, seat) => `Rang ${row}, siège ${seat}`,
  berth: (coach, seat) => `Voiture ${coach}, place ${seat}`,
  free: 'Placement libre',
  ticketOf: (number, all) => `Billet ${number} sur ${all}`,
  atTheDoor: 'Présentez ce code à l’entrée. Il vaut pour une personne, une seule fois.',
  ticket: (event) => ({
    subject: `Vos billets : ${event}`,
    heading: 'Voici vos billets',
    text: [
      'Votre paiement est arrivé et les places sont à vous. Les billets sont joints en PDF, avec un fichier pour votre agenda.',
      'Présentez le code de chaque billet à l’entrée, imprimé ou sur votre téléphone. Chacun vaut pour une personne, une seule fois : ne les transmettez que si vous le voulez.',
    ],
    action: 'Ouvrir ma réservation',
  }),
  moved: (event, now) => ({
    subject: `Nouvelle date ou nouveau lieu : ${event}`,
    heading: 'La date ou le lieu a changé',
    text: [
      `Désormais : ${now}. Ce qui était prévu jusqu’ici et le lieu figurent ci-dessous.`,
      'Vos billets restent valables tels quels. Ils sont joints de nouveau avec la nouvelle date, avec un fichier qui déplace l’entrée dans votre agenda.',
      'Si vous ne pouvez pas venir à cette date, ouvrez le lien : vous y verrez ce qui est possible pour vos billets.',
    ],
    action: 'Ouvrir mes billets',
  }),
  transferred: (event, giver, until) => ({
    subject: `Un billet pour vous : ${event}`,
    heading: `${giver} vous a donné un billet`,
    text: [
      'Il est maintenant à vous, et l’ancien code ne donne plus accès. Il est joint en PDF, avec un fichier pour votre agenda.',
      'Présentez son code à l’entrée, imprimé ou sur votre téléphone. Il vaut pour une personne, une seule fois. Si vous ne pouvez pas venir, vous pouvez le donner à votre tour.',
      `La personne qui vous l’a donné peut le reprendre jusqu’à ${until}, tant que vous n’êtes pas entré avec. Ensuite, il n’est plus qu’à vous.`,
    ],
    action: 'Ouvrir mon billet',
  }),
  given: (event, holder, until) => ({
    subject: `Vous avez donné un billet : ${event}`,
    heading: `Votre billet est maintenant à ${holder}`,
    text: [
      'Votre ancien code ne donne plus accès ; nous en avons envoyé un nouveau à l’adresse que vous avez indiquée.',
      `Si l’adresse était fausse, vous pouvez le reprendre jusqu’à ${until}, tant que personne n’est entré avec : ouvrez votre réservation.`,
      'Si ce n’est pas vous qui l’avez donné, reprenez-le et écrivez-nous tout de suite.',
    ],
    action: 'Ouvrir ma réservation',
  }),
  returned: (event, holder) => ({
    subject: `De nouveau votre billet : ${event}`,
    heading: 'Vous avez repris votre billet',
    text: [
      `Le code de ${holder} ne donne plus accès, et nous l’en avons informé. Votre nouveau code est joint en PDF, avec un fichier pour votre agenda.`,
      'Un code imprimé ou gardé auparavant ne donne plus accès non plus.',
    ],
    action: 'Ouvrir mon billet',
  }),
  taken_back: (event, giver) => ({
    subject: `Repris : un billet pour ${event}`,
    heading: `${giver} a repris le billet`,
    text: [
      'Il vous avait été donné ; le code que nous vous avons envoyé ne donne plus accès.',
      'Si vous n’en attendiez pas, il a sans doute été envoyé à votre adresse par erreur, et vous n’avez rien à faire.',
    ],
    action: 'Ouvrir la boutique',
  }),
  cancellation: (event) => ({
    subject: `Annulée : ${event}`,
    heading: 'Votre réservation est annulée',
    text: [
      'Vos billets ne donnent plus accès et vos places ont été rendues.',
      'Si une somme vous revient, elle repart par votre moyen de paiement ; nous vous écrirons quand elle sera en route.',
    ],
    action: 'Ouvrir ma réservation',
  }),
  refund: (event, amount) => ({
    subject: `Remboursé : ${amount} pour ${event}`,
    heading: 'Votre argent est en route',
    text: [
      `Nous avons remboursé ${amount} par votre moyen de paiement. Votre banque peut mettre quelques jours à l’afficher.`,
    ],
    action: 'Ouvrir ma réservation',
  }),
  expiring: (event, until) => ({
    subject: `Payez bientôt pour garder vos places : ${event}`,
    heading: 'Vos places ne sont pas encore payées',
    text: [`Nous les gardons pour vous jusqu’à ${until}. Ensuite, elles iront à d’autres.`],
    action: 'Payer maintenant',
  }),
  offer: (event, until) => ({
    subject: `Des places pour vous : ${event}`,
    heading: 'Des places se sont libérées et c’est votre tour',
    text: [`Elles vous sont réservées jusqu’à ${until}. Ensuite, elles seront proposées à la personne suivante.`],
    action: 'Voir l’offre',
  }),
  turn_near: (room) => ({
    subject: `Bientôt votre tour : ${room}`,
    heading: 'Bientôt votre tour',
    text: [
      'Ouvrez la salle d’attente maintenant et laissez-la ouverte. Quand vous serez appelé, il faudra répondre rapidement pour garder votre tour.',
    ],
    action: 'Ouvrir la salle d’attente',
  }),
  called: (room) => ({
    subject: `C’est votre tour : ${room}`,
    heading: 'C’est votre tour',
    text: ['Vous êtes appelé. Ouvrez la salle d’attente maintenant : votre tour n’est gardé que peu de temps.'],
    action: 'Ouvrir la salle d’attente',
  }),
  aboutBooking:
    'Vous recevez ce message parce que cette adresse a été donnée lors de la réservation. Gardez-le : son lien ouvre votre réservation.',
  aboutTransfer:
    'Vous recevez ce message parce qu’un billet est passé d’une personne à une autre. Gardez-le : son lien ouvre le billet.',
  aboutWaitlist: 'Vous recevez ce message parce que cette adresse est sur la liste d’attente de cet événement.',
  aboutRoom: 'Vous recevez ce message parce que vous l’avez demandé pendant l’attente. Il y en a deux au plus.',
};
