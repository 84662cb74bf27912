// Dashboards: text, figures and charts from Markdown files. The daemon has parsed the file; this
// runs its queries, one after the other, and draws.
import { computed, signal, useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { dashboard, dashboards, query, type Answer, type Block, type Chart, type Dashboard } from '../api';
import { cellText } from '../cells';
import * as format from '../format';
import { overview } from '../live';
import { keep, kept } from '../route';
import { theme } from '../theme';
import { Grid } from './grid';
import { KrajMap } from './kraj_map';

const ROW_LIMIT = 20_000; // more points than a chart has pixels

type Outcome = { answer: Answer } | { error: string };

const list = signal<{ name: string; title: string }[] | null>(null);
const chosen = signal(kept('dashboard'));
const name = computed(() => list.value?.find((d) => d.name === chosen.value)?.name ?? list.value?.[0]?.name ?? null);
const board = signal<Dashboard | null>(null);
const outcomes = signal<Record<string, Outcome>>({});
const problem = signal('');

/** Knows when a definition was applied anew: the map's node has its text. */
const sourceText = computed(
  () => overview.value?.nodes.find((n) => n.id === `hriste_dashboard.${name.value}`)?.source?.text ?? '',
);

async function runQueries(shown: Dashboard, signal: AbortSignal): Promise<void> {
  for (const { name, sql } of shown.queries) {
    const outcome: Outcome = await query(sql, ROW_LIMIT, signal).then(
      (answer) => ({ answer }),
      (error: Error) => ({ error: error.message }),
    );
    if (signal.aborted) return;
    outcomes.value = { ...outcomes.value, [name]: outcome };
  }
}

async function show(id: string, signal: AbortSignal): Promise<void> {
  try {
    const next = await dashboard(id);
    if (signal.aborted) return;
    if (board.value?.name !== id) outcomes.value = {};
    board.value = next;
    problem.value = '';
    do {
      if (document.visibilityState === 'visible') await runQueries(next, signal);
      await new Promise((resolve) => setTimeout(resolve, next.refresh_seconds * 1000));
    } while (!signal.aborted && next.refresh_seconds > 0);
  } catch (error) {
    if (!signal.aborted) problem.value = (error as Error).message;
  }
}

export function Dashboards() {
  const frame = useRef<HTMLDivElement>(null);
  useEffect(() => {
    dashboards().then((all) => (list.value = all), (error: Error) => (problem.value = error.message));
  }, [overview.value?.nodes.length]);
  useEffect(() => {
    if (!name.value) return;
    const own = new AbortController();
    void show(name.value, own.signal);
    return () => own.abort();
  }, [name.value, sourceText.value]);
  const shown = board.value?.name === name.value ? board.value : null;
  return (
    <div class="board" ref={frame}>
      <div class="block-head">
        <h1>{shown?.title ?? 'Dashboards'}</h1>
        {list.value && list.value.length > 1 && <Choice />}
        {shown && (
          <span class="muted">
            {shown.description}
            {shown.refresh_seconds > 0 && ` · every ${format.seconds(shown.refresh_seconds)}`}
          </span>
        )}
        {shown && (
          <button class="wall" onClick={() => void frame.current?.requestFullscreen()}>
            Full screen
          </button>
        )}
      </div>
      {problem.value && <p class="failure">{problem.value}</p>}
      {list.value?.length === 0 && (
        <p class="empty">
          No dashboard yet. A <code>hriste_dashboard</code> makes one of a Markdown file; <code>script/up</code> has two.
        </p>
      )}
      {shown && (
        <div class="blocks">
          {shown.blocks.map((block, i) => (
            <BlockView key={`${shown.name}:${i}`} block={block} />
          ))}
        </div>
      )}
    </div>
  );
}

function Choice() {
  return (
    <select
      aria-label="Dashboard"
      value={name.value ?? ''}
      onChange={(event) => {
        chosen.value = event.currentTarget.value;
        keep({ dashboard: chosen.value });
      }}
    >
      {list.value!.map((d) => (
        <option key={d.name} value={d.name}>
          {d.title}
        </option>
      ))}
    </select>
  );
}

function BlockView({ block }: { block: Block }) {
  if (block.kind === 'text') {
    // The daemon's own rendering of Markdown, in which no HTML of the file survives.
    return <div class="prose" dangerouslySetInnerHTML={{ __html: block.html }} />;
  }
  if (block.kind === 'vega-lite') return <Figure title="" kind="wide" body={<Vega spec={block.spec} data={dataOf(block.spec)} />} />;
  return <Figure title={block.title} kind={block.type} body={<ChartView chart={block} />} />;
}

function Figure({ title, kind, body }: { title: string; kind: string; body: preact.ComponentChild }) {
  return (
    <figure class={`panel is-${kind}`}>
      {title && <figcaption>{title}</figcaption>}
      {body}
    </figure>
  );
}

/** The queries that a specification names. */
function dataOf(spec: unknown): string[] {
  if (typeof spec !== 'object' || spec === null) return [];
  return Object.entries(spec).flatMap(([key, value]) =>
    key === 'data' ? [(value as { name: string }).name] : dataOf(value),
  );
}

function ChartView({ chart }: { chart: Chart }) {
  const outcome = outcomes.value[chart.data];
  if (!outcome) return <p class="muted">…</p>;
  if ('error' in outcome) return <p class="failure">{outcome.error}</p>;
  const { answer } = outcome;
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
  return <Vega chart={chart} data={[chart.data]} />;
}

function first(answer: Answer, column: string): string {
  const value = answer.rows[0]?.[answer.columns.findIndex((c) => c.name === column)];
  return value === undefined || value === null ? '–' : cellText(value);
}

/** Drawn again when its rows, its text or the theme change. */
function Vega({ chart, spec, data }: { chart?: Chart; spec?: object; data: string[] }) {
  const host = useRef<HTMLDivElement>(null);
  const wrong = useSignal('');
  const answers = data.map((name) => outcomes.value[name]);
  useEffect(() => {
    let end: (() => void) | undefined;
    let gone = false;
    void import('../charts').then(async ({ draw, objectsOf, specOf }) => {
      const ready = answers.flatMap((o, i) => (o && 'answer' in o ? [[data[i]!, o.answer] as const] : []));
      if (gone || ready.length < data.length) return;
      const rows = Object.fromEntries(ready.map(([name, answer]) => [name, objectsOf(answer)]));
      try {
        const made = await draw(host.current!, spec ?? specOf(chart!, ready[0]![1].columns), rows, chart?.title || data.join(', '));
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
  }, [...answers, theme.value, spec, chart]);
  return (
    <>
      <div class="vega" ref={host} />
      {wrong.value && <p class="failure">{wrong.value}</p>}
    </>
  );
}
