// The grade: what the answer key expected and what was found, failed checks first.
import { computed, signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { gradeNow, gradeOf, grades, type Check, type Grade, type GradeLine } from '../api';
import * as format from '../format';
import { part } from '../live';
import { act, gradedRun, wrongOnly } from '../state';
import { Differences } from './differences';

const newest = part('grade');
/** An older one that the reader chose, while it is shown. */
const older = signal<Grade | null>(null);
const grade = computed(() => (gradedRun.value && older.value?.run_id === gradedRun.value ? older.value : newest.value));
const lines = signal<GradeLine[]>([]);

const VERDICTS: Record<string, [rank: number, tone: string, glyph: string]> = {
  wrong: [0, 'fail', '✕'],
  'not gradable': [1, 'warn', '▲'],
  'changed by you': [2, 'changed', '✎'],
  right: [3, 'ok', '✓'],
};
const lookOf = (verdict: string) => VERDICTS[verdict] ?? ([1, 'warn', '▲'] as const);

/** Wrong first; within one verdict in the daemon's order, which follows the layers. */
const sorted = (checks: Check[]): Check[] => [...checks].sort((a, b) => lookOf(a.verdict)[0] - lookOf(b.verdict)[0]);

const grading = signal(false);

async function regrade(): Promise<void> {
  grading.value = true;
  await act(gradeNow);
  gradedRun.value = null;
  grading.value = false;
}

/** Wrong is red; what can't be judged, or no longer holds, is not green. */
function toneOf(line: GradeLine & { stale?: string }): string {
  if (line.wrong ?? line.passed < line.total) return 'fail';
  return line.stale || (line.not_gradable ?? 0) > 0 || line.passed === 0 ? 'warn' : 'ok';
}

/** "1 wrong · 2 changed by you", or nothing. */
const others = (line: GradeLine): string =>
  [
    [line.wrong, 'wrong'],
    [line.not_gradable, 'not gradable'],
    [line.changed, 'changed by you'],
  ]
    .filter(([count]) => count)
    .map(([count, what]) => ` · ${count} ${what}`)
    .join('');

export function GradeTable() {
  const now = grade.value;
  useEffect(() => {
    if (newest.value?.changed === undefined) return; // a daemon that keeps the newest only
    grades().then((all) => (lines.value = all), () => {});
  }, [newest.value?.graded_at]);
  useEffect(() => {
    const run = gradedRun.value;
    if (run) void act(async () => (older.value = await gradeOf(run)));
  }, [gradedRun.value]);
  return (
    <>
      <section class="panel block" aria-labelledby="grade-title">
        <div class="block-head">
          <h1 id="grade-title">Grade</h1>
          {now && <Head grade={now} />}
          <button class="primary" disabled={grading.value} onClick={regrade}>
            {grading.value ? 'Grading …' : 'Grade now'}
          </button>
        </div>
        {now?.stale && <p class="failure stale">This grade no longer says how things are: {now.stale}</p>}
        {now ? (
          <Table checks={now.checks} />
        ) : (
          <p class="empty">
            Not graded yet. An apply with <code>grade = true</code> does it, or <code>hriste grade</code>.
          </p>
        )}
      </section>
      {lines.value.length > 1 && <History shown={now ?? null} />}
    </>
  );
}

function Head({ grade }: { grade: Grade }) {
  return (
    <>
      <span class={`pill ${toneOf(grade)}`}>
        {grade.passed} / {grade.total} right
        {others(grade)}
      </span>
      <span class="muted">
        {grade.run_id} · graded {format.wall(grade.graded_at)}
      </span>
      {grade !== newest.value && (
        <button class="link" onClick={() => (gradedRun.value = null)}>
          Show the newest
        </button>
      )}
      <label class="check">
        <input
          type="checkbox"
          checked={wrongOnly.value}
          onChange={(event) => (wrongOnly.value = event.currentTarget.checked)}
        />
        wrong only
      </label>
    </>
  );
}

/** The grades that are kept, each with its run. */
function History({ shown }: { shown: Grade | null }) {
  return (
    <section class="panel block" aria-labelledby="history-title">
      <div class="block-head">
        <h2 id="history-title">History</h2>
        <span class="muted">the last {lines.value.length}, newest first</span>
      </div>
      <div class="scroll history" tabIndex={0} role="region" aria-label="Grades that are kept">
        <table>
          <thead>
            <tr>
              <th scope="col">Run</th>
              <th scope="col">Graded (your zone)</th>
              <th scope="col" class="number">Right</th>
              <th scope="col" class="number">Wrong</th>
              <th scope="col" class="number">Not gradable</th>
              <th scope="col" class="number">Changed</th>
            </tr>
          </thead>
          <tbody>
            {lines.value.map((line, i) => (
              <Line key={i} line={line} isShown={line.run_id === shown?.run_id && line.graded_at === shown.graded_at} />
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function Line({ line, isShown }: { line: GradeLine; isShown: boolean }) {
  return (
    <tr aria-current={isShown ? 'true' : undefined}>
      <td>
        <button class="link" title={`The grade of ${line.run_id}`} onClick={() => (gradedRun.value = line.run_id)}>
          {line.run_id}
        </button>
      </td>
      <td class="time">{format.wall(line.graded_at)}</td>
      <td class={`number ${toneOf(line)}`}>
        {line.passed} / {line.total}
      </td>
      <td class="number">{line.wrong ?? line.total - line.passed}</td>
      <td class="number">{line.not_gradable ?? 0}</td>
      <td class="number">{line.changed ?? 0}</td>
    </tr>
  );
}

function Table({ checks }: { checks: Check[] }) {
  const shown = sorted(checks).filter((c) => !wrongOnly.value || c.verdict === 'wrong');
  if (shown.length === 0) return <p class="empty">Nothing is wrong.</p>;
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label="Checks">
      <table>
        <thead>
          <tr>
            <th scope="col" class="layer">
              Layer
            </th>
            <th scope="col">Check</th>
            <th scope="col" class="number">Expected</th>
            <th scope="col" class="number">Found</th>
            <th scope="col" class="verdict">
              <span class="word">Verdict</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {shown.map((c) => (
            <Row key={`${c.layer}|${c.check}`} check={c} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

const ROOM = 40; // characters of a figure that are in view

function Row({ check }: { check: Check }) {
  const [, tone, glyph] = lookOf(check.verdict);
  // Where they differ is what has to be seen of both.
  const [expected, found] = format.differing(check.expected, check.found, ROOM);
  return (
    <tr class={check.verdict === 'wrong' ? 'wrong' : ''}>
      <td class="layer muted">{check.layer}</td>
      <td>
        <span class="layer-small muted">{check.layer} </span>
        {check.check}
        {check.verdict !== 'right' && check.detail && <div class="detail">{check.detail}</div>}
        {(check.differences?.length ?? 0) > 0 && <Differences check={check} />}
      </td>
      <td class="number" title={check.expected}>
        {format.groupWithin(expected)}
      </td>
      <td class="number" title={check.found}>
        {format.groupWithin(found)}
      </td>
      <td class={`verdict ${tone}`}>
        <span aria-hidden="true">{glyph}</span> <span class="word">{check.verdict}</span>
      </td>
    </tr>
  );
}
