import * as v from 'valibot';
import { setChannel } from '../../db/queries/notifications.ts';
import { startMailbox } from '../../local-stack/mailbox/start.ts';
import type { CoreWorld } from '../core-world.fixture.ts';
import { createPrinter } from '../entry-tickets/printer.ts';
import { createMailer } from '../mail/mailer.ts';
import { smtpAddress } from '../mail/smtp-address.ts';
import { runNotifications } from './run-notifications.ts';

/** Has a world send its mail, to a mailbox of the test; what comes to it is read as a mail client would read it. */
export async function openMailbox(world: CoreWorld) {
  const mailbox = await startMailbox({});
  const smtp = v.parse(smtpAddress, mailbox.smtpUrl);
  if (smtp === null) throw new Error('no address');
  const mailer = createMailer(smtp, 'Onsale <tickets@example.org>');
  const deps = { ...world.deps, mailer, printer: createPrinter() };
  await setChannel(world.sql, 'mail', true);
  const seen = new Set<string>();
  return {
    /** Sends what is due; the mail that came to an address by now and was not looked at, oldest first. */
    async mailTo(address: string) {
      while ((await runNotifications(deps, 'mail')) > 0);
      const found = mailbox.messages().filter(({ id, to }) => to.includes(address) && !seen.has(id));
      for (const { id } of found) seen.add(id);
      return found.map(({ parsed }) => parsed).toReversed();
    },
    async close() {
      mailer.close();
      await mailbox.stop();
    },
  };
}
