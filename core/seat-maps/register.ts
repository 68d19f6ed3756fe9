import * as v from 'valibot';
import { slugSchema } from '../../contracts/catalogue.ts';
import { pageOfSeatMaps, readSeatMapRow, readSeatMapZones } from '../../db/queries/seat-maps.ts';
import { OperatingError } from '../../platform/operating-error.ts';
import { servePage } from '../catalogue-orders/list-page.ts';
import type { CoreDeps } from '../deps.ts';
import type { CoreApp, CoreContext } from '../http/context.ts';
import { requireOperator } from '../http/credentials.ts';
import { bodyHash, requireIdempotencyKey } from '../http/idempotency-key.ts';
import { invalidRequest } from '../http/json-body.ts';
import { withinDeadline } from '../http/store-failure.ts';
import { runIdempotent, sendAnswer } from '../idempotency/run-idempotent.ts';
import { drySeatMapView, importSeatMap, judgeSeatMap, readSeatMapFile, toSeatMapView } from './import-seat-map.ts';

const PATH = '/v1/operator/seat-maps';
const NO_STORE = { 'cache-control': 'no-store' } as const;
/** How long writing a map may keep its pool busy, ms: Postgres packs 16 MB in about a second, on a busy machine in several. */
const WRITE_MS = 10_000;

/** Seat maps: imported whole or not at all, judged by a dry run, listed. */
export function register(app: CoreApp, deps: CoreDeps): void {
  app.get(PATH, (c) => servePage(deps, c, (after, limit) => pageOfSeatMaps(deps.browseSql, after, limit)));

  app.get(`${PATH}/:id`, async (c) => {
    await requireOperator(deps, c.req.raw.headers, 'viewer');
    const view = await withinDeadline(deps.browseSql, async () => {
      const row = await readSeatMapRow(deps.browseSql, c.req.param('id'));
      return row && toSeatMapView(row, await readSeatMapZones(deps.browseSql, row.id));
    });
    if (view === null) throw new OperatingError('not_found');
    return c.json(view, 200, NO_STORE);
  });

  app.post(PATH, async (c) => {
    const { sub } = await requireOperator(deps, c.req.raw.headers, 'operator');
    const key = requireIdempotencyKey(c.req.raw.headers);
    const { id, isDryRun } = readQuery(c);
    const file = await readSeatMapFile(c.req.raw);
    const map = await judgeSeatMap(file, id);
    if (isDryRun) {
      if ((await withinDeadline(deps.browseSql, () => readSeatMapRow(deps.browseSql, map.id))) !== null)
        throw new OperatingError('id_taken');
      return c.json({ ...drySeatMapView(map), dryRun: true }, 200, NO_STORE);
    }
    const hash = bodyHash(`POST ${PATH}`, [id, file.type, file.sha256]);
    const keyed = { caller: `operator:${sub}`, key, bodyHash: hash, credential: null };
    const work = async (tx: Parameters<typeof importSeatMap>[0]) => ({
      status: 201,
      body: await importSeatMap(tx, map, sub),
    });
    return sendAnswer(c, await runIdempotent(deps, keyed, work, WRITE_MS));
  });
}

function readQuery(c: CoreContext): { id: string | null; isDryRun: boolean } {
  const { id = null, dryRun = 'false' } = c.req.query();
  if (id !== null && !v.is(slugSchema, id)) throw invalidRequest([{ path: 'id', message: 'is no id of a seat map' }]);
  if (dryRun !== 'true' && dryRun !== 'false') throw invalidRequest([{ path: 'dryRun', message: 'is true or false' }]);
  return { id, isDryRun: dryRun === 'true' };
}
