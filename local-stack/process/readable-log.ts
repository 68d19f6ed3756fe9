/** A line of a service's log as a person reads it: message and error of a JSON line, anything else as it is. */
export function readableLogLine(line: string): string {
  if (!line.startsWith('{')) return line;
  try {
    const entry: unknown = JSON.parse(line);
    const message = textOf(entry, 'msg');
    if (message === undefined) return line;
    const error =
      typeof entry === 'object' && entry !== null && 'err' in entry ? textOf(entry.err, 'message') : undefined;
    return error === undefined ? message : `${message}: ${error}`;
  } catch {
    // The line was cut, or is no JSON after all.
    return line;
  }
}

function textOf(value: unknown, name: string): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const found: unknown = Object.entries(value).find(([key]) => key === name)?.[1];
  return typeof found === 'string' ? found : undefined;
}
