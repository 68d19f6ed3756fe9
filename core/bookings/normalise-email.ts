/**
 * One spelling per mailbox, to count by: lower case, no `+tag`, and no dots where the provider is known to ignore them. Mail goes
 * to the address as it was typed.
 */
export function normaliseEmail(email: string): string {
  const at = email.lastIndexOf('@');
  const domain = email.slice(at + 1).toLowerCase();
  const [mailbox = ''] = email.slice(0, at).toLowerCase().split('+', 1);
  const ignoresDots = domain === 'gmail.com' || domain === 'googlemail.com';
  return ignoresDots ? `${mailbox.replaceAll('.', '')}@gmail.com` : `${mailbox}@${domain}`;
}

/**
 * Whether who proved to read this address is sure to be who reads its one spelling: a tag is somebody else's mailbox where the provider
 * knows no tags. Pure.
 */
export function provesMailbox(email: string): boolean {
  const one = normaliseEmail(email);
  return one === email.toLowerCase() || one.endsWith('@gmail.com');
}
