import type { EventView, PerformanceSummary } from '../../contracts/catalogue.ts';
import { readRunEvents } from '../../db/queries/list-events.ts';
import {
  findRuns,
  findStations,
  readFreeClasses,
  type FoundRun,
  type FreeClass,
} from '../../db/queries/search-trains.ts';
import { isoTime } from '../../platform/clock.ts';
import { toEventView } from '../catalogue/views.ts';
import type { CoreDeps } from '../deps.ts';
import { writeCursor, type SearchRequest } from './read-query.ts';
import { looseQuery } from './search-events.ts';

/**
 * Trains between two stations, by departure where one gets on: each with its runs of this page, and each run with the journey and what
 * its classes have free on all of it. A name may mean several stations of a city; one that means none finds nothing.
 */
export async function searchRuns(
  { searchSql: sql, clock }: Pick<CoreDeps, 'searchSql' | 'clock'>,
  request: SearchRequest & { list: 'runs' },
  size: number,
): Promise<{ items: EventView[]; next: string | null }> {
  const { q, days, room, sale, maxPriceMinor, currency, after } = request;
  const [from, to] = await Promise.all([findStations(sql, request.from), findStations(sql, request.to)]);
  if (from.length === 0 || to.length === 0 || request.kind === 'event') return { items: [], next: null };
  const textQuery = await looseQuery(sql, q);
  const [fromCodes, toCodes] = [from.map(({ code }) => code), to.map(({ code }) => code)];
  const search = { from: fromCodes, to: toCodes, days, textQuery, room, sale, maxPriceMinor, currency, after };
  const found = await findRuns(sql, { ...search, limit: size + 1 });
  const runs = found.slice(0, size);
  const [events, classes] = await Promise.all([
    readRunEvents(
      sql,
      [...new Set(runs.map((run) => run.eventId))],
      runs.map((run) => run.performanceId),
    ),
    readFreeClasses(sql, runs),
  ]);
  const last = found.length > size ? runs.at(-1) : undefined;
  const next = last === undefined ? null : writeCursor(last.departsAt.getTime(), last.performanceId);
  return { items: events.map((event) => toTrainView(toEventView(event, clock.nowMs()), runs, classes)), next };
}

function toTrainView(view: EventView, runs: readonly FoundRun[], classes: readonly FreeClass[]): EventView {
  const performances = view.performances.flatMap((performance): PerformanceSummary[] => {
    const run = runs.find(({ performanceId }) => performanceId === performance.id);
    return run === undefined ? [] : [{ ...performance, journey: toJourney(run, classes) }];
  });
  return { ...view, performances };
}

const toJourney = (run: FoundRun, classes: readonly FreeClass[]): NonNullable<PerformanceSummary['journey']> => ({
  from: { code: run.fromCode, name: run.fromName, departsAt: isoTime(run.departsAt.getTime()) },
  to: {
    code: run.toCode,
    name: run.toName,
    arrivesAt: run.arrivesAt === null ? null : isoTime(run.arrivesAt.getTime()),
  },
  classes: classes
    .filter(({ performanceId }) => performanceId === run.performanceId)
    .map((one) => ({
      class: one.class,
      available: one.available,
      fromPrice: { amountMinor: one.fromPriceMinor, currency: one.currency },
    })),
});
