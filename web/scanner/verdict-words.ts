import type { Verdict } from './gate-state.ts';

export type VerdictWords = { isGood: boolean; sign: string; title: string; advice: string };

/** What the door's people read of a verdict, each its own: the sign and the words say it, not the colour alone. */
export function verdictWords({ result, reason, gate, checkedInAt }: Verdict, locale?: string): VerdictWords {
  const time = checkedInAt === undefined ? '' : ` at ${new Date(checkedInAt).toLocaleTimeString(locale)}`;
  const bad = (title: string, advice: string): VerdictWords => ({ isGood: false, sign: '✕', title, advice });
  switch (result) {
    case 'admit':
      return { isGood: true, sign: '✓', title: 'Let in', advice: '' };
    case 'already_in':
      return bad(
        'Already in',
        `Somebody came in with this ticket${time}${gate === undefined ? '' : `, gate ${gate}`}.`,
      );
    case 'revoked':
      return reason === 'transferred'
        ? bad('Given to somebody else', 'The place has another ticket now, which its new holder has.')
        : bad('Cancelled', 'This ticket is not valid any more.');
    case 'wrong_performance':
      return bad('Other day or show', 'This ticket is for another performance. Show the way to it.');
    case 'forged':
      return bad('No ticket of ours', 'The code was not signed by us.');
  }
}
