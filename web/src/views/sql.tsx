// The SQL console: tables on the left, the editor, the answer below it.
import { computed, signal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { failedOf, query, tables, type Answer, type Column, type Failed, type TableName } from '../api';
import { download, hasTwins, toCsv, toJsonLines } from '../cells';
import type { Catalogue, Editor, makeEditor } from '../editor';
import * as format from '../format';
import { keep, kept } from '../route';
import { Grid } from './grid';
import { Problem } from './problem';
import { ResultChart } from './result_chart';

const ROW_LIMIT = 100_000;
const FIRST = 'SELECT *\nFROM gold.engagements\nORDER BY total_orders_value DESC\nLIMIT 100';

type State =
  | { kind: 'nothing' }
  | { kind: 'running'; since: number }
  | { kind: 'answer'; answer: Answer; ms: number }
  | { kind: 'error'; failed: Failed };

// Outside the component: the text and its answer are still there when the reader comes back.
const text = signal(kept('sql') ?? FIRST);
const state = signal<State>({ kind: 'nothing' });
const known = signal<TableName[] | null>(null);
const asChart = signal(kept('chart') === '1');
const columnsOf = signal<Record<string, Column[]>>({});
let running: AbortController | undefined;

async function run(sql: string): Promise<void> {
  running?.abort();
  const own = (running = new AbortController());
  const since = performance.now();
  state.value = { kind: 'running', since };
  keep({ sql });
  try {
    const answer = await query(sql, ROW_LIMIT, own.signal);
    if (own === running) state.value = { kind: 'answer', answer, ms: performance.now() - since };
  } catch (error) {
    if (own !== running) return;
    state.value = own.signal.aborted ? { kind: 'nothing' } : { kind: 'error', failed: failedOf(error) };
  }
}

/** Puts a query into the console and runs it; for links from other pages. */
export function ask(sql: string): void {
  text.value = sql;
  void run(sql);
}

/** Where to mark an error in the editor; null: nowhere. */
export const placeOf = ({ message, card }: Failed) => (card?.line ? { line: card.line, column: card.column ?? 1, message } : null);

const full = (t: TableName) => `${t.tier}.${t.name}`;

/** Fills the catalogue that the editor completes from. */
export async function loadTables(): Promise<void> {
  known.value = await tables().catch(() => []);
  // One after the other, quietly: completion knows more and more columns.
  for (const table of known.value) if (!columnsOf.value[full(table)]) await loadColumns(full(table));
}

async function loadColumns(name: string): Promise<void> {
  const answer = await query(`SELECT * FROM ${name} LIMIT 0`, 1).catch(() => null);
  if (answer) columnsOf.value = { ...columnsOf.value, [name]: answer.columns };
}

const catalogue = computed<Catalogue>(() => {
  const tree: Catalogue = {};
  for (const table of known.value ?? []) {
    (tree[table.tier] ??= {})[table.name] = (columnsOf.value[full(table)] ?? []).map((c) => c.name);
  }
  return tree;
});

export function Sql() {
  const editor = useRef<Editor | null>(null);
  const runText = () => run(editor.current?.text() ?? text.value);
  useEffect(() => void loadTables(), []);
  useEffect(() => {
    editor.current?.mark(state.value.kind === 'error' ? placeOf(state.value.failed) : null);
  }, [state.value]);
  const make = (makeOne: typeof makeEditor, host: HTMLElement) => {
    const made = makeOne(host, text.value, runText, () => {
      text.value = made.text();
      if (state.value.kind === 'error') made.mark(null);
    });
    return made;
  };
  return (
    <div class="sql">
      <h1 class="vh">SQL</h1>
      <Tables insert={(name) => editor.current?.insert(name)} />
      <div class="panel ask">
        <EditorBox editor={editor} make={make} />
        <Tools run={runText} />
        <Result />
      </div>
    </div>
  );
}

interface EditorBoxProps {
  /** Set while there is one. */
  editor: { current: Editor | null };
  make: (makeOne: typeof makeEditor, host: HTMLElement) => Editor;
}

/** Where an editor stands; its library comes with the first one. It completes from the catalogue. */
export function EditorBox({ editor, make }: EditorBoxProps) {
  const host = useRef<HTMLDivElement>(null);
  useEffect(() => {
    let gone = false;
    void import('../editor').then(({ makeEditor: makeOne }) => {
      if (gone) return;
      const made = make(makeOne, host.current!);
      editor.current = made;
      made.setCatalogue(catalogue.value);
      made.focus();
    });
    return () => {
      gone = true;
      editor.current?.destroy();
      editor.current = null;
    };
  }, []);
  useEffect(() => editor.current?.setCatalogue(catalogue.value), [catalogue.value]);
  return <div class="editor" ref={host} />;
}

/** As the data flows; others last. */
const rank = (tier: string) => ['bronze', 'silver', 'gold', 'meta', tier].indexOf(tier);

function Tables({ insert }: { insert: (name: string) => void }) {
  const all = known.value ?? [];
  const tiers = [...new Set(all.map((t) => t.tier))].sort((a, b) => rank(a) - rank(b));
  return (
    <aside class="panel tables" aria-label="Tables">
      <div class="scroll" tabIndex={0} role="region" aria-label="Tables and columns">
        {tiers.map((tier) => (
          <section key={tier}>
            <h2 class={`tier ${tier}`}>{tier}</h2>
            {all.filter((t) => t.tier === tier).map((table) => (
              <details key={table.name}>
                <summary title={`${table.format}${table.rows >= 0 ? `, ${format.group(table.rows)} rows` : ''}`}>
                  {table.name}
                </summary>
                <button class="link" onClick={() => insert(full(table))}>
                  insert {full(table)}
                </button>
                <ul>
                  {(columnsOf.value[full(table)] ?? []).map((c) => (
                    <li key={c.name}>
                      <button class="link" onClick={() => insert(c.name)} title={`insert ${c.name}`}>
                        {c.name}
                      </button>
                      <span class="muted">{c.type.toLowerCase()}</span>
                    </li>
                  ))}
                </ul>
              </details>
            ))}
          </section>
        ))}
        {known.value?.length === 0 && (
          <p class="empty">
            No table yet. <code>script/up</code> makes them.
          </p>
        )}
      </div>
    </aside>
  );
}

function toggleChart(): void {
  asChart.value = !asChart.value;
  keep({ chart: asChart.value ? '1' : null });
}

function Tools({ run }: { run: () => void }) {
  const now = state.value;
  return (
    <div class="tools-row">
      {now.kind === 'running' ? (
        <button onClick={() => running?.abort()}>Cancel</button>
      ) : (
        <button class="primary" onClick={run} title="Ctrl+Enter">
          Run
        </button>
      )}
      <span class="muted" role="status">
        {now.kind === 'running' && 'running …'}
        {now.kind === 'answer' && summary(now.answer, now.ms)}
      </span>
      {now.kind === 'answer' && (
        <span class="save">
          <button aria-pressed={asChart.value} onClick={toggleChart}>
            Chart
          </button>
          <button onClick={() => download('result.csv', 'text/csv', toCsv(now.answer))}>Save CSV</button>
          <button onClick={() => download('result.jsonl', 'application/jsonl', toJsonLines(now.answer))}>
            Save JSON
          </button>
        </span>
      )}
    </div>
  );
}

function summary(answer: Answer, ms: number): string {
  const twins = hasTwins(answer.columns) ? ' · columns of one name: Save JSON and charts number them' : '';
  return `${format.rowsOf(answer)} · ${format.seconds(ms / 1000)}${twins}`;
}

function Result() {
  const now = state.value;
  if (now.kind === 'error') {
    return <Problem of={now.failed} alert />;
  }
  if (now.kind !== 'answer') {
    return (
      <p class="empty">
        One SELECT over the tables of bronze, silver and gold. <kbd>Ctrl</kbd> <kbd>Enter</kbd> runs it.
      </p>
    );
  }
  if (asChart.value && now.answer.rows.length > 0) return <ResultChart answer={now.answer} />;
  return <Grid columns={now.answer.columns} rows={now.answer.rows} label="Result" />;
}
