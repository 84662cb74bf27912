// A simulated playground: the default one's shape, with figures that move. Deterministic but for time.
import { ANSWERS } from './fake-answers.mjs';
import { Watch } from './fake-editing.mjs';
import { learned } from './fake-learning.mjs';

const LANES = ['Generators', 'Lake, SQL, hub', 'Streaming SQL', 'Bronze', 'Silver', 'Gold', 'Serve'];
const TRAFFIC = `-- Every raw page view, as it came
SELECT event_id, event_time, user_id, http_method,
       uri, client_ip, latency
INTO raw_pageviews
FROM pageviews TIMESTAMP BY event_time;

-- Requests by method in five minutes
SELECT http_method, COUNT(*) AS requests,
       System.Timestamp() AS window_end
INTO requests_5min
FROM pageviews TIMESTAMP BY event_time
GROUP BY http_method, TUMBLINGWINDOW(minute, 5);

-- What took too long
SELECT event_id, user_id, latency
INTO slow
FROM pageviews TIMESTAMP BY event_time
WHERE latency > 2000;`;
const ENGAGEMENTS = `SELECT u.id, u.user_name, u.city,
  coalesce(p.pageviews, 0) AS pageviews,
  coalesce(o.orders, 0) AS orders,
  o.total_orders_value, o.avg_order_value
FROM silver.users u
LEFT JOIN views p ON p.user_id = u.id
LEFT JOIN bought o ON o.user_id = u.id
${Array.from({ length: 60 }, (_, i) => `-- remark ${i + 1}`).join('\n')}`;

// id, tier, lane, rate, total, file of the source
const NODES = [
  ['hriste_generator.users', 'source', 0, 0, 100000],
  ['hriste_generator.vipusers', 'source', 0, 0, 50000],
  ['hriste_generator.products', 'source', 0, 0, 10000],
  ['hriste_generator.towns', 'source', 0, 0, 1312],
  ['hriste_generator.orders', 'source', 0, 0, 100000],
  ['hriste_generator.items', 'source', 0, 0, 549873],
  ['hriste_generator.pageviews', 'source', 0, 696, 1002344],
  ['hriste_generator.stars', 'source', 0, 42, 61822],
  ['hriste_lake.bronze', 'store', 1, 0, 0],
  ['hriste_database.shop', 'store', 1, 0, 649873],
  ['hriste_event_hub.pageviews', 'stream', 1, 696, 1002344],
  ['hriste_event_hub.stars', 'stream', 1, 42, 61822],
  ['hriste_stream_job.traffic', 'stream', 2, 738, 1064166, ['streams/traffic.asaql', TRAFFIC]],
  ['hriste_pipeline.medallion', 'stream', 2, 0, 0],
  ['bronze.users', 'bronze', 3, 0, 100000],
  ['bronze.vipusers', 'bronze', 3, 0, 50000],
  ['bronze.products', 'bronze', 3, 0, 10000],
  ['bronze.towns', 'bronze', 3, 0, 1312],
  ['bronze.orders', 'bronze', 3, 0, 100000],
  ['bronze.items', 'bronze', 3, 0, 549873],
  ['bronze.capture', 'bronze', 3, 738, 1064166],
  ['bronze.pageviews', 'bronze', 3, 696, 1002344],
  ['bronze.stars', 'bronze', 3, 42, 61822],
  ['silver.users', 'silver', 4, 0, 100000, ['sql/silver/users.sql', 'SELECT id, trim(name) AS name,\n  nullif(phone_number, \'\') AS phone_number\nFROM bronze.users']],
  ['silver.orders', 'silver', 4, 0, 100000],
  ['silver.items', 'silver', 4, 0, 549873],
  ['silver.pageviews', 'silver', 4, 0, 1001342],
  ['silver.stars', 'silver', 4, 0, 61760],
  ['silver.requests_5min', 'silver', 4, 0.2, 1152],
  ['gold.engagements', 'gold', 5, 0, 100000, ['sql/gold/engagements.sql', ENGAGEMENTS]],
  ['gold.sales_by_day', 'gold', 5, 0, 14379],
  ['alerts.slow', 'serve', 6, 0.4, 2712],
];
const EDGES = `users>bronze.users vipusers>bronze.vipusers products>bronze.products towns>bronze.towns
orders>shop items>shop hriste_generator.pageviews>hriste_event_hub.pageviews
hriste_generator.stars>hriste_event_hub.stars hriste_event_hub.pageviews>traffic hriste_event_hub.stars>traffic
hriste_event_hub.pageviews>bronze.capture hriste_event_hub.stars>bronze.capture
traffic>bronze.pageviews traffic>bronze.stars traffic>silver.requests_5min traffic>alerts.slow
shop>bronze.orders shop>bronze.items bronze.users>silver.users bronze.vipusers>silver.users bronze.towns>silver.users
bronze.orders>silver.orders bronze.items>silver.items bronze.pageviews>silver.pageviews bronze.stars>silver.stars
silver.users>gold.engagements silver.orders>gold.engagements silver.items>gold.engagements
silver.pageviews>gold.engagements silver.stars>gold.engagements silver.orders>gold.sales_by_day silver.users>gold.sales_by_day`;

const full = (name) => (NODES.find(([id]) => id === name) ?? NODES.find(([id]) => id.endsWith(`.${name}`)))[0];
const LABEL = { hriste_generator: 'gen', hriste_event_hub: 'hub', hriste_stream_job: 'job', hriste_pipeline: 'pipeline', hriste_lake: 'lake', hriste_database: 'sqlite' };

const COLUMNS = [['id', 'BIGINT'], ['user_name', 'VARCHAR'], ['city', 'VARCHAR'], ['value', 'DECIMAL(12,2)'], ['is_vip', 'BOOLEAN']]
  .map(([name, type]) => ({ name, type }));

const chart = (type, data, rest) => ({ kind: 'chart', type, data, x: '', y: [], color: '', title: '', ...rest });
const BOARDS = {
  shop: {
    title: 'Shop', description: 'a stand-in', refresh_seconds: 0,
    queries: [{ name: 'sales', sql: 'SELECT * LIMIT 50' }, { name: 'kraje', sql: 'kraje' }],
    blocks: [
      { kind: 'text', html: '<h2>When</h2>\n<p>Text with <code>code</code>.</p>\n' },
      chart('number', 'sales', { y: ['value'], title: 'value' }),
      chart('line', 'sales', { x: 'id', y: ['value', 'id'], title: 'two lines' }),
      chart('kraj', 'kraje', { x: 'kraj', color: 'value', title: 'map' }),
      { kind: 'vega-lite', spec: { data: { name: 'sales' }, mark: 'point', encoding: { x: { field: 'id', type: 'quantitative' } } } },
      chart('table', 'sales', { title: 'rows' }),
    ],
  },
  traffic: {
    title: 'Traffic', description: 'what is wrong', refresh_seconds: 5,
    queries: [{ name: 'sales', sql: 'SELECT * LIMIT 50' }, { name: 'lost', sql: 'FROM nowhere' }],
    blocks: [
      chart('bar', 'sales', { x: 'city', y: ['orders'], title: 'wrong column' }),
      chart('table', 'lost', { title: 'wrong query' }),
    ],
  },
};

const CHECKS = [
  ['bronze', 'users rows', '100000'], ['bronze', 'vipusers rows', '50000'], ['bronze', 'products files', '10000'],
  ['bronze', 'towns rows', '1312'], ['sql', 'orders rows', '100000'], ['sql', 'orders value', '148236551.27'],
  ['sql', 'items rows', '549873'], ['hub', 'pageviews partition 0 sent', '501170'],
  ['hub', 'pageviews partition 1 sent', '501174'], ['hub', 'stars sent', '61822'],
  ['capture', 'pageviews sent = captured + open window', '1002344'], ['raw', 'pageviews sent = raw + dead letters', '1002344'],
  ['raw', 'pageviews dead letters', '101'], ['silver', 'users', '100000 rows, birth numbers 100000, phones 99893, hash 2fd6fafa'],
  ['silver', 'pageviews', '1001342'], ['silver', 'pageviews duplicates removed', '1002'],
  ['stream', 'requests_5min windows', '1152'], ['gold', 'engagements rows', '100000'],
];

const REASON = 'stopped at pageviews partition 0, offset 5121: line 12, column 8: "GETT" can not be cast to bigint; set on_error = "dead_letter" or mend the query, then apply';

const REASON_CARD = {
  problem: REASON.split('; ')[0], hint: REASON.split('; ')[1],
};
const SALES_CARD = {
  file: 'sql/gold/sales_by_day.sql', line: 4, column: 12, excerpt: '  sum(o.valu) AS orders_value,', mark: 6,
  problem: '"o" has no column "valu"', expected: 'value, order_id, user_id', nearest: 'value',
  hint: 'correct the name; the table is as the run before made it',
};

const DIFFERENCES = [
  { key: 'event_id 882311', column: null, expected: 'user_id 7, client_ip "10.0.0.1"', found: 'nothing' },
  { key: 'event_id 882400', column: 'client_ip', expected: '"10.0.0.2"', found: '"<b>O\'Neil</b>"' },
  { key: 'event_id 882400', column: 'latency', expected: '201.5', found: '0' },
];

export class Playground {
  constructor() {
    this.watch = new Watch();
    this.texts = {}; // of nodes whose text was changed by the page
    this.now = Date.parse('2026-06-01T00:07:12.345Z');
    this.speed = 60;
    this.frozen = false;
    this.waiting = []; // what an apply or a run waits for
    this.windows = { // of a trigger on intervals, where a test adds one
      every_minutes: 720, total: 6, done: 4, failed: 2,
      days: [{ day: '2026-05-30', total: 2, done: 2, failed: 0 }, { day: '2026-05-31', total: 2, done: 1, failed: 1 },
        { day: '2026-06-01', total: 2, done: 1, failed: 1 }],
      failed_windows: ['2026-06-01T12:00:00.000Z', '2026-05-31T00:00:00.000Z'],
    };
    this.underWay = []; // pipelines whose runs haven't ended
    this.triggers = [
      { name: 'half_hourly', pipeline: 'refine', on: 'schedule', paused: false, next: '2026-06-01T00:30:00.000Z',
        waiting: 0, running: 0, last: null },
      { name: 'new_products', pipeline: 'refine', on: 'file', paused: false, next: null, waiting: 0, running: 0,
        last: { what: '3 new files', run: 'run-7', state: 'failed', error: 'activity silver_products: no such column' } },
    ];
    this.broken = false; // a stream job has failed, with its reason
    this.differing = 2; // rows of the wrong table
    this.asked = new Set(); // the queries that came
    this.bare = false; // as right after the daemon's start: nothing in it
    this.loggedOut = false; // answers as to a browser without a cookie
    this.seconds = 0;
    this.slow = new Map(); // queries under way, by id
    this.alerts = [];
    this.alertsTotal = 2690;
    this.runs = [medallion('run-7f3a', '2026-06-01T00:05:00Z', 'manual', true), medallion('run-0001', '2026-06-01T00:00:00Z', 'apply', false)];
    for (let i = 0; i < 22; i++) this.alert(this.now - (22 - i) * 19_000, i);
    const wall = Math.floor(Date.now() / 1000);
    this.history = Array.from({ length: 60 }, (_, i) => [wall - 60 + i, this.rateAt(i / 2 - 30)]);
  }

  rateAt(second) {
    return this.frozen ? 0 : 738 * (1 + 0.18 * Math.sin(second / 4) + 0.07 * Math.sin(second * 1.7));
  }

  tick(step) {
    this.seconds += step;
    if (!this.frozen) this.now += step * 1000 * this.speed;
    if (!this.frozen && Math.floor(this.seconds / 3) !== Math.floor((this.seconds - step) / 3)) {
      this.alert(this.now, this.alertsTotal);
    }
    this.history = [...this.history.slice(-119), [Date.now() / 1000, this.rateAt(this.seconds)]];
  }

  alert(time, n) {
    const latency = 2000 + ((n * 7919) % 3000);
    const fields = { event_id: 32 * n + 7, user_id: (n * 104729) % 100000, latency };
    this.alerts.unshift({ rule: 'slow', time: new Date(time).toISOString(), text: `latency ${latency} ms, user ${fields.user_id}`, fields });
    this.alerts.length = Math.min(this.alerts.length, 200);
    this.alertsTotal++;
  }

  setClock({ frozen = this.frozen, speed = this.speed, jump_to }) {
    this.frozen = frozen;
    this.speed = speed;
    if (jump_to) this.now = Date.parse(jump_to);
  }

  tables() {
    return this.bare ? [] : NODES.filter(([id]) => /^(bronze|silver|gold)\./.test(id)).map(([id, , , , rows]) => {
      const [tier, name] = id.split('.');
      return { tier, name, format: tier === 'bronze' ? 'json' : 'delta', rows };
    });
  }

  /** As many rows as LIMIT says (100 without it); "FROM nowhere" is refused as the daemon does. */
  query({ sql, limit }) {
    this.asked.add(sql);
    const lost = sql.split('\n').findIndex((line) => line.includes('nowhere'));
    if (lost >= 0) {
      const column = sql.split('\n')[lost].indexOf('nowhere') + 1;
      return {
        message: `line ${lost + 1}, column ${column}: table nowhere does not exist; did you mean 'silver.users'?`,
        card: { line: lost + 1, column, excerpt: sql.split('\n')[lost], mark: column - 1,
          problem: 'table nowhere does not exist', nearest: 'silver.users' },
      };
    }
    if (sql === 'kraje') {
      return { columns: [{ name: 'kraj', type: 'VARCHAR' }, { name: 'value', type: 'DECIMAL(12,2)' }],
        rows: [['Zlínský kraj', '10.50'], ['CZ010', '99.00'], ['Kraj Vysočina', '0.00']], truncated: false };
    }
    const named = ANSWERS[/^SELECT (\w+)$/.exec(sql)?.[1]];
    if (named) return named;
    const count = Math.min(Number(/LIMIT (\d+)/i.exec(sql)?.[1] ?? 100), limit);
    const rows = Array.from({ length: count }, (_, i) => [i, `user${i}`, i % 7 === 0 ? null : 'Praha', `${i * 3}.50`, i % 2 === 0]);
    return { columns: COLUMNS, rows, truncated: false };
  }

  grades() {
    const { checks, ...newest } = this.full().grade;
    const good = { passed: 18, wrong: 0, not_gradable: 0, changed: 0, all_right: true };
    return this.bare ? [] : [newest, { ...newest, ...good, run_id: 'run-0000', graded_at: '2026-05-31T00:00:00Z' }];
  }

  gradeOf(run) {
    const line = this.grades().find((g) => g.run_id === run);
    if (!line) return null;
    const right = CHECKS.map(([layer, check, expected]) => ({ layer, check, expected, found: expected, verdict: 'right', detail: '' }));
    return { ...line, checks: line.wrong ? this.full().grade.checks : right };
  }

  learned(pathname) {
    return learned(pathname, this.bare);
  }

  dashboards() {
    return this.bare ? [] : Object.entries(BOARDS).map(([name, { title, description }]) => ({ name, title, description }));
  }

  dashboard(name) {
    return { name, ...BOARDS[name] };
  }

  notebooks() {
    return this.bare ? [] : [{ name: 'tour', file: 'tour.sql', last: { state: 'succeeded' } }];
  }

  notebook(name) {
    return { name, file: `${name}.sql`, language: 'sql', runs_in: 'daemon', fetches: '', parameters: [{ name: 'kraj', value: 'Praha' }],
      cells: [
        { kind: 'markdown', title: '', line: 3, text: '# A tour', html: '<h1>A tour</h1>', charts: [] },
        { kind: 'sql', title: 'Sales', line: 8, text: 'SELECT kraj, value FROM gold.sales_by_day',
          charts: [{ kind: 'chart', type: 'bar', data: 'rows', x: 'kraj', y: ['value'], color: '', title: 'Sales' }] },
        { kind: 'sql', title: 'Broken', line: 12, text: 'SELECT nothing', charts: [] }],
      last: { state: 'failed', error: 'tour.sql:12 no column nothing', started: '2026-06-01T00:00:00.000Z', seconds: 0.1,
        parameters: { kraj: 'Praha' }, has_html: false,
        cells: [{ state: 'none' },
          { state: 'succeeded', seconds: 0.02, columns: [{ name: 'kraj', type: 'VARCHAR' }, { name: 'value', type: 'DECIMAL(12,2)' }],
            rows: [['Praha', '10.50'], ['Brno', '7.00']], truncated: false },
          { state: 'failed', error: 'tour.sql:12 no column nothing' }] } };
  }

  /** Ten events a second of each partition; one in a hundred is damaged. */
  records(hub, params) {
    const newest = Math.floor(this.seconds * 10) + 1000;
    const asked = JSON.parse(params.get('offsets') ?? 'null') ?? [newest - 50, newest - 50];
    const records = asked.flatMap((from, partition) =>
      Array.from({ length: Math.max(0, newest - from) }, (_, i) => this.record(hub, partition, from + i)));
    return { records, next: [newest, newest] };
  }

  record(hub, partition, offset) {
    const user = (offset * 37 + partition) % 1000;
    const event = JSON.stringify({ event_id: offset * 2 + partition, user_id: user, http_method: 'GET', latency: 180 + (offset % 90) });
    return { partition, offset, arrival: new Date(this.now).toISOString(), key: String(user),
      value: offset % 100 === 99 ? event.slice(0, 30) : offset % 100 === 49 ? `\ufeff[${event},${event}] ${event}` : event };
  }

  run(pipeline, from = '') {
    const id = `run-${(this.runs.length + 0x8000).toString(16)}`;
    const run = { ...medallion(id, new Date(this.now).toISOString(), 'manual', false), pipeline, rerun_of: from };
    if (from) run.activities = run.activities.map((a) => (a.name === 'sales_by_day' ? a : { ...a, kept: true, seconds: 0 }));
    this.runs.unshift(run);
  }

  /** A window that had failed runs again, and succeeds. */
  runWindow(start) {
    this.windows.failed_windows = this.windows.failed_windows.filter((one) => one !== start);
    this.windows.days.find(({ day }) => start.startsWith(day)).failed = 0;
    this.windows.failed -= 1;
    this.windows.done += 1;
  }

  overview() {
    const now = this.full();
    return this.bare ? { playground: 'fake', version: '0.1.0', clock: now.clock, grade: null, alerts: null, alerts_total: 0 } : now;
  }

  full() {
    const sway = this.rateAt(this.seconds) / 738;
    const nodes = NODES.map((n) => node(n, sway));
    for (const n of nodes) if (this.texts[n.id] !== undefined) n.source = { ...n.source, text: this.texts[n.id] };
    if (this.broken) Object.assign(nodes.find((n) => n.id === 'hriste_stream_job.traffic'), { health: 'fail', status: REASON, card: REASON_CARD });
    return {
      playground: 'fake',
      version: '0.1.0',
      clock: { now: new Date(this.now).toISOString(), speed: this.speed, frozen: this.frozen, held: false },
      cards: [
        { title: 'events/s', value: String(Math.round(738 * sway)), note: '2 generators' },
        { title: 'end-to-end lag', value: `${Math.round(900 + 374 * sway)} ms`, note: 'max over map', seconds: (900 + 374 * sway) / 1000 },
        { title: 'rows in gold', value: '114 379', note: '2 tables' },
        { title: 'runs', value: String(this.runs.length), note: '1 failed' },
        { title: 'grade', value: '17 / 18', note: '1 check wrong' },
      ],
      lanes: LANES,
      nodes,
      edges: EDGES.split(/\s+/).map((pair) => edge(pair, nodes)),
      grade: {
        run_id: 'run-0001', passed: 15, total: 18, wrong: 1, not_gradable: 1, changed: 1, all_right: false, graded_at: '2026-06-01T00:00:00Z',
        checks: CHECKS.map(([layer, check, expected], i) =>
          i === 15
            ? { layer, check, expected, found: '990', verdict: 'changed by you', differing: 12, detail: 'silver.pageviews: "dedup" stands instead of "distinct"', differences: [] }
            : i === 9
              ? { layer, check, expected, found: '61900', verdict: 'not gradable', detail: 'records from outside lie before the cut' }
              : i === 14
            ? { layer, check, expected, found: '1001341', verdict: 'wrong', differing: this.differing, detail: 'missing 1: event_id 882311', differences: DIFFERENCES }
            : { layer, check, expected, found: expected, verdict: 'right', detail: '' }),
      },
      alerts: this.alerts,
      alerts_total: this.alertsTotal,
      waiting: this.waiting,
      under_way: this.underWay,
      triggers: this.triggers,
      runs: this.runs,
      rate: 738 * sway,
    };
  }
}

function node([id, tier, lane, rate, total, source], sway) {
  const [kind, name] = id.split('.');
  const lagging = id === 'hriste_stream_job.traffic';
  const failed = id === 'gold.sales_by_day';
  return {
    id, tier, lane, total, kind: kind.startsWith('hriste_') ? kind : 'table',
    label: LABEL[kind] ? `${LABEL[kind]}.${name}` : id,
    rate: rate * sway,
    lag_ms: rate ? (lagging ? 1274 : 4 + (id.length * 7) % 31) : 0,
    health: failed ? 'fail' : lagging ? 'warn' : rate || lane > 2 ? 'ok' : total ? 'idle' : 'ok',
    status: failed ? SALES_CARD.problem : lagging ? 'lagging' : rate ? 'running' : lane === 0 ? 'done' : 'ready',
    card: failed ? SALES_CARD : null,
    source: source ? { file: source[0], text: source[1] } : null,
    facts: lagging
      ? { watermark: '2026-06-01T00:06:22Z', late: '2 004', dropped: '0', 'dead letters': '101' }
      : total && lane > 2 ? { rows: total.toLocaleString('en').replaceAll(',', ' ') } : {},
  };
}

function edge(pair, nodes) {
  const [from, to] = pair.split('>').map(full);
  const rateOf = (id) => nodes.find((n) => n.id === id).rate;
  return { from, to, rate: Math.min(rateOf(from), rateOf(to)) };
}

function medallion(id, started, trigger, fails) {
  const steps = [
    ['copy_orders', 'copy', 0, 0.6, 100000], ['copy_items', 'copy', 0, 1.4, 549873], ['users', 'sql', 0, 0.9, 100000],
    ['orders', 'sql', 0.6, 0.5, 100000], ['items', 'sql', 1.4, 0.7, 549873], ['pageviews', 'sql', 0.1, 2.3, 1001342],
    ['stars', 'sql', 0.1, 0.4, 61760], ['engagements', 'sql', 2.4, 0.8, 100000], ['sales_by_day', 'sql', 1.1, 0.3, 14379],
  ];
  const activities = steps.map(([name, type, offset_s, seconds, rows]) => {
    const broken = fails && name === 'sales_by_day';
    return {
      name, type, offset_s, seconds, rows: broken ? 0 : rows, bytes: broken ? 0 : rows * 41,
      state: broken ? 'failed' : 'succeeded',
      expectations: name === 'pageviews' ? [{ name: 'latency_is_possible', action: 'quarantine', failed: 1204 }, { name: 'known_user', action: 'warn', failed: 0 }] : [],
      inputs: type === 'sql' ? { file: `${name}.sql`, tables: { [`bronze.${name}`]: null, 'silver.users': 3 } } : { parameters: { from: 'shop' } },
      error: broken ? `${SALES_CARD.file}: line 4, column 12: ${SALES_CARD.problem}` : '',
      card: broken ? SALES_CARD : null,
    };
  });
  const error = fails ? 'activity sales_by_day failed' : '';
  return { id, pipeline: 'medallion', trigger, state: fails ? 'failed' : 'succeeded', started, seconds: 3.2,
    rows: activities.reduce((sum, a) => sum + a.rows, 0), bytes: activities.reduce((sum, a) => sum + a.bytes, 0), error, activities };
}
