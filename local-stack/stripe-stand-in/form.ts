/** A form as Stripe's client sends it: `a[b][0][c]=1` is `{a: {b: {0: {c: '1'}}}}`. Lists are objects with numbers for names. */
export type Form = { [name: string]: string | Form };

/** Deeper than any call that the stand-in takes. */
const MAX_DEPTH = 8;

/** Names that mean something on every object. */
const RESERVED = new Set(['__proto__', 'constructor', 'prototype']);

/** Reads `application/x-www-form-urlencoded` with brackets. Throws RangeError for names that go too deep, contradict each other or are reserved. */
export function readForm(text: string): Form {
  const root: Form = {};
  for (const [name, value] of new URLSearchParams(text)) {
    const path = [name.split('[', 1)[0] ?? '', ...[...name.matchAll(/\[([^\]]*)\]/g)].map(([, part]) => part ?? '')];
    const last = path.pop() ?? '';
    if (path.length >= MAX_DEPTH) throw new RangeError('the form goes too deep');
    let at = root;
    if ([...path, last].some((part) => RESERVED.has(part))) throw new RangeError('a name of the form is reserved');
    for (const part of path) at = inside(at, part);
    at[last] = value;
  }
  return root;
}

function inside(form: Form, name: string): Form {
  const found = form[name];
  if (typeof found === 'string') throw new RangeError('a name of the form has a value and parts');
  const part: Form = found ?? {};
  form[name] = part;
  return part;
}
