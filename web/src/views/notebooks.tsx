// Notebooks: cells with the results of the last run. The daemon runs them and keeps the results; a
// Python notebook's output is a document of its own, shown where it can run and load nothing.
import { computed, signal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import {
  failedOf,
  notebook,
  notebookDocument,
  notebooks,
  runNotebook,
  type Answer,
  type Cell,
  type CellResult,
  type Failed,
  type Notebook,
} from '../api';
import * as format from '../format';
import { overview } from '../live';
import { keep, kept } from '../route';
import { ChartOf } from './chart';
import { EditButton } from './edit';
import { Grid } from './grid';
import { Problem } from './problem';

const list = signal<{ name: string }[] | null>(null);
const chosen = signal(kept('notebook'));
const name = computed(() => list.value?.find((n) => n.name === chosen.value)?.name ?? firstName());
const shown = signal<Notebook | null>(null);
const running = signal('');
const problem = signal<Failed | null>(null);

/** The tour, if there is one. */
function firstName(): string | null {
  return list.value?.find((n) => n.name === 'tour')?.name ?? list.value?.[0]?.name ?? null;
}

/** Knows when a definition was applied anew: the map's node has its text. */
const sourceText = computed(
  () => overview.value?.nodes.find((n) => n.id === `hriste_notebook.${name.value}`)?.source?.text ?? '',
);

async function load(id: string, next: Promise<Notebook>): Promise<void> {
  try {
    const book = await next;
    if (name.value !== id) return;
    shown.value = book;
    problem.value = null;
  } catch (error) {
    if (name.value === id) problem.value = failedOf(error);
  }
}

async function run(form: HTMLFormElement): Promise<void> {
  const id = name.value!;
  const parameters = Object.fromEntries([...new FormData(form)].map(([key, value]) => [key, String(value)]));
  running.value = id;
  await load(id, runNotebook(id, parameters));
  running.value = '';
}

export function Notebooks() {
  useEffect(() => {
    notebooks().then((all) => (list.value = all), (error: unknown) => (problem.value = failedOf(error)));
  }, [overview.value?.nodes.length]);
  useEffect(() => {
    if (name.value) void load(name.value, notebook(name.value));
  }, [name.value, sourceText.value]);
  const book = shown.value?.name === name.value ? shown.value : null;
  return (
    <div class="notebook">
      <div class="block-head">
        <h1>Notebooks</h1>
        {list.value && list.value.length > 1 && <Choice />}
        {book && <span class="muted">{book.file}</span>}
        {book && <EditButton id={nodeOf(book)} />}
      </div>
      {list.value?.length === 0 && (
        <p class="empty">
          No notebook yet. A <code>hriste_notebook</code> makes one of a file; <code>script/up</code> has four.
        </p>
      )}
      {book && <RunForm key={book.name} book={book} />}
      {problem.value && <Problem of={problem.value} />}
      {book && (
        <div class="notebook-body">
          <Outline book={book} />
          <Body book={book} />
        </div>
      )}
    </div>
  );
}

const nodeOf = (book: { name: string }) => `hriste_notebook.${book.name}`;

function Choice() {
  return (
    <select
      aria-label="Notebook"
      value={name.value ?? ''}
      onChange={(event) => {
        chosen.value = event.currentTarget.value;
        keep({ notebook: chosen.value });
      }}
    >
      {list.value!.map((n) => (
        <option key={n.name} value={n.name}>
          {n.name}
        </option>
      ))}
    </select>
  );
}

function RunForm({ book }: { book: Notebook }) {
  const busy = running.value === book.name;
  const { last } = book;
  return (
    <form
      class="notebook-run"
      onSubmit={(event) => {
        event.preventDefault();
        void run(event.currentTarget);
      }}
    >
      {book.parameters.map((p) => (
        <label key={p.name}>
          {p.name} <input name={p.name} defaultValue={last?.parameters[p.name] ?? p.value} />
        </label>
      ))}
      <button class="primary" disabled={busy}>
        {busy ? 'Running…' : 'Run all'}
      </button>
      <span class={last?.state === 'failed' ? 'failure' : 'muted'} role="status">
        {busy
          ? book.runs_in === 'python' && (book.fetches ? 'fetching its Python packages, about a minute' : 'in Jupyter')
          : last
            ? `${last.state === 'failed' ? '✕ failed' : '✓ succeeded'} ${format.wall(last.started)}, ${format.seconds(last.seconds)}`
            : 'not run yet'}
      </span>
      {book.fetches && !busy && <span class="muted">{book.fetches}</span>}
      {last && !busy && (
        <a href={notebookDocument(book.name)} target="_blank" rel="noopener">
          As one page
        </a>
      )}
    </form>
  );
}

interface Entry {
  text: string;
  cell: number;
  level: number;
}

/** Headings of the text cells, and the titles of the others. */
function entriesOf(cells: Cell[]): Entry[] {
  return cells.flatMap((cell, i): Entry[] => {
    if (cell.kind !== 'markdown') return cell.title ? [{ text: cell.title, cell: i, level: 3 }] : [];
    const heading = /^(#{1,3})\s+(.+)$/m.exec(cell.text);
    return heading ? [{ text: heading[2]!.replace(/[`*_]/g, ''), cell: i, level: heading[1]!.length }] : [];
  });
}

function Outline({ book }: { book: Notebook }) {
  if (book.last?.has_html) return null; // its output is a page of its own
  const entries = entriesOf(book.cells);
  const show = (cell: number) => {
    const target = document.getElementById(`nb-cell-${cell}`);
    target?.scrollIntoView({ block: 'start' });
    target?.focus({ preventScroll: true });
  };
  return (
    <nav class="outline" aria-label="Outline">
      {entries.map((entry) => (
        <button key={entry.cell} class={`level-${entry.level}`} onClick={() => show(entry.cell)}>
          {entry.text}
        </button>
      ))}
    </nav>
  );
}

function Body({ book }: { book: Notebook }) {
  if (book.last?.has_html) {
    // No script, no form, no way to this page: an empty sandbox. Another run is another address.
    const address = `${notebookDocument(book.name)}?run=${encodeURIComponent(book.last.started)}`;
    return <iframe class="notebook-html" sandbox="" src={address} title={`Output of ${book.name}`} />;
  }
  return (
    <div class="cells">
      {book.cells.map((cell, i) => (
        <CellView key={`${book.name}:${i}`} id={`nb-cell-${i}`} cell={cell} result={book.last?.cells[i]} node={nodeOf(book)} />
      ))}
    </div>
  );
}

interface CellProps {
  id: string;
  cell: Cell;
  result: CellResult | undefined;
  node: string;
}

function CellView({ id, cell, result, node }: CellProps) {
  if (cell.kind === 'markdown') {
    // The daemon's own rendering of Markdown, in which no HTML of the file survives.
    return <div id={id} tabIndex={-1} class="prose" dangerouslySetInnerHTML={{ __html: cell.html ?? '' }} />;
  }
  if (!cell.text) return null;
  return (
    <section id={id} tabIndex={-1} class="panel nb-cell">
      <div class="source-head">
        {cell.title && <h2>{cell.title}</h2>}
        <EditButton id={node} line={cell.line} what={`the cell at line ${cell.line}`} />
      </div>
      <Code text={cell.text} />
      {result && <ResultView cell={cell} result={result} />}
    </section>
  );
}

/** Wide code scrolls, by keyboard too. */
function Code({ text }: { text: string }) {
  const box = useRef<HTMLPreElement>(null);
  return (
    <pre ref={box} class="scroll" tabIndex={0} role="group" aria-label="Code">
      {text}
    </pre>
  );
}

function ResultView({ cell, result }: { cell: Cell; result: CellResult }) {
  if (result.state === 'failed') return <Problem of={{ message: `✕ ${result.error}`, card: result.card }} />;
  if (result.state === 'skipped') return <p class="muted">Not run: a cell before it failed.</p>;
  if (!result.columns || !result.rows) return null;
  const answer = result as Answer;
  const charts = cell.charts.filter((chart) => chart.type !== 'table');
  const grid = (
    <div class="nb-grid" style={{ height: `${Math.min(answer.rows.length, 12) * 26 + 46}px` }}>
      <Grid columns={answer.columns} rows={answer.rows} label={cell.title || 'Rows'} />
    </div>
  );
  return (
    <>
      {charts.map((chart, i) => (
        <figure key={i}>
          {chart.title && chart.title !== cell.title && <figcaption>{chart.title}</figcaption>}
          <ChartOf chart={chart} answer={answer} />
        </figure>
      ))}
      {charts.length === 0 ? (
        grid
      ) : (
        <details>
          <summary>{format.groupText(String(answer.rows.length))} rows</summary>
          {grid}
        </details>
      )}
      <p class="muted">
        {answer.truncated && `${format.rowsOf(answer)} · `}
        {result.seconds !== undefined && format.seconds(result.seconds)}
      </p>
    </>
  );
}
