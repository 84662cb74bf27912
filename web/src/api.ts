// The daemon's API as this page uses it: shapes of the overview, and the few writes.
// Every address is relative to the page's own origin; the login cookie comes along by itself.

export type Health = 'ok' | 'warn' | 'fail' | 'idle';

export interface MapNode {
  id: string; // "kind.name"
  label: string;
  kind: string;
  tier: string; // source | store | stream | bronze | silver | gold | serve
  lane: number; // index into Overview.lanes
  rate: number; // events or rows per second
  total: number;
  lag_ms: number;
  health: Health;
  status: string;
  source: { file: string; text: string } | null;
  facts: Record<string, string>;
}

export interface MapEdge {
  from: string;
  to: string;
  rate: number;
}

export interface Check {
  layer: string;
  check: string;
  expected: string;
  found: string;
  verdict: string; // right | wrong | not gradable
  detail: string;
}

export interface Grade {
  run_id: string;
  passed: number;
  total: number;
  graded_at: string;
  checks: Check[];
}

export interface Alert {
  rule: string;
  time: string;
  text: string;
  fields: Record<string, unknown>;
}

export interface Activity {
  name: string;
  type: string;
  state: string;
  offset_s: number; // from the run's start
  seconds: number;
  rows: number;
  bytes: number;
  error: string;
}

export interface Run {
  id: string;
  pipeline: string;
  trigger: string;
  state: string;
  started: string;
  seconds: number;
  rows: number;
  bytes: number;
  error: string;
  activities: Activity[];
}

export interface Clock {
  now: string;
  speed: number;
  frozen: boolean;
  held: boolean; // stands at the epoch until the first back-fill is in
}

export interface Overview {
  playground: string;
  version: string;
  clock: Clock;
  cards: { title: string; value: string; note: string }[];
  lanes: string[];
  nodes: MapNode[];
  edges: MapEdge[];
  grade: Grade | null;
  alerts: Alert[]; // newest first
  alerts_total: number;
  runs: Run[]; // newest first
  rate: number; // events per second over the whole playground
  rate_history?: [number, number][]; // [epoch seconds, events per second]; only in the snapshot
}

/** Fills what an older or starting daemon leaves out, so that one missing list can't blank the page. */
export function complete(sent: Overview): Overview {
  return {
    ...sent,
    cards: sent.cards ?? [],
    lanes: sent.lanes ?? [],
    nodes: (sent.nodes ?? []).map((n) => ({ ...n, facts: n.facts ?? {}, source: n.source ?? null })),
    edges: sent.edges ?? [],
    grade: sent.grade ? { ...sent.grade, checks: sent.grade.checks ?? [] } : null,
    alerts: sent.alerts ?? [],
    runs: (sent.runs ?? []).map((r) => ({ ...r, activities: r.activities ?? [] })),
    rate: sent.rate ?? 0,
  };
}

/** Sends a write. Rejects with the daemon's own message, which says what to do next. */
async function post(path: string, body?: unknown): Promise<void> {
  const response = await fetch(path, {
    method: 'POST',
    credentials: 'same-origin',
    // The extra header makes the request "not simple": another site can't send it with our cookie.
    headers: { 'Content-Type': 'application/json', 'X-Hriste': '1' },
    body: JSON.stringify(body ?? {}),
  });
  if (response.ok) return;
  const answer = await response.json().catch(() => null);
  throw new Error(answer?.error?.message ?? `${path} answered ${response.status}`);
}

export const setFrozen = (frozen: boolean) => post('v1/clock', { frozen });
export const setSpeed = (speed: number) => post('v1/clock', { speed });
export const runPipeline = (name: string) =>
  post(`v1/pipelines/${encodeURIComponent(name)}/run`);

/** True when the daemon answers but no longer knows this browser's cookie. */
export async function isLoggedOut(): Promise<boolean> {
  try {
    const response = await fetch('v1/overview', { credentials: 'same-origin' });
    return response.status === 401 || response.status === 403;
  } catch {
    return false;
  }
}
