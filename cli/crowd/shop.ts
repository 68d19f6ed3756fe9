import { choosePlaces, nothingIsFree } from './choose-places.ts';
import type { HoldWish, Legs, PerformanceAnswer } from './calls.ts';
import { book } from './book.ts';
import { leave } from './leave.ts';
import { chooseLegs } from './market.ts';
import { afterFailure, moveTo, after, type Step } from './visitor.ts';

/** Somebody inside who looks for places. */
export type Shopping = { pass: string; tries: number };
/** What they look at. */
type Choice = { performanceId: string; performance: PerformanceAnswer; legs: Legs | null };

/** Refused wishes after which somebody goes home. */
const MAX_TRIES = 8;
/** The first performance of the list is what most came for. */
const FAVOURITE_WEIGHT = 3;

/** Chooses a performance, and a stretch of its run where it has one. */
export function shop(shopping: Shopping): Step {
  return async (visitor) => {
    const { calls, crowd, random } = visitor;
    const wishes = crowd.market.performances.map((id, index) => [index === 0 ? FAVOURITE_WEIGHT : 1, id] as const);
    const performanceId = random.pick(wishes);
    const result = await calls.performance(performanceId, null);
    if (result.kind !== 'ok') return afterFailure(visitor, 'performance', result, shop(shopping));
    const performance = result.value;
    const choice = { performanceId, performance, legs: chooseLegs(performance, random) };
    return lookAtPlaces(shopping, choice)(visitor);
  };
}

/** Looks at what is free, and tries to hold some of it or goes. */
function lookAtPlaces(shopping: Shopping, choice: Choice): Step {
  return async (visitor) => {
    const { calls, crowd, random, who } = visitor;
    const { performanceId, performance, legs } = choice;
    const again = lookAtPlaces(shopping, choice);
    const seatMap = await crowd.market.seatMap(calls, performanceId);
    if (seatMap.kind !== 'ok') return afterFailure(visitor, 'seat map', seatMap, again);
    const availability = await calls.availability(performanceId, legs);
    if (availability.kind !== 'ok') return afterFailure(visitor, 'availability', availability, again);
    if (who.inside.kind === 'browses') return leave(shopping.pass, 'browsed')(visitor);
    const offer = { performance, seatMap: seatMap.value, availability: availability.value };
    const items = nothingIsFree(offer) ? null : choosePlaces(offer, who, random);
    if (items === null) return leave(shopping.pass, 'found_nothing')(visitor);
    return hold(shopping, choice, items)(visitor);
  };
}

function hold(shopping: Shopping, choice: Choice, items: HoldWish): Step {
  return async (visitor) => {
    const { calls, crowd, random, who } = visitor;
    const { pass, tries } = shopping;
    const key = `${crowd.runId}-${who.number}-hold-${tries}`;
    const result = await calls.hold(pass, choice.performanceId, items, choice.legs, key);
    if (result.kind === 'ok') {
      moveTo(visitor, 'holding');
      const { holdId, receipt } = result.value;
      return after(who.decidesForMs, book({ pass, holdId, receipt, places: placesOf(items) }));
    }
    if (result.kind === 'refused' && result.code === 'limit_reached') {
      crowd.tally.refused('hold', result.code);
      return leave(pass, 'found_nothing')(visitor);
    }
    if (result.kind === 'refused' && (result.code === 'seats_unavailable' || result.code === 'zone_sold_out')) {
      crowd.tally.refused('hold', result.code);
      if (tries + 1 >= MAX_TRIES) return leave(pass, 'found_nothing')(visitor);
      // Somebody was faster: another look, another choice, under another key.
      return after(random.between(300, 1500), lookAtPlaces({ pass, tries: tries + 1 }, choice));
    }
    return afterFailure(visitor, 'hold', result, hold(shopping, choice, items));
  };
}

/** Places that a wish names. */
const placesOf = (items: HoldWish): number =>
  items.reduce((sum, item) => sum + ('seats' in item ? item.seats.length : item.quantity), 0);
