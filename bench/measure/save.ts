import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, totalmem } from 'node:os';
import { join } from 'node:path';
import * as v from 'valibot';
import { toBars } from './bars.ts';
import { sayBound, type Report, type Row } from './report.ts';

const FOLDER = join(import.meta.dirname, '../../docs/benchmarks');

const boundSchema = v.union([v.object({ atLeast: v.number() }), v.object({ atMost: v.number() })]);
const rowSchema = v.object({
  label: v.string(),
  figure: v.string(),
  value: v.optional(v.number()),
  bound: v.optional(boundSchema),
});
const savedSchema = v.object({
  name: v.string(),
  title: v.string(),
  command: v.string(),
  date: v.string(),
  machine: v.string(),
  loadAverage: v.number(),
  limits: v.array(rowSchema),
  rows: v.array(rowSchema),
  notes: v.array(v.string()),
});
type Saved = v.InferOutput<typeof savedSchema>;

/** A bench as it was called: `options` are the words behind its name that change what it measures. */
export type BenchCall = { bench: string; options: readonly string[] };

/**
 * Writes a bench's figures, their picture, and the README over all that are there. `limits`: the machine's, of the same run. A call
 * with options has files of its own, beside those without.
 */
export function saveReport({ bench, options }: BenchCall, report: Report, limits: Report): void {
  mkdirSync(FOLDER, { recursive: true });
  const words = [bench, ...options];
  const name = words.map((word) => word.replace(/^--/, '')).join('-');
  const saved: Saved = {
    name,
    title: report.title,
    command: `npm run bench -- ${words.join(' ')} --save`,
    date: new Date().toISOString().slice(0, 16),
    machine: `${cpus().length} × ${cpus()[0]?.model.trim() ?? 'unknown'}, ${Math.round(totalmem() / 2 ** 30)} GB, Node ${process.version}, ${process.platform}`,
    loadAverage: loadavg()[1] ?? 0,
    limits: limits.rows.map(toSavedRow),
    rows: report.rows.map(toSavedRow),
    notes: report.notes ?? [],
  };
  writeFileSync(join(FOLDER, `${name}.json`), `${JSON.stringify(saved, null, 2)}\n`);
  writeFileSync(join(FOLDER, `${name}.svg`), toBars(report.title, report.rows, true));
  writeFileSync(join(FOLDER, 'README.md'), toReadme(readSaved()));
}

const toSavedRow = ([label, figure, measured]: Row): Saved['rows'][number] => ({ label, figure, ...measured });

function readSaved(): Saved[] {
  const files = readdirSync(FOLDER).filter((file) => file.endsWith('.json'));
  return files.toSorted().map((file) => v.parse(savedSchema, JSON.parse(readFileSync(join(FOLDER, file), 'utf8'))));
}

function toReadme(all: readonly Saved[]): string {
  const intro = [
    '# Benchmarks',
    '',
    'Figures as they came out, good or bad. Each page part is written by its command (`--save`); baselines ran in the same run, and the',
    'machine’s limits of that moment stand beside the figures. Ratios carry over to other machines, rates do not.',
    'A load average above 1 says that somebody else was using the machine too.',
  ];
  return [...intro, ...all.flatMap(toSection), ''].join('\n');
}

function toSection({ name, title, command, date, machine, loadAverage, limits, rows, notes }: Saved): string[] {
  const limitsText = limits.map(({ label, figure }) => `${label} ${figure}`).join(', ');
  return [
    '',
    `## ${title}`,
    '',
    `\`${command}\`, ${date} UTC. ${machine}; load average ${loadAverage.toFixed(1)}. Limits: ${limitsText}.`,
    '',
    '| figure | | bound |',
    '|---|---|---|',
    ...rows.map(({ label, figure, value, bound }) => {
      const judged = value === undefined || bound === undefined ? '' : sayBound(value, bound, true);
      return `| ${label.trim()} | ${figure} | ${judged} |`;
    }),
    '',
    ...notes.map((note) => `- ${note}`),
    '',
    `![${title}](${name}.svg)`,
  ];
}
