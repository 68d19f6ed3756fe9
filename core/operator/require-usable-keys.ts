import type { FieldError } from '../../contracts/errors.ts';
import type { IdentityKey } from '../../contracts/identity-keys.ts';
import { OperatingError } from '../../platform/operating-error.ts';
import { isUsableKey } from '../../tokens/identity.verify.ts';

/** Throws `invalid_request` with each public key that has the shape of one but can't check anything, before visitors find out. */
export async function requireUsableKeys(keys: readonly IdentityKey[]): Promise<void> {
  const usable = await Promise.all(keys.map(isUsableKey));
  const errors = usable.flatMap((isUsable, i): FieldError[] =>
    isUsable ? [] : [{ path: `identityKeys.${i}`, message: 'is no key of its algorithm' }],
  );
  if (errors.length > 0) throw new OperatingError('invalid_request', { errors });
}
