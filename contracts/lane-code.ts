/**
 * A lane's code as Redis and the edge know it: SHA-256 over room, lane and code, hex, so that whoever reads the store has no code.
 * Not slow on purpose: it is computed on a join. Codes are guessed against the join limit, not against this.
 */
export async function hashLaneCode(room: string, lane: string, code: string): Promise<string> {
  const text = new TextEncoder().encode(`${room}\n${lane}\n${code.trim()}`);
  const digest = await crypto.subtle.digest('SHA-256', text);
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
