import { createLogger } from '../../platform/log.ts';
import { normaliseEmail } from '../bookings/normalise-email.ts';
import { createCodeMailer, type CodeMail, type CodeMailer } from './code-mailer.ts';

/** A mailer whose messages end up here. */
export type CodeBox = CodeMailer & {
  mails: CodeMail[];
  /** The code in the newest message to an address, once everything is sent. */
  codeFor(email: string): Promise<string>;
};

/** An empty box. */
export function createCodeBox(): CodeBox {
  const mails: CodeMail[] = [];
  const send = async (mail: CodeMail) => {
    mails.push(mail);
    return { kind: 'sent' as const };
  };
  const mailer = createCodeMailer(send, createLogger('core', 'silent'));
  return {
    ...mailer,
    mails,
    async codeFor(email) {
      await mailer.drain();
      const code = /\b\d{8}\b/.exec(
        mails.findLast(({ deliverTo }) => deliverTo === normaliseEmail(email))?.text ?? '',
      )?.[0];
      if (code === undefined) throw new Error('no code came');
      return code;
    },
  };
}
