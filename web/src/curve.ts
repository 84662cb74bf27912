// An edge's line: the SVG path and, for the particles, points evenly spaced along it.
import type { LaidEdge, LaidOut } from './layout';

export interface Grid {
  nodeWidth: number;
  pitch: number; // from one column's left side to the next one's
}

export interface Curve {
  from: string;
  to: string;
  path: string;
  points: Float32Array; // x, y, x, y … every STEP pixels
}

export const STEP = 2;
const BULGE = 18; // how far an edge within a lane swings out

type Point = [number, number];
type Bezier = [Point, Point, Point, Point];

export function curveOf(edge: LaidEdge, laid: LaidOut, grid: Grid): Curve {
  const pieces = bend(edge, laid, grid);
  const [x, y] = pieces[0]![0];
  const path = `M${x} ${y}` + pieces.map(([, b, c, d]) => `C${b} ${c} ${d}`).join('');
  return { from: edge.from, to: edge.to, path, points: sample(pieces) };
}

function bend(edge: LaidEdge, laid: LaidOut, grid: Grid): Bezier[] {
  const from = laid.column.get(edge.from)!;
  const to = laid.column.get(edge.to)!;
  const step = Math.sign(to - from);
  const leave = (column: number) => column * grid.pitch + (step >= 0 ? grid.nodeWidth : 0);
  const enter = (column: number) => column * grid.pitch + (step > 0 ? 0 : grid.nodeWidth);
  const end: Point = [enter(to), laid.y.get(edge.to)!];
  let at: Point = [leave(from), laid.y.get(edge.from)!];
  if (step === 0) {
    return [[at, [at[0] + BULGE, at[1]], [end[0] + BULGE, end[1]], end]];
  }
  const pieces: Bezier[] = [];
  edge.waypoints.forEach((y, i) => {
    const column = from + step * (i + 1);
    const next: Point = [enter(column), y];
    const past: Point = [leave(column), y];
    pieces.push(easy(at, next), easy(next, past));
    at = past;
  });
  pieces.push(easy(at, end));
  return pieces;
}

/** Leaves and arrives level. */
function easy(a: Point, b: Point): Bezier {
  const middle = (a[0] + b[0]) / 2;
  return [a, [middle, a[1]], [middle, b[1]], b];
}

function sample(pieces: Bezier[]): Float32Array {
  const out: number[] = [];
  let last = pieces[0]![0];
  let due = 0; // distance until the next point
  for (const piece of pieces) {
    for (let i = 0; i <= 48; i++) {
      const next = at(piece, i / 48);
      const length = Math.hypot(next[0] - last[0], next[1] - last[1]);
      while (length > 0 && due <= length) {
        const share = due / length;
        out.push(last[0] + (next[0] - last[0]) * share, last[1] + (next[1] - last[1]) * share);
        due += STEP;
      }
      due -= length;
      last = next;
    }
  }
  return Float32Array.from(out);
}

function at([a, b, c, d]: Bezier, t: number): Point {
  const s = 1 - t;
  const mix = (i: 0 | 1) =>
    s * s * s * a[i] + 3 * s * s * t * b[i] + 3 * s * t * t * c[i] + t * t * t * d[i];
  return [mix(0), mix(1)];
}
