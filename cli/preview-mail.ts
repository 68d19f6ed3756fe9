import { writeFile } from 'node:fs/promises';
import { compose } from '../core/notifications/compose.ts';
import type { NotificationKind } from '../core/notifications/facts.ts';
import type { Language } from '../core/notifications/language.ts';
import { toHtml, toText } from '../core/notifications/message.ts';
import { sampleOf } from '../core/notifications/samples.ts';
import { CommandError } from './command-error.ts';

export type MailPreview = {
  kind: NotificationKind;
  language: Language;
  format: 'text' | 'html';
  /** Where to write it; null: it is returned. */
  file: string | null;
};

/** Links of a sample lead nowhere in particular. */
const ORIGIN = 'https://tickets.example.org';

/** A message as its reader gets it, made up of sample data; text begins with its subject. Errors: CommandError for a file that can't be written. */
export async function previewMail({ kind, language, format, file }: MailPreview): Promise<string> {
  const message = compose(sampleOf(kind, ORIGIN), language);
  const shown = format === 'html' ? toHtml(message) : `Subject: ${message.subject}\n\n${toText(message)}`;
  if (file === null) return shown;
  await writeFile(file, shown).catch((cause: unknown) => {
    throw new CommandError(`${file} can’t be written.`, { fix: 'Name a file in a folder that is there.', cause });
  });
  return `${message.subject}\n`;
}
