import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** What holds nothing of ours: installed, built, or a running stack's data. In a git worktree `.git` is a file. */
const NOT_OURS = new Set(['node_modules', 'dist', 'coverage', '.git', '.wrangler']);

/**
 * Every file of the tree below `root`, as slash-separated paths relative to it, sorted. Walks the disk and does not ask
 * git, so that it sees the same in an export without history and also what is not yet committed.
 */
export function treeFiles(root: string): string[] {
  const found: string[] = [];
  const walk = (folder: string): void => {
    for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
      if (NOT_OURS.has(entry.name)) continue;
      if (entry.isDirectory()) {
        if (!entry.name.startsWith('.onsale')) walk(path);
      } else if (entry.isFile() && !entry.name.endsWith('.log') && !entry.name.startsWith('.onsale')) {
        found.push(path);
      }
    }
  };
  walk('');
  return found.toSorted();
}

/** TypeScript of ours that a person wrote, tests included. */
export function sourceFiles(root: string): string[] {
  return treeFiles(root).filter((path) => /\.tsx?$/.test(path) && !path.endsWith('.d.ts'));
}

/** The text of a file below `root`. */
export function textOf(root: string, path: string): string {
  return readFileSync(join(root, path), 'utf8');
}
