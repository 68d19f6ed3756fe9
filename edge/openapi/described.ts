import type { GenericSchema } from 'valibot';
import type { ErrorCode } from '../../contracts/errors.ts';

/** What the route table does not say: bodies, the answer when all goes well, and the refusals of this call's own. */
export type Described = {
  /** `media`: other forms of the body, which have no schema. */
  body?: { name: string; schema: GenericSchema; optional?: true; media?: readonly string[] };
  answers: Record<number, { text: string; name?: string; schema?: GenericSchema; media?: string }>;
  codes: readonly ErrorCode[];
};

/** Refusals of every call with an Idempotency-Key, and of every call with a body. */
export const KEY: readonly ErrorCode[] = [
  'idempotency_key_required',
  'idempotency_key_invalid',
  'idempotency_key_reused',
  'idempotency_key_in_flight',
];
export const BODY: readonly ErrorCode[] = [
  'malformed_json',
  'payload_too_large',
  'unsupported_media_type',
  'invalid_request',
];
