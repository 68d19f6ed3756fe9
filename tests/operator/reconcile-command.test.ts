import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { runCommandLine } from '../../cli/program.ts';
import { SHOW, startCoreWorld, type CoreWorld } from '../../core/core-world.fixture.ts';
import { runReconciliations } from '../../core/reconcile/run-reconciliations.ts';
import { newId } from '../../platform/id.ts';

/** How often the job looks for something to compare, ms. */
const LOOK_EVERY_MS = 50;

let world: CoreWorld;
let looking: NodeJS.Timeout;
let token: string;
beforeAll(async () => {
  world = await startCoreWorld();
  token = await world.operatorToken('operator');
});
afterAll(() => world.close());
let turn: Promise<unknown> = Promise.resolve();
beforeEach(() => {
  looking = setInterval(() => {
    turn = turn.then(() => runReconciliations(world.deps));
  }, LOOK_EVERY_MS);
});
afterEach(async () => {
  clearInterval(looking);
  await turn;
});

async function run(args: string[], env: Record<string, string> = { ONSALE_OPERATOR_TOKEN: token }) {
  let [out, err] = ['', ''];
  const write = (text: string) => void (out += text);
  const surroundings = { env, cwd: '/', out: write, err: (text: string) => void (err += text), terminal: { write } };
  const code = await runCommandLine(['reconcile', ...args], surroundings);
  return { code, out, err };
}
const core = () => ['--core', world.coreUrl];

describe('onsale reconcile', () => {
  it('prints the report of one performance and ends with 0 when nothing is left for a person', async () => {
    const { code, out, err } = await run([SHOW, ...core()]);
    expect([code, err]).toEqual([0, '']);
    expect(JSON.parse(out)).toMatchObject({
      state: 'finished',
      performanceId: SHOW,
      requestedBy: 'ada',
      summary: { differences: 0, repaired: 0, left: 0 },
      items: [],
    });
  });

  it('ends with 1 when something is left for a person, and names it', async () => {
    const stranger = { paymentId: newId(), amountMinor: 300, currency: 'EUR', returnUrl: 'http://127.0.0.1:9/' };
    await world.sandbox('POST', '/payments', stranger);
    await world.sandbox('PATCH', '/faults', { dropWebhooks: true });
    await world.sandbox('POST', `/payments/${stranger.paymentId}/complete`, { outcome: 'succeed' });
    const { code, out } = await run(core());
    expect(code).toBe(1);
    expect(JSON.parse(out)).toMatchObject({
      summary: { left: 1 },
      items: [{ kind: 'payment_not_ours', subject: `payment:${stranger.paymentId}`, outcome: 'left' }],
    });
  });

  it('says what stands against it, in words: no core, no token, a viewer, no such performance', async () => {
    expect((await run(['--core', 'http://127.0.0.1:1'])).err).toContain('Core does not answer');
    expect((await run(core(), {})).err).toContain('ONSALE_OPERATOR_TOKEN');
    const viewer = await run(core(), { ONSALE_OPERATOR_TOKEN: await world.operatorToken('viewer') });
    expect([viewer.code, viewer.out]).toEqual([1, '']);
    expect(viewer.err).toContain('403');
    expect((await run(['nowhere', ...core()])).err).toContain('404');
  });

  it('does not wait for ever, and says where the report will be', async () => {
    clearInterval(looking);
    await turn;
    const { code, err } = await run([...core(), '--wait', '1']);
    expect(code).toBe(1);
    expect(err).toMatch(/is not done.*\n.*operator\/reconciliations\//);
  });
});
