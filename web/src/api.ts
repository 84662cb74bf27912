// The daemon's API as this page uses it: shapes of the overview, and the few writes.
// Every address is relative to the page's own origin; the login cookie comes along by itself.
import { parseExact } from './exact';

/** An error as one screen shows it: where, the line, what is wrong, what would be right, what to do. */
export interface Card {
  file?: string;
  line?: number;
  column?: number;
  excerpt?: string;
  mark?: number; // letters of the excerpt before the place
  problem: string;
  expected?: string;
  nearest?: string;
  hint?: string;
}

/** What went wrong, with the daemon's card where it gave one. */
export interface Failed {
  message: string;
  card?: Card | null | undefined;
}

/** The daemon's own words, which say what to do next. */
export class Refusal extends Error implements Failed {
  constructor(
    message: string,
    readonly card: Card | null = null,
  ) {
    super(message);
  }
}

/** Of anything that was thrown. */
export function failedOf(error: unknown): Failed {
  if (error instanceof TypeError) return { message: 'The daemon does not answer.' };
  return error as Error;
}

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
  card?: Card | null; // of one that fails
  source: { file: string | null; text: string } | null;
  facts: Record<string, unknown>;
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
  verdict: string; // right | wrong | not gradable | changed by you
  detail: string;
  differing?: number; // of a table: rows that are missing, extra or different
  differences?: Difference[]; // a sample of them: the first ones, by key
}

export interface Difference {
  key: string; // `day "2026-05-01", kraj "Zlínský kraj"`
  column: string | null; // null: the row is missing or extra
  expected: string;
  found: string;
}

export interface GradeLine {
  run_id: string;
  passed: number;
  total: number;
  graded_at: string;
  wrong?: number;
  not_gradable?: number;
  changed?: number;
  all_right?: boolean;
}

export interface Grade extends GradeLine {
  checks: Check[];
  stale?: string; // what was damaged since: the grade no longer says how things are
}

/** What an apply or a run waits for now. */
export interface Wait {
  who: string;
  what: string;
  seconds: number;
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
  card?: Card | null; // the error's
  expectations?: { name: string; action: string; failed: number }[]; // those that rows failed count
  kept?: boolean; // made by an earlier run:
  kept_from?: string; // this one, since when nothing has changed; '' the one that it goes on from
  attempts?: number;
  note?: string;
  inputs?: {
    file?: string;
    parameters?: Record<string, unknown>;
    tables?: Record<string, number | null>; // version of a Delta table
  };
}

export interface Run {
  id: string;
  pipeline: string;
  trigger: string;
  rerun_of?: string; // the run that it goes on from
  parameters?: Record<string, unknown>; // what it was asked for
  state: string;
  started: string;
  seconds: number;
  rows: number;
  bytes: number;
  error: string;
  activities: Activity[];
}

/** What starts a pipeline by itself. */
export interface Trigger {
  name: string;
  pipeline: string;
  on: string; // 'schedule', 'interval', 'file', 'pipeline'
  paused: boolean;
  paused_by?: 'hand' | 'definition' | null;
  next: string | null; // playground time
  waiting: number; // moments that are due
  running: number;
  last: { what: string; run: string; state: string; error: string } | null;
}

/** The windows of a trigger on intervals that are due, by the day on which they begin. */
export interface Calendar {
  every_minutes: number;
  total: number;
  done: number;
  failed: number;
  days: { day: string; total: number; done: number; failed: number }[];
  failed_windows?: string[]; // where the last of them begin, the newest first
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
  cards: { title: string; value: string; note: string; seconds?: number }[];
  lanes: string[];
  nodes: MapNode[];
  edges: MapEdge[];
  grade: Grade | null;
  alerts: Alert[]; // newest first
  alerts_total: number;
  waiting: Wait[];
  under_way: string[]; // pipelines with a run that hasn't ended, also one that waits
  triggers: Trigger[];
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
    waiting: sent.waiting ?? [],
    under_way: sent.under_way ?? [],
    triggers: sent.triggers ?? [],
    runs: (sent.runs ?? []).map((r) => ({ ...r, activities: r.activities ?? [] })),
    rate: sent.rate ?? 0,
  };
}

async function problem(path: string, response: Response): Promise<Error> {
  const answer = await response.json().catch(() => null);
  return new Refusal(answer?.error?.message ?? `${path} answered ${response.status}`, answer?.error?.card);
}

/** Whole numbers too large for JavaScript are text in it. */
const bodyOf = async <T>(response: Response): Promise<T> => parseExact(await response.text()) as T;

/** Rejects with the daemon's message. */
async function post(path: string, body?: unknown, signal?: AbortSignal): Promise<Response> {
  const response = await fetch(path, {
    method: 'POST',
    credentials: 'same-origin',
    // The extra header makes the request "not simple": another site can't send it with our cookie.
    headers: { 'Content-Type': 'application/json', 'X-Hriste': '1' },
    body: JSON.stringify(body ?? {}),
    signal: signal ?? null,
  });
  if (!response.ok) throw await problem(path, response);
  return response;
}

async function get<T>(path: string, signal?: AbortSignal): Promise<T> {
  const response = await fetch(path, { credentials: 'same-origin', signal: signal ?? null });
  if (!response.ok) throw await problem(path, response);
  return bodyOf<T>(response);
}

export const setFrozen = (frozen: boolean) => post('v1/clock', { frozen });
export const setSpeed = (speed: number) => post('v1/clock', { speed });
export const jumpTo = (instant: string) => post('v1/clock', { jump_to: instant });
export const gradeNow = () => post('v1/grade');
/** Those that are kept, newest first. */
export const grades = () => get<GradeLine[]>('v1/grades');
export const gradeOf = (run: string) => get<Grade | null>(`v1/grade?run=${encodeURIComponent(run)}`);
export const runPipeline = (name: string, from?: string) =>
  post(`v1/pipelines/${encodeURIComponent(name)}/run`, from ? { from } : undefined);

export const cancelRuns = (name: string) => post(`v1/pipelines/${encodeURIComponent(name)}/cancel`);

export const pauseTrigger = (name: string, paused: boolean) =>
  post(`v1/triggers/${encodeURIComponent(name)}/${paused ? 'pause' : 'resume'}`);

export const triggerWindows = (name: string) => get<Calendar>(`v1/triggers/${encodeURIComponent(name)}/windows`);

/** One window again, alone; answers when its run has ended. */
export const runWindow = (name: string, start: string) =>
  post(`v1/triggers/${encodeURIComponent(name)}/windows/run`, { start });

export interface Column {
  name: string;
  type: string;
}

export interface Answer {
  columns: Column[];
  rows: unknown[][];
  truncated: boolean;
}

/** One SELECT over the lake; at most `limit` rows come back. Aborting ends it in the daemon, too. */
export async function query(sql: string, limit: number, signal?: AbortSignal): Promise<Answer> {
  const id = `${Date.now().toString(36)}-${Math.random().toString(36).slice(2)}`;
  const end = () =>
    void fetch(`v1/queries/${id}`, { method: 'DELETE', credentials: 'same-origin', headers: { 'X-Hriste': '1' } }).catch(() => {});
  signal?.addEventListener('abort', end, { once: true });
  try {
    return await bodyOf<Answer>(await post('v1/query', { sql, limit, id }, signal));
  } finally {
    signal?.removeEventListener('abort', end);
  }
}

/** A text as it stands in the editor; `file` says what it is, `job` which stream job it is of. */
export interface Text {
  file: string;
  text: string;
  job?: string | undefined;
}

/** What an apply or a run would refuse before any row is made; null: nothing. */
export async function check(text: Text, signal: AbortSignal): Promise<Failed | null> {
  return (await bodyOf<{ error: Failed | null }>(await post('v1/check', text, signal))).error;
}

export interface Part extends Answer {
  name: string;
  row_count: number; // -1: only those shown are counted
  quarantined: number;
  expectations: { name: string; action: string; failed: number }[];
  problem: string; // why a run would refuse it, or nothing
  card?: Card | null;
  difference: { added: number; removed: number; changed: number; columns: string[] } | null;
}

/** What it would give, applied; nothing is changed. */
export const preview = async (text: Text, signal: AbortSignal) =>
  bodyOf<{ seconds: number; parts: Part[] }>(await post('v1/preview', text, signal));

/** Of `hriste watch`, which writes what is saved here. */
export interface Watching {
  running: boolean;
  watch: { state: string; applies: number; said: string; succeeded: boolean } | null;
}
export const watching = () => get<Watching>('v1/watch');

/** What the watch wrote, and how many lines of it are new. */
export interface Saved {
  file: string;
  added: number;
  removed: number;
}
/** `before`: the text that the draft was begun on. */
export const saveDraft = async (node: string, before: string, text: string) =>
  bodyOf<Saved>(await post('v1/drafts', { node, before, text }));

export interface TableName {
  tier: string;
  name: string;
  format: string;
  rows: number; // -1: not known without reading
}
export const tables = () => get<TableName[]>('v1/tables');

export interface Chart {
  kind: 'chart';
  type: string; // number | table | line | area | bar | scatter | heatmap | kraj
  data: string; // a query's name
  x: string;
  y: string[];
  color: string;
  title: string;
}
export type Block = { kind: 'text'; html: string } | Chart | { kind: 'vega-lite'; spec: object };

export interface Dashboard {
  name: string;
  title: string;
  description: string;
  refresh_seconds: number; // 0: only when asked
  queries: { name: string; sql: string }[];
  blocks: Block[];
}
export const dashboards = () => get<{ name: string; title: string; description: string }[]>('v1/dashboards');
export const dashboard = (name: string) => get<Dashboard>(`v1/dashboards/${encodeURIComponent(name)}`);

export interface Cell {
  kind: 'markdown' | 'sql' | 'python' | 'note';
  title: string;
  line: number;
  text: string;
  html?: string; // of Markdown
  charts: Chart[];
}
export interface CellResult extends Partial<Answer> {
  state: 'succeeded' | 'failed' | 'skipped' | 'none';
  seconds?: number;
  error?: string;
  card?: Card | null; // the error's
}
export interface NotebookRun {
  state: 'succeeded' | 'failed';
  error: string;
  started: string;
  seconds: number;
  parameters: Record<string, string>;
  has_html: boolean; // a Python notebook's whole output
  cells: CellResult[];
}
export interface Notebook {
  name: string;
  file: string;
  runs_in: 'daemon' | 'python';
  parameters: { name: string; value: string }[];
  cells: Cell[];
  fetches: string; // what a run would fetch first, or nothing
  last: NotebookRun | null;
}
export const notebooks = () => get<{ name: string; last: { state: string } | null }[]>('v1/notebooks');
const notebookPath = (name: string) => `v1/notebooks/${encodeURIComponent(name)}`;
export const notebook = (name: string) => get<Notebook>(notebookPath(name));
/** Waits for its end; a cell that fails is in the result. */
export async function runNotebook(name: string, parameters: Record<string, string>): Promise<Notebook> {
  return bodyOf<Notebook>(await post(`${notebookPath(name)}/run`, { parameters }));
}
/** The last result as one document; as a link too. */
export const notebookDocument = (name: string) => `${notebookPath(name)}/html`;

export interface HubRecord {
  partition: number;
  offset: number;
  arrival: string;
  key: string;
  value: string;
}

/** Records behind `offsets` (one a partition; null: the newest `limit`), and where to go on. */
export const hubRecords = (hub: string, offsets: number[] | null, limit: number, signal?: AbortSignal) =>
  get<{ records: HubRecord[]; next: number[] }>(
    `v1/hubs/${encodeURIComponent(hub)}/records?limit=${limit}` +
      (offsets ? `&offsets=${encodeURIComponent(JSON.stringify(offsets))}` : ''),
    signal,
  );

export async function logs(): Promise<string> {
  const response = await fetch('v1/logs', { credentials: 'same-origin' });
  if (!response.ok) throw await problem('v1/logs', response);
  return response.text();
}

/** True when the daemon answers but no longer knows this browser's cookie. */
export async function isLoggedOut(): Promise<boolean> {
  try {
    const response = await fetch('v1/overview', { credentials: 'same-origin' });
    return response.status === 401 || response.status === 403;
  } catch {
    return false;
  }
}

export interface TrackedRun {
  id: string;
  experiment: string;
  name: string;
  state: string; // running | finished | failed | killed
  started: string;
  error: string;
  params: Record<string, string>;
  metrics: Record<string, number>;
  tags: Record<string, string>;
  model: string;
  version: number; // 0: none
  mirror: string; // '' | 'done' | 'waiting: why'
}

export interface Coefficient {
  feature: string;
  value: number;
  low: number;
  high: number;
}

export interface ModelVersion {
  version: number;
  run_id: string;
  created: string;
  aliases: string[];
  metrics: Record<string, number> | null;
  decision: { promoted: boolean; reason: string } | null;
  file: { intercept: Coefficient; coefficients: Coefficient[]; algorithm: string } | null;
}

export interface RegisteredModel {
  name: string;
  description: string;
  metric: string;
  aliases: Record<string, number>;
  versions: ModelVersion[]; // newest first
}

export const experiments = () => get<{ name: string; description: string; runs: number }[]>('v1/experiments');
export const trackedRuns = (experiment: string) =>
  get<TrackedRun[]>(`v1/experiments/${encodeURIComponent(experiment)}/runs`);
export const models = () => get<{ name: string }[]>('v1/models');
export const model = (name: string) => get<RegisteredModel>(`v1/models/${encodeURIComponent(name)}`);
