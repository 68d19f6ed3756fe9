import * as v from 'valibot';
import { momentSchema } from './iso-codes.ts';
import { plainText } from './plain-text.ts';

/** Longest text a gate looks at, in characters: three texts of 64 bytes and the fixed parts of a ticket. */
export const MAX_ENTRY_TICKET_LENGTH = 512;
/** Scans that a gate hands in at a time once its network is back: what fits into a body. */
export const MAX_OFFLINE_SCANS = 150;

/** What becomes of a ticket at a gate. `revoked`: cancelled, or given to somebody else, who has a newer one. */
export const CHECK_IN_RESULTS = ['admit', 'already_in', 'revoked', 'wrong_performance', 'forged'] as const;
export type CheckInResult = (typeof CHECK_IN_RESULTS)[number];
/** Why a ticket is `revoked`: its booking was cancelled, or it was given to somebody else, who has another ticket for the place. */
export const REVOKED_REASONS = ['cancelled', 'transferred'] as const;
export type RevokedReason = (typeof REVOKED_REASONS)[number];

const code = v.pipe(v.string(), v.minLength(1), v.maxLength(4096));
/** In lower case, as it is kept and told. */
const scanId = v.pipe(v.string(), v.uuid(), v.toLowerCase());
const gate = plainText(1, 64);
const performanceId = v.pipe(v.string(), v.minLength(1), v.maxLength(64));

/** One ticket, shown at a gate that has a network. `gate` is the name the next gate reads when it comes again. */
export const checkInRequestSchema = v.strictObject({ code, performanceId, gate: v.optional(gate, 'door') });
export type CheckInRequest = v.InferOutput<typeof checkInRequestSchema>;

/** What a gate let in while it had no network. `scanId` is its own id for each, so that handing in twice is once. */
export const offlineScansSchema = v.strictObject({
  performanceId,
  gate,
  scans: v.pipe(
    v.array(v.strictObject({ scanId, code, scannedAt: momentSchema })),
    v.minLength(1),
    v.maxLength(MAX_OFFLINE_SCANS),
    v.check(
      (scans) => new Set(scans.map((scan) => scan.scanId)).size === scans.length,
      'each scan has an id of its own',
    ),
  ),
});
export type OfflineScans = v.InferOutput<typeof offlineScansSchema>;

/**
 * The answer to a scan. `checkedInAt` and `gate` are of the check-in that counts: this one for `admit`, the first one for `already_in`.
 * Nothing is said of the content of a forged ticket.
 */
export const checkInViewSchema = v.object({
  result: v.picklist(CHECK_IN_RESULTS),
  reason: v.exactOptional(v.picklist(REVOKED_REASONS)),
  ticketId: v.exactOptional(v.string()),
  performanceId: v.exactOptional(v.string()),
  zone: v.exactOptional(v.string()),
  seat: v.exactOptional(v.nullable(v.string())),
  checkedInAt: v.exactOptional(v.string()),
  gate: v.exactOptional(v.string()),
});
export type CheckInView = v.InferOutput<typeof checkInViewSchema>;

/** `conflict`: it was let in there, and would not have been here. */
export type OfflineScanView = CheckInView & { scanId: string; conflict: boolean };

/** One of `GET check-ins/conflicts`. */
export type CheckInConflict = {
  scanId: string;
  ticketId: string | null;
  result: Exclude<CheckInResult, 'admit'>;
  gate: string;
  scannedAt: string;
  recordedAt: string;
};

/** What `GET check-ins/revocations` answers: `list` is signed (a JWT of `revocation-list+jwt`), so that it may come over any way. */
export const revocationsViewSchema = v.object({ performanceId: v.string(), issuedAt: v.string(), list: v.string() });
export type RevocationsView = v.InferOutput<typeof revocationsViewSchema>;
