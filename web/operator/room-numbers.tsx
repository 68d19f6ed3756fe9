import { useEffect, useState } from 'preact/hooks';
import type { RoomStats } from '../../contracts/operator-rooms.ts';
import { formatCount } from '../shared/format.ts';
import { Notice } from '../shared/notice.tsx';
import { addSample, ageSeconds, type Sample } from './samples.ts';
import { Sparkline } from './sparkline.tsx';

/** A board older than this means that no tick has run, in seconds. */
const STALE_AFTER_SECONDS = 5;

const HELD: Record<string, string> = {
  postgres: 'Admission stands still: the database does not answer.',
  core: 'Admission stands still: the shop does not answer.',
};

/** The room's counts, large, with the line of the last minutes below each. */
export function RoomNumbers({ stats }: { stats: RoomStats }) {
  const [samples, setSamples] = useState<readonly Sample[]>([]);
  useEffect(() => setSamples((last) => addSample(last, stats)), [stats]);
  const age = ageSeconds(stats);
  return (
    <section aria-label="Counts" class="stack">
      {stats.held !== null && <Notice kind="warning">{HELD[stats.held] ?? 'Admission stands still.'}</Notice>}
      {age === null && <Notice kind="warning">The room has no board yet: is the admission worker running?</Notice>}
      {age !== null && age > STALE_AFTER_SECONDS && (
        <Notice kind="warning">No tick for {formatCount(age)} seconds: is the admission worker running?</Notice>
      )}
      <dl class="numbers">
        <Figure label="Waiting" value={formatCount(stats.waiting)} line={samples.map((sample) => sample.waiting)} />
        <Figure
          label="Ready"
          value={formatCount(stats.ready)}
          detail={stats.late > 0 ? `${formatCount(stats.late)} late` : ''}
          line={samples.map((sample) => sample.ready)}
        />
        <Figure
          label="Inside"
          value={formatCount(stats.active)}
          detail={`of ${formatCount(stats.totalActiveUsers)}`}
          line={samples.map((sample) => sample.active)}
        />
        <Figure
          label="Let in, last minute"
          value={formatCount(stats.admittedPerMinute)}
          detail={`at most ${formatCount(stats.newUsersPerMinute)} · ${formatCount(stats.admittedTotal)} in all`}
          line={samples.map((sample) => sample.admittedPerMinute)}
        />
        <Figure
          label="Bookings"
          value={formatCount(stats.bookings.confirmed)}
          detail={`${formatCount(stats.bookings.pendingPayment)} awaiting payment`}
          line={samples.map((sample) => sample.confirmed)}
        />
      </dl>
      <p class="quiet small">
        Phase {stats.phase ?? 'unknown'} · tick {stats.tick === null ? '–' : formatCount(stats.tick)} · settings version{' '}
        {stats.configVersion}
      </p>
    </section>
  );
}

function Figure({
  label,
  value,
  detail = '',
  line,
}: {
  label: string;
  value: string;
  detail?: string;
  line: readonly number[];
}) {
  return (
    <div class="card figure">
      <dt>{label}</dt>
      <dd>
        <span class="figure-value">{value}</span>
        <span class="figure-detail quiet small">{detail}</span>
      </dd>
      <Sparkline values={line} label={`${label}, the last minutes`} />
    </div>
  );
}
