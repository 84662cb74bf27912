// The grade: what the answer key expected and what was found, failed checks first.
import { signal } from '@preact/signals';
import { gradeNow, type Check } from '../api';
import * as format from '../format';
import { part } from '../live';
import { act, wrongOnly } from '../state';
import { Differences } from './differences';

const grade = part('grade');
const ORDER: Record<string, number> = { wrong: 0, 'not gradable': 1, right: 2 };
const LOOK: Record<string, [tone: string, glyph: string]> = {
  wrong: ['fail', '✕'],
  'not gradable': ['warn', '▲'],
  right: ['ok', '✓'],
};

/** Failed first; within one verdict in the daemon's order, which follows the layers. */
function sorted(checks: Check[]): Check[] {
  return [...checks].sort((a, b) => (ORDER[a.verdict] ?? 0) - (ORDER[b.verdict] ?? 0));
}

const grading = signal(false);

async function regrade(): Promise<void> {
  grading.value = true;
  await act(gradeNow);
  grading.value = false;
}

export function GradeTable() {
  const now = grade.value;
  return (
    <section class="panel block" aria-labelledby="grade-title">
      <div class="block-head">
        <h1 id="grade-title">Grade</h1>
        {now && (
          <>
            <span class={`pill ${now.passed === now.total ? 'ok' : 'fail'}`}>
              {now.passed} / {now.total} right
            </span>
            <span class="muted">
              {now.run_id} · {format.instant(now.graded_at)}
            </span>
            <label class="check">
              <input
                type="checkbox"
                checked={wrongOnly.value}
                onChange={(event) => (wrongOnly.value = event.currentTarget.checked)}
              />
              wrong only
            </label>
          </>
        )}
        <button class="primary" disabled={grading.value} onClick={regrade}>
          {grading.value ? 'Grading …' : 'Grade now'}
        </button>
      </div>
      {now ? (
        <Table checks={now.checks} />
      ) : (
        <p class="empty">
          Not graded yet. An apply with <code>grade = true</code> does it, or <code>hriste grade</code>.
        </p>
      )}
    </section>
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

function Row({ check }: { check: Check }) {
  const [tone, glyph] = LOOK[check.verdict] ?? ['warn', '▲'];
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
        {format.groupWithin(check.expected)}
      </td>
      <td class="number" title={check.found}>
        {format.groupWithin(check.found)}
      </td>
      <td class={`verdict ${tone}`}>
        <span aria-hidden="true">{glyph}</span> <span class="word">{check.verdict}</span>
      </td>
    </tr>
  );
}
