// The live stream. Browsers allow six HTTP/1.1 connections to a host, so seven tabs with a stream
// each would hang: one tab (the holder of a Web Lock) listens and tells the others by a
// BroadcastChannel. When it closes, the lock passes on and the next tab connects.
import { computed, signal } from '@preact/signals';
import { complete, isLoggedOut, type Overview } from './api';
import { parseExact } from './exact';

export type Connection = 'connecting' | 'live' | 'reconnecting' | 'offline' | 'stopped' | 'logged out';
type Kind = 'snapshot' | 'overview';
type Message =
  | { type: Kind; data: string }
  | { type: 'state'; state: Connection }
  | { type: 'hello' }; // a new tab asks the leader for what it knows

const RETRY_MS = 1000;
const SILENCE_MS = 8000; // the daemon speaks twice a second; longer means a dead connection
const OFFLINE_AFTER_MS = 10_000;
const REDRAW_MS = 450; // numbers that change more often can't be read
const HISTORY_S = 120;

export const connection = signal<Connection>('connecting');
/** Nothing moves: what is shown is how things were. */
export const isStill = computed(() => connection.value === 'stopped' || connection.value === 'offline');
export const overview = signal<Overview | null>(null);
export const history = signal<[number, number][]>([]);

/** Part of the overview; changes only when that part does (see `share`). */
export const part = <K extends keyof Overview>(key: K) =>
  computed<Overview[K] | undefined>(() => overview.value?.[key]);

/** Changes when a pipeline begins or ends: tables may have other rows, models other versions. */
export const lastRun = computed(() => `${overview.value?.runs[0]?.id} ${overview.value?.runs[0]?.state}`);

/** `next`, but with those parts of `previous` that are equal, so that their views rest. */
function share(previous: Overview | null, next: Overview): Overview {
  if (!previous) return next;
  const mixed: Record<string, unknown> = { ...next };
  for (const [key, value] of Object.entries(previous)) {
    if (key in next && JSON.stringify(value) === JSON.stringify(mixed[key])) mixed[key] = value;
  }
  return mixed as unknown as Overview;
}

let lastHeard = 0;
let lastShown = 0;
let waiting: Overview | undefined;
let timer = 0;

function show(): void {
  timer = 0;
  if (!waiting) return;
  lastShown = performance.now();
  overview.value = share(overview.value, waiting);
  waiting = undefined;
}

function remember(kind: Kind, next: Overview): void {
  const now = Date.now() / 1000;
  if (kind === 'snapshot') {
    const past = next.rate_history ?? history.value;
    // The newest point is now, whatever the two clocks say of each other.
    const shift = now - (past.at(-1)?.[0] ?? now);
    history.value = past.map(([at, rate]) => [at + shift, rate]);
  } else {
    const kept = history.value.filter(([at]) => at > now - HISTORY_S);
    history.value = [...kept, [now, next.rate]];
  }
}

function receive(kind: Kind, data: string): void {
  lastHeard = performance.now();
  const next = complete(parseExact(data) as Overview);
  remember(kind, next);
  waiting = next;
  const due = lastShown + REDRAW_MS - performance.now();
  if (kind === 'snapshot' || due <= 0) show();
  else if (!timer) timer = window.setTimeout(show, due);
  connection.value = 'live';
}

// ---- the listening tab ----

let source: EventSource | undefined;
let lostAt = 0;
let lastData = '';

function setState(state: Connection, tell: (m: Message) => void): void {
  if (connection.value === state) return;
  connection.value = state;
  tell({ type: 'state', state });
}

function listen(tell: (m: Message) => void): void {
  source?.close();
  const events = (source = new EventSource('v1/live'));
  lastHeard = performance.now();
  for (const kind of ['snapshot', 'overview'] as const) {
    events.addEventListener(kind, (event: MessageEvent<string>) => {
      lostAt = 0;
      lastData = event.data;
      receive(kind, event.data);
      tell({ type: kind, data: event.data });
    });
  }
  // The daemon's last words: it was asked to end. Who looks on shouldn't wonder for ten seconds.
  events.addEventListener('stopped', () => setState('stopped', tell));
  events.onerror = async () => {
    lost(tell);
    if (events.readyState !== EventSource.CLOSED) return; // the browser tries again by itself
    if (await isLoggedOut()) setState('logged out', tell);
    setTimeout(() => events === source && listen(tell), RETRY_MS);
  };
}

function lost(tell: (m: Message) => void): void {
  lostAt ||= performance.now();
  if (connection.value === 'logged out' || connection.value === 'stopped') return;
  setState(performance.now() - lostAt > OFFLINE_AFTER_MS ? 'offline' : 'reconnecting', tell);
}

function lead(tell: (m: Message) => void): void {
  listen(tell);
  setInterval(() => {
    if (lostAt) lost(tell);
    if (performance.now() - lastHeard < SILENCE_MS) return;
    lost(tell);
    listen(tell);
  }, 2000);
}

// ---- the other tabs ----

function follow(channel: BroadcastChannel, isLeader: () => boolean): void {
  channel.onmessage = ({ data }: MessageEvent<Message>) => {
    if (data.type === 'hello') {
      if (isLeader()) answer(channel);
    } else if (data.type === 'state') connection.value = data.state;
    else receive(data.type, data.data);
  };
  channel.postMessage({ type: 'hello' } satisfies Message);
  setInterval(() => {
    const silent = performance.now() - lastHeard > SILENCE_MS;
    if (!isLeader() && silent && connection.value === 'live') connection.value = 'reconnecting';
  }, 2000);
}

function answer(channel: BroadcastChannel): void {
  if (lastData) {
    const data = JSON.stringify({ ...(parseExact(lastData) as Overview), rate_history: history.value });
    channel.postMessage({ type: 'snapshot', data } satisfies Message);
  }
  channel.postMessage({ type: 'state', state: connection.value } satisfies Message);
}

export function startLive(): void {
  if (!('locks' in navigator) || !('BroadcastChannel' in window)) {
    lead(() => {});
    return;
  }
  const channel = new BroadcastChannel('hriste-live');
  let leader = false;
  follow(channel, () => leader);
  void navigator.locks.request('hriste-live', () => {
    leader = true;
    lead((message) => channel.postMessage(message));
    return new Promise(() => {}); // held until the tab goes
  });
}
