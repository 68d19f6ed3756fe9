import * as v from 'valibot';
import { newId } from '../../platform/id.ts';
import type { CoreWorld, Reply } from '../core-world.fixture.ts';

const sessionSchema = v.object({ accessToken: v.string() });

/** What a person does with an account of a world. */
export type Customer = {
  askCode(email: string, key?: string, headers?: Record<string, string>): Promise<Reply>;
  tryCode(email: string, code: string, key?: string, headers?: Record<string, string>): Promise<Reply>;
  /** Asks for a code, reads it in the mail and brings it; returns the session's token. */
  signIn(email: string): Promise<string>;
};

/** A customer of a test file. */
export function createCustomer(world: CoreWorld): Customer {
  const post = (path: string) => (body: object, key: string, headers: Record<string, string>) =>
    world.call('POST', `/v1/accounts/${path}`, { body, key, headers });
  const customer: Customer = {
    askCode: (email, key = newId(), headers = {}) => post('sign-in-codes')({ email }, key, headers),
    tryCode: (email, code, key = newId(), headers = {}) => post('sessions')({ email, code }, key, headers),
    async signIn(email) {
      const asked = await customer.askCode(email);
      if (asked.status !== 202) throw new Error(`no code: ${JSON.stringify(asked.body)}`);
      const opened = await customer.tryCode(email, await world.codeBox.codeFor(email));
      return v.parse(sessionSchema, opened.body).accessToken;
    },
  };
  return customer;
}

/** A code that is not this one. */
export const wrongCode = (code: string): string => String((Number(code) + 1) % 1e8).padStart(8, '0');
