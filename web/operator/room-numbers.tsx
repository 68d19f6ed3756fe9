import { useEffect, useState } from 'preact/hooks';
import type { RoomStats } from '../../contracts/operator-rooms.ts';
import { formatCount } from '../shared/format.ts';
import { addSample, type Sample } from './samples.ts';
import { Sparkline } from './sparkline.tsx';

/** The room's counts, large, with the line of the last minutes below each. */
export function RoomNumbers({ stats }: { stats: RoomStats }) {
  const [samples, setSamples] = useState<readonly Sample[]>([]);
  useEffect(() => setSamples((last) => addSample(last, stats)), [stats]);
  return (
    <section aria-label="Counts" class="stack">
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
          detail={`at most ${formatCount(stats.effectiveUsersPerMinute)}${reasonOf(stats)} · ${formatCount(stats.admittedTotal)} in all`}
          line={samples.map((sample) => sample.admittedPerMinute)}
        />
        <Figure
          label="Bookings"
          value={formatCount(stats.bookings.confirmed)}
          detail={`${formatCount(stats.bookings.pendingPayment)} awaiting payment`}
          line={samples.map((sample) => sample.confirmed)}
        />
      </dl>
      {stats.lanes.length > 1 && <LaneTable lanes={stats.lanes} />}
      <p class="quiet small">
        Phase {stats.phase ?? 'unknown'} · tick {stats.tick === null ? '–' : formatCount(stats.tick)} · settings version{' '}
        {stats.configVersion}
        {stats.revokedTotal > 0 && ` · ${formatCount(stats.revokedTotal)} tickets taken out`}
      </p>
    </section>
  );
}

/** What the autopilot goes by just now. */
const reasonOf = ({ autopilotReason }: RoomStats): string =>
  autopilotReason === null ? '' : ` (autopilot: ${autopilotReason.replaceAll('_', ' ')})`;

function LaneTable({ lanes }: Pick<RoomStats, 'lanes'>) {
  return (
    <table class="lane-table">
      <thead>
        <tr>
          {['Lane', 'Weight', 'Waiting', 'Ready', 'Late'].map((title) => (
            <th key={title} scope="col">
              {title}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {lanes.map((lane) => (
          <tr key={lane.name}>
            <th scope="row">{lane.name}</th>
            {[lane.weight, lane.waiting, lane.ready, lane.late].map((count, i) => (
              // oxlint-disable-next-line react/no-array-index-key -- The columns stand still.
              <td key={i}>{formatCount(count)}</td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
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
        <Sparkline values={line} label={`${label}, the last minutes`} />
      </dd>
    </div>
  );
}
