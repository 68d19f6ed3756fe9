import { lintSource } from '@secretlint/core';
import { creator as recommended } from '@secretlint/secretlint-rule-preset-recommend';
import { textOf, treeFiles } from './source-files.ts';
import { isBinary } from './tidy-rules.ts';

// A key's shape, put together here so that this file holds none: the search must find it, or it finds nothing at all.
const PLANTED = `aws_secret_access_key = "${['wJalrXUtnFEMI', 'K7MDENG', 'bPxRfiCYZ1XMPLQKEY'].join('/')}"`;

// The library times each rule of each file and looks a mark up among all of them: with a thousand files that takes ten times the search.
Object.assign(performance, { mark: () => {} });

async function secretsIn(filePath: string, content: string): Promise<string[]> {
  const { messages } = await lintSource({
    source: { filePath, content, ext: '', contentType: 'text' },
    options: {
      maskSecrets: true,
      config: { rules: [{ id: '@secretlint/secretlint-rule-preset-recommend', rule: recommended }] },
    },
  });
  return messages.map((message) => `${filePath}:${message.loc.start.line}: ${message.message}`);
}

async function main(): Promise<void> {
  if ((await secretsIn('planted.txt', PLANTED)).length === 0)
    throw new Error('the planted key was not found: the search is blind');
  const root = process.cwd();
  // Long, and nothing of their own: the lock has hashes of packages, generated files what their makers found in other files.
  const isOwn = (path: string) => path !== 'package-lock.json' && !path.includes('.generated.');
  const files = treeFiles(root).filter((path) => !isBinary(path) && isOwn(path));
  if (files.length === 0) throw new Error(`no files below ${root}: nothing was searched`);
  const found = (await Promise.all(files.map((path) => secretsIn(path, textOf(root, path))))).flat();
  for (const line of found) console.error(line);
  console.log(`secrets: ${files.length} files searched, ${found.length} found`);
  if (found.length > 0) process.exitCode = 1;
}

await main();
