/**
 * What the scanner's page is made of, by address: all that a browser fetches to show it. The build tells the page's service worker the hash
 * of each (`local-stack/build/shell.ts`), and a test holds the list to what `index.html` names.
 */
export const SHELL_PATHS: readonly string[] = [
  '/scanner/',
  '/scanner/main.js',
  '/scanner/scanner.css',
  '/shared/design.css',
];

/** One file of the page: its address and the hash of its bytes, as Subresource Integrity writes it. */
export type ShellFile = { path: string; integrity: string };
