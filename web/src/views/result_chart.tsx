// A result as a picture: the reader chooses form, x and y.
import { signal } from '@preact/signals';
import { useMemo } from 'preact/hooks';
import type { Answer, Chart } from '../api';
import { isNumeric, uniqueNames } from '../cells';
import { Vega } from './chart';

const TYPES = ['bar', 'line', 'area', 'scatter'];
const POINTS = 20_000; // more than a chart has pixels

const type = signal('bar');
const x = signal('');
const y = signal('');

/** What the reader chose where this answer has it; else the first that fits. */
function axes({ columns }: Answer): { x: string; y: string } {
  const has = (name: string) => columns.some((c) => c.name === name);
  const number = columns.find((c, i) => i > 0 && isNumeric(c)) ?? columns.find(isNumeric);
  const other = columns.find((c) => !isNumeric(c)) ?? columns[0]!;
  return { x: has(x.value) ? x.value : other.name, y: has(y.value) ? y.value : (number ?? columns[0]!).name };
}

export function ResultChart({ answer }: { answer: Answer }) {
  const names = useMemo(() => uniqueNames(answer.columns), [answer]);
  const drawn = useMemo(
    (): Answer => ({
      ...answer,
      columns: answer.columns.map((c, i) => ({ ...c, name: names[i]! })),
      rows: answer.rows.slice(0, POINTS),
    }),
    [answer],
  );
  const shown = axes(drawn);
  const chart = useMemo(
    (): Chart => ({ kind: 'chart', type: type.value, data: 'result', x: shown.x, y: [shown.y], color: '', title: `${shown.y} by ${shown.x}` }),
    [type.value, shown.x, shown.y],
  );
  return (
    <div class="result-chart">
      <div class="steps">
        <Choice label="Form" value={type.value} options={TYPES} set={(v) => (type.value = v)} />
        <Choice label="x" value={shown.x} options={names} set={(v) => (x.value = v)} />
        <Choice label="y" value={shown.y} options={names} set={(v) => (y.value = v)} />
        {answer.rows.length > POINTS && <span class="muted">the first {POINTS} rows</span>}
      </div>
      <Vega chart={chart} data={[['result', drawn]]} />
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
