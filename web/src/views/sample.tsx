// A node's rows and log lines, fetched when looked at.
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { failedOf, hubRecords, logs, query, type Failed, type MapNode } from '../api';
import { cellText } from '../cells';
import { go } from '../route';
import { Problem } from './problem';
import { ask } from './sql';

const ROWS = 20;
const LINES = 60;
const TABLE = /^(bronze|silver|gold)\.\w+$/;
const HUB = 'hriste_event_hub.';

type Fields = [name: string, value: string][];

export const hasRows = (node: MapNode) => TABLE.test(node.id) || node.id.startsWith(HUB);

async function rowsOf(node: MapNode): Promise<Fields[]> {
  if (node.id.startsWith(HUB)) {
    const { records } = await hubRecords(node.id.slice(HUB.length), null, ROWS);
    return records.reverse().map(({ arrival, key, value }) => [['arrival', arrival], ['key', key], ['value', value]]);
  }
  const { columns, rows } = await query(`SELECT * FROM ${node.id} LIMIT ${ROWS}`, ROWS);
  return rows.map((row) => columns.map((c, i) => [`${c.name}`, cellText(row[i])]));
}

async function linesOf(node: MapNode): Promise<string> {
  const name = node.id.slice(node.id.lastIndexOf('.') + 1);
  const about = new RegExp(`\\b${name}\\b`);
  return (await logs()).split('\n').filter((line) => about.test(line)).slice(-LINES).join('\n');
}

/** What `load` gives for a node, or why it doesn't. */
function useLoaded<T>(node: MapNode, load: (node: MapNode) => Promise<T>): { value: T | null; error: Failed | null } {
  const state = useSignal<{ value: T | null; error: Failed | null }>({ value: null, error: null });
  useEffect(() => {
    let gone = false;
    state.value = { value: null, error: null };
    load(node).then(
      (value) => gone || (state.value = { value, error: null }),
      (error: unknown) => gone || (state.value = { value: null, error: failedOf(error) }),
    );
    return () => void (gone = true);
  }, [node.id]);
  return state.value;
}

export function Sample({ node }: { node: MapNode }) {
  const { value: rows, error } = useLoaded(node, rowsOf);
  const at = useSignal(0);
  useEffect(() => void (at.value = 0), [node.id]);
  if (error) return <Problem of={error} />;
  if (!rows) return <p>Reading …</p>;
  const row = rows[Math.min(at.value, rows.length - 1)];
  if (!row) return <p>No rows yet.</p>;
  return (
    <>
      <div class="steps">
        <button disabled={at.value === 0} onClick={() => at.value--}>
          Previous
        </button>
        <button disabled={at.value >= rows.length - 1} onClick={() => at.value++}>
          Next
        </button>
        {TABLE.test(node.id) && (
          <button
            onClick={() => {
              ask(`SELECT *\nFROM ${node.id}\nLIMIT 1000`);
              go('sql');
            }}
          >
            Open in SQL
          </button>
        )}
      </div>
      <dl class="facts sample">
        {row.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </>
  );
}

export const hasSchema = (node: MapNode) => TABLE.test(node.id);

const columnsOf = async (node: MapNode) => (await query(`SELECT * FROM ${node.id} LIMIT 0`, 1)).columns;

export function Schema({ node }: { node: MapNode }) {
  const { value: columns, error } = useLoaded(node, columnsOf);
  if (error) return <Problem of={error} />;
  if (!columns) return <p>Reading …</p>;
  return (
    <dl class="facts">
      {columns.map((c) => (
        <div key={c.name}>
          <dt>{c.name}</dt>
          <dd class="mono">{c.type.toLowerCase()}</dd>
        </div>
      ))}
    </dl>
  );
}

export function Log({ node }: { node: MapNode }) {
  const { value: text, error } = useLoaded(node, linesOf);
  if (error) return <Problem of={error} />;
  if (text === null) return <p>Reading …</p>;
  if (text === '') return <p>The log says nothing about it.</p>;
  return (
    <pre tabIndex={0} role="region" aria-label={`Log lines about ${node.label}`}>
      {text}
    </pre>
  );
}
