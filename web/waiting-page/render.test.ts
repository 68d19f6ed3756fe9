import { describe, expect, it } from 'vitest';
import { boardOf, laneOf } from '../../contracts/board.fixture.ts';
import { placeOf } from '../../contracts/place.fixture.ts';
import type { Place, PlaceState } from '../../contracts/place.ts';
import { renderWaitingPage, type WaitingPage } from './render.ts';

const board = boardOf({ lanes: { general: laneOf({ waiting: 1234 }) } });
const place = (state: PlaceState, ahead: number | null): Place =>
  placeOf(ahead === null ? { state } : { state, ahead, position: ahead + 1, estimatedWaitMs: ahead * 1000 });
const page = (over: Partial<WaitingPage>): string =>
  renderWaitingPage({
    room: 'demo',
    query: '',
    roomName: 'Demo',
    place: null,
    board,
    notice: null,
    refreshSeconds: null,
    shopUrl: '/shop/?room=demo',
    opensAtMs: null,
    codes: 'none',
    turnstile: null,
    ...over,
  });
const shows = (html: string, id: string): boolean =>
  new RegExp(`id="${id}"[^>]*>`).exec(html)?.[0].includes(' hidden') === false;

describe('the waiting page', () => {
  it('offers newcomers a form to join, and says how many wait', () => {
    const html = page({});
    expect(shows(html, 'join')).toBe(true);
    expect(shows(html, 'enter')).toBe(false);
    expect(html).toContain('1,234 people are waiting right now.');
    expect(html).toContain('<form id="join" method="post" action="/api/rooms/demo/tickets"');
    expect(html).not.toContain('http-equiv');
  });

  it('tells those in line their position, who is ahead and how long it takes', () => {
    const html = page({ place: place('waiting', 300), refreshSeconds: 20 });
    expect(html).toContain('<strong id="position-number">301</strong>');
    expect(html).toContain('300 people are ahead of you.');
    expect(html).toContain('About 5 minutes');
    expect(html).toContain('<title>301 in line · Demo</title>');
    expect(html).toContain('<noscript><meta http-equiv="refresh" content="20"></noscript>');
    expect(shows(html, 'join')).toBe(false);
  });

  it('admits that it does not know', () => {
    expect(page({ place: { ...place('waiting', 0), estimatedWaitMs: null } })).toContain('can’t tell yet');
  });

  it.each([
    ['admitted', 'enter'],
    ['active', 'enter'],
    ['spent', 'join'],
  ] as const)('lets %s visitors %s', (state, form) => {
    const html = page({ place: place(state, null) });
    expect([shows(html, 'join'), shows(html, 'enter')]).toEqual([form === 'join', form === 'enter']);
  });

  it('says that a place is safe while the store is away', () => {
    expect(page({ place: place('waiting', 3), board: { ...board, stale: true } })).toContain(
      'We are reconnecting. Your place is safe.',
    );
    expect(page({ board: null, notice: 'reconnecting' })).toContain('We are reconnecting. Your place is safe.');
  });

  it('shows no lobby visitor a number or a score', () => {
    const html = page({
      place: place('lobby', null),
      board: { ...board, phase: 'lobby' },
      opensAtMs: 1_800_000_000_000,
    });
    expect(shows(html, 'position')).toBe(false);
    expect(html).toContain('The doors open at 2027-01-15 08:00 UTC.');
    expect(html).not.toContain('score');
  });

  it('takes nothing that an operator writes for markup', () => {
    const html = page({ roomName: '<script>alert(1)</script>', board: { ...board, message: '"><img src=x>' } });
    expect(html).not.toContain('<script>alert');
    expect(html).not.toContain('<img');
  });

  it('asks for a code where a lane does: labelled, told of what is wrong, and part of the form without script', () => {
    expect(page({})).not.toContain('name="code"');
    const some = page({ codes: 'some' });
    expect(some).toMatch(/<form id="join"[^>]*>.*<label for="code">Your code, if you have one<\/label>/s);
    expect(some).toMatch(/<input id="code" name="code"[^>]* aria-describedby="notice"/);
    expect(/<input id="code"[^>]*>/.exec(some)?.[0]).not.toContain('required');
    expect(/<input id="code"[^>]*>/.exec(page({ codes: 'all' }))?.[0]).toContain(' required');
  });

  it('loads Turnstile’s script where the room asks for it, and nowhere else', () => {
    expect(page({})).not.toMatch(/turnstile|noscript/);
    const turnstile = { siteKey: '1x-site', scriptUrl: 'https://widgets.example/api.js' };
    const html = page({ turnstile });
    expect(html).toContain('<script src="https://widgets.example/api.js?render=explicit" async></script>');
    expect(html).toMatch(/<form id="join"[^>]*>.*<div id="turnstile"><\/div><noscript>/s);
  });
});
