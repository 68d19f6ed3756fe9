import { writeFile } from 'node:fs/promises';
import { generatePushKeys } from '../core/push/push-keys.ts';
import { CommandError } from './command-error.ts';

/**
 * Writes a new pair of keys for web push (mode 0600); returns what to do with it. Errors: CommandError for a file that is there, or can't
 * be written.
 */
export async function makePushKeys(file: string): Promise<string> {
  const text = `${JSON.stringify(generatePushKeys(), null, 2)}\n`;
  await writeFile(file, text, { mode: 0o600, flag: 'wx' }).catch((cause: unknown) => {
    throw new CommandError(`${file} can’t be written, or is there already.`, {
      fix: 'Name a new file in a folder that is there.',
      cause,
    });
  });
  return `Set ONSALE_PUSH_KEYS_FILE=${file} and ONSALE_PUSH_CONTACT=mailto:… for core.\n`;
}
