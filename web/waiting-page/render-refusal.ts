import { escapeHtml } from './escape-html.ts';

export type RefusalPage = { title: string; detail: string | null; backUrl: string; requestId: string };

/** A whole page that says what went wrong and leads back, for visitors without script. Pure. */
export function renderRefusal({ title, detail, backUrl, requestId }: RefusalPage): string {
  return `<!doctype html>
<html lang="en">
${renderHead(title)}
<body>
<main class="room">
<h1>${escapeHtml(title)}</h1>
${detail === null ? '' : `<p class="next">${escapeHtml(detail)}</p>`}
<p><a class="button" href="${escapeHtml(backUrl)}">Go back</a></p>
<p class="small">Request ${escapeHtml(requestId)}</p>
</main>
</body>
</html>
`;
}

/** The head of every page of the waiting room; `inside` stands at its end. */
export const renderHead = (title: string, inside = ''): string => `<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<meta name="color-scheme" content="light dark">
<title>${escapeHtml(title)}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/waiting-page/style.css">${inside}
</head>`;
