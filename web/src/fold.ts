// Lanes of the map that are folded to one node each: counts, the sum of what flows, the worst health.
// Which ones, the browser remembers.
import { signal } from '@preact/signals';
import type { Health, MapEdge, MapNode } from './api';

const KEY = 'hriste-folded';
const WORST: Health[] = ['fail', 'warn', 'ok', 'idle'];

export const folded = signal<ReadonlySet<string>>(remembered()); // lanes' names

function remembered(): Set<string> {
  try {
    return new Set(JSON.parse(localStorage.getItem(KEY) ?? '[]') as string[]);
  } catch {
    return new Set();
  }
}

export function toggleFold(lane: string): void {
  const next = new Set(folded.value);
  if (!next.delete(lane)) next.add(lane);
  folded.value = next;
  try {
    localStorage.setItem(KEY, JSON.stringify([...next]));
  } catch {
    // A browser that keeps nothing: folded until the page is left.
  }
}

const groupId = (lane: number) => `lane:${lane}`;
/** The lane's number when this is the node of a folded lane. */
export const laneOf = (id: string): number | null => (id.startsWith('lane:') ? Number(id.slice(5)) : null);

/** The nodes with each folded lane's as one. */
export function foldNodes(nodes: MapNode[], lanes: string[], names: ReadonlySet<string>): MapNode[] {
  const hidden = (n: MapNode) => names.has(lanes[n.lane] ?? '');
  const numbers = [...new Set(nodes.filter(hidden).map((n) => n.lane))];
  const groups = numbers.map((lane) => groupOf(lane, lanes[lane]!, nodes.filter((n) => n.lane === lane)));
  return [...nodes.filter((n) => !hidden(n)), ...groups];
}

function groupOf(lane: number, name: string, members: MapNode[]): MapNode {
  const unwell = members.filter((n) => n.health === 'fail' || n.health === 'warn').length;
  return {
    id: groupId(lane),
    label: `${members.length} folded`,
    kind: 'lane',
    tier: members[0]!.tier,
    lane,
    rate: members.reduce((sum, n) => sum + n.rate, 0),
    total: 0,
    lag_ms: Math.max(...members.map((n) => n.lag_ms)),
    health: WORST.find((h) => members.some((n) => n.health === h)) ?? 'idle',
    status: unwell > 0 ? `${unwell} unwell` : `${name}: all well`,
    source: null,
    facts: {},
  };
}

/** Edges of folded nodes begin and end at their lane's node; those within it are gone, doubles are one. */
export function foldEdges(edges: MapEdge[], nodes: MapNode[], lanes: string[], names: ReadonlySet<string>): MapEdge[] {
  const end = new Map(nodes.map((n) => [n.id, names.has(lanes[n.lane] ?? '') ? groupId(n.lane) : n.id]));
  const merged = new Map<string, MapEdge>();
  for (const edge of edges) {
    const from = end.get(edge.from) ?? edge.from;
    const to = end.get(edge.to) ?? edge.to;
    if (from === to) continue;
    const known = merged.get(`${from}\n${to}`);
    merged.set(`${from}\n${to}`, { from, to, rate: edge.rate + (known?.rate ?? 0) });
  }
  return [...merged.values()];
}
