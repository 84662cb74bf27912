// A chart of an answer's rows: flat keys or a whole Vega-Lite specification. Dashboards and
// notebooks draw by this.
import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import type { Answer, Chart, Failed } from '../api';
import { cellText } from '../cells';
import * as format from '../format';
import { theme } from '../theme';
import { Grid } from './grid';
import { KrajMap } from './kraj_map';
import { Problem } from './problem';

export type Named = [name: string, answer: Answer];

/** A chart of rows that were cut says so: its figures are not those of all rows. */
export function ChartOf(props: { chart: Chart; answer: Answer }) {
  if (!props.answer.truncated) return <WholeChart {...props} />;
  return (
    <>
      <WholeChart {...props} />
      <p class="warn">{format.rowsOf(props.answer)}</p>
    </>
  );
}

function WholeChart({ chart, answer }: { chart: Chart; answer: Answer }) {
  const missing = [chart.x, chart.color, ...chart.y].filter((c) => c && !answer.columns.some((a) => a.name === c));
  if (missing.length > 0) {
    return (
      <p class="failure">
        {chart.data} has no column {missing.join(', ')}; it has: {answer.columns.map((c) => c.name).join(', ')}
      </p>
    );
  }
  if (chart.type === 'number') return <p class="figure">{format.groupText(first(answer, chart.y[0]!))}</p>;
  if (answer.rows.length === 0) return <p class="empty">No rows.</p>;
  if (chart.type === 'table') return <Grid columns={answer.columns} rows={answer.rows} label={chart.title || chart.data} />;
  if (chart.type === 'kraj') return <KrajMap answer={answer} place={chart.x} value={chart.color} title={chart.title} />;
  return <Vega chart={chart} data={[[chart.data, answer]]} />;
}

function first(answer: Answer, column: string): string {
  const value = answer.rows[0]?.[answer.columns.findIndex((c) => c.name === column)];
  return value === undefined || value === null ? '–' : cellText(value);
}

/** Drawn again when its rows or its text change. */
export function Vega({ chart, spec, data }: { chart?: Chart; spec?: object; data: Named[] }) {
  if (data.length === 0) return null;
  return (
    <Drawing
      label={chart?.title || data.map(([name]) => name).join(', ')}
      make={({ objectsOf, specOf }) => ({
        spec: spec ?? specOf(chart!, data[0]![1]),
        rows: Object.fromEntries(data.map(([name, answer]) => [name, objectsOf(answer, chart)])),
      })}
      of={[...data.map(([, answer]) => answer), spec, chart]}
    />
  );
}

type Charts = typeof import('../charts');
interface Made {
  spec: object;
  rows: Record<string, Record<string, unknown>[]>; // by the name that the specification uses
}

/** What `make` says, drawn; made again when one of `of` or the theme changes. The chart library comes with the first one. */
export function Drawing({ label, make, of }: { label: string; make: (charts: Charts) => Made; of: unknown[] }) {
  const host = useRef<HTMLDivElement>(null);
  const wrong = useSignal<Failed | null>(null);
  useEffect(() => {
    let end: (() => void) | undefined;
    let gone = false;
    wrong.value = null;
    void import('../charts').then(async (charts) => {
      if (gone) return;
      try {
        const { spec, rows } = make(charts);
        const drawn = await charts.draw(host.current!, spec, rows, label);
        if (gone) drawn();
        else end = drawn;
      } catch (error) {
        wrong.value = error as Error;
      }
    });
    return () => {
      gone = true;
      end?.();
    };
  }, [...of, theme.value]);
  return (
    <>
      <div class="vega" ref={host} />
      {wrong.value && <Problem of={wrong.value} />}
    </>
  );
}
