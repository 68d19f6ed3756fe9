import type { Setting } from '../setting-values.ts';

/*
 * What operators type of the catalogue. Bounds and relations are the server's: its refusals come back beside the field.
 */

const ID: Setting = {
  name: 'id',
  label: 'Short name for addresses',
  kind: 'text-or-none',
  group: '',
  hint: 'a to z, 0 to 9 and -; it can’t be changed later. Empty: made from the rest.',
};
const ALIASES: Setting = {
  name: 'aliases',
  label: 'Other names people look for, one a line',
  kind: 'names',
  group: '',
};

export const VENUE_FIELDS: readonly Setting[] = [
  { name: 'name', label: 'Name', kind: 'text', group: '' },
  { name: 'city', label: 'City', kind: 'text', group: '' },
  { name: 'country', label: 'Country', kind: 'text', group: '', hint: 'Two letters, as in GB.' },
  { name: 'timeZone', label: 'Time zone', kind: 'text', group: '', hint: 'As in Europe/London.' },
  ALIASES,
];
export const NEW_VENUE_FIELDS: readonly Setting[] = [ID, ...VENUE_FIELDS];

const VENUE_OF_EVENT: Setting = {
  name: 'venueId',
  label: 'Venue',
  kind: 'text-or-none',
  group: '',
  hint: 'Its short name; empty for a train, or where there is none.',
};
export const EVENT_FIELDS: readonly Setting[] = [
  { name: 'name', label: 'Name', kind: 'text', group: '' },
  VENUE_OF_EVENT,
  { name: 'performers', label: 'Who performs, one a line', kind: 'names', group: '' },
  ALIASES,
];
export const NEW_EVENT_FIELDS: readonly Setting[] = [
  ID,
  {
    name: 'kind',
    label: 'Kind',
    kind: 'choice',
    group: '',
    options: [
      { value: 'event', label: 'Event' },
      { value: 'train', label: 'Train' },
    ],
  },
  ...EVENT_FIELDS,
];

const SALE: readonly Setting[] = [
  {
    name: 'onSaleAt',
    label: 'Goes on sale',
    kind: 'time',
    group: 'Sale',
    hint: 'In your time zone; empty: when its status says so.',
  },
  {
    name: 'salesCutOffSeconds',
    label: 'Sale ends so long before the start, in seconds',
    kind: 'whole-number-or-none',
    group: 'Sale',
    hint: '0: with the start; empty: not before its status says so.',
  },
  {
    name: 'placesPerBuyer',
    label: 'Places one buyer may have',
    kind: 'whole-number-or-none',
    group: 'Sale',
    hint: 'Empty: as many as there are.',
  },
];

/** Of a performance that is there. */
export const PERFORMANCE_FIELDS: readonly Setting[] = [
  { name: 'startsAt', label: 'Starts', kind: 'time', group: 'Time', hint: 'In your time zone.' },
  { name: 'timeZone', label: 'Time zone of the place', kind: 'text', group: 'Time' },
  { name: 'room', label: 'Waiting room', kind: 'text', group: 'Sale', hint: 'Only before it is on sale.' },
  {
    name: 'status',
    label: 'Status',
    kind: 'choice',
    group: 'Sale',
    hint: 'It only goes on: scheduled, on sale, ended.',
    options: [
      { value: 'scheduled', label: 'Scheduled' },
      { value: 'on_sale', label: 'On sale' },
      { value: 'ended', label: 'Ended' },
    ],
  },
  ...SALE,
];

/** Of a new one; its zones have rows of their own. Times come with the stops of a train, which are JSON. */
export const newPerformanceFields = (kind: 'event' | 'train'): readonly Setting[] => [
  ID,
  { name: 'startsAt', label: 'Starts', kind: 'time', group: '', hint: 'In your time zone.' },
  {
    name: 'timeZone',
    label: 'Time zone of the place',
    kind: 'text-or-none',
    group: '',
    hint: 'Empty: the venue’s.',
  },
  { name: 'room', label: 'Waiting room', kind: 'text', group: '', hint: 'Its short name.' },
  {
    name: 'seatMapId',
    label: 'Seat map',
    kind: 'text-or-none',
    group: '',
    hint: 'Its short name: zones and prices come along. Empty: no seat has a number.',
  },
  { name: 'currency', label: 'Currency', kind: 'text-or-none', group: '', hint: 'As in EUR. Empty: the seat map’s.' },
  ...(kind === 'train' ? [STOPS] : []),
  ...SALE.map((setting) => ({
    ...setting,
    group: '',
    ...(setting.name === 'salesCutOffSeconds' ? { hint: 'Empty: it ends with the start.' } : {}),
  })),
];

const STOPS: Setting = {
  name: 'stops',
  label: 'Stops',
  kind: 'json',
  group: '',
  hint: 'A JSON list: [{"code": "NDLS", "name": "New Delhi", "departsAt": "2031-01-01T10:00:00Z"}, …], each with arrivesAt but the first.',
};
