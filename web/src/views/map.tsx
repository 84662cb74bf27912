// The map: lanes of nodes, edges behind them, moving dots between. On narrow screens the same
// nodes stand in a list by lane, without edges (the panel names the neighbours). A lane's title folds
// it to one node.
import { computed, signal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import type { MapEdge, MapNode } from '../api';
import { curveOf, type Curve } from '../curve';
import { foldEdges, folded, foldNodes, laneOf, toggleFold } from '../fold';
import * as format from '../format';
import { layOut } from '../layout';
import { isStill, overview, part } from '../live';
import { Particles } from '../particles';
import { shorten } from '../shorten';
import { hovered, selected } from '../state';
import { theme } from '../theme';
import { Glyph, healthWord } from './icons';

const NODE_HEIGHT = 46;
const SIZE = { nodeHeight: NODE_HEIGHT, gap: 12, waypointGap: 20 };
const HEAD = 32; // the lanes' names
const NARROW = 640; // below this many pixels: a list
const COLUMN_GAP = 28;
const BESIDE = 34; // a node's edges and its glyph
const TIGHT = 150; // nodes below this width use shorter words
const LETTER: Record<string, string> = { bronze: 'B', silver: 'S', gold: 'G' };

const width = signal(0);
const lanes = part('lanes');
const nodes = computed<MapNode[]>(() => foldNodes(overview.value?.nodes ?? [], lanes.value ?? [], folded.value));
const edges = computed<MapEdge[]>(() =>
  foldEdges(overview.value?.edges ?? [], overview.value?.nodes ?? [], lanes.value ?? [], folded.value),
);
const frozen = computed(() => overview.value?.clock.frozen ?? false);

/** Text that changes exactly when the picture must: rates and states are not in it. */
const topology = computed(() =>
  JSON.stringify([nodes.value.map((n) => [n.id, n.lane]), edges.value.map((e) => [e.from, e.to])]),
);
const laid = computed(() => (topology.value, layOut(nodes.peek(), edges.peek(), SIZE)));

const grid = computed(() => {
  const count = Math.max(1, laid.value.columns.length);
  const nodeWidth = Math.floor(Math.min(176, Math.max(112, (width.value - (count - 1) * COLUMN_GAP) / count)));
  const pitch = count > 1 ? Math.max(nodeWidth + COLUMN_GAP, (width.value - nodeWidth) / (count - 1)) : 0;
  return { nodeWidth, pitch, tight: nodeWidth < TIGHT, total: Math.round(nodeWidth + pitch * (count - 1)) };
});
const curves = computed(() => laid.value.edges.map((edge) => curveOf(edge, laid.value, grid.value)));
const rates = computed(() => new Map(edges.value.map((e) => [`${e.from}\n${e.to}`, e.rate])));

/** Columns of nodes from top to bottom: drawing, tab order and arrow keys share it. */
const columns = computed(() =>
  laid.value.columns.map((lane) => ({
    name: lanes.value?.[lane] ?? '',
    nodes: nodes.value
      .filter((n) => n.lane === lane)
      .sort((a, b) => laid.value.y.get(a.id)! - laid.value.y.get(b.id)!),
  })),
);
/** The one node that Tab reaches; arrows move from there. */
const stop = signal<string | null>(null);

export function MapView() {
  const frame = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const observer = new ResizeObserver(([entry]) => (width.value = Math.floor(entry!.contentRect.width)));
    observer.observe(frame.current!);
    return () => observer.disconnect();
  }, []);
  const list = width.value < NARROW;
  return (
    <section class="panel map" aria-labelledby="map-title">
      <h2 class="vh" id="map-title">
        Map
      </h2>
      <div class={list ? 'frame list' : 'frame'} ref={frame} onKeyDown={walk}>
        {width.value === 0 ? null : nodes.value.length === 0 ? (
          <p class="empty">
            The playground is empty. <code>script/up</code> fills it.
          </p>
        ) : list ? (
          <Lanes placed={false} />
        ) : (
          <Picture />
        )}
      </div>
    </section>
  );
}

function Picture() {
  const size = { width: `${grid.value.total}px`, height: `${laid.value.height + HEAD}px` };
  return (
    <div class="picture" style={size}>
      <Edges />
      <Dots />
      <Lanes placed={true} />
    </div>
  );
}

function Edges() {
  const focus = hovered.value ?? selected.value;
  const { total } = grid.value;
  const height = laid.value.height;
  return (
    <svg class="edges" viewBox={`0 0 ${total} ${height}`} width={total} height={height} aria-hidden="true">
      {curves.value.map((curve) => (
        <Edge key={`${curve.from}>${curve.to}`} curve={curve} focus={focus} />
      ))}
    </svg>
  );
}

function Edge({ curve, focus }: { curve: Curve; focus: string | null }) {
  const rate = rates.value.get(`${curve.from}\n${curve.to}`) ?? 0;
  const hot = focus === curve.from || focus === curve.to;
  const thickness = rate > 0 ? Math.min(4, 1.5 + 0.5 * Math.log10(1 + rate)) : 1.5;
  return (
    <path
      d={curve.path}
      class={(hot ? 'hot' : '') + (rate > 0 ? '' : ' idle')}
      stroke-width={thickness.toFixed(1)}
    />
  );
}

const calm = matchMedia('(prefers-reduced-motion: reduce)');

function Dots() {
  const canvas = useRef<HTMLCanvasElement>(null);
  const particles = useRef<Particles | null>(null);
  useEffect(() => {
    if (calm.matches) return;
    const drawn = (particles.current = new Particles(canvas.current!));
    const observer = new IntersectionObserver(([entry]) => drawn.show(entry!.isIntersecting));
    observer.observe(canvas.current!);
    return () => {
      observer.disconnect();
      drawn.stop();
    };
  }, []);
  const { total } = grid.value;
  const height = laid.value.height;
  useEffect(() => particles.current?.setCurves(curves.value, total, height), [curves.value]);
  useEffect(() => particles.current?.setRates(rates.value), [rates.value]);
  useEffect(() => particles.current?.hold(frozen.value || isStill.value), [frozen.value, isStill.value, theme.value]);
  return <canvas ref={canvas} style={{ width: `${total}px`, height: `${height}px` }} aria-hidden="true" />;
}

function Lanes({ placed }: { placed: boolean }) {
  return (
    <>
      {columns.value.map((column, i) => (
        <div class="lane" role="group" aria-label={column.name} key={i}>
          <LaneName name={column.name} left={placed ? Math.round(i * grid.value.pitch) : null} />
          {column.nodes.map((node) => (
            <Node key={node.id} node={node} column={placed ? i : -1} />
          ))}
        </div>
      ))}
    </>
  );
}

/** Outside the arrow keys' walk: the title is reached by Tab. */
function LaneName({ name, left }: { name: string; left: number | null }) {
  const shut = folded.value.has(name);
  return (
    <button
      class="lane-name"
      style={left === null ? {} : { left: `${left}px` }}
      aria-expanded={!shut}
      title={shut ? `Show each of ${name}` : `Fold ${name} to one`}
      onClick={() => toggleFold(name)}
    >
      {name} <span aria-hidden="true">{shut ? '▸' : '▾'}</span>
    </button>
  );
}

function Node({ node, column }: { node: MapNode; column: number }) {
  const tight = column < 0 || grid.value.tight;
  const lane = laneOf(node.id);
  const stopHere = stop.value && laid.value.y.has(stop.value) ? stop.value : columns.value[0]?.nodes[0]?.id;
  const style =
    column < 0
      ? {}
      : {
          left: `${Math.round(column * grid.value.pitch)}px`,
          top: `${HEAD + laid.value.y.get(node.id)! - NODE_HEIGHT / 2}px`,
          width: `${grid.value.nodeWidth}px`,
        };
  return (
    <button
      class={`node ${node.tier} is-${node.health}`}
      data-id={node.id}
      style={style}
      title={lane === null ? node.label : `Show each of ${lanes.value?.[lane]}`}
      tabIndex={node.id === stopHere ? 0 : -1}
      aria-pressed={lane === null ? selected.value === node.id : undefined}
      onClick={() => (lane === null ? choose(node.id) : toggleFold(lanes.value?.[lane] ?? ''))}
      onFocus={() => (stop.value = node.id)}
      onMouseEnter={() => (hovered.value = node.id)}
      onMouseLeave={() => (hovered.value = null)}
    >
      <span class="label">
        <Label node={node} tight={tight} room={column < 0 ? 0 : grid.value.nodeWidth - BESIDE} />
      </span>
      <Glyph health={node.health} />
      <span class="vh">, {healthWord[node.health]}, </span>
      <span class={LETTER[node.tier] ? 'sub' : 'sub wide'}>{under(node, tight)}</span>
      {LETTER[node.tier] && (
        <span class="letter" aria-hidden="true">
          {LETTER[node.tier]}
        </span>
      )}
    </button>
  );
}

/** The name; where room is scarce without what stands before the dot, which lane, letter or the line below tells. */
function Label({ node, tight, room }: { node: MapNode; tight: boolean; room: number }) {
  const { before, name } = parts(node);
  if (!tight) return <>{node.label}</>;
  const short = room > 0 ? shorten(name, room) : name;
  if (short === node.label) return <>{short}</>;
  return (
    <>
      <span class="vh">{short === name ? before : node.label}</span>
      {short === name ? name : <span aria-hidden="true">{short}</span>}
    </>
  );
}

/** "note.tour" → "note.", "tour"; "stream/slow_pages" → "stream/", "slow_pages". */
function parts(node: MapNode): { before: string; name: string } {
  const cut = Math.max(node.label.indexOf('.'), node.label.indexOf('/')) + 1;
  return { before: node.label.slice(0, cut), name: node.label.slice(cut) };
}

/** The kind, when a tight label leaves it out and neither lane nor letter tells it. */
function kindOf(node: MapNode): string {
  const { before } = parts(node);
  const beyond = before.startsWith(`${node.tier}.`) ? before.slice(node.tier.length + 1) : before;
  return beyond === 'gen.' ? '' : beyond.slice(0, -1);
}

/** Where the name has left out its kind, that comes first and "rows" goes without saying. */
function under(node: MapNode, tight: boolean): string {
  const kind = tight && kindOf(node);
  const text = measure(node, tight);
  if (kind && text === 'ready') return kind; // the mark beside the name says so
  return kind ? `${kind} · ${text.replace(/ rows$/, '')}` : text;
}

/** The one line under the name: what flows, else what lies there, else how it is. */
function measure(node: MapNode, tight: boolean): string {
  if (node.health === 'fail' && node.status) return tight ? 'failed' : node.status;
  if (node.rate > 0) {
    // Where room is for one figure, it is the one that matters.
    if (tight) return node.lag_ms > 0 && node.health !== 'ok' ? `lag ${format.lag(node.lag_ms, true)}` : `${format.short(node.rate)}/s`;
    const lag = node.lag_ms > 0 ? ` · lag ${format.lag(node.lag_ms)}` : '';
    return `${format.short(node.rate)}/s${lag}`;
  }
  if (tight && node.total >= 100_000) return `${format.short(node.total)} rows`;
  if (node.facts.rows) return `${format.groupText(String(node.facts.rows))} rows`;
  if (node.total > 0) return `${format.group(node.total)} rows`;
  return node.status || healthWord[node.health];
}

function choose(id: string): void {
  selected.value = selected.value === id ? null : id;
  // Where the details stand below the map, the click would seem to do nothing.
  const details = document.querySelector('.side');
  if (selected.value && details && details.getBoundingClientRect().top > innerHeight - 120) {
    requestAnimationFrame(() => details.scrollIntoView({ block: 'start' }));
  }
}

// ---- keys ----

function walk(event: KeyboardEvent): void {
  const from = (event.target as HTMLElement).dataset?.id;
  if (!from || event.ctrlKey || event.altKey || event.metaKey) return;
  const to = event.key === 'Escape' ? leave() : target(from, event.key);
  if (!to) return;
  event.preventDefault();
  document.querySelector<HTMLElement>(`.node[data-id="${CSS.escape(to)}"]`)?.focus();
}

function leave(): null {
  selected.value = null;
  return null;
}

function target(from: string, key: string): string | undefined {
  const lanes = columns.value.map((c) => c.nodes.map((n) => n.id));
  const column = lanes.findIndex((lane) => lane.includes(from));
  const lane = lanes[column] ?? [];
  const row = lane.indexOf(from);
  switch (key) {
    case 'ArrowDown':
      return lane[row + 1];
    case 'ArrowUp':
      return lane[row - 1];
    case 'ArrowRight':
      return nearest(from, lanes[column + 1] ?? []);
    case 'ArrowLeft':
      return nearest(from, lanes[column - 1] ?? []);
    case 'Home':
      return lanes[0]?.[0];
    case 'End':
      return lanes.at(-1)?.at(-1);
    default:
      return undefined;
  }
}

/** A neighbour by an edge if there is one, else the node at about the same height. */
function nearest(from: string, lane: string[]): string | undefined {
  const linked = new Set(edges.value.flatMap((e) => (e.from === from ? [e.to] : e.to === from ? [e.from] : [])));
  const pool = lane.some((id) => linked.has(id)) ? lane.filter((id) => linked.has(id)) : lane;
  const distance = (id: string) => Math.abs(laid.value.y.get(id)! - laid.value.y.get(from)!);
  return [...pool].sort((a, b) => distance(a) - distance(b))[0];
}
