import { randomBytes } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import { generatePushKeys, pushKeysSchema } from '../../core/push/push-keys.ts';
import { generateEdgeKeySet, generateOkpKeySet } from '../../tokens/generate-keys.ts';
import { edgeKeySetSchema, okpKeySetSchema, publicKeySet } from '../../tokens/key-set.ts';
import type { EdgeKeySet, OkpKeySet } from '../../tokens/key-set.ts';
import { StackError } from '../stack-error.ts';
import { writeWhole } from '../build/write-output.ts';

const secretsSchema = v.object({
  coreSecret: v.string(),
  restToken: v.string(),
  webhookSecret: v.pipe(v.string(), v.startsWith('whsec_')),
  instance: v.pipe(v.string(), v.regex(/^[a-z0-9]+$/)),
});

export type StackKeys = v.InferOutput<typeof secretsSchema> & {
  edgeKeys: EdgeKeySet;
  operatorKeys: OkpKeySet;
  coreKeysFile: string;
  operatorKeysFile: string;
  operatorJwksFile: string;
  pushKeysFile: string;
};

/**
 * The keys and secrets of a data folder, made on its first start and the same ever after, so that tickets and bookings
 * of yesterday hold today. Files are 0600 in a folder of 0700. Errors: StackError for a file that was damaged.
 */
export async function loadKeys(dataFolder: string): Promise<StackKeys> {
  const folder = join(dataFolder, 'keys');
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const file = (name: string): string => join(folder, name);
  const edgeKeys = await loadOrMake(file('edge-keys.json'), edgeKeySetSchema, generateEdgeKeySet);
  const operatorKeys = await loadOrMake(file('operator-keys.json'), okpKeySetSchema, generateOkpKeySet);
  await loadOrMake(file('core-keys.json'), okpKeySetSchema, generateOkpKeySet);
  await loadOrMake(file('push-keys.json'), pushKeysSchema, async () => generatePushKeys());
  const secrets = await loadOrMake(file('secrets.json'), secretsSchema, async () => ({
    coreSecret: randomBytes(32).toString('base64url'),
    restToken: randomBytes(32).toString('base64url'),
    webhookSecret: `whsec_${randomBytes(32).toString('base64')}`,
    instance: randomBytes(4).toString('hex'),
  }));
  await writeWhole(file('operator-jwks.json'), JSON.stringify(publicKeySet(operatorKeys)), 0o600);
  return {
    ...secrets,
    edgeKeys,
    operatorKeys,
    coreKeysFile: file('core-keys.json'),
    operatorKeysFile: file('operator-keys.json'),
    operatorJwksFile: file('operator-jwks.json'),
    pushKeysFile: file('push-keys.json'),
  };
}

async function loadOrMake<T>(path: string, schema: v.GenericSchema<unknown, T>, make: () => Promise<T>): Promise<T> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (text === undefined) {
    const made = await make();
    await writeWhole(path, `${JSON.stringify(made, null, 2)}\n`, 0o600);
    return made;
  }
  try {
    return v.parse(schema, JSON.parse(text));
  } catch (cause) {
    throw new StackError(`The key file ${path} is damaged.`, {
      fix: 'Restore it, or remove it to get new keys; tokens signed with the old ones are then refused.',
      cause,
    });
  }
}
