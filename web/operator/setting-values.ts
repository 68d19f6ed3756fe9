import type { FieldError } from '../../contracts/errors.ts';

export type SettingKind =
  | 'text'
  | 'text-or-none'
  | 'whole-number'
  | 'whole-number-or-none'
  | 'time'
  | 'choice'
  | 'yes-no'
  | 'lines'
  /** Lines alone part them: a name may hold a comma. */
  | 'names'
  | 'json';

/** One setting as the form shows it. Bounds and relations are the server's: its refusals come back beside the field. */
export type Setting = {
  name: string;
  label: string;
  kind: SettingKind;
  group: string;
  hint?: string;
  /** Of a choice all there is; of a text what is offered. */
  options?: readonly { value: string; label: string }[];
};

/** A whole number as it may be typed. */
export const WHOLE = /^\d{1,9}$/;
/** What is said of a text that is none. */
export const NOT_WHOLE = 'Enter a whole number, 0 or more.';
/** What stands on lines of its own, or between commas. */
export const linesOf = (text: string): string[] => partsOf(text, /[\n,]/);

const partsOf = (text: string, between: string | RegExp): string[] =>
  text
    .split(between)
    .map((line) => line.trim())
    .filter((line) => line !== '');

/** What a text stands for in a field of this kind; the server knows the bounds. Pure. */
export function valueOf(
  kind: SettingKind,
  text: string,
): { ok: true; value: unknown } | { ok: false; message: string } {
  switch (kind) {
    case 'whole-number':
      return WHOLE.test(text) ? { ok: true, value: Number(text) } : { ok: false, message: NOT_WHOLE };
    case 'whole-number-or-none':
      return text === '' ? { ok: true, value: null } : valueOf('whole-number', text);
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
    case 'names':
      return { ok: true, value: partsOf(text, '\n') };
    case 'json':
      return jsonOf(text);
    case 'text-or-none':
      return { ok: true, value: text === '' ? null : text };
    default:
      return { ok: true, value: text };
  }
}

/** A value as it stands in a field of this kind. Pure. */
export function textOf(kind: SettingKind, value: unknown): string {
  if (kind === 'yes-no') return value === true ? 'yes' : 'no';
  if (kind === 'lines' || kind === 'names') return Array.isArray(value) ? value.join('\n') : '';
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

export type Texts = Record<string, string>;

/** What a record has, as texts of these fields. Pure. */
export function textsOf(settings: readonly Setting[], record: object): Texts {
  const values = new Map<string, unknown>(Object.entries(record));
  return Object.fromEntries(settings.map(({ name, kind }) => [name, textOf(kind, values.get(name))]));
}

export type Wanted = { changes: Record<string, unknown>; errors: FieldError[] };

/** The fields whose text is not what it was, as values; a text that stands for nothing is an error. Pure. */
export function changesOfTexts(settings: readonly Setting[], texts: Texts, base: Texts): Wanted {
  const wanted: Wanted = { changes: {}, errors: [] };
  for (const { name, kind } of settings) {
    const text = texts[name] ?? '';
    if (text === (base[name] ?? '')) continue;
    const result = valueOf(kind, text.trim());
    if (result.ok) wanted.changes[name] = result.value;
    else wanted.errors.push({ path: name, message: result.message });
  }
  return wanted;
}

/** Texts that were edited, upon what others have saved meanwhile. Pure. */
export const rebaseTexts = (texts: Texts, base: Texts, latest: Texts): Texts =>
  Object.fromEntries(
    Object.entries(latest).map(([name, text]) => [name, texts[name] === base[name] ? text : (texts[name] ?? text)]),
  );
