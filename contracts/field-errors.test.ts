import * as v from 'valibot';
import { expect, it } from 'vitest';
import { fieldErrorsOf } from './field-errors.ts';

const schema = v.strictObject({
  email: v.pipe(v.string(), v.email()),
  count: v.pipe(v.number(), v.integer(), v.minValue(1)),
  kind: v.picklist(['event', 'train'], 'is event or train'),
});
const told = (value: unknown) => fieldErrorsOf(v.safeParse(schema, value).issues ?? []);

it('says which text is wrong without saying it again', () => {
  expect(told({ email: 'ada lovelace@', count: 'bk_secret', kind: 'bus' })).toEqual([
    { path: 'email', message: 'Invalid email' },
    { path: 'count', message: 'Invalid type: Expected number but received a text' },
    { path: 'kind', message: 'is event or train' },
  ]);
  expect(JSON.stringify(told('bk_secret'))).not.toContain('secret');
});

it('tells numbers, what is missing, and names of fields that are not known', () => {
  expect(told({ email: 'ada@example.com', count: -1, kindd: 'event' })).toEqual([
    { path: 'count', message: 'Invalid value: Expected >=1 but received -1' },
    { path: 'kind', message: 'is missing' },
    { path: 'kindd', message: 'there is no such field' },
  ]);
});
