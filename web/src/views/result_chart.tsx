// A result as a picture: the reader chooses form, x and y. The chart library comes when it is asked for.
import { signal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import type { Answer, Chart } from '../api';
import { isNumeric } from '../cells';
import { theme } from '../theme';

const TYPES = ['bar', 'line', 'area', 'scatter'];
const POINTS = 20_000; // more than a chart has pixels

const type = signal('bar');
const x = signal('');
const y = signal('');
const wrong = signal('');

/** What the reader chose where this answer has it; else the first that fits. */
function axes({ columns }: Answer): { x: string; y: string } {
  const has = (name: string) => columns.some((c) => c.name === name);
  const number = columns.find((c, i) => i > 0 && isNumeric(c)) ?? columns.find(isNumeric);
  const other = columns.find((c) => !isNumeric(c)) ?? columns[0]!;
  return { x: has(x.value) ? x.value : other.name, y: has(y.value) ? y.value : (number ?? columns[0]!).name };
}

export function ResultChart({ answer }: { answer: Answer }) {
  const shown = axes(answer);
  const names = answer.columns.map((c) => c.name);
  return (
    <div class="result-chart">
      <div class="steps">
        <Choice label="Form" value={type.value} options={TYPES} set={(v) => (type.value = v)} />
        <Choice label="x" value={shown.x} options={names} set={(v) => (x.value = v)} />
        <Choice label="y" value={shown.y} options={names} set={(v) => (y.value = v)} />
        {answer.rows.length > POINTS && <span class="muted">the first {POINTS} rows</span>}
      </div>
      <Picture answer={answer} chart={{ kind: 'chart', type: type.value, data: 'result', x: shown.x, y: [shown.y], color: '', title: '' }} />
    </div>
  );
}

function Choice({ label, value, options, set }: { label: string; value: string; options: string[]; set: (v: string) => void }) {
  return (
    <label>
      {label}{' '}
      <select aria-label={label} value={value} onChange={(event) => set(event.currentTarget.value)}>
        {options.map((o) => (
          <option key={o} value={o}>
            {o}
          </option>
        ))}
      </select>
    </label>
  );
}

function Picture({ answer, chart }: { answer: Answer; chart: Chart }) {
  const host = useRef<HTMLDivElement>(null);
  useEffect(() => {
    let gone = false;
    let end: (() => void) | undefined;
    wrong.value = '';
    void import('../charts').then(async ({ draw, objectsOf, specOf }) => {
      if (gone) return;
      try {
        const rows = objectsOf({ ...answer, rows: answer.rows.slice(0, POINTS) });
        const label = `${chart.y[0]} by ${chart.x}`;
        const made = await draw(host.current!, specOf(chart, answer.columns), { result: rows }, label);
        if (gone) made();
        else end = made;
      } catch (error) {
        wrong.value = (error as Error).message;
      }
    });
    return () => {
      gone = true;
      end?.();
    };
  }, [answer, chart.type, chart.x, chart.y[0], theme.value]);
  return (
    <>
      <div class="vega" ref={host} />
      {wrong.value && <p class="failure">{wrong.value}</p>}
    </>
  );
}
