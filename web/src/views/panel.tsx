// The side panel: everything about the selected node; without one, how to read the map.
import { computed, signal } from '@preact/signals';
import { runPipeline, type MapNode } from '../api';
import { fileOf } from '../drafts';
import * as format from '../format';
import { overview } from '../live';
import { act, selected } from '../state';
import { EditButton } from './edit';
import { failedExpectations } from './expectations';
import { Close, Glyph, healthWord, Retry } from './icons';
import { Problem } from './problem';
import { hasRows, hasSchema, Log, Sample, Schema } from './sample';

const node = computed(() => overview.value?.nodes.find((n) => n.id === selected.value));
const neighbours = computed(() => {
  const all = overview.value?.nodes ?? [];
  const links = overview.value?.edges ?? [];
  const pick = (ids: string[]) => all.filter((n) => ids.includes(n.id));
  return {
    from: pick(links.filter((e) => e.to === selected.value).map((e) => e.from)),
    to: pick(links.filter((e) => e.from === selected.value).map((e) => e.to)),
  };
});

export function Panel() {
  return (
    <aside class="panel side" aria-label="Details">
      <div class="scroll">{node.value ? <Details node={node.value} /> : <Legend />}</div>
    </aside>
  );
}

function close(): void {
  const id = selected.value;
  selected.value = null;
  // Back to where the reader was, not to the top of the page.
  if (id) document.querySelector<HTMLElement>(`.node[data-id="${CSS.escape(id)}"]`)?.focus();
}

const TABS = ['Overview', 'Schema', 'Sample', 'Source', 'Log'] as const;
type Tab = (typeof TABS)[number];
const tab = signal<Tab>('Overview');

const tabsOf = (node: MapNode): Tab[] =>
  TABS.filter((name) => (name !== 'Schema' || hasSchema(node)) && (name !== 'Sample' || hasRows(node)) && (name !== 'Source' || node.source));

function Details({ node }: { node: MapNode }) {
  const there = tabsOf(node);
  const shown = there.includes(tab.value) ? tab.value : 'Overview';
  return (
    <>
      <div class="side-head">
        <h2>{node.label}</h2>
        <button class="icon quiet" aria-label="Close details" onClick={close}>
          <Close />
        </button>
      </div>
      <div class="tabs" role="tablist" aria-label={`About ${node.label}`} onKeyDown={(event) => turn(event, there, shown)}>
        {there.map((name) => (
          <button
            key={name}
            role="tab"
            id={`tab-${name}`}
            aria-selected={name === shown}
            aria-controls="tab-panel"
            tabIndex={name === shown ? 0 : -1}
            onClick={() => (tab.value = name)}
          >
            {name}
          </button>
        ))}
      </div>
      <div class="tab" id="tab-panel" role="tabpanel" aria-labelledby={`tab-${shown}`}>
        {shown === 'Overview' && <Facts node={node} />}
        {shown === 'Schema' && <Schema node={node} />}
        {shown === 'Sample' && <Sample node={node} />}
        {shown === 'Source' && <Source node={node} />}
        {shown === 'Log' && <Log node={node} />}
      </div>
    </>
  );
}

function turn(event: KeyboardEvent, there: Tab[], shown: Tab): void {
  const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
  if (step === 0) return;
  tab.value = there[(there.indexOf(shown) + step + there.length) % there.length]!;
  requestAnimationFrame(() => document.getElementById(`tab-${tab.value}`)?.focus());
}

function Facts({ node }: { node: MapNode }) {
  const { from, to } = neighbours.value;
  return (
    <>
      <p class={`pill ${node.health}`}>
        <Glyph health={node.health} /> {isLong(node.status) || node.health === 'fail' ? healthWord[node.health] : node.status || healthWord[node.health]}
      </p>
      {node.health === 'fail' && node.status ? (
        <Problem of={{ message: node.status, card: node.card }} />
      ) : (
        isLong(node.status) && <p class="reason">{node.status}</p>
      )}
      <dl class="facts">
        {facts(node).map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <Neighbours title="from" nodes={from} />
      <Neighbours title="to" nodes={to} />
      {node.kind === 'hriste_pipeline' && <RunButton name={nameOf(node)} />}
    </>
  );
}

/** A reason is read in full; a state is one or two words. */
const isLong = (status: string) => status.length > 24;

function Source({ node }: { node: MapNode }) {
  return (
    <>
      <div class="source-head">
        <h3>{fileOf(node)}</h3>
        <EditButton id={node.id} />
      </div>
      <pre tabIndex={0} role="region" aria-label={`Source of ${node.label}`}>
        {node.source!.text.trim()}
      </pre>
    </>
  );
}

const nameOf = (n: MapNode) => n.id.slice(n.id.lastIndexOf('.') + 1);

export function RunButton({ name }: { name: string }) {
  return (
    <button class="primary" onClick={() => act(() => runPipeline(name))}>
      <Retry /> Re-run {name}
    </button>
  );
}

function facts(n: MapNode): [string, string][] {
  const rows: [string, string][] = [['kind', n.kind.replace(/^hriste_/, '').replaceAll('_', ' ')]];
  if (n.rate > 0) rows.push(['rate', `${format.short(n.rate)} /s`]);
  if (n.lag_ms > 0) rows.push(['lag', format.lag(n.lag_ms)]);
  if (n.total > 0 && !n.facts.rows) rows.push(['total', format.group(n.total)]);
  for (const [name, value] of Object.entries(n.facts)) rows.push([name.replaceAll('_', ' '), format.fact(name, value)]);
  for (const text of expectationsOf(n)) rows.push(['expectation', text]);
  return rows;
}

/** Of the newest run that made this table. */
function expectationsOf(n: MapNode): string[] {
  const [tier, table] = n.id.split('.');
  if (tier !== 'silver' && tier !== 'gold') return [];
  const made = (name: string) => name === table || name === `${tier}_${table}`;
  for (const run of overview.value?.runs ?? []) {
    const activity = run.activities.find((a) => made(a.name));
    if (activity) return failedExpectations(activity);
  }
  return [];
}

function Neighbours({ title, nodes }: { title: string; nodes: MapNode[] }) {
  if (nodes.length === 0) return null;
  return (
    <div class="links">
      <span>{title}</span>
      <ul>
        {nodes.map((n) => (
          <li key={n.id}>
            <button class={`link ${n.tier}`} onClick={() => (selected.value = n.id)}>
              {n.label}
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}

const unwell = computed(() =>
  (overview.value?.nodes ?? []).filter((n) => n.health === 'fail' || n.health === 'warn'),
);

function Attention() {
  if (unwell.value.length === 0) return null;
  return (
    <>
      <h2>Needs attention</h2>
      <ul class="unwell">
        {unwell.value.map((n) => (
          <li key={n.id}>
            <Glyph health={n.health} />
            <button class="link" onClick={() => (selected.value = n.id)}>
              {n.label}
            </button>
            <span class="muted">{n.status}</span>
          </li>
        ))}
      </ul>
    </>
  );
}

/** What an apply or a run waits for. */
export function Waits() {
  const waits = overview.value?.waiting ?? [];
  if (waits.length === 0) return null;
  return (
    <ul class="waits" aria-label="What is waited for">
      {waits.map((wait, i) => (
        <li key={i}>
          {wait.who} waits for {wait.what} · {format.seconds(wait.seconds)}
        </li>
      ))}
    </ul>
  );
}

function Legend() {
  return (
    <>
      <Attention />
      <Waits />
      <h2>How to read the map</h2>
      <p>Data flows from left to right. Choose a node to see its figures, its source and its neighbours.</p>
      <ul class="legend">
        {(['ok', 'warn', 'fail', 'idle'] as const).map((health) => (
          <li key={health}>
            <Glyph health={health} /> {healthWord[health]}
          </li>
        ))}
      </ul>
      <ul class="legend lines">
        <li>
          <i class="flow" aria-hidden="true" /> data is moving; thicker is more
        </li>
        <li>
          <i class="rest" aria-hidden="true" /> at rest
        </li>
      </ul>
      <p class="keys">
        <kbd>Tab</kbd> enters the map, <kbd>←</kbd> <kbd>↑</kbd> <kbd>↓</kbd> <kbd>→</kbd> walk it,{' '}
        <kbd>Enter</kbd> opens, <kbd>Esc</kbd> closes.
      </p>
    </>
  );
}
