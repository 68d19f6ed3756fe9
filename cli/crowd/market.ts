import type { Calls, CallResult, Legs, PerformanceAnswer, SeatMapAnswer } from './calls.ts';
import type { SeededRandom } from './seeded-random.ts';

/** What is for sale in the room. Seat maps never change, so a copy of each serves the whole crowd, as a shared cache would. */
export type Market = {
  performances: readonly string[];
  seatMap(calls: Calls, performanceId: string): Promise<CallResult<SeatMapAnswer>>;
};

/** A market of these performances. */
export function createMarket(performances: readonly string[]): Market {
  const maps = new Map<string, Promise<CallResult<SeatMapAnswer>>>();
  return {
    performances,
    async seatMap(calls, performanceId) {
      const known = maps.get(performanceId) ?? calls.seatMap(performanceId);
      maps.set(performanceId, known);
      const result = await known;
      if (result.kind !== 'ok' && maps.get(performanceId) === known) maps.delete(performanceId);
      return result;
    },
  };
}

/** A stretch between two stops of a train's run, by chance; null where there are no stops. */
export function chooseLegs({ stops }: PerformanceAnswer, random: SeededRandom): Legs | null {
  if (stops === undefined || stops.length < 2) return null;
  const from = Math.floor(random.between(0, stops.length - 1));
  const to = Math.floor(random.between(from + 1, stops.length));
  const [start, end] = [stops[from], stops[to]];
  return start === undefined || end === undefined ? null : { from: start.code, to: end.code };
}
