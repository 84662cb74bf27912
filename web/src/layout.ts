// Where the map's nodes and edges lie. Pure and deterministic: the same nodes and edges give the
// same picture, so it is computed once per topology and never jumps.
//
// Layers are given (the lanes). Edges over several lanes get a waypoint in each lane they cross.
// Order within a lane: barycenter sweeps from a few seeded starts, the start with the fewest
// crossings wins. Heights: each node is pulled to its neighbours' mean, order and gaps kept.

export interface Size {
  nodeHeight: number;
  gap: number; // between two nodes
  waypointGap: number; // around an edge that passes through a lane
}

export interface LaidOut {
  columns: number[]; // lanes that hold nodes, left to right
  height: number;
  y: Map<string, number>; // a node's middle
  column: Map<string, number>;
  edges: LaidEdge[];
}

export interface LaidEdge {
  from: string;
  to: string;
  waypoints: number[]; // y in each column strictly between, from `from` to `to`
}

interface Slot {
  id: string;
  column: number;
  waypoint: boolean;
  left: Slot[];
  right: Slot[];
  order: number; // place within the column
  y: number;
}

const STARTS = 8;
const SWEEPS = 10;
const RELAXATIONS = 24;

export function layOut(
  nodes: readonly { id: string; lane: number }[],
  edges: readonly { from: string; to: string }[],
  size: Size,
): LaidOut {
  const columns = [...new Set(nodes.map((n) => n.lane))].sort((a, b) => a - b);
  const slots = new Map<string, Slot>();
  for (const node of [...nodes].sort((a, b) => compare(a.id, b.id))) {
    slots.set(node.id, slot(node.id, columns.indexOf(node.lane), false));
  }
  const chains = link(edges, slots);
  const byColumn: Slot[][] = columns.map(() => []);
  for (const s of [...slots.values(), ...chains.flatMap((c) => c.waypoints)]) byColumn[s.column]!.push(s);

  orderColumns(byColumn);
  const height = place(byColumn, size);
  return {
    columns,
    height,
    y: new Map([...slots.values()].map((s) => [s.id, s.y])),
    column: new Map([...slots.values()].map((s) => [s.id, s.column])),
    edges: chains.map((c) => ({ from: c.from, to: c.to, waypoints: c.waypoints.map((w) => w.y) })),
  };
}

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

function slot(id: string, column: number, waypoint: boolean): Slot {
  return { id, column, waypoint, left: [], right: [], order: 0, y: 0 };
}

interface Chain {
  from: string;
  to: string;
  waypoints: Slot[];
}

/** Links neighbours and makes waypoints. Edges within a lane are drawn but don't shape the order. */
function link(edges: readonly { from: string; to: string }[], slots: Map<string, Slot>): Chain[] {
  const chains: Chain[] = [];
  const seen = new Set<string>();
  const sorted = [...edges].sort((a, b) => compare(a.from, b.from) || compare(a.to, b.to));
  for (const { from, to } of sorted) {
    const a = slots.get(from);
    const b = slots.get(to);
    if (!a || !b || a === b || seen.has(`${from}\n${to}`)) continue;
    seen.add(`${from}\n${to}`);
    const step = Math.sign(b.column - a.column);
    const waypoints: Slot[] = [];
    for (let column = a.column + step; step !== 0 && column !== b.column; column += step) {
      waypoints.push(slot(`${from}>${to}`, column, true));
    }
    const path = [a, ...waypoints, b];
    for (let i = 0; step !== 0 && i + 1 < path.length; i++) {
      const [l, r] = step > 0 ? [path[i]!, path[i + 1]!] : [path[i + 1]!, path[i]!];
      l.right.push(r);
      r.left.push(l);
    }
    chains.push({ from, to, waypoints });
  }
  return chains;
}

// ---- order ----

function orderColumns(columns: Slot[][]): void {
  let best = Infinity;
  let bestOrder: Slot[][] = columns.map((c) => [...c]);
  for (let start = 0; start < STARTS; start++) {
    const next = random(start);
    for (const c of columns) {
      if (start > 0) shuffle(c, next);
      number(c);
    }
    for (let sweep = 0; sweep < SWEEPS; sweep++) {
      sweepOnce(columns, sweep % 2 === 0);
      const cost = crossings(columns);
      if (cost >= best) continue;
      best = cost;
      bestOrder = columns.map((c) => [...c]);
    }
  }
  columns.forEach((c, i) => {
    c.splice(0, c.length, ...bestOrder[i]!);
    number(c);
  });
}

function sweepOnce(columns: Slot[][], rightward: boolean): void {
  const order = rightward ? columns : [...columns].reverse();
  for (const c of order.slice(1)) {
    const wish = new Map(c.map((s) => [s, mean(rightward ? s.left : s.right, s.order, (n) => n.order)]));
    c.sort((a, b) => wish.get(a)! - wish.get(b)! || a.order - b.order);
    number(c);
  }
}

function crossings(columns: Slot[][]): number {
  let count = 0;
  for (const c of columns) {
    const pairs = c.flatMap((a) => a.right.map((b) => [a.order, b.order] as const));
    for (let i = 0; i < pairs.length; i++) {
      for (let j = i + 1; j < pairs.length; j++) {
        if ((pairs[i]![0] - pairs[j]![0]) * (pairs[i]![1] - pairs[j]![1]) < 0) count++;
      }
    }
  }
  return count;
}

const number = (column: Slot[]) => column.forEach((s, i) => (s.order = i));

function mean(near: Slot[], otherwise: number, of: (s: Slot) => number): number {
  return near.length === 0 ? otherwise : near.reduce((sum, s) => sum + of(s), 0) / near.length;
}

/** mulberry32: small, seeded, the same in every browser. */
function random(seed: number): () => number {
  let state = seed * 0x9e3779b9 + 1;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

function shuffle<T>(list: T[], next: () => number): void {
  for (let i = list.length - 1; i > 0; i--) {
    const j = Math.floor(next() * (i + 1));
    [list[i], list[j]] = [list[j]!, list[i]!];
  }
}

// ---- heights ----

/** Sets every slot's y (middle), topmost edge at 0; returns the height used. */
function place(columns: Slot[][], size: Size): number {
  const half = (s: Slot) => (s.waypoint ? size.waypointGap / 2 : (size.nodeHeight + size.gap) / 2);
  const tall = columns.map((c) => c.reduce((sum, s) => sum + 2 * half(s), 0));
  const tallest = Math.max(0, ...tall);
  columns.forEach((c, i) => {
    let y = (tallest - tall[i]!) / 2; // start centred
    for (const s of c) {
      s.y = y + half(s);
      y += 2 * half(s);
    }
  });
  for (let round = 0; round < RELAXATIONS; round++) {
    const order = round % 2 === 0 ? columns : [...columns].reverse();
    for (const c of order) {
      const near = (s: Slot) => mean([...s.left, ...s.right], s.y, (n) => n.y);
      spread(c, c.map(near), half, tallest);
    }
  }
  let bottom = 0;
  let top = Infinity;
  for (const s of columns.flat()) {
    top = Math.min(top, s.y - half(s));
    bottom = Math.max(bottom, s.y + half(s));
  }
  for (const s of columns.flat()) s.y = Math.round(s.y - top);
  return columns.length ? Math.round(bottom - top) : 0;
}

/**
 * The heights nearest to `wishes` (least squares) that keep the column's order and gaps: subtract
 * the stacked gaps, pool neighbours that are out of order (isotonic regression), add them again.
 */
function spread(column: Slot[], wishes: number[], half: (s: Slot) => number, limit: number): void {
  const offset: number[] = [];
  let stacked = 0;
  for (const s of column) {
    offset.push(stacked + half(s));
    stacked += 2 * half(s);
  }
  const pools: { sum: number; count: number }[] = [];
  wishes.forEach((wish, i) => {
    let pool = { sum: wish - offset[i]!, count: 1 };
    for (let last = pools.at(-1); last && last.sum / last.count > pool.sum / pool.count; last = pools.at(-1)) {
      pools.pop();
      pool = { sum: last.sum + pool.sum, count: last.count + pool.count };
    }
    pools.push(pool);
  });
  // No column may grow beyond the tallest: the map stays as low as it can.
  const clamp = (value: number) => Math.min(Math.max(value, 0), Math.max(0, limit - stacked));
  let i = 0;
  for (const pool of pools) {
    for (let n = 0; n < pool.count; n++, i++) column[i]!.y = clamp(pool.sum / pool.count) + offset[i]!;
  }
}
