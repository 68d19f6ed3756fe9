import type { CheckInView, OfflineScanView, RevocationsView } from '../../contracts/check-ins.ts';
import { gateKeys } from '../../tokens/entry-ticket.verify.ts';
import { judgeOffline } from '../../tokens/judge-offline.ts';
import { verifyRevocationList } from '../../tokens/revocation-list.verify.ts';
import { callApi, newIdempotencyKey, type ApiProblem } from '../shared/api-client.ts';
import { withHandedIn, withLetIn, type GateState, type Verdict } from './gate-state.ts';

const API = '/api/core/v1/check-ins';
/** How long somebody at the door waits for the network before the phone judges alone, ms. */
const PATIENCE_MS = 1500;
/** Scans handed in at a time: less than core takes. */
const HAND_IN = 100;

/** `refused`: the token is not the door's (any more), or the performance is unknown: the door's people have to act. */
export type Outcome<T> = { kind: 'done'; value: T } | { kind: 'refused'; problem: ApiProblem } | { kind: 'offline' };

/** Fetches keys and the list of revoked tickets, and keeps a list only if it is signed by core for this performance. */
export async function refreshGate(gate: GateState): Promise<Outcome<GateState>> {
  if (!navigator.onLine) return { kind: 'offline' };
  const signal = AbortSignal.timeout(2 * PATIENCE_MS);
  const query = new URLSearchParams({ performanceId: gate.performanceId });
  const [keys, list] = await Promise.all([
    callApi<{ keys: GateState['keys'] }>(`${API}/keys`, { signal }),
    callApi<RevocationsView>(`${API}/revocations?${query}`, { signal }),
  ]);
  if (!list.ok) return list.problem.status === 404 ? { kind: 'refused', problem: list.problem } : { kind: 'offline' };
  if (!keys.ok) return { kind: 'offline' };
  const known = keys.data.keys.map(({ kid, x }) => ({ kid, x }));
  const fresh = { ...gate, keys: known, list: list.data.list };
  return (await readList(fresh)) === null ? { kind: 'offline' } : { kind: 'done', value: fresh };
}

/** Of when the list is that a door without a network goes by, epoch ms; null when it has none that counts. */
export const listIssuedAt = async (gate: GateState): Promise<number | null> =>
  (await readList(gate))?.issuedAtMs ?? null;

/** Judges a scanned text: by the record where it answers in time, else by what the phone knows. */
export async function judgeScan(
  gate: GateState,
  token: string,
  code: string,
): Promise<Outcome<{ gate: GateState; verdict: Verdict }>> {
  const { performanceId, gate: name } = gate;
  if (navigator.onLine) {
    const answer = await callApi<CheckInView>(API, {
      method: 'POST',
      token,
      body: { code, performanceId, gate: name },
      idempotencyKey: newIdempotencyKey(),
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    if (answer.ok) {
      const { result, ticketId } = answer.data;
      const after = result === 'admit' && ticketId !== undefined ? withLetIn(gate, ticketId, null) : gate;
      return { kind: 'done', value: { gate: after, verdict: { ...answer.data, isOffline: false } } };
    }
    if (answer.problem.status >= 400 && answer.problem.status < 500 && answer.problem.status !== 429)
      return { kind: 'refused', problem: answer.problem };
  }
  return judgeAlone(gate, code);
}

async function judgeAlone(gate: GateState, code: string): Promise<Outcome<{ gate: GateState; verdict: Verdict }>> {
  const list = await readList(gate);
  if (list === null) return { kind: 'offline' };
  const { performanceId, keys, letIn } = gate;
  const known = { performanceId, keys, revoked: list.ticketIds, transferred: list.transferred, letIn: new Set(letIn) };
  const { result, reason, ticket } = await judgeOffline(known, code);
  const verdict: Verdict = {
    result,
    ...(reason === undefined ? {} : { reason }),
    ...(ticket === undefined ? {} : { ticketId: ticket.ticketId, zone: ticket.zone, seat: ticket.seat }),
    isOffline: true,
  };
  if (result !== 'admit' || ticket === undefined) return { kind: 'done', value: { gate, verdict } };
  const scan = { scanId: crypto.randomUUID(), code, scannedAt: new Date().toISOString() };
  return { kind: 'done', value: { gate: withLetIn(gate, ticket.ticketId, scan), verdict } };
}

/** Hands in what was let in without a network; handing in twice is once, by the scans' ids. */
export async function handIn(gate: GateState, token: string): Promise<Outcome<GateState>> {
  const scans = gate.pending.slice(0, HAND_IN);
  if (scans.length === 0) return { kind: 'done', value: gate };
  const { performanceId, gate: name } = gate;
  const answer = await callApi<{ results: OfflineScanView[] }>(`${API}/offline`, {
    method: 'POST',
    token,
    body: { performanceId, gate: name, scans },
    idempotencyKey: newIdempotencyKey(),
  });
  if (answer.ok) return { kind: 'done', value: withHandedIn(gate, answer.data.results) };
  const isRefused = answer.problem.status >= 400 && answer.problem.status < 500 && answer.problem.status !== 429;
  return isRefused ? { kind: 'refused', problem: answer.problem } : { kind: 'offline' };
}

async function readList({ keys, list, performanceId }: GateState) {
  if (list === null) return null;
  const read = await verifyRevocationList(gateKeys(keys), list, { issuer: location.origin, nowMs: Date.now() });
  return read?.performanceId === performanceId ? read : null;
}
