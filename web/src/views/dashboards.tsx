// Dashboards: text, figures and charts from Markdown files. The daemon has parsed the file; this
// runs its queries, one after the other, and draws.
import { computed, signal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { dashboard, dashboards, failedOf, query, type Answer, type Block, type Chart, type Dashboard, type Failed } from '../api';
import * as format from '../format';
import { lastRun, overview } from '../live';
import { keep, kept } from '../route';
import { ChartOf, Vega, type Named } from './chart';
import { EditButton } from './edit';
import { Problem } from './problem';

const ROW_LIMIT = 20_000; // more points than a chart has pixels

type Outcome = { answer: Answer } | { error: Failed };

const list = signal<{ name: string; title: string }[] | null>(null);
const chosen = signal(kept('dashboard'));
const name = computed(() => list.value?.find((d) => d.name === chosen.value)?.name ?? list.value?.[0]?.name ?? null);
const board = signal<Dashboard | null>(null);
const outcomes = signal<Record<string, Outcome>>({});
const problem = signal<Failed | null>(null);

/** Knows when a definition was applied anew: the map's node has its text. */
const sourceText = computed(
  () => overview.value?.nodes.find((n) => n.id === `hriste_dashboard.${name.value}`)?.source?.text ?? '',
);

async function runQueries(shown: Dashboard, signal: AbortSignal): Promise<void> {
  for (const { name, sql } of shown.queries) {
    const outcome: Outcome = await query(sql, ROW_LIMIT, signal).then(
      (answer) => ({ answer }),
      (error: unknown) => ({ error: failedOf(error) }),
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
    problem.value = null;
    do {
      if (document.visibilityState === 'visible') await runQueries(next, signal);
      await new Promise((resolve) => setTimeout(resolve, next.refresh_seconds * 1000));
    } while (!signal.aborted && next.refresh_seconds > 0);
  } catch (error) {
    if (!signal.aborted) problem.value = failedOf(error);
  }
}

export function Dashboards() {
  const frame = useRef<HTMLDivElement>(null);
  useEffect(() => {
    dashboards().then((all) => (list.value = all), (error: unknown) => (problem.value = failedOf(error)));
  }, [overview.value?.nodes.length]);
  useEffect(() => {
    if (!name.value) return;
    const own = new AbortController();
    void show(name.value, own.signal);
    return () => own.abort();
  }, [name.value, sourceText.value, lastRun.value]);
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
        {shown && <EditButton id={`hriste_dashboard.${shown.name}`} />}
        {shown && (
          <button class="wall" onClick={() => void frame.current?.requestFullscreen()}>
            Full screen
          </button>
        )}
      </div>
      {problem.value && <Problem of={problem.value} />}
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
  if (block.kind === 'vega-lite') return <Figure title="" kind="wide" body={<Specified spec={block.spec} />} />;
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
  if ('error' in outcome) return <Problem of={outcome.error} />;
  return <ChartOf chart={chart} answer={outcome.answer} />;
}

/** Draws once all its queries have answered. */
function Specified({ spec }: { spec: object }) {
  const names = dataOf(spec);
  const ready = names.flatMap((name): Named[] => {
    const outcome = outcomes.value[name];
    return outcome && 'answer' in outcome ? [[name, outcome.answer]] : [];
  });
  return <Vega spec={spec} data={ready.length < names.length ? [] : ready} />;
}
