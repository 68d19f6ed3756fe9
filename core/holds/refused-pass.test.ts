import { beforeAll, describe, expect, it } from 'vitest';
import { generateOkpKeySet } from '../../tokens/generate-keys.ts';
import { openUntouchableCore, type UntouchableCore } from '../untouchable.fixture.ts';

let core: UntouchableCore;
beforeAll(async () => {
  core = await openUntouchableCore();
});

const attempt = async (path: string, authorization?: string) => {
  core.touched.length = 0;
  const headers = {
    'content-type': 'application/json',
    'idempotency-key': 'k',
    ...(authorization ? { authorization } : {}),
  };
  const wish = { performanceId: 'concert-1', items: [{ zoneId: 'stalls', seats: ['a-1'] }] };
  const body = JSON.stringify(path.endsWith('/extend') ? { receipt: 'x' } : wish);
  const response = await core.app.request(path, { method: 'POST', headers, body });
  const { code } = (await response.json()) as { code: string };
  return { status: response.status, code, touched: [...core.touched] };
};

describe.each(['/v1/holds', '/v1/holds/h1/extend'])('without a live pass POST %s touches no store', (path) => {
  it('when there is no credential, or one of another scheme', async () => {
    const refused = { status: 403, code: 'not_admitted', touched: [] };
    expect(await attempt(path)).toEqual(refused);
    expect(await attempt(path, 'Basic YTpi')).toEqual(refused);
  });
  it('when the pass is forged, of another origin, or no token at all', async () => {
    const refused = { status: 401, code: 'pass_invalid', touched: [] };
    const strangers = await generateOkpKeySet();
    expect(await attempt(path, `Bearer ${await core.pass(60_000, { keys: strangers })}`)).toEqual(refused);
    expect(await attempt(path, `Bearer ${await core.pass(60_000, { issuer: 'https://elsewhere.example' })}`)).toEqual(
      refused,
    );
    expect(await attempt(path, 'Bearer nonsense')).toEqual(refused);
  });
  it('when the session named in it is over', async () => {
    expect(await attempt(path, `Bearer ${await core.pass(-1000)}`)).toEqual({
      status: 403,
      code: 'session_ended',
      touched: [],
    });
  });
});

it('a good pass does reach the stores: the control that shows the check can fail', async () => {
  const reached = await attempt('/v1/holds', `Bearer ${await core.pass(60_000)}`);
  expect(reached).toEqual({ status: 500, code: 'internal', touched: ['catalogue.performance'] });
});
