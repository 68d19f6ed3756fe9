import type { FieldError } from '../../contracts/errors.ts';
import type { RoomView } from '../../contracts/operator-rooms.ts';
import type { RoomSettings } from '../../contracts/room-settings.ts';
import {
  changesOfTexts,
  linesOf,
  NOT_WHOLE,
  rebaseTexts,
  textsOf,
  WHOLE,
  type Setting,
  type Wanted,
} from './setting-values.ts';

const choices = (labels: Record<string, string>) => Object.entries(labels).map(([value, label]) => ({ value, label }));

const METHODS: Record<RoomSettings['queueingMethod'], string> = {
  fifo: 'First come, first served',
  random: 'Drawn by lot, minute by minute',
  passthrough: 'Everyone in, no limits',
  reject: 'Nobody joins',
};
const CHALLENGES: Record<RoomSettings['challenge'], string> = {
  none: 'None',
  altcha: 'Proof of work (altcha)',
  turnstile: 'Turnstile',
};

const MODES: Record<RoomSettings['mode'], string> = { manual: 'The operator', autopilot: 'Autopilot' };

/** Every setting of API.md that a form can hold; what this server's rooms don't have is not shown. Lanes have an editor. */
export const SETTINGS: readonly Setting[] = [
  { name: 'newUsersPerMinute', label: 'New visitors per minute', kind: 'whole-number', group: 'Pace' },
  {
    name: 'mode',
    label: 'Who sets the pace',
    kind: 'choice',
    group: 'Pace',
    hint: 'The autopilot goes by core’s health and the stock, between the two bounds, and never above the pace set here.',
    options: choices(MODES),
  },
  { name: 'minUsersPerMinute', label: 'Autopilot: at least, per minute', kind: 'whole-number-or-none', group: 'Pace' },
  { name: 'maxUsersPerMinute', label: 'Autopilot: at most, per minute', kind: 'whole-number-or-none', group: 'Pace' },
  {
    name: 'totalActiveUsers',
    label: 'Visitors inside at the same time',
    kind: 'whole-number',
    group: 'Pace',
    hint: 'Lowering it sends nobody out: nobody enters until there is room.',
  },
  { name: 'sessionDurationSeconds', label: 'Session, in seconds', kind: 'whole-number', group: 'Pace' },
  {
    name: 'claimWindowSeconds',
    label: 'Time to come in when it is one’s turn, in seconds',
    kind: 'whole-number',
    group: 'Pace',
  },
  { name: 'lobbyOpensAt', label: 'Lobby opens', kind: 'time', group: 'Times', hint: 'In your time zone; empty: none.' },
  { name: 'opensAt', label: 'Sale opens', kind: 'time', group: 'Times', hint: 'Empty: at once, without a lobby.' },
  { name: 'closesAt', label: 'Room closes', kind: 'time', group: 'Times' },
  { name: 'name', label: 'Name', kind: 'text', group: 'Line' },
  {
    name: 'queueingMethod',
    label: 'Order of the line',
    kind: 'choice',
    group: 'Line',
    hint: 'A change touches only those who join later.',
    options: choices(METHODS),
  },
  { name: 'holdLimit', label: 'Places one visitor may hold', kind: 'whole-number', group: 'Line' },
  {
    name: 'joinsPerClientPerMinute',
    label: 'Joins per client address and minute',
    kind: 'whole-number',
    group: 'Who may join',
  },
  {
    name: 'requireIdentity',
    label: 'Ask for an identity signed by the shop',
    kind: 'yes-no',
    group: 'Who may join',
    hint: 'One place for each person the shop names. It touches only those who join later; without keys nobody can.',
  },
  {
    name: 'identityKeys',
    label: 'The shop’s public keys',
    kind: 'json',
    group: 'Who may join',
    hint: 'A JSON list of JWKs, each with kid and alg (EdDSA, ES256 or RS256). Public halves only.',
  },
  {
    name: 'challenge',
    label: 'Challenge before joining',
    kind: 'choice',
    group: 'Who may join',
    hint: 'Visitors without script can do neither. Turnstile needs its keys at the edge.',
    options: choices(CHALLENGES),
  },
  {
    name: 'shopUrl',
    label: 'Shop address',
    kind: 'text-or-none',
    group: 'Where admitted visitors go',
    hint: 'A path of this site or an https address; empty: our own shop.',
  },
  {
    name: 'allowedReturnHosts',
    label: 'Hosts they may return to, one a line',
    kind: 'lines',
    group: 'Where admitted visitors go',
  },
];

/** A lane as it is typed; codes are one a line. */
export type LaneTexts = { name: string; weight: string; codes: string };

/** The form as the operator types it. */
export type Draft = { texts: Record<string, string>; lanes: readonly LaneTexts[] };

/** The settings that this room has, in the form's order. */
export const settingsOf = (view: RoomView): Setting[] => SETTINGS.filter(({ name }) => Object.hasOwn(view, name));

/** A room's present settings as texts. */
export function draftOf(view: RoomView): Draft {
  const lanes = view.lanes.map(({ name, weight, codes = [] }) => ({
    name,
    weight: String(weight),
    codes: codes.join('\n'),
  }));
  return { texts: textsOf(settingsOf(view), view), lanes };
}

/** The names of what was edited: `lanes` stands for them all. */
export function editedNames(draft: Draft, base: Draft): string[] {
  const names = Object.keys(draft.texts).filter((name) => draft.texts[name] !== base.texts[name]);
  return sameLanes(draft.lanes, base.lanes) ? names : [...names, 'lanes'];
}

/** The operator's edits upon what somebody else saved meanwhile: nothing typed is lost, nothing else is turned back. */
export function rebase(draft: Draft, base: Draft, latest: Draft): Draft {
  const areEdited = !sameLanes(draft.lanes, base.lanes);
  return { texts: rebaseTexts(draft.texts, base.texts, latest.texts), lanes: areEdited ? draft.lanes : latest.lanes };
}

/** What a save would send: only what was edited. A text that is no whole number or time is an error; the server knows the bounds. */
export function changesOf(draft: Draft, base: Draft): Wanted {
  const wanted = changesOfTexts(SETTINGS, draft.texts, base.texts);
  if (!sameLanes(draft.lanes, base.lanes))
    wanted.changes['lanes'] = draft.lanes.map((lane, i) => toLane(lane, i, wanted.errors));
  return wanted;
}

function toLane({ name, weight, codes }: LaneTexts, index: number, errors: FieldError[]) {
  if (!WHOLE.test(weight.trim())) errors.push({ path: `lanes.${index}.weight`, message: NOT_WHOLE });
  const list = linesOf(codes);
  return { name: name.trim(), weight: Number(weight), ...(list.length > 0 ? { codes: list } : {}) };
}

const sameLanes = (one: readonly LaneTexts[], other: readonly LaneTexts[]): boolean =>
  JSON.stringify(one) === JSON.stringify(other);
