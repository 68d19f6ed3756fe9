import type { FieldError } from '../../contracts/errors.ts';
import type { RoomView } from '../../contracts/operator-rooms.ts';
import type { RoomSettings } from '../../contracts/room-settings.ts';

export type SettingKind =
  | 'text'
  | 'whole-number'
  | 'whole-number-or-none'
  | 'time'
  | 'choice'
  | 'yes-no'
  | 'lines'
  | 'json';

/** One setting as the form shows it. Bounds and relations are the server's: its refusals come back beside the field. */
export type Setting = {
  name: string;
  label: string;
  kind: SettingKind;
  group: string;
  hint?: string;
  options?: readonly { value: string; label: string }[];
};

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
    kind: 'text',
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
  const values = new Map<string, unknown>(Object.entries(view));
  const texts = settingsOf(view).map(({ name, kind }) => [name, textOf(kind, values.get(name))] as const);
  const lanes = view.lanes.map(({ name, weight, codes = [] }) => ({
    name,
    weight: String(weight),
    codes: codes.join('\n'),
  }));
  return { texts: Object.fromEntries(texts), lanes };
}

/** The names of what was edited: `lanes` stands for them all. */
export function editedNames(draft: Draft, base: Draft): string[] {
  const names = Object.keys(draft.texts).filter((name) => draft.texts[name] !== base.texts[name]);
  return sameLanes(draft.lanes, base.lanes) ? names : [...names, 'lanes'];
}

/** The operator's edits upon what somebody else saved meanwhile: nothing typed is lost, nothing else is turned back. */
export function rebase(draft: Draft, base: Draft, latest: Draft): Draft {
  const edited = new Set(editedNames(draft, base));
  const texts = Object.entries(latest.texts).map(([name, text]): [string, string] => [
    name,
    edited.has(name) ? (draft.texts[name] ?? text) : text,
  ]);
  return { texts: Object.fromEntries(texts), lanes: edited.has('lanes') ? draft.lanes : latest.lanes };
}

export type Wanted = { changes: Record<string, unknown>; errors: FieldError[] };

/** What a save would send: only what was edited. A text that is no whole number or time is an error; the server knows the bounds. */
export function changesOf(draft: Draft, base: Draft): Wanted {
  const wanted: Wanted = { changes: {}, errors: [] };
  for (const name of editedNames(draft, base)) {
    if (name === 'lanes') {
      wanted.changes['lanes'] = draft.lanes.map((lane, i) => toLane(lane, i, wanted.errors));
      continue;
    }
    const kind = SETTINGS.find((setting) => setting.name === name)?.kind ?? 'text';
    const result = valueOf(kind, (draft.texts[name] ?? '').trim(), name);
    if (result.ok) wanted.changes[name] = result.value;
    else wanted.errors.push({ path: name, message: result.message });
  }
  return wanted;
}

function toLane({ name, weight, codes }: LaneTexts, index: number, errors: FieldError[]) {
  if (!WHOLE.test(weight.trim())) errors.push({ path: `lanes.${index}.weight`, message: NOT_WHOLE });
  const list = linesOf(codes);
  return { name: name.trim(), weight: Number(weight), ...(list.length > 0 ? { codes: list } : {}) };
}

const WHOLE = /^\d{1,9}$/;
const NOT_WHOLE = 'Enter a whole number, 0 or more.';
const linesOf = (text: string): string[] =>
  text
    .split(/[\n,]/)
    .map((line) => line.trim())
    .filter((line) => line !== '');

function valueOf(
  kind: SettingKind,
  text: string,
  name: string,
): { ok: true; value: unknown } | { ok: false; message: string } {
  switch (kind) {
    case 'whole-number':
      return WHOLE.test(text) ? { ok: true, value: Number(text) } : { ok: false, message: NOT_WHOLE };
    case 'whole-number-or-none':
      return text === '' ? { ok: true, value: null } : valueOf('whole-number', text, name);
    case 'time': {
      if (text === '') return { ok: true, value: null };
      const ms = Date.parse(text);
      return Number.isNaN(ms)
        ? { ok: false, message: 'Enter a date and a time.' }
        : { ok: true, value: new Date(ms).toISOString() };
    }
    case 'yes-no':
      return { ok: true, value: text === 'yes' };
    case 'lines':
      return { ok: true, value: linesOf(text) };
    case 'json':
      return jsonOf(text);
    default:
      return { ok: true, value: text === '' && name === 'shopUrl' ? null : text };
  }
}

function textOf(kind: SettingKind, value: unknown): string {
  if (kind === 'yes-no') return value === true ? 'yes' : 'no';
  if (kind === 'lines') return Array.isArray(value) ? value.join('\n') : '';
  if (kind === 'json') return JSON.stringify(value, null, 1);
  if (kind === 'time') return typeof value === 'string' ? localTime(new Date(value)) : '';
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

function jsonOf(text: string): { ok: true; value: unknown } | { ok: false; message: string } {
  try {
    return { ok: true, value: text === '' ? [] : JSON.parse(text) };
  } catch {
    return { ok: false, message: 'Enter JSON: a list in square brackets.' };
  }
}

/** As a `datetime-local` field wants it: this device's time, to the second. */
function localTime(at: Date): string {
  const two = (n: number) => String(n).padStart(2, '0');
  const day = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  return `${day}T${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
}

const sameLanes = (one: readonly LaneTexts[], other: readonly LaneTexts[]): boolean =>
  JSON.stringify(one) === JSON.stringify(other);
