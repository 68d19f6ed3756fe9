import { useEffect, useState } from 'preact/hooks';
import { TextField } from '../shared/text-field.tsx';
import { Camera } from './camera.tsx';
import { keepDoorToken, keptDoorToken } from './door-token.ts';
import { GateForm, type GateWish } from './gate-form.tsx';
import { keptGate, newGate, type GateState } from './gate-state.ts';
import { keepPage, type PageKept } from './keep-page.ts';
import { LineState } from './line-state.tsx';
import { useGate, type Shown } from './use-gate.ts';
import { verdictWords } from './verdict-words.ts';

/** The page of a door: who stands where, then scanning. */
export function Scanner() {
  const [kept] = useState(keptGate);
  const [token, setToken] = useState(keptDoorToken);
  const [gate, setGate] = useState<GateState | null>(kept);
  const [problem, setProblem] = useState<string | null>(null);
  const [pageKept, setPageKept] = useState<PageKept>('not_yet');
  useEffect(() => {
    void keepPage().then(setPageKept);
  }, []);
  if (token !== null && gate !== null) {
    const refuse = (detail: string) => {
      keepDoorToken(null);
      setProblem(detail);
      setGate(keptGate() ?? gate);
      setToken(null);
    };
    return <AtWork first={gate} token={token} pageKept={pageKept} onRefused={refuse} />;
  }
  const begin = (wish: GateWish) => {
    keepDoorToken(wish.token);
    const isSame = gate?.performanceId === wish.performanceId && gate.gate === wish.gate;
    setGate(isSame ? gate : newGate(wish.performanceId, wish.gate));
    setProblem(null);
    setToken(wish.token);
  };
  const asked = new URLSearchParams(location.search).get('performance');
  const wish = { token: '', performanceId: gate?.performanceId ?? asked ?? '', gate: gate?.gate ?? '' };
  return <GateForm problem={problem} wish={wish} onReady={begin} />;
}

function AtWork({
  first,
  token,
  pageKept,
  onRefused,
}: {
  first: GateState;
  token: string;
  pageKept: PageKept;
  onRefused: (detail: string) => void;
}) {
  const { gate, verdict, line, scan, see } = useGate(first, token, onRefused);
  const [typed, setTyped] = useState('');
  const submit = (event: Event) => {
    event.preventDefault();
    if (typed.trim() !== '') scan(typed.trim());
    setTyped('');
  };
  return (
    <div class="stack">
      <h1 class="gate-name">
        Gate {gate.gate} <span class="quiet small wrap-anywhere">{gate.performanceId}</span>
      </h1>
      <LineState line={line} gate={gate} pageKept={pageKept} />
      <VerdictBoard verdict={verdict} />
      <Camera onCode={see} />
      <form class="card stack" noValidate aria-label="Code by hand" onSubmit={submit}>
        <TextField name="code" label="Code" value={typed} error={null} onInput={setTyped} hint="OT1.…" />
        <button type="submit" class="button">
          Check
        </button>
      </form>
      <p class="quiet">{gate.letIn.length} let in at this door.</p>
      <Conflicts gate={gate} />
    </div>
  );
}

/** The last verdict, large; a screen reader is told at once. */
function VerdictBoard({ verdict }: { verdict: Shown | null }) {
  if (verdict === null) {
    return (
      <div class="verdict" role="alert">
        Hold a ticket before the camera.
      </div>
    );
  }
  if (verdict.kind === 'not_judged') {
    return (
      <div class="verdict verdict-bad" role="alert" key={verdict.at}>
        <p class="verdict-title">Not judged</p>
        <p>There is no network, and this phone has no list of tickets that counts.</p>
      </div>
    );
  }
  const { isGood, sign, title, advice } = verdictWords(verdict);
  const place = [verdict.zone, verdict.seat].filter(Boolean).join(' · ');
  return (
    <div class={`verdict ${isGood ? 'verdict-good' : 'verdict-bad'}`} role="alert" key={verdict.at}>
      <p class="verdict-title">
        <span aria-hidden="true">{sign}</span> {title}
      </p>
      {place !== '' && <p class="verdict-place">{place}</p>}
      {advice !== '' && <p>{advice}</p>}
      {verdict.isOffline && <p class="small">Judged without a network.</p>}
    </div>
  );
}

function Conflicts({ gate }: { gate: GateState }) {
  if (gate.conflicts.length === 0) return null;
  return (
    <section class="card" aria-labelledby="conflicts-title">
      <h2 id="conflicts-title">Let in here, and should not have been</h2>
      <ul>
        {gate.conflicts.map((conflict) => (
          <li key={`${conflict.at} ${conflict.seat}`}>
            {conflict.seat} · {verdictWords({ ...conflict, isOffline: true }).title} ·{' '}
            <time dateTime={conflict.at}>{new Date(conflict.at).toLocaleTimeString()}</time>
          </li>
        ))}
      </ul>
    </section>
  );
}
