// Exits 0 when node_modules holds what package-lock.json names, 1 otherwise.
// Compares npm's own record of the installed tree with the lock by content: file times lie after a checkout,
// and an interrupted install leaves no record at all.
import { readFileSync } from 'node:fs';

/** @param {string} path @returns {Record<string, {version?: string, optional?: boolean, devOptional?: boolean, link?: boolean, os?: string[], cpu?: string[], libc?: string[]}>} */
function packagesOf(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8')).packages ?? {};
  } catch {
    // No record, or half of one: the same as nothing installed.
    return {};
  }
}

/** Only packages with both are a platform's binaries; those that name a C library come in pairs, of which one fits. */
/** @param {{os?: string[], cpu?: string[], libc?: string[]}} entry */
const isForThisMachine = ({ os, cpu, libc }) =>
  os?.includes(process.platform) === true && cpu?.includes(process.arch) === true && libc === undefined;

const wanted = packagesOf('package-lock.json');
const installed = packagesOf('node_modules/.package-lock.json');

const missing = Object.entries(wanted).filter(([path, entry]) => {
  if (path === '' || entry.link) return false;
  const found = installed[path];
  // Optional packages are built for one platform each; those of other platforms are rightly absent. One for ours is not:
  // npm goes on without it when its download fails, and Postgres, esbuild and workerd come as such packages.
  if (!found) return entry.optional || entry.devOptional ? isForThisMachine(entry) : true;
  return found.version !== entry.version;
});

process.exitCode = Object.keys(installed).length === 0 || missing.length > 0 ? 1 : 0;
