import { CommandError } from './command-error.ts';
import { readReadyFile } from './read-ready-file.ts';

export type CoreAddress = { baseUrl: string; operatorToken: string };

/** Where core is and what opens it: a stack's ready file, or an address and ONSALE_OPERATOR_TOKEN. Errors: CommandError. */
export async function findCore(options: {
  readyFile?: string | undefined;
  core?: string | undefined;
  env: Record<string, string | undefined>;
}): Promise<CoreAddress> {
  if (options.readyFile !== undefined) {
    const { coreUrl, operatorToken } = await readReadyFile(options.readyFile);
    return { baseUrl: coreUrl, operatorToken };
  }
  const token = options.env['ONSALE_OPERATOR_TOKEN'];
  if (options.core === undefined || !URL.canParse(options.core) || token === undefined || token === '') {
    throw new CommandError('It is not said where core is, or by which token it may be asked.', {
      fix: 'Give --ready-file PATH, or --core URL and ONSALE_OPERATOR_TOKEN (bin/onsale operator token makes one).',
    });
  }
  return { baseUrl: options.core, operatorToken: token };
}
