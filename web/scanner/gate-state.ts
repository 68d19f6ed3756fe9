import type { CheckInResult, CheckInView, RevokedReason } from '../../contracts/check-ins.ts';

/** What a door keeps on its phone, so that it goes on without a network, and over a reload: ids and codes, no names. */
export type GateState = {
  performanceId: string;
  gate: string;
  keys: { kid: string; x: string }[];
  /** The signed list as it came; null before the first. */
  list: string | null;
  /** Since when core has not answered this phone, by the phone's clock; null while it does. */
  offlineSince: string | null;
  /** Ids of tickets that this door let in. */
  letIn: string[];
  /** Let in without a network, and not handed in yet. */
  pending: { scanId: string; code: string; scannedAt: string }[];
  /** What was let in and should not have been, as far as handing in told. */
  conflicts: { result: CheckInResult; reason?: RevokedReason; seat: string; at: string }[];
};

/** What the door's people are shown of one scan. */
export type Verdict = Omit<CheckInView, 'performanceId'> & { isOffline: boolean };

const KEY = 'onsale-gate';
/** What every door has had since there were doors. */
const PARTS = ['performanceId', 'gate', 'keys', 'list', 'letIn', 'pending', 'conflicts'] as const;
/** Conflicts that are kept to be shown; all of them are in the record. */
const MAX_CONFLICTS = 50;

/** A door at its beginning. */
export const newGate = (performanceId: string, gate: string): GateState => ({
  performanceId,
  gate,
  keys: [],
  list: null,
  offlineSince: null,
  letIn: [],
  pending: [],
  conflicts: [],
});

/** The door of this phone; null when there is none, or storage is forbidden. */
export function keptGate(): GateState | null {
  try {
    const text = localStorage.getItem(KEY);
    if (text === null) return null;
    const parsed: unknown = JSON.parse(text);
    // A door that an older page kept has no `offlineSince`; what it has yet to hand in must not be lost for that.
    return isGate(parsed) ? { ...newGate(parsed.performanceId, parsed.gate), ...parsed } : null;
  } catch {
    // Damaged or forbidden: the door is set up anew.
    return null;
  }
}

/** Whether it has every part of a door; what is in the lists only this page wrote. */
const isGate = (value: unknown): value is GateState =>
  typeof value === 'object' && value !== null && PARTS.every((part) => part in value);

/** Keeps the door; null forgets it. False when the phone can't keep it, which the door's people should know. */
export function keepGate(gate: GateState | null): boolean {
  try {
    if (gate === null) localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, JSON.stringify(gate));
    return true;
  } catch {
    // Full or forbidden; the running page still knows it.
    return false;
  }
}

/** The door after it was tried to reach core: since when it can't be, or that it can again. The same door when nothing changed. */
export function withContact(gate: GateState, isReached: boolean, nowMs: number): GateState {
  if (isReached === (gate.offlineSince === null)) return gate;
  return { ...gate, offlineSince: isReached ? null : new Date(nowMs).toISOString() };
}

/** The door after a ticket was let in; `scan` only where no network told the record. */
export function withLetIn(gate: GateState, ticketId: string, scan: GateState['pending'][number] | null): GateState {
  return {
    ...gate,
    letIn: gate.letIn.includes(ticketId) ? gate.letIn : [...gate.letIn, ticketId],
    pending: scan === null ? gate.pending : [...gate.pending, scan],
  };
}

/** The door after the record answered to scans that were handed in. */
export function withHandedIn(
  gate: GateState,
  answers: readonly (CheckInView & { scanId: string; conflict: boolean })[],
): GateState {
  const told = new Map(answers.map((answer) => [answer.scanId, answer]));
  const conflicts = gate.pending.flatMap(({ scanId, scannedAt: at }) => {
    const answer = told.get(scanId);
    if (answer?.conflict !== true) return [];
    const { result, reason, seat, zone } = answer;
    return [{ result, ...(reason === undefined ? {} : { reason }), seat: seat ?? zone ?? '', at }];
  });
  return {
    ...gate,
    pending: gate.pending.filter(({ scanId }) => !told.has(scanId)),
    conflicts: [...gate.conflicts, ...conflicts].slice(-MAX_CONFLICTS),
  };
}
