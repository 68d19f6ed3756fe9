import type { Problem } from '../../../contracts/errors.ts';
import type { OperatorSeatMapView } from '../../../contracts/seat-map-import.ts';
import { OPERATOR_API } from '../use-operator.ts';

/** What became of a file: what it holds, written or not yet; or why not, a line for each fault. */
export type SeatMapOutcome =
  | { kind: 'right' | 'written'; map: OperatorSeatMapView }
  | { kind: 'refused'; lines: readonly string[] };

export type SeatMapFile = { file: File; id: string; isDryRun: boolean; token: string; key: string };

/** Sends a seat map's file as it is (docs/imports.md); what is no JSON by its name or type goes as CSV. */
export async function sendSeatMap({ file, id, isDryRun, token, key }: SeatMapFile): Promise<SeatMapOutcome> {
  const isJson = file.type.includes('json') || file.name.endsWith('.json');
  const query = new URLSearchParams({ ...(id === '' ? {} : { id }), dryRun: String(isDryRun) });
  const headers = {
    authorization: `Bearer ${token}`,
    'content-type': isJson ? 'application/json' : 'text/csv',
    'idempotency-key': key,
  };
  try {
    const url = `${OPERATOR_API}/seat-maps?${query.toString()}`;
    const answer = await fetch(url, { method: 'POST', headers, body: file, credentials: 'same-origin' });
    const text = await answer.text();
    if (!answer.ok) return { kind: 'refused', lines: faultsOf(text) };
    // oxlint-disable-next-line typescript/no-unsafe-assignment -- Pages trust the shapes of their own origin.
    const map: OperatorSeatMapView = JSON.parse(text);
    return { kind: isDryRun ? 'right' : 'written', map };
  } catch {
    return { kind: 'refused', lines: ['There is no connection right now.'] };
  }
}

function faultsOf(text: string): string[] {
  // oxlint-disable-next-line typescript/no-unsafe-assignment -- Pages trust the shapes of their own origin.
  const { errors = [], detail = 'Something went wrong on our side.' }: Partial<Problem> = JSON.parse(text);
  return errors.length === 0
    ? [detail]
    : errors.map(({ path, message }) => (path === '' ? message : `${path}, ${message}`));
}
