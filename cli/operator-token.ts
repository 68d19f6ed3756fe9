import { readFile, stat } from 'node:fs/promises';
import * as v from 'valibot';
import type { OperatorRole } from '../contracts/token-claims.ts';
import { ed25519SigningKey, okpKeySetSchema, type OkpKeySet } from '../tokens/key-set.ts';
import { signOperatorToken } from '../tokens/operator-token.sign.ts';
import { CommandError } from './command-error.ts';

export type OperatorTokenRequest = {
  role: OperatorRole;
  name: string;
  hours: number;
  keysFile: string | undefined;
  origin: string | undefined;
  nowMs: number;
};

/** Permission bits of everybody but the owner. */
const OTHERS = 0o077;

/**
 * Signs an operator token with the operators' private key file. Errors: CommandError for a missing setting and for a key file
 * that is unreadable, readable by others, or without a private key. Revoking it by its `jti` is core's.
 */
export async function makeOperatorToken(request: OperatorTokenRequest): Promise<string> {
  const { role, name, hours, keysFile, origin, nowMs } = request;
  if (keysFile === undefined || keysFile === '') {
    throw new CommandError('The operators’ key file is not named.', {
      fix: 'Give --keys FILE or set ONSALE_OPERATOR_KEYS_FILE; bin/dev keeps its own in .onsale/keys/operator-keys.json.',
    });
  }
  if (origin === undefined || !/^https?:\/\//.test(origin) || !URL.canParse(origin)) {
    throw new CommandError('The origin the token is for is not named, or is no http(s) address.', {
      fix: 'Give --origin URL or set ONSALE_ORIGIN to the public origin of the edge, such as https://tickets.example.org.',
    });
  }
  const key = await ed25519SigningKey(await readKeys(keysFile));
  // Issuers are compared as text, and core is told its origin without a slash at the end.
  const issuer = new URL(origin).origin;
  return signOperatorToken(key, { issuer, operator: name, role, ttlSeconds: hours * 3600, nowMs });
}

async function readKeys(file: string): Promise<OkpKeySet> {
  const { mode, uid } = await stat(file).catch((cause: unknown) => {
    throw new CommandError(`The key file ${file} can't be read.`, {
      fix: 'Check --keys or ONSALE_OPERATOR_KEYS_FILE, and that this user may read it.',
      cause,
    });
  });
  if ((mode & OTHERS) !== 0) {
    throw new CommandError(
      `The key file ${file} is open to others (mode ${(mode & 0o777).toString(8).padStart(4, '0')}): whoever read it can sign any operator token.`,
      { fix: `chmod 600 ${file}, and make new keys if somebody may have read it.` },
    );
  }
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new CommandError(`The key file ${file} can't be read; its owner is user ${uid}.`, {
      fix: 'Run this as its owner.',
      cause,
    });
  });
  const keys = v.safeParse(v.pipe(v.string(), v.parseJson(), okpKeySetSchema), text);
  if (keys.success && keys.output.keys[0]?.d !== undefined) return keys.output;
  throw new CommandError(`${file} holds no private Ed25519 key set whose first key can sign.`, {
    fix: 'Name the private file (operator-keys.json), not the public one (operator-jwks.json).',
  });
}
