/** What one look found. `missing`: needed, and not there; `warning`: works, or will, but worth knowing. */
export type Check = { name: string; status: 'ok' | 'missing' | 'warning'; says: string; fix?: string };

/** A check that is in order. */
export const ok = (name: string, says: string): Check => ({ name, status: 'ok', says });

/** A check that stops Onsale from running, with the way out. */
export const missing = (name: string, says: string, fix: string): Check => ({ name, status: 'missing', says, fix });

/** A check that stops nothing. */
export const warning = (name: string, says: string, fix: string): Check => ({ name, status: 'warning', says, fix });

/** Whether nothing needed is missing. */
export const isHealthy = (checks: readonly Check[]): boolean => checks.every((check) => check.status !== 'missing');

/** One line a check, and the sum of them. */
export function formatChecks(checks: readonly Check[]): string {
  const width = Math.max(...checks.map((check) => check.name.length), 0);
  const lines = checks.map(({ name, status, says, fix }) => {
    const line = `${name.padEnd(width)}  ${status.padEnd('missing'.length)}  ${oneLine(says)}`;
    return fix === undefined ? line : `${line} Fix: ${oneLine(fix)}`;
  });
  const count = (status: Check['status']): number => checks.filter((check) => check.status === status).length;
  const verdict = isHealthy(checks)
    ? `All that is needed is here${count('warning') === 0 ? '.' : `; warnings: ${count('warning')}.`}`
    : `Missing: ${count('missing')}, warnings: ${count('warning')}.`;
  return `${lines.join('\n')}\n\n${verdict}\n`;
}

const oneLine = (text: string): string => text.trim().replaceAll(/\s*\n\s*/g, ' ');
