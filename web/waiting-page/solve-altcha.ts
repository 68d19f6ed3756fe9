/** What `GET challenge` gives: find the number ≤ `maxnumber` for which SHA-256(salt + number) is `challenge` (altcha, version 1). */
export type AltchaChallenge = {
  algorithm: 'SHA-256';
  challenge: string;
  maxnumber: number;
  salt: string;
  signature: string;
};

/** Numbers that are tried side by side; between two batches the page gets to breathe. */
const BATCH = 500;

/** Works until the number is found; the text goes into the join. Null when there is none, or the browser can't hash here. */
export async function solveAltcha(task: AltchaChallenge): Promise<string | null> {
  // Web Crypto is there on https and on this machine only.
  if (globalThis.crypto?.subtle === undefined) return null;
  for (let from = 0; from <= task.maxnumber; from += BATCH) {
    const numbers = Array.from({ length: BATCH }, (_, index) => from + index);
    const hashes = await Promise.all(numbers.map((number) => sha256Hex(task.salt + number)));
    const at = hashes.indexOf(task.challenge);
    if (at >= 0) {
      const { algorithm, challenge, salt, signature } = task;
      return btoa(JSON.stringify({ algorithm, challenge, number: from + at, salt, signature }));
    }
  }
  return null;
}

async function sha256Hex(text: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
